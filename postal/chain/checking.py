"""Checks the whole chain: everything is there, unchanged and in order, or the first broken place is named."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, text, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from postal.chain.commitments import (
    GENESIS,
    PAPERS,
    commit,
    event_text,
    instant_column,
    person_payload,
    proof_payloads,
    with_proof,
)
from postal.chain.records import RECORDS, record_payloads
from postal.chain.sealing import Head, head_of
from postal.chain.signing import SealedReceipt, SignedHead
from postal.chain.unsealed import DOORSTEP, EVENT, PICTURE, RECEIPT, SIGNATURE, noted_of
from postal.models import (
    ChainLink,
    DeliverySignature,
    Handover,
    Person,
    Picture,
    ProofOfDelivery,
    ReceiptSignature,
    TrackingEvent,
)
from postal.people import unseal, vault_of
from postal.people.vault import VaultLocked
from routing import Message

_BLOCK = 5_000
_PROOF_AT = 7


# What reading raises for bytes that no program of ours wrote: drivers, codecs, JSON, names of enums, keys of people.
GARBAGE = (
    SQLAlchemyError, sqlite3.Error, ValueError, TypeError, LookupError, AttributeError, OverflowError, VaultLocked,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The first place where the chain does not hold. ``why`` is one of the codes of `WHY`."""

    position: int
    kind: str
    subject_id: int | None
    why: str


