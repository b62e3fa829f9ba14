"""A year of one office made from one played day: its rows copied many times, each copy a day earlier.

The copies carry other keys, other S10 and other dossier codes; people, events, callbacks and papers come with them.
Signatures and the chain of evidence do not hold for copies: pages are measured with them, nothing is proved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, TypeDecorator, UniqueConstraint, func, insert, select, text

from postal.models.base import Base
from postal.rules import s10

STRIDE = 1_000_000
"""Between the keys of one copy and the next: more than one day has rows of any kind."""
_S10_STRIDE = 5_000
_AT_ONCE = 2_000
# What an installation is made of, and what is kept about its running: there once, however many days pass.
ONCE = frozenset({
    "absences", "alembic_version", "api_keys", "brakes", "calendar_days", "callback_endpoints", "chain_links",
    "commune_closures", "counters", "couriers", "coverage", "day_orders", "idempotency_records", "installation",
    "jobs", "known_devices", "office_closures", "offices", "old_secrets", "phone_codes", "phones", "point_memory",
    "procedures", "s10_ranges", "set_up_changes", "sign_ins", "signing_keys", "tracking_guesses",
    "transit_rules", "uploads", "users",
})  # fmt: skip
_TRY = re.compile(r"^(\d{4}-\d\d-\d\d)(?= [A-Z_]*$)", re.MULTILINE)
_OF_ROUND = re.compile(r"^r(\d+):")
_DOSSIER = re.compile(r"^(.*-)([0-9]{6})(-[0-9]{4,6})$")


@dataclass(frozen=True)
class _Moved:
    """A table that is copied, with what changes in each copy."""

    table: Table
    keys: tuple[str, ...]
    days: tuple[str, ...]
    texts: tuple[str, ...]
    unique: tuple[str, ...]


def multiply(source: Engine, target: Engine, *, n_items: int, n_events: int) -> tuple[int, int]:
    """Fill an empty, migrated target with the source's rows and as many copies of its days as are asked for.

    Returns how many items and events the target holds then.
    """
    tables = [table for table in Base.metadata.sorted_tables if table.name not in ONCE]
    moved = [_moved(table) for table in tables]
    with source.connect() as reading:
        once = {t.name: _rows(reading, t) for t in Base.metadata.sorted_tables if t.name in ONCE}
        daily = {t.name: _rows(reading, t) for t in tables}
    n_day_items, n_day_events = len(daily["items"]), len(daily["tracking_events"])
    n_copies = max(-(-n_items // n_day_items), -(-n_events // n_day_events)) - 1
    with target.begin() as writing:
        for table in Base.metadata.sorted_tables:
            _put(writing, table, once.get(table.name) or daily.get(table.name, []))
    for k in range(1, n_copies + 1):
        with target.begin() as writing:
            for one in moved:
                _put(writing, one.table, map(partial(_copy, one, k), daily[one.table.name]))
    with target.begin() as writing:
        _let_numbers_go_on(writing)
        writing.execute(text("ANALYZE"))
        totals = [writing.scalar(select(func.count()).select_from(Base.metadata.tables[name])) or 0
                  for name in ("items", "tracking_events")]  # fmt: skip
    return totals[0], totals[1]


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]


def _put(connection: Connection, table: Table, rows: Any) -> None:
    rest = iter(rows)
    while some := list(islice(rest, _AT_ONCE)):
        connection.execute(insert(table), some)


def _moved(table: Table) -> _Moved:
    unique = {
        column.name
        for group in _unique_groups(table)
        if not any(_is_key(column) or _is_of(column, (date, datetime)) for column in group)
        for column in group[-1:]
    }
    return _Moved(
        table=table,
        keys=tuple(column.name for column in table.columns if _is_key(column)),
        days=tuple(column.name for column in table.columns if _is_of(column, (date, datetime))),
        texts=tuple(column.name for column in table.columns if _is_of(column, (str,))),
        unique=tuple(sorted(unique)),
    )


def _unique_groups(table: Table) -> Iterator[list[Column[Any]]]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield list(constraint.columns)
    yield from (list(index.columns) for index in table.indexes if index.unique)
    if not any(_is_key(column) for column in table.primary_key):
        yield list(table.primary_key)


def _is_key(column: Column[Any]) -> bool:
    """Say whether a column is a key that differs from copy to copy: the row's own, or that of a copied row."""
    for reference in column.foreign_keys:
        return reference.column.table.name not in ONCE
    return column.primary_key and _is_of(column, (int,))


def _is_of(column: Column[Any], kinds: tuple[type, ...]) -> bool:
    stored = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    try:
        return issubclass(stored.python_type, kinds)  # type: ignore[union-attr]
    except NotImplementedError:
        return False


def _copy(moved: _Moved, k: int, row: dict[str, Any]) -> dict[str, Any]:
    new = dict(row)
    for name in moved.keys:
        if new[name] is not None:
            new[name] += k * STRIDE
    for name in moved.days:
        if new[name] is not None:
            new[name] -= timedelta(days=k)
    for name in moved.texts:
        if new[name]:
            new[name] = code_of_copy(new[name], k)
    for name in moved.unique:
        if new[name] is not None and new[name] == row[name]:
            new[name] = _distinct(new[name], k)
    return new


def code_of_copy(code: str, k: int) -> str:
    """Return an S10, a dossier code, a try or a scan as another day would have it; any other text as it is."""
    if len(code) == 13 and s10.is_s10(code):
        found = s10.parse(code)
        serial = 90_000_000 + (found.serial - 90_000_000 + k * _S10_STRIDE) % 10_000_000
        return str(s10.S10(found.indicator, serial, found.country))
    if _TRY.match(code):  # what failed when, as items keep it
        return _TRY.sub(lambda told: str(date.fromisoformat(told[1]) - timedelta(days=k)), code)
    if match := _OF_ROUND.match(code):  # a scan says on which round it was
        return f"r{int(match[1]) + k * STRIDE}:{code[match.end() :]}"
    if match := _DOSSIER.match(code):
        # No date of 99 months: a copy's code is that of no other day.
        return f"{match[1]}{(int(match[2]) + 1_000 * k) % 1_000_000:06d}{match[3]}"
    return code


def _distinct(value: Any, k: int) -> Any:
    if isinstance(value, bytes):
        return k.to_bytes(2) + value[2:]
    if isinstance(value, int):
        return value + k * STRIDE
    return f"{k:x}g{value}"[: max(len(value), 4)] if len(value) >= 32 else f"{value}/{k}"


def _let_numbers_go_on(connection: Connection) -> None:
    """Set PostgreSQL's sequences behind the highest key of each table; SQLite looks by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        for column in table.primary_key:
            name = connection.scalar(text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": column.name})
            if name:
                connection.execute(select(func.setval(name, select(func.max(column) + 1).scalar_subquery())))
