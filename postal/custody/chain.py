"""Sealing: what was recorded since the last seal joins the chain, last of all in its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session

from postal.custody.commitments import (
    EVENT,
    GENESIS,
    PAPERS,
    commit,
    event_text,
    instant_text,
    link_head,
    new_salt,
    proof_payloads,
    with_proof,
)
from postal.models import ChainLink

# Transactions commit out of the order of their keys; nothing is still open this far behind the newest sealed one.
_LATE_AT_MOST = 100_000
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


def seal_at_commit(session: Session, *, now: datetime) -> None:
    """Seal everything new when this transaction commits.

    Last of all, so that whoever holds the chain waits for nobody: writers never lock each other out in a circle.
    """
    is_first = "seal_at" not in session.info
    session.info["seal_at"] = now
    if is_first:
        event.listen(session, "before_commit", _seal_last)


def _seal_last(session: Session) -> None:
    if session.in_nested_transaction() or session.info.get("seal_at") is None:
        return
    seal(session, now=session.info["seal_at"])
    session.info["seal_at"] = None


def seal(session: Session, *, now: datetime) -> Head:
    """Add every event and receipt that is not in the chain yet; return the new end."""
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        # One at a time may lengthen the chain; SQLite has one writer anyway.
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    end = head_of(session)
    position, head = end.position, end.head
    sealed_at = instant_text(now)
    links = []
    for kind, subject_id, payload in _unsealed(session):
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


def _unsealed(session: Session) -> Iterator[tuple[str, int, str]]:
    rows = session.execute(text(_unsealed_events(session)), {"kind": EVENT, "late": _LATE_AT_MOST}).all()
    proofs = proof_payloads(session, [row[1] for row in rows if row[1] is not None])
    for event_id, proof_id, told in rows:
        yield EVENT, event_id, told if proof_id is None else with_proof(told, proofs.get(proof_id))
    for kind, (table, read) in PAPERS.items():
        known = select(ChainLink.position).where(ChainLink.kind == kind, ChainLink.subject_id == table.id)
        for subject_id in session.scalars(select(table.id).where(~known.exists()).order_by(table.id)).all():
            yield kind, subject_id, read(session, subject_id) or ""


def _unsealed_events(session: Session) -> str:
    told = event_text(session.get_bind().dialect.name)
    return (
        f"SELECT e.id, e.proof_id, {told} FROM tracking_events e "  # noqa: S608 - names of our own columns
        "WHERE e.id > (SELECT COALESCE(MAX(subject_id), 0) FROM chain_links WHERE kind = :kind) - :late "
        "AND NOT EXISTS (SELECT 1 FROM chain_links l WHERE l.kind = :kind AND l.subject_id = e.id) ORDER BY e.id"
    )
