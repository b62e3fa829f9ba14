"""Key rotation: everything sealed is sealed again with the newest key, batch by batch, while the service runs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, and_, bindparam, func, select, update
from sqlalchemy.orm import Session

from postal.models import Base
from postal.people import vault_of
from postal.people.vault import VaultLocked


def _sealed_columns() -> Iterator[tuple[Table, str, str]]:
    """Yield table, sealed column and the column with the name of its key: every binary column is sealed."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                own = f"{column.name}_key_id"
                yield table, column.name, own if own in table.columns else "key_id"


SEALED = tuple(_sealed_columns())


def n_left(session: Session) -> int:
    """Return how many records are sealed with an older key."""
    return sum(
        session.scalar(select(func.count()).select_from(table).where(_is_old(session, table, data, key))) or 0
        for table, data, key in SEALED
    )


def locked_keys(session: Session) -> list[str]:
    """Return the names of keys in use that are not at hand, or no longer open what they sealed."""
    vault = vault_of(session)
    locked = set()
    for table, data, key in SEALED:
        for (name,) in session.execute(select(table.c[key]).where(table.c[data].is_not(None)).distinct()).all():
            one = session.scalar(select(table.c[data]).where(table.c[key] == name, table.c[data].is_not(None)).limit(1))
            try:
                vault.open_bytes(one or b"", name)
            except VaultLocked:
                locked.add(str(name))
    return sorted(locked)


def reseal_batch(session: Session, *, limit: int = 1000) -> int:
    """Seal up to ``limit`` records again with the newest key; return how many, 0 when all are done.

    Safe to stop at any moment and to go on later. Raises VaultLocked where an old key is not at hand.
    """
    for table, data, key in SEALED:
        if n_done := _reseal(session, table, data, key, limit):
            return n_done
    return 0


def _reseal(session: Session, table: Table, data: str, key: str, limit: int) -> int:
    vault = vault_of(session)
    primary: Column[int] = next(iter(table.primary_key.columns))
    query = select(primary, table.c[data], table.c[key]).where(_is_old(session, table, data, key)).order_by(primary)
    rows = session.execute(query.limit(limit).with_for_update()).all()
    if not rows:
        return 0
    again = [(row[0], vault.seal_bytes(vault.open_bytes(row[1], row[2]))) for row in rows]
    statement = update(table).where(primary == bindparam("row_id")).values({data: bindparam("d"), key: bindparam("k")})
    session.connection().execute(
        statement, [{"row_id": row_id, "d": sealed.data, "k": sealed.key_id} for row_id, sealed in again]
    )
    return len(again)


def _is_old(session: Session, table: Table, data: str, key: str) -> ColumnElement[bool]:
    return and_(table.c[data].is_not(None), table.c[key] != vault_of(session).newest_key_id)
