"""What goes with one consignment: its note, its invitation, the receipts of its door, the letter of apology."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from api.documents.common import POST, local, local_date, say
from api.documents.items import token_url
from api.wiring import Services
from api.words import say_date
from labels import UnprintableText
from labels.papers import (
    ContactData,
    PaperData,
    apology_letter,
    collection_receipt,
    consignment_note,
    fee_receipt,
    invitation,
)
from postal import EventKind, InvalidInput, Session, desk, errors, models, people
from postal.access import ownership
from postal.life import follow_up
from postal.network import promises
from postal.rules import reasons as why

# Luật Bưu chính 49/2010 and TT 17/2017/TT-BTTTT: what every contract of posting tells.
_LIABILITY_VI = (
    "Mất, hư hỏng hoàn toàn: bồi thường ít nhất bốn lần cước và toàn bộ chi phí cấp lại nếu do lỗi của bưu chính. Chậm "
    "so với thời gian toàn trình đã công bố: hoàn cước. Khiếu nại trong sáu tháng kể từ ngày hết thời gian toàn trình."
)
_LIABILITY_EN = (
    "Lost or wholly damaged: at least four times the postage and all costs of re-issue where the post is at fault. "
    "Later than the published transit time: postage refunded. Complaints within six months after it has run out."
)
_RIGHTS_VI = (
    "Người gửi và người nhận được biết bưu gửi đang ở đâu, được khiếu nại và bồi thường theo Luật Bưu chính; người gửi "
    "chịu trách nhiệm về nội dung. Bưu chính giữ bí mật, giữ nguyên niêm phong và phát đúng người, đúng hạn."
)
_RESULT = ("Kết quả giải quyết thủ tục hành chính", "Result of an administrative procedure")
_RIGHTS_EN = (
    "Sender and recipient may know where the item is, complain and be compensated by the Law on Post; the sender "
    "answers for the content. The post keeps it secret and sealed and delivers to the right person in time."
)


@dataclass(frozen=True, kw_only=True)
class ApologyWords:
    """What the agency writes itself: the reason, the days and who signs."""

    number: str
    reason: str
    due_on: date
    new_due_on: date
    signer_title: str
    signer_name: str


def consignment_notes_of(
    services: Services, session: Session, items: Sequence[models.Item], *, language: str = "vi"
) -> bytes:
    """Return phiếu gửi hồ sơ, one for each item. Raises NotFound where nothing was accepted yet, UnprintableText."""
    notes = [_note(services, session, item, language) for item in items if item.s10]
    if not notes:
        raise errors.NotFound(what="phiếu gửi của bưu gửi chưa có số hiệu")
    return consignment_note.draw(notes, language=language)


def notes_of_batch(
    services: Services, session: Session, items: Sequence[models.Item], *, language: str = "vi"
) -> tuple[bytes, tuple[str, ...]]:
    """Return the notes of a batch, and the numbers left out: one name that cannot be printed stops its own note only.

    Raises NotFound where nothing was accepted yet, UnprintableText where none can be printed.
    """
    printable, left_out = [], []
    for item in items:
        try:
            consignment_notes_of(services, session, [item], language=language)
        except UnprintableText:
            left_out.append(item)
        else:
            printable.append(item)
    pdf = consignment_notes_of(services, session, printable or items, language=language)
    return pdf, tuple(item.s10 or item.dossier_code for item in left_out)


def _note(
    services: Services, session: Session, item: models.Item, language: str
) -> consignment_note.ConsignmentNoteData:
    consignment = item.consignment
    sender = consignment.issuing_office
    return consignment_note.ConsignmentNoteData(
        s10=item.s10 or "",
        dossier_code=item.dossier_code,
        token_url=token_url(services, session, item),
        sender=ContactData(name=sender.name, address=sender.address, phone=sender.phone),
        recipient=_contact(session, consignment),
        papers=_papers(item.documents) or (PaperData(name=say(language, *_RESULT)),),
        take_back=_papers(item.take_back),
        posted_at=local(services, consignment.posted_at) if consignment.posted_at else None,
        due_on=local_date(services, consignment.promised_by),
        weight_g=item.weight_g or 0,
        service=say(language, "Phát tận tay tại địa chỉ người nhận", "Into the recipient's hand, at the address"),
        fee_vnd=item.fee_vnd,
        rights=say(language, _RIGHTS_VI, _RIGHTS_EN),
        liability=say(language, _LIABILITY_VI, _LIABILITY_EN),
        operator=POST,
    )


def invitations_of(
    services: Services, session: Session, items: Sequence[models.Item], *, language: str = "vi"
) -> bytes:
    """Return giấy mời nhận bưu gửi for items whose recipient was not met. Raises NotFound, UnprintableText."""
    attempts = follow_up.load_attempts(session, [item.id for item in items])
    calendar = promises.load_calendar(session)
    cards = []
    for item in items:
        tried = attempts.get(item.id, [])
        found = follow_up.follow_up(tried, calendar)
        if found is not None and found.n_invitations:
            cards.append(_card(services, session, item, (tried[-1], found), language))
    if not cards:
        raise errors.NotFound(what="lần mời nhận")
    return invitation.draw(cards, language=language)


def _card(
    services: Services,
    session: Session,
    item: models.Item,
    tried: tuple[follow_up.Attempt, follow_up.FollowUp],
    language: str,
) -> invitation.InvitationData:
    last, found = tried
    consignment = item.consignment
    office_id = item.office_id or ownership.delivery_office_id(session, consignment.commune_code or "")
    office = session.get_one(models.Office, office_id) if office_id else consignment.issuing_office
    reason = why.say(last.reason, language)
    return invitation.InvitationData(
        s10=item.s10 or "",
        invitation=min(found.n_invitations, follow_up.N_INVITATIONS),
        recipient_name=people.open_person(session, consignment.person).full_name,
        sender_name=consignment.issuing_office.name,
        tried_at=local(services, last.at),
        reason=reason[:1].upper() + reason[1:],
        next_try=_next_try(found, language),
        office_name=office.name,
        office_address=office.address,
        office_hours=office.opening_hours or say(language, "trong giờ làm việc", "in opening hours"),
        office_phone=office.phone,
        keep_until=found.return_on,
        fee_vnd=item.fee_vnd,
        take_back=_papers(item.take_back),
        token_url=token_url(services, session, item),
    )


def _next_try(found: follow_up.FollowUp, language: str) -> str:
    if found.try_from:
        return say(
            language,
            f"Bưu tá đến lại từ {say_date(found.try_from)}.",
            f"The courier comes again from {found.try_from:%d/%m/%Y}.",
        )
    return say(
        language,
        "Mời Ông/Bà đến bưu cục nhận; quá hạn, bưu gửi được chuyển trả cơ quan.",
        "Please fetch it at the post office; after the last day it goes back to the agency.",
    )


def fee_receipts_of(
    services: Services, session: Session, items: Sequence[models.Item], *, language: str = "vi"
) -> bytes:
    """Return the receipts of fees collected at the door. Raises NotFound where none was, UnprintableText."""
    drawn = []
    for item in items:
        event = _done(session, item)
        proof = event.proof if event else None
        if event is None or proof is None or not proof.fee_vnd:
            continue
        payer = people.open_person(session, session.get_one(models.Person, proof.receiver_id))
        drawn.append(
            fee_receipt.FeeReceiptData(
                number=proof.fee_receipt or "",
                at=local(services, event.happened_at),
                s10=item.s10 or "",
                dossier_code=item.dossier_code,
                payer_name=payer.full_name,
                agency=item.consignment.issuing_office.name,
                amount_vnd=proof.fee_vnd,
                office=_office_name(session, item),
                courier=_courier(session, event),
                token_url=token_url(services, session, item),
            )
        )
    if not drawn:
        raise errors.NotFound(what="khoản đã thu")
    return fee_receipt.draw(drawn, language=language)


def collection_receipts_of(
    services: Services, session: Session, items: Sequence[models.Item], *, language: str = "vi"
) -> bytes:
    """Return the receipts of dossiers collected at home. Raises NotFound where none was, UnprintableText."""
    drawn = []
    for item in items:
        event = _done(session, item)
        if event is None or event.kind is not EventKind.COLLECTED:
            continue
        drawn.append(
            collection_receipt.CollectionReceiptData(
                number=item.s10 or item.dossier_code,
                at=local(services, event.happened_at),
                dossier_code=item.dossier_code,
                citizen=_contact(session, item.consignment),
                agency=item.consignment.issuing_office.name,
                papers=_papers(item.documents)
                or (PaperData(name=say(language, "Hồ sơ đã niêm phong", "Sealed dossier")),),
                seal=str(event.facts.get("seal", "")),
                courier=_courier(session, event),
                office=_office_name(session, item),
                token_url=token_url(services, session, item),
                fee_vnd=event.proof.fee_vnd if event.proof else 0,
            )
        )
    if not drawn:
        raise errors.NotFound(what="hồ sơ đã nhận tại nhà")
    return collection_receipt.draw(drawn, language=language)


def apology_letter_of(
    services: Services,
    session: Session,
    consignment: models.Consignment,
    wanted: ApologyWords,
    *,
    language: str = "vi",
) -> bytes:
    """Return the letter of apology (form 04). Raises InvalidInput naming the field, UnprintableText."""
    if not wanted.reason:
        raise InvalidInput(field="Lý do chậm")
    if wanted.new_due_on <= wanted.due_on:
        raise InvalidInput(field="Ngày hẹn lại")
    agency = consignment.issuing_office
    letter = apology_letter.ApologyLetterData(
        number=wanted.number,
        place="Huế",
        signed_on=local(services, services.now()).date(),
        agency=agency.name,
        addressee=f"{say(language, 'Ông/Bà', 'Mr/Ms')} {people.open_person(session, consignment.person).full_name}",
        dossier_code=", ".join(item.dossier_code for item in consignment.items),
        received_on=None,
        due_on=wanted.due_on,
        reason=wanted.reason,
        new_due_on=wanted.new_due_on,
        contact=", ".join(part for part in (agency.name, agency.address, agency.phone) if part),
        signer_title=wanted.signer_title,
        signer_name=wanted.signer_name,
    )
    return apology_letter.draw([letter], language=language)


class ItemsPaper(Protocol):
    """Makes a paper for a consignment's items."""

    def __call__(
        self, services: Services, session: Session, items: Sequence[models.Item], *, language: str = "vi"
    ) -> bytes: ...


