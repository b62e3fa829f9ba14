"""How many statements something asks the database: what must not grow with what a page lists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event

_NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def asked(of: Engine | Connection) -> Iterator[list[str]]:
    """Yield the list that fills with the statements asked inside, savepoints left out."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.lstrip().startswith(_NOT_COUNTED):
            found.append(statement)

    event.listen(of, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(of, "before_cursor_execute", note)
