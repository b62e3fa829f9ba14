"""Statements asked so often that they are compiled once and handed straight to the database's driver.

What SQLAlchemy does around a statement it has compiled before (to look it up, to make a result that knows its columns)
takes several times as long as the database takes to find one item by its index. So it is for the few statements behind
the page that everybody opens; whatever is asked less often is asked the ordinary way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from postal.readers import ReadingSession

Process = Callable[[Any], Any]


class Prepared:
    """A statement of columns; its values are given by the names of its parameters.

    In a transaction that writes, and wherever somebody listens to statements, it is asked the ordinary way: what is
    not written yet has to be seen, and what is counted has to be counted.
    """

    def __init__(self, query: Select[*tuple[Any, ...]]) -> None:
        self._query = query
        self._asked_in: dict[str, _Asked] = {}  # by dialect; two threads that compile at once make the same

    def rows(self, session: Session, **values: Any) -> Sequence[Sequence[Any]]:
        """Return the rows, each with its columns in order. Raises what a session raises, KeyError for no value."""
        if not isinstance(session, ReadingSession):
            return session.execute(self._query, values).all()
        connection = session.held()
        if connection.dispatch.before_cursor_execute:
            return session.execute(self._query, values).all()
        dialect = connection.dialect
        asked = self._asked_in.get(dialect.name)
        if asked is None:
            asked = self._asked_in[dialect.name] = _Asked.of(self._query, dialect)
        return asked.rows(connection, values)


@dataclass
class _Asked:
    """A statement in one dialect.

    ``parameters`` are its places: the name of the value that is given, None for a constant, then how a value is
    written, then the constant as it is written. ``readers`` say how columns are read that are not given as they come.
    """

    text: str
    keys: Sequence[str] | None
    parameters: Sequence[tuple[str | None, Process | None, Any]]
    types: Sequence[Any]
    readers: Sequence[tuple[int, Process]] | None = None

    @classmethod
    def of(cls, query: Select[*tuple[Any, ...]], dialect: Dialect) -> _Asked:
        """Compile a statement. Raises ValueError for one whose text depends on its values."""
        compiled = query.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        if compiled.post_compile_params or compiled.literal_execute_params:
            raise ValueError("a prepared statement has the same text for all values")
        names = compiled.positiontup if compiled.positional else None
        return cls(
            text=compiled.string,
            keys=None if names is not None else list(compiled.binds),
            parameters=[_parameter(compiled, name, dialect) for name in (names or compiled.binds)],
            types=[column.type.dialect_impl(dialect) for column in query.selected_columns],
        )

    def rows(self, connection: Connection, given: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Ask for the rows."""
        values = [
            written if name is None else (given[name] if write is None else write(given[name]))
            for name, write, written in self.parameters
        ]
        try:
            with closing(connection.connection.cursor()) as cursor:
                cursor.execute(self.text, values if self.keys is None else dict(zip(self.keys, values, strict=True)))
                rows = cursor.fetchall()
                if self.readers is None:
                    self.readers = self._readers(connection.dialect, cursor.description)
        except connection.dialect.loaded_dbapi.Error as exc:
            raise _as_sqlalchemy_raises(connection, self.text, exc) from exc
        return [self._read(row) for row in rows]

    def _readers(self, dialect: Dialect, description: Any) -> list[tuple[int, Process]]:
        found = [one.result_processor(dialect, told[1]) for one, told in zip(self.types, description, strict=True)]
        return [(place, read) for place, read in enumerate(found) if read is not None]

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        cells = list(row)
        for place, read in self.readers or ():
            cells[place] = read(cells[place])
        return cells


def _parameter(compiled: SQLCompiler, name: str, dialect: Dialect) -> tuple[str | None, Process | None, Any]:
    bound = compiled.binds[name]
    write = bound.type.dialect_impl(dialect).bind_processor(dialect)
    if bound.required:
        return bound.key, write, None
    constant = bound.effective_value
    return None, None, constant if write is None else write(constant)


def _as_sqlalchemy_raises(connection: Connection, text: str, fault: Exception) -> BaseException:
    """Return a driver's error as a session raises it; a connection that is gone is known to be gone from then on."""
    dialect = connection.dialect
    driver_error = dialect.loaded_dbapi.Error
    is_gone = dialect.is_disconnect(fault, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]
    if is_gone:
        connection.invalidate(fault)
    return DBAPIError.instance(
        text, None, fault, driver_error, connection_invalidated=is_gone, dialect=dialect, hide_parameters=True
    )
