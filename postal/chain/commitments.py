"""What the chain hashes: one canonical text for each event, receipt and proof. Reads rows, writes nothing.

An event's text is written by the database itself, the same on every one: its columns joined by "|", numbers in
decimal, instants as "YYYY-MM-DD HH:MM:SS.ffffff" in UTC, free texts as "length:text", what is absent as "~"; where a
proof belongs to it, the digest of the proof follows. Receipts and signatures are Python's `ascii()` of a tuple.
What the fold may change later (`is_applied`, `sequence`, `state_after`) is not bound, nor is any person's data:
names enter as salted commitments of their own.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.chain.instants import instant_text
from postal.chain.unsealed import DOORSTEP, PICTURE, RECEIPT, SIGNATURE
from postal.models import (
    DeliverySignature,
    Handover,
    HandoverLine,
    Manifest,
    ManifestLine,
    Picture,
    ProofOfDelivery,
    ReceiptSignature,
)
from postal.models.keys import blocks

GENESIS = hashlib.sha256(b"tannha chain of custody 1").hexdigest()
# The columns of an event that are bound, in the order in which they are written: "#" marks free texts, "@" instants,
# "?" what may be absent.
_EVENT_COLUMNS = (
    "item_id", "kind", "#scan_id", "@happened_at", "?@device_at", "@recorded_at",
    "?user_id", "?courier_id", "?office_id", "?#reason", "#facts", "?proof_id",
)  # fmt: skip
# Who acted where it was no user. Written behind the others and only where there is one: events of before these columns
# were added keep the text they were sealed with.
_EVENT_ACTOR_COLUMNS = ("?api_key_id", "?#command")
# The round an event happened on, likewise, behind the word "round" so that it is taken for nothing else.
_EVENT_ROUND_COLUMN = "round_id"
_PROOF_COLUMNS = (
    ProofOfDelivery.id, ProofOfDelivery.relation, ProofOfDelivery.id_kind, ProofOfDelivery.is_authorised,
    ProofOfDelivery.n_documents, ProofOfDelivery.fee_vnd, ProofOfDelivery.fee_receipt, ProofOfDelivery.taken_back,
    ProofOfDelivery.entered_from, ProofOfDelivery.lat, ProofOfDelivery.lon, ProofOfDelivery.person_commitment,
)  # fmt: skip


_RECEIPT_COLUMNS = (
    Handover.id, Handover.number, Handover.leg, Handover.manifest_id, Handover.round_id, Handover.giver_office_id,
    Handover.receiver_office_id, Handover.giver_id, Handover.receiver_id, Handover.handed_over_at,
    Handover.recorded_at, Handover.recorded_by_id, Handover.n_expected, Handover.n_present, Handover.digest,
    Handover.facts, Handover.person_commitment,
)  # fmt: skip
_RECEIPT_ACTOR_COLUMNS = (Handover.api_key_id, Handover.command)  # bound only where one of them is set, as for events


def new_salt() -> str:
    """Return 128 bits nobody can guess, as 32 hex digits."""
    return secrets.token_hex(16)


def commit(salt: str, payload: str) -> str:
    """Return the commitment to a payload: without the salt nobody can try out what it might be."""
    return hashlib.sha256(f"{salt}{payload}".encode()).hexdigest()


def link_head(before: str, position: int, kind: str, subject_id: int, sealed_at: str, commitment: str) -> str:
    """Return the head after one more link."""
    return hashlib.sha256(f"{before}|{position}|{kind}|{subject_id}|{sealed_at}|{commitment}".encode()).hexdigest()


def person_payload(*texts: str | None) -> str:
    """Return the canonical text of somebody's data, as it was when it was written down."""
    return ascii(texts)


def event_text(dialect: str, alias: str = "e") -> str:
    """Return the SQL of an event's canonical text; NULL where an outer join found no event."""
    columns = [f"{alias}.id", *(_column(dialect, alias, name) for name in _EVENT_COLUMNS)]
    if dialect == "postgresql":
        written = "concat_ws('|', " + ", ".join(columns) + ")"
    else:  # one printf is twice as fast as joining piece by piece
        written = "printf('" + "|".join(["%s"] * len(columns)) + "', " + ", ".join(columns) + ")"
    acted = " || '|' || ".join(_column(dialect, alias, name) for name in _EVENT_ACTOR_COLUMNS)
    is_user = f"{alias}.api_key_id IS NULL AND {alias}.command IS NULL"
    written = f"{written} || CASE WHEN {is_user} THEN '' ELSE '|' || {acted} END"
    on_round = f"'|round ' || {_column(dialect, alias, _EVENT_ROUND_COLUMN)}"
    written = f"{written} || CASE WHEN {alias}.round_id IS NULL THEN '' ELSE {on_round} END"
    return f"CASE WHEN {alias}.id IS NOT NULL THEN {written} END"


def with_proof(event_text: str, proof_digest: str | None) -> str:
    """Return an event's canonical text with the digest of its proof behind it."""
    return f"{event_text}|{proof_digest}"


