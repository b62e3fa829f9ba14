"""Keys for rows written many at a time: a row that brings its key needs no statement of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

Value = TypeVar("Value")
# SQLite before 3.32 takes 999 parameters in one statement; PostgreSQL plans a longer IN list no better.
BLOCK = 500


def blocks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Yield the values in parts that fit the IN list of one statement."""
    for first in range(0, len(values), BLOCK):
        yield values[first : first + BLOCK]


def reserve_ids(session: Session, table: Any, n: int) -> Sequence[int]:
    """Return the next ``n`` keys of a mapped class with an integer ``id``; they are this transaction's own."""
    if session.get_bind().dialect.name == "postgresql":
        query = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :n)")
        return session.scalars(query, {"name": table.__tablename__, "n": n}).all()
    # SQLite has one writer, and this transaction is it.
    first = (session.scalar(select(func.max(table.id))) or 0) + 1
    return range(first, first + n)


def write_many(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of one shape into a mapped class's table, past the ORM's own bookkeeping for each of them."""
    if rows:
        session.execute(insert(table.__table__), rows)
