"""Checks the whole chain: everything is there, unchanged and in order, or the first broken place is named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
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
from postal.chain.sealing import Head
from postal.chain.signing import SealedReceipt, SignedHead
from postal.chain.unsealed import DOORSTEP, EVENT, PICTURE, RECEIPT, SIGNATURE
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
# A transaction may commit this much later than the instant it wrote down, and is sealed by the next one.
STILL_OPEN = timedelta(minutes=10)
_PROOF_AT = 7


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
    """Check every link, event, proof, receipt and fixed list, against signed heads kept elsewhere.

    What was recorded after the last seal is not in the chain yet and is no fault. People's names are checked apart
    (`check_people`), because an erased person cannot be checked any more and must not break the chain.
    """
    expected: dict[int, set[str]] = {}
    for anchor in anchors:
        expected.setdefault(anchor.position, set()).add(anchor.head)
    end = Head(position=0, head=GENESIS)
    for block in _blocks(session):
        end, broken = _check_block(session, block, end, expected)
        if broken is not None:
            return Checked(n_links=end.position, head=end.head, broken=broken)
    broken = _cut_off(end, anchors) or _unknown_row(session, end, anchors)
    return Checked(n_links=end.position, head=end.head, broken=broken)


def _blocks(session: Session) -> Iterator[Sequence[tuple[Any, ...]]]:
    dialect = session.get_bind().dialect.name
    sealed_at = instant_column(dialect, "l.sealed_at")
    query = (
        f"SELECT l.position, l.kind, l.subject_id, l.salt, l.commitment, l.head, {sealed_at}, "  # noqa: S608
        f"e.proof_id, {event_text(dialect)} FROM chain_links l "
        "LEFT JOIN tracking_events e ON l.kind = 'event' AND e.id = l.subject_id ORDER BY l.position"
    )
    # The driver's own cursor: rows come as plain tuples, several times faster than mapped ones.
    connection = session.connection().connection
    # PostgreSQL keeps the rows until they are asked for; without a name it would send them all at once.
    cursor = connection.cursor("chain") if dialect == "postgresql" else connection.cursor()
    try:
        cursor.execute(query)
        while rows := cursor.fetchmany(_BLOCK):
            yield rows
    finally:
        cursor.close()


def _check_block(
    session: Session, rows: Sequence[tuple[Any, ...]], end: Head, expected: dict[int, set[str]]
) -> tuple[Head, Broken | None]:
    proofs = proof_payloads(session, [row[_PROOF_AT] for row in rows if row[_PROOF_AT] is not None])
    sha256, position, head = hashlib.sha256, end.position, end.head
    for row in rows:
        found_position, kind, subject_id, salt, commitment, found_head, sealed_at, proof_id, payload = row
        if found_position != position + 1:
            return Head(position=position, head=head), _broken(position + 1, row, "missing_link")
        if proof_id is not None:
            payload = with_proof(payload, proofs.get(proof_id))
        elif kind != EVENT:
            payload = PAPERS[kind][1](session, subject_id) if kind in PAPERS else None
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


def _broken(position: int, row: Sequence[Any], why: str) -> Broken:
    return Broken(position=position, kind=str(row[1]), subject_id=row[2], why=why)


def _cut_off(end: Head, anchors: Sequence[SignedHead]) -> Broken | None:
    beyond = [anchor.position for anchor in anchors if anchor.position > end.position]
    if not beyond:
        return None
    return Broken(position=end.position + 1, kind="", subject_id=None, why="cut_off")


def _unknown_row(session: Session, end: Head, anchors: Sequence[SignedHead]) -> Broken | None:
    """Find a row that claims to have been recorded before the last seal and yet was never sealed."""
    sealed_until = session.scalar(select(func.max(ChainLink.sealed_at)))
    ends = [datetime.fromisoformat(anchor.signed_at) for anchor in anchors]
    ends += [sealed_until] if sealed_until is not None else []
    if not ends:
        return None
    tables: dict[str, Any] = {EVENT: TrackingEvent} | {kind: paper[0] for kind, paper in PAPERS.items()}
    for kind, table in tables.items():
        link = select(ChainLink.position).where(ChainLink.kind == kind, ChainLink.subject_id == table.id)
        query = select(table.id).where(table.recorded_at < max(ends) - STILL_OPEN, ~link.exists()).order_by(table.id)
        subject_id = session.scalar(query.limit(1))
        if subject_id is not None:
            return Broken(position=end.position + 1, kind=kind, subject_id=subject_id, why="not_in_chain")
    return None


def check_people(session: Session) -> list[Broken]:
    """Return receipts and proofs whose people are not the ones committed to; erased people are passed over."""
    broken = []
    for handover in session.query(Handover).filter(Handover.person_salt.is_not(None)).yield_per(500):
        giver, receiver = (session.get_one(Person, i) for i in (handover.giver_id, handover.receiver_id))
        if giver.sealed is None or receiver.sealed is None:
            continue
        parties = [unseal(session, person) for person in (giver, receiver)]
        payload = person_payload(*(text for party in parties for text in (party.full_name, party.position or "")))
        if commit(handover.person_salt or "", payload) != handover.person_commitment:
            broken.append(Broken(position=0, kind=RECEIPT, subject_id=handover.id, why="person_changed"))
    for proof in session.query(ProofOfDelivery).filter(ProofOfDelivery.person_salt.is_not(None)).yield_per(500):
        person = session.get_one(Person, proof.receiver_id)
        if person.sealed is None:
            continue
        one = unseal(session, person)
        if (
            commit(proof.person_salt or "", person_payload(one.full_name, one.id_number_tail))
            != proof.person_commitment
        ):
            broken.append(Broken(position=0, kind="proof", subject_id=proof.id, why="person_changed"))
    return broken


def check_pictures(session: Session) -> list[Broken]:
    """Return signatures and photos whose sealed picture is not the one whose digest stands in the chain."""
    broken = []
    tables: tuple[tuple[str, Any], ...] = (
        (SIGNATURE, ReceiptSignature), (DOORSTEP, DeliverySignature), (PICTURE, Picture),
    )  # fmt: skip
    for kind, table in tables:
        query = select(table).where(table.sealed.is_not(None)).order_by(table.id)
        for signed in session.scalars(query).yield_per(50):
            try:
                digest = hashlib.sha256(vault_of(session).open_bytes(signed.sealed, signed.key_id)).hexdigest()
            except VaultLocked:
                digest = ""
            if digest != signed.digest:
                broken.append(Broken(position=0, kind=kind, subject_id=signed.id, why="picture_changed"))
    return broken


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