def instant_column(dialect: str, column: str) -> str:
    """Return the SQL of an instant as its canonical text."""
    if dialect == "postgresql":
        return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    return column


def proof_payloads(session: Session, proof_ids: Sequence[int]) -> dict[int, str]:
    """Return the digest of each proof's own columns, by id; a proof that is gone is not in the answer."""
    found: dict[int, str] = {}
    for some in blocks(proof_ids):
        query = select(*_PROOF_COLUMNS).where(ProofOfDelivery.id.in_(some))
        for proof_id, *values in session.execute(query):
            payload = ascii((*values[:6], json.dumps(values[6]), *values[7:]))
            found[proof_id] = hashlib.sha256(payload.encode()).hexdigest()
    return found


def receipt_payload(session: Session, handover_id: int) -> str | None:
    """Return the canonical text of a receipt: its head, every line, and the fixed list it was counted against."""
    columns = (*_RECEIPT_COLUMNS, *_RECEIPT_ACTOR_COLUMNS)
    found = session.execute(select(*columns).where(Handover.id == handover_id)).first()
    if found is None:
        return None
    lines = session.execute(
        select(HandoverLine.id, HandoverLine.item_id, HandoverLine.code, HandoverLine.found)
        .where(HandoverLine.handover_id == handover_id)
        .order_by(HandoverLine.id)
    )
    written = found if any(found[len(_RECEIPT_COLUMNS) :]) else found[: len(_RECEIPT_COLUMNS)]
    head = tuple(_canonical(value) for value in written)
    written_lines = tuple((row[0], row[1], row[2], str(row[3])) for row in lines)
    return ascii((head, written_lines, _manifest(session, found[3])))


def signature_payload(session: Session, signature_id: int) -> str | None:
    """Return the canonical text of a signature under a receipt: the picture's digest, never the picture."""
    columns = (
        ReceiptSignature.id, ReceiptSignature.handover_id, ReceiptSignature.side, ReceiptSignature.how,
        ReceiptSignature.digest, ReceiptSignature.device_at, ReceiptSignature.recorded_at, ReceiptSignature.user_id,
    )  # fmt: skip
    found = session.execute(select(*columns).where(ReceiptSignature.id == signature_id)).first()
    return ascii(tuple(_canonical(value) for value in found)) if found else None


def doorstep_payload(session: Session, signature_id: int) -> str | None:
    """Return the canonical text of a recipient's signature or a round's signed sheet: the picture's digest alone."""
    columns = (
        DeliverySignature.id, DeliverySignature.proof_id, DeliverySignature.round_id, DeliverySignature.how,
        DeliverySignature.digest, DeliverySignature.device_at, DeliverySignature.recorded_at, DeliverySignature.user_id,
    )  # fmt: skip
    found = session.execute(select(*columns).where(DeliverySignature.id == signature_id)).first()
    return ascii(tuple(_canonical(value) for value in found)) if found else None


def picture_payload(session: Session, picture_id: int) -> str | None:
    """Return the canonical text of a photo: digests of what came and of what is kept, never the picture."""
    columns = (
        Picture.id, Picture.public_id, Picture.owner, Picture.client_id, Picture.came_digest, Picture.digest,
        Picture.n_bytes, Picture.width, Picture.height, Picture.recorded_at, Picture.user_id, Picture.phone_id,
    )  # fmt: skip
    found = session.execute(select(*columns).where(Picture.id == picture_id)).first()
    return ascii(tuple(_canonical(value) for value in found)) if found else None


Paper = type[Handover] | type[ReceiptSignature] | type[DeliverySignature] | type[Picture]
# What is bound besides events, by kind: its table, and how its canonical text is read.
PAPERS: dict[str, tuple[Paper, Callable[[Session, int], str | None]]] = {
    RECEIPT: (Handover, receipt_payload),
    SIGNATURE: (ReceiptSignature, signature_payload),
    DOORSTEP: (DeliverySignature, doorstep_payload),
    PICTURE: (Picture, picture_payload),
}


def _canonical(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    return str(value) if isinstance(value, str) else value


def _manifest(session: Session, manifest_id: int | None) -> tuple[Any, ...] | None:
    if manifest_id is None:
        return None
    columns = (Manifest.number, Manifest.batch_id, Manifest.n_items, Manifest.weight_g, Manifest.digest)
    head = session.execute(select(*columns).where(Manifest.id == manifest_id)).first()
    lines = session.execute(
        select(ManifestLine.position, ManifestLine.item_id, ManifestLine.s10)
        .where(ManifestLine.manifest_id == manifest_id)
        .order_by(ManifestLine.position, ManifestLine.id)
    )
    return (tuple(head) if head else None, tuple(tuple(line) for line in lines))


def _column(dialect: str, alias: str, name: str) -> str:
    column = f"{alias}.{name.lstrip('?@#')}"
    written = column
    if "@" in name:
        written = instant_column(dialect, column)
    elif "#" in name:
        as_text = f"CAST({column} AS TEXT)"
        written = f"LENGTH({as_text}) || ':' || {as_text}"
    return f"COALESCE(CAST({written} AS TEXT), '~')" if name.startswith("?") else written