CONSIGNMENT_PAPERS: dict[str, ItemsPaper] = {
    "note": consignment_notes_of,
    "invitation": invitations_of,
    "fees": fee_receipts_of,
    "collected": collection_receipts_of,
}


def _papers(papers: Sequence[dict[str, str]]) -> tuple[PaperData, ...]:
    return tuple(PaperData(name=paper["name"], kind=paper.get("kind", "")) for paper in papers)


def _contact(session: Session, consignment: models.Consignment) -> ContactData:
    person = people.open_person(session, consignment.person)
    return ContactData(name=person.full_name, address=person.address or "", phone=person.phone or "")


def _done(session: Session, item: models.Item) -> models.TrackingEvent | None:
    """Return the event with which the item was delivered or collected."""
    kinds = (EventKind.DELIVERED, EventKind.COLLECTED)
    return next((e for e in desk.events_of(session, item.id) if e.kind in kinds and e.is_applied), None)


def _courier(session: Session, event: models.TrackingEvent) -> str:
    courier = session.get(models.Courier, event.courier_id) if event.courier_id else None
    if courier is None:
        return ""
    return (
        f"{people.open_person(session, session.get_one(models.Person, courier.person_id)).full_name} ({courier.code})"
    )


def _office_name(session: Session, item: models.Item) -> str:
    office_id = item.office_id or ownership.delivery_office_id(session, item.consignment.commune_code or "")
    return session.get_one(models.Office, office_id).name if office_id else ""