WHY = {
    "missing_link": Message("thiếu mắt xích"),
    "head_changed": Message("mắt xích bị sửa hoặc đổi chỗ"),
    "subject_missing": Message("sự kiện hoặc biên bản đã bị xóa"),
    "subject_changed": Message("sự kiện hoặc biên bản đã bị sửa"),
    "not_in_chain": Message("dòng chen thêm, không có trong chuỗi"),
    "unreadable": Message("dữ liệu không đọc được"),
    "state_changed": Message("trạng thái ghi khác với các sự kiện"),
    "event_misplaced": Message("sự kiện được tính hay bỏ khác với trình tự"),
    "recipient_changed": Message("người nhận không phải người lúc tiếp nhận"),
    "cut_off": Message("phần cuối chuỗi đã bị cắt so với mốc đã ký"),
    "anchor_differs": Message("chuỗi khác với mốc đã ký"),
    "picture_changed": Message("ảnh hoặc chữ ký đã bị thay hoặc không mở được"),
    "person_changed": Message("tên người ký nhận đã bị sửa"),
}


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What the check found: how much it read, the end it reached, and the first broken place or None."""

    n_links: int
    head: str
    broken: Broken | None


def check_chain(session: Session, *, anchors: Sequence[SignedHead] = ()) -> Checked:
    """Check every link and what it binds, against signed heads kept elsewhere; never raises, whatever is stored.

    People's names are checked apart (`check_people`), because an erased person cannot be checked any more and must not
    break the chain; where items are, and whose, is checked by `postal.life.checking`.
    """
    expected: dict[int, set[str]] = {}
    for anchor in anchors:
        expected.setdefault(anchor.position, set()).add(anchor.head)
    end, broken = _walk(session, expected)
    if broken is None:
        broken = _cut_off(end, anchors) or _unknown_row(session, end)
    return Checked(n_links=end.position, head=end.head, broken=broken)


def _walk(session: Session, expected: dict[int, set[str]]) -> tuple[Head, Broken | None]:
    """Check link after link; return how far the chain holds, and the first place where it does not."""
    end, broken = Head(position=0, head=GENESIS), None
    try:
        for block in _blocks(session, "1 = 1"):
            end, broken = _check_block(session, block, end, expected)
            if broken is not None:
                return end, broken
    except GARBAGE:
        return _walk_slowly(session, end, expected)
    return end, None


def _walk_slowly(session: Session, end: Head, expected: dict[int, set[str]]) -> tuple[Head, Broken | None]:
    """Go on link by link, up to one that cannot even be read."""
    last = head_of(session).position
    while end.position < last:
        position = end.position + 1
        try:
            with closing(_blocks(session, f"l.position >= {position}", n=1)) as blocks:
                block = next(blocks)
            end, broken = _check_block(session, block, end, expected)
        except GARBAGE:
            return end, _unreadable(session, position)
        if broken is not None:
            return end, broken
    return end, None


def _unreadable(session: Session, position: int) -> Broken:
    """Name a link that cannot be read, as far as it can be named."""
    query = text("SELECT kind, subject_id FROM chain_links WHERE position = :position")
    try:
        kind, subject_id = session.execute(query, {"position": position}).one()
    except GARBAGE:
        kind, subject_id = "", None
    subject_id = subject_id if isinstance(subject_id, int) else None
    return Broken(position=position, kind=str(kind)[:20], subject_id=subject_id, why="unreadable")


def _blocks(session: Session, which: str, *, n: int = _BLOCK) -> Generator[Sequence[tuple[Any, ...]]]:
    dialect = session.get_bind().dialect.name
    sealed_at = instant_column(dialect, "l.sealed_at")
    query = (
        f"SELECT l.position, l.kind, l.subject_id, l.salt, l.commitment, l.head, {sealed_at}, "  # noqa: S608
        f"e.proof_id, {event_text(dialect)} FROM chain_links l "
        f"LEFT JOIN tracking_events e ON l.kind = 'event' AND e.id = l.subject_id WHERE {which} ORDER BY l.position"
    )
    # The driver's own cursor: rows come as plain tuples, several times faster than mapped ones.
    connection = session.connection().connection
    # PostgreSQL keeps the rows until they are asked for; without a name it would send them all at once.
    cursor = connection.cursor("chain") if dialect == "postgresql" else connection.cursor()
    try:
        cursor.execute(query)
        while rows := cursor.fetchmany(n):
            yield rows
    finally:
        cursor.close()


def _check_block(
    session: Session, rows: Sequence[tuple[Any, ...]], end: Head, expected: dict[int, set[str]]
) -> tuple[Head, Broken | None]:
    payloads = _payloads(session, rows)
    sha256, position, head = hashlib.sha256, end.position, end.head
    for row in rows:
        found_position, kind, subject_id, salt, commitment, found_head, sealed_at, proof_id, event_payload = row
        if found_position != position + 1:
            return Head(position=position, head=head), _broken(position + 1, row, "missing_link")
        payload = event_payload if proof_id is None and kind == EVENT else payloads.get((kind, subject_id))
        if payload is None:
            return Head(position=position, head=head), _broken(found_position, row, "subject_missing")
        linked = f"{head}|{found_position}|{kind}|{subject_id}|{sealed_at}|{commitment}"
        if sha256(linked.encode()).hexdigest() != found_head:
            return Head(position=position, head=head), _broken(found_position, row, "head_changed")
        if sha256(f"{salt}{payload}".encode()).hexdigest() != commitment:
            return Head(position=position, head=head), _broken(found_position, row, "subject_changed")
        position, head = found_position, found_head
        if position in expected and expected[position] != {head}:
            return Head(position=position, head=head), _broken(position, row, "anchor_differs")
    return Head(position=position, head=head), None


def _payloads(session: Session, rows: Sequence[tuple[Any, ...]]) -> dict[tuple[str, int], str]:
    """Return the canonical texts of what these links bind, by kind and id; of events only those with a proof."""
    proofs = proof_payloads(session, [row[_PROOF_AT] for row in rows if row[_PROOF_AT] is not None])
    ids: dict[str, list[int]] = {}
    found: dict[tuple[str, int], str] = {}
    for _, kind, subject_id, *_, proof_id, event_payload in rows:
        if kind in RECORDS:
            ids.setdefault(kind, []).append(subject_id)
        elif kind in PAPERS:
            payload = PAPERS[kind][1](session, subject_id)
            found |= {(kind, subject_id): payload} if payload is not None else {}
        elif kind == EVENT and proof_id is not None:
            found[kind, subject_id] = with_proof(event_payload, proofs.get(proof_id))
    for kind, of_kind in ids.items():
        found |= {(kind, row_id): payload for row_id, payload in record_payloads(session, kind, of_kind).items()}
    return found


def _broken(position: int, row: Sequence[Any], why: str) -> Broken:
    return Broken(position=position, kind=str(row[1]), subject_id=row[2], why=why)


def _cut_off(end: Head, anchors: Sequence[SignedHead]) -> Broken | None:
    beyond = [anchor.position for anchor in anchors if anchor.position > end.position]
    if not beyond:
        return None
    return Broken(position=end.position + 1, kind="", subject_id=None, why="cut_off")


def _unknown_row(session: Session, end: Head) -> Broken | None:
    """Find a row that is not in the chain, whenever it claims to have been recorded.

    Each transaction seals what it records, so that no other one ever sees a row without its link; what the asking
    transaction itself recorded is sealed at its commit.
    """
    tables: dict[str, tuple[Any, ColumnElement[bool]]] = {EVENT: (TrackingEvent, true())}
    tables |= {kind: (paper[0], true()) for kind, paper in PAPERS.items()}
    tables |= {kind: (record.table, record.is_there) for kind, record in RECORDS.items()}
    for kind, (table, is_there) in tables.items():
        link = select(ChainLink.position).where(ChainLink.kind == kind, ChainLink.subject_id == table.id)
        own = noted_of(session, kind)
        for subject_id in session.scalars(select(table.id).where(is_there, ~link.exists()).order_by(table.id)):
            if subject_id not in own:
                return Broken(position=end.position + 1, kind=kind, subject_id=subject_id, why="not_in_chain")
    return None


def check_people(session: Session) -> list[Broken]:
    """Return receipts and proofs whose people are not the ones committed to; erased people are passed over."""
    tables: tuple[tuple[str, Any, Callable[[Session, Any], bool]], ...] = (
        (RECEIPT, Handover, _are_signatories), ("proof", ProofOfDelivery, _is_receiver),
    )  # fmt: skip
    return [
        Broken(position=0, kind=kind, subject_id=row_id, why="person_changed")
        for kind, table, holds in tables
        for row_id in session.scalars(select(table.id).where(table.person_salt.is_not(None)).order_by(table.id)).all()
        if not _holds(session, table, row_id, holds)
    ]


def _holds(session: Session, table: Any, row_id: int, holds: Callable[[Session, Any], bool]) -> bool:
    try:
        return holds(session, session.get_one(table, row_id))
    except GARBAGE:
        return False


def _are_signatories(session: Session, handover: Handover) -> bool:
    giver, receiver = (session.get_one(Person, i) for i in (handover.giver_id, handover.receiver_id))
    if giver.sealed is None or receiver.sealed is None:
        return True
    parties = [unseal(session, person) for person in (giver, receiver)]
    payload = person_payload(*(text for party in parties for text in (party.full_name, party.position or "")))
    return commit(handover.person_salt or "", payload) == handover.person_commitment


def _is_receiver(session: Session, proof: ProofOfDelivery) -> bool:
    person = session.get_one(Person, proof.receiver_id)
    if person.sealed is None:
        return True
    one = unseal(session, person)
    payload = person_payload(one.full_name, one.id_number_tail)
    return commit(proof.person_salt or "", payload) == proof.person_commitment


def check_pictures(session: Session) -> list[Broken]:
    """Return signatures and photos whose sealed picture is not the one whose digest stands in the chain."""
    tables: tuple[tuple[str, Any], ...] = (
        (SIGNATURE, ReceiptSignature), (DOORSTEP, DeliverySignature), (PICTURE, Picture),
    )  # fmt: skip
    return [
        Broken(position=0, kind=kind, subject_id=row_id, why="picture_changed")
        for kind, table in tables
        for row_id in session.scalars(select(table.id).where(table.sealed.is_not(None)).order_by(table.id)).all()
        if not _holds(session, table, row_id, _is_same_picture)
    ]


def _is_same_picture(session: Session, signed: ReceiptSignature | DeliverySignature | Picture) -> bool:
    picture = vault_of(session).open_bytes(signed.sealed or b"", signed.key_id or "")
    return hashlib.sha256(picture).hexdigest() == signed.digest


@dataclass(frozen=True, kw_only=True)
class ReceiptMatch:
    """Whether a paper receipt is the one the database holds."""

    is_known: bool
    is_same: bool


def match_receipt(session: Session, printed: SealedReceipt) -> ReceiptMatch:
    """Hold what a receipt's code says against the database."""
    found = session.scalar(select(Handover).where(Handover.number == printed.number))
    if found is None:
        return ReceiptMatch(is_known=False, is_same=False)
    link = select(ChainLink.head).where(
        ChainLink.position == printed.position, ChainLink.kind == RECEIPT, ChainLink.subject_id == found.id
    )
    ours = (
        str(found.leg),
        found.handed_over_at.replace(microsecond=0),
        found.n_expected,
        found.n_present,
        found.digest,
    )
    theirs = (printed.leg, printed.handed_over_at, printed.n_expected, printed.n_present, printed.digest)
    is_same = ours == theirs and session.scalar(link) == printed.head
    return ReceiptMatch(is_known=True, is_same=is_same)
