"""Sealing: adds what a transaction recorded to the chain, as the last step before its commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Exists, event, insert, select, text
from sqlalchemy.orm import Session

from postal.chain.commitments import (
    GENESIS,
    PAPERS,
    commit,
    event_text,
    link_head,
    new_salt,
    proof_payloads,
    with_proof,
)
from postal.chain.instants import instant_text
from postal.chain.records import RECORDS, kinds_of, record_payloads
from postal.chain.unsealed import EVENT, Unsealed, note_unsealed, take_unsealed
from postal.models import ChainLink
from postal.models.keys import blocks

_LOCK = 7_846_101


@dataclass(frozen=True, kw_only=True)
class Head:
    """The end of the chain: how many links, and the hash that vouches for them all."""

    position: int
    head: str


def head_of(session: Session) -> Head:
    """Return the present end of the chain."""
    query = select(ChainLink.position, ChainLink.head).order_by(ChainLink.position.desc()).limit(1)
    found = session.execute(query).first()
    return Head(position=found[0], head=found[1]) if found else Head(position=0, head=GENESIS)


def seal(session: Session, *, now: datetime) -> Head:
    """Add everything that is not in the chain yet, whoever recorded it; return the new end."""
    session.flush()
    _hold(session)
    return _lengthen(session, _all_unsealed(session), now)


def begin_kinds(session: Session, *, now: datetime) -> Head:
    """Add what an older version recorded and did not bind: rows of those kinds that have no link at all yet.

    Old links stay as they are; the chain goes on behind them. Safe to repeat.
    """
    session.flush()
    _hold(session)
    known = set(session.scalars(select(ChainLink.kind).distinct()))
    return _lengthen(session, _unsealed_records(session, [kind for kind in RECORDS if kind not in known]), now)


@event.listens_for(Session, "after_flush")
def _note_records(session: Session, _context: object) -> None:
    """Note records written or settled by this flush, whoever wrote them."""
    for row in (*session.new, *session.dirty):
        for kind, at in kinds_of(row):
            note_unsealed(session, kind, [row.id], now=at)


@event.listens_for(Session, "before_commit")
def _seal_last(session: Session) -> None:
    """Seal what this transaction recorded, last of all.

    Whoever holds the chain waits for nobody any more: writers never lock each other out in a circle.
    """
    if session.in_nested_transaction():
        return
    session.flush()
    noted = take_unsealed(session)
    if noted is None:
        return
    _hold(session)
    _lengthen(session, _noted(session, noted), noted.now)


def _hold(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        # One at a time may lengthen the chain; SQLite has one writer anyway.
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _lengthen(session: Session, payloads: Iterable[tuple[str, int, str]], now: datetime) -> Head:
    end = head_of(session)
    position, head = end.position, end.head
    sealed_at = instant_text(now)
    links = []
    for kind, subject_id, payload in payloads:
        position += 1
        salt = new_salt()
        commitment = commit(salt, payload)
        head = link_head(head, position, kind, subject_id, sealed_at, commitment)
        links.append(
            {
                "position": position,
                "kind": kind,
                "subject_id": subject_id,
                "salt": salt,
                "commitment": commitment,
                "head": head,
                "sealed_at": now,
            }
        )
    if links:
        session.execute(insert(ChainLink), links)
    return Head(position=position, head=head)


def _all_unsealed(session: Session) -> Iterator[tuple[str, int, str]]:
    yield from _events(session, "1 = 1", {})
    for kind, (table, read) in PAPERS.items():
        for subject_id in session.scalars(select(table.id).where(~_is_sealed(kind, table.id)).order_by(table.id)).all():
            yield kind, subject_id, read(session, subject_id) or ""
    yield from _unsealed_records(session, RECORDS)


def _unsealed_records(
    session: Session, kinds: Iterable[str], only: Mapping[str, Sequence[int]] | None = None
) -> Iterator[tuple[str, int, str]]:
    """Yield records that have no link yet; ``only`` names the ids to look at."""
    for kind in kinds:
        record = RECORDS[kind]
        query = select(record.table.id).where(record.is_there, ~_is_sealed(kind, record.table.id))
        parts = [query] if only is None else [query.where(record.table.id.in_(some)) for some in blocks(only[kind])]
        ids = sorted(row_id for part in parts for row_id in session.scalars(part))
        payloads = record_payloads(session, kind, ids)
        yield from ((kind, row_id, payloads[row_id]) for row_id in ids if row_id in payloads)


def _noted(session: Session, noted: Unsealed) -> Iterator[tuple[str, int, str]]:
    """Yield what was noted and is really there: a savepoint may have been rolled back meanwhile."""
    event_ids = sorted(set(noted.ids.get(EVENT, ())))
    for here in blocks(event_ids):
        names = {f"id{number}": event_id for number, event_id in enumerate(here)}
        yield from _events(session, f"e.id IN ({', '.join(f':{name}' for name in names)})", names)
    for kind, (table, read) in PAPERS.items():
        wanted = sorted(set(noted.ids.get(kind, ())))
        query = select(table.id).where(table.id.in_(wanted), ~_is_sealed(kind, table.id)).order_by(table.id)
        for subject_id in session.scalars(query).all() if wanted else ():
            yield kind, subject_id, read(session, subject_id) or ""
    records = {kind: sorted(set(ids)) for kind, ids in noted.ids.items() if kind in RECORDS}
    yield from _unsealed_records(session, [kind for kind in RECORDS if kind in records], records)


def _is_sealed(kind: str, subject_id: Any) -> Exists:
    return select(ChainLink.position).where(ChainLink.kind == kind, ChainLink.subject_id == subject_id).exists()


def _events(session: Session, which: str, names: dict[str, int]) -> Iterator[tuple[str, int, str]]:
    event_sql = event_text(session.get_bind().dialect.name)
    query = (
        f"SELECT e.id, e.proof_id, {event_sql} FROM tracking_events e WHERE {which} AND NOT EXISTS "  # noqa: S608
        "(SELECT 1 FROM chain_links l WHERE l.kind = 'event' AND l.subject_id = e.id) ORDER BY e.id"
    )
    rows = session.execute(text(query), names).all()
    proofs = proof_payloads(session, [row[1] for row in rows if row[1] is not None])
    for event_id, proof_id, payload in rows:
        yield EVENT, event_id, payload if proof_id is None else with_proof(payload, proofs.get(proof_id))
