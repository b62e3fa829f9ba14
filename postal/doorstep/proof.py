"""Proof of delivery: what must be recorded before a result counts as delivered or a dossier as collected."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.chain.commitments import commit, new_salt, person_payload
from postal.errors import InvalidInput
from postal.models import Item, PersonKind, ProofOfDelivery
from postal.people import PersonData, add_person, unseal
from postal.rules.lifecycle import Direction
from postal.rules.organisations import is_organisation
from routing import Message

# TT 17/2017/TT-BTTTT Đ5.2: the recipient, or somebody with a written authorisation; family is not automatic. For an
# organisation nobody is the recipient in person: who takes its result bears its letter (giấy giới thiệu).
SELF, AUTHORISED, INTRODUCED = "self", "authorised", "introduced"
RECEIPT_NUMBER = "receipt_number"
ID_KINDS = frozenset({"cccd", "passport", "vneid", "other"})
_TAIL = re.compile(r"[0-9A-Z]{4}", re.ASCII)


class ProofMissing(InvalidInput):
    code = "proof_missing"
    says = Message("Thiếu bằng chứng đã phát: {what}.")


class DocumentsDiffer(InvalidInput):
    code = "documents_differ"
    says = Message("Phải kiểm đếm đủ {n_documents} tài liệu. Thiếu hoặc sai thì không phát, ghi lý do và mang về.")


class FeeNotCollected(InvalidInput):
    code = "fee_not_collected"
    says = Message("Phải thu {fee_vnd} đồng và ghi số biên lai trước khi phát.")


class PapersNotTakenBack(InvalidInput):
    code = "papers_not_taken_back"
    says = Message("Phải thu hồi đủ giấy tờ cũ trước khi phát.")


@dataclass(frozen=True, kw_only=True)
class ProofIn:
    """What the courier notes at the door. ``id_tail`` is the last four characters of the document shown.

    ``letter_number`` is that of the organisation's letter (giấy giới thiệu) the receiver bears, ``seal``
    that of the envelope a dossier was closed in before the citizen's eyes, ``receipt_number`` what the phone gave the
    citizen's receipt out of its own block (`postal.custody.reserve_numbers`). ``signature`` is a PNG
    or JPEG the receiver drew; who signs on paper has the sheet's photo attached to the round.
    """

    receiver_name: str
    relation: str = "self"
    id_kind: str = "cccd"
    id_tail: str = ""
    is_authorised: bool = False
    letter_number: str = ""
    seal: str = ""
    n_documents: int | None = None
    fee_vnd: int = 0
    fee_receipt: str | None = None
    receipt_number: str = ""
    taken_back: list[str] = field(default_factory=list)
    entered_from: str = "device"
    lat: float | None = None
    lon: float | None = None
    signature: bytes | None = None

    def __repr__(self) -> str:
        return "<ProofIn>"


def relations_for(full_name: str) -> tuple[str, ...]:
    """Return who may receive a result for this recipient, the usual one first."""
    return (INTRODUCED, AUTHORISED) if is_organisation(full_name) else (SELF, AUTHORISED)


def check_proof(session: Session, item: Item, proof: ProofIn | None) -> ProofIn:
    """Return the proof if it is enough.

    Raises ProofMissing, DocumentsDiffer, FeeNotCollected or PapersNotTakenBack, each naming the field.

    A hand-over at the door needs the receiver's name, the right to receive and a document shown (TT 17/2017
    Đ5.2d), the count of the papers and those to take back (Đ5.2đ), the fee (Đ5.2e). A collected dossier needs the
    giver's name, the count of its papers and the fee (QĐ 45/2016/QĐ-TTg Đ6).
    """
    if proof is None or not proof.receiver_name.strip():
        raise ProofMissing(field="receiver_name", what=Message("họ tên người nhận"))
    if item.direction is Direction.RESULT:
        recipient = unseal(session, item.consignment.person)
        _check_receiver(proof, relations_for(recipient.full_name))
    if item.documents and proof.n_documents != len(item.documents):
        raise DocumentsDiffer(field="n_documents", n_documents=len(item.documents))
    if item.fee_vnd and (proof.fee_vnd != item.fee_vnd or not (proof.fee_receipt or "").strip()):
        raise FeeNotCollected(field="fee_receipt", fee_vnd=item.fee_vnd)
    wanted = {paper["name"] for paper in item.take_back}
    if not wanted <= set(proof.taken_back):
        raise PapersNotTakenBack(field="taken_back")
    return proof


def _check_receiver(proof: ProofIn, allowed: tuple[str, ...]) -> None:
    if proof.relation not in allowed or (proof.relation == AUTHORISED and not proof.is_authorised):
        is_of_person = SELF in allowed
        raise ProofMissing(
            field="relation",
            what=Message("người nhận phải là chính chủ hoặc có giấy ủy quyền")
            if is_of_person
            else Message("người nhận thay tổ chức phải có giấy giới thiệu hoặc giấy ủy quyền của tổ chức"),
        )
    if proof.relation == INTRODUCED and not proof.letter_number.strip():
        raise ProofMissing(field="letter_number", what=Message("số giấy giới thiệu"))
    if proof.id_kind not in ID_KINDS or not _TAIL.fullmatch(proof.id_tail.strip().upper()):
        raise ProofMissing(field="id_tail", what=Message("4 ký tự cuối của giấy tờ"))


def keep_proof(act: Act, proof: ProofIn) -> ProofOfDelivery:
    """Store a checked proof; the receiver's name and document are sealed with the people."""
    data = PersonData(full_name=proof.receiver_name.strip()[:250], id_number_tail=proof.id_tail.strip().upper() or None)
    receiver = add_person(act.session, PersonKind.RECEIVER, data, now=act.now)
    salt = new_salt()
    return ProofOfDelivery(
        receiver_id=receiver.id,
        relation=proof.relation,
        id_kind=proof.id_kind,
        is_authorised=proof.is_authorised or proof.relation == AUTHORISED,
        n_documents=proof.n_documents,
        fee_vnd=proof.fee_vnd,
        fee_receipt=proof.fee_receipt,
        taken_back=list(proof.taken_back),
        is_owed=proof.fee_vnd > 0 or bool(proof.taken_back),
        entered_from=proof.entered_from,
        lat=proof.lat,
        lon=proof.lon,
        person_salt=salt,
        person_commitment=commit(salt, person_payload(data.full_name, data.id_number_tail)),
    )


def facts_of_proof(proof: ProofIn) -> dict[str, str]:
    """Return what of a proof stands in its event: the receiver's letter, a dossier's seal, the receipt's number."""
    told = {
        "letter": proof.letter_number.strip()[:40],
        "seal": proof.seal.strip()[:40],
        RECEIPT_NUMBER: proof.receipt_number,
    }
    return {name: value for name, value in told.items() if value}
