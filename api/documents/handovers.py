"""The minutes of a handover, always the same bytes: everything on them was fixed when it was signed."""

from __future__ import annotations

from dataclasses import replace

from api.documents.common import GIVER, POST, RECEIVER, commune_name, legible, local, say
from api.wiring import Services
from labels.papers import PartyData, handover_receipt, reverse_handover
from postal import Session, chain, custody, desk, errors, models, people

_TITLES = {
    models.Leg.CENTRE_TO_POST: ("Biên bản bàn giao bưu gửi", "Minutes: items handed to the post"),
    models.Leg.OFFICE_TO_COURIER: ("Biên bản giao chuyến cho bưu tá", "Minutes: a round handed to its courier"),
    models.Leg.COURIER_TO_OFFICE: ("Biên bản nhận lại từ bưu tá", "Minutes: received back from the courier"),
    models.Leg.POST_TO_CENTRE: ("Biên bản bưu chính bàn giao cho cơ quan", "Minutes: the post hands to the agency"),
    models.Leg.POST_TO_CARRIER: ("Biên bản giao bưu chính ngoài tỉnh", "Minutes: items for the national post"),
}
_FAULTS = {
    models.Found.MISSING: ("có trong danh sách, không có bưu gửi", "listed, not there"),
    models.Found.EXTRA: ("có bưu gửi, không có trong danh sách", "there, not listed"),
    models.Found.WRONG: ("mã không thuộc bưu gửi nào", "the code belongs to no item"),
}


def handover_receipt_of(
    services: Services, session: Session, handover_id: int, *, copies: int = 2, language: str = "vi"
) -> bytes:
    """Return the minutes of one handover as PDF, with its signed square code. Raises NotFound, UnprintableText."""
    found = desk.handover(session, handover_id)
    offices = desk.all_offices(session)
    if custody.is_giving_back(found):
        return reverse_handover.draw([_giving_back(services, session, found, offices, language)], language=language)
    present = [line for line in found.lines if line.found is models.Found.PRESENT]
    faults = [line for line in found.lines if line.found is not models.Found.PRESENT]
    lines = tuple(_line(services, n, line, language) for n, line in enumerate(present, start=1))
    centre = offices.get(found.giver_office_id or 0)
    receipt = handover_receipt.HandoverReceiptData(
        number=found.number,
        title=say(language, *_TITLES[found.leg]),
        manifest_number=found.manifest.number if found.manifest else say(language, "chuyến phát", "of the round"),
        place=centre.name if centre else "bưu cục",
        at=local(services, found.handed_over_at),
        giver=_giver(session, found, offices, language),
        receiver=_receiver(session, found, offices, language),
        n_expected=found.n_expected,
        n_present=found.n_present,
        n_documents=sum(line.n_documents for line in lines),
        fee_total_vnd=sum(line.fee_vnd for line in lines),
        digest=found.digest,
        lines=lines,
        faults=tuple(_line(services, n, line, language) for n, line in enumerate(faults, start=1)),
        weight_g=sum(line.weight_g for line in lines),
        code=_code(session, found),
    )
    return handover_receipt.draw([receipt], copies=copies, language=language)


def _giving_back(
    services: Services, session: Session, found: models.Handover, offices: dict[int, models.Office], language: str
) -> reverse_handover.ReverseHandoverData:
    """Return the minutes of papers taken back and money, by item."""
    owed = custody.given_back(session, found)
    place = offices.get(found.receiver_office_id or 0)
    return reverse_handover.ReverseHandoverData(
        number=found.number,
        at=local(services, found.handed_over_at),
        place=place.name if place else "bưu cục",
        giver=_giver(session, found, offices, language),
        receiver=_receiver(session, found, offices, language),
        lines=tuple(
            reverse_handover.ReturnedPaperLine(
                position=number,
                s10=one.item.s10 or "",
                dossier_code=one.item.dossier_code,
                papers=legible("; ".join(one.proof.taken_back), language),
                fee_vnd=one.proof.fee_vnd,
                fee_receipt=legible(one.proof.fee_receipt or "", language),
            )
            for number, one in enumerate(owed, start=1)
        ),
        n_papers=sum(len(one.proof.taken_back) for one in owed),
        fee_total_vnd=sum(one.proof.fee_vnd for one in owed),
        digest=found.digest,
        code=_code(session, found),
        missing=tuple(line.code for line in found.lines if line.found is models.Found.MISSING),
    )


def _code(session: Session, found: models.Handover) -> str:
    """Return the signed code; "" for a receipt older than the chain."""
    try:
        return chain.receipt_code(session, found.id)
    except errors.NotFound:
        return ""


def _line(
    services: Services, position: int, line: models.HandoverLine, language: str
) -> handover_receipt.HandoverLineData:
    item = line.item
    return handover_receipt.HandoverLineData(
        position=position,
        s10=legible(line.code, language),
        dossier_code=item.dossier_code if item else "",
        commune=(commune_name(services, item.consignment) or say(language, "ngoài tỉnh", "elsewhere")) if item else "",
        n_documents=(len(item.documents) or 1) if item else 0,
        n_originals=_n_originals(item) if item else None,
        weight_g=(item.weight_g or 0) if item else 0,
        fee_vnd=item.fee_vnd if item else 0,
        has_take_back=bool(item.take_back) if item else False,
        fault=say(language, *_FAULTS.get(line.found, ("", ""))),
    )


def _n_originals(item: models.Item) -> int | None:
    """Return how many papers are originals, None where the agency did not say of any what it is."""
    kinds = [document.get("kind", "") for document in item.documents]
    return sum("chính" in kind for kind in kinds) if any(kinds) else None


def _giver(session: Session, found: models.Handover, offices: dict[int, models.Office], language: str) -> PartyData:
    office = offices.get(found.giver_office_id or 0)
    side = _signatory(session, found.giver_id, found.facts.get("giver_code", ""), office, language)
    return replace(side, title=say(language, *GIVER))


def _receiver(session: Session, found: models.Handover, offices: dict[int, models.Office], language: str) -> PartyData:
    office = offices.get(found.receiver_office_id or 0)
    side = _signatory(session, found.receiver_id, found.facts.get("receiver_code", ""), office, language)
    return replace(side, title=say(language, *RECEIVER))


def _signatory(
    session: Session, person_id: int, code: object, office: models.Office | None, language: str
) -> PartyData:
    person = people.open_person(session, session.get_one(models.Person, person_id))
    return PartyData(
        title="",
        organisation=office.name if office else POST,
        full_name=legible(person.full_name, language),
        position=legible(person.position or "", language),
        code=legible(str(code), language),
    )
