"""Văn bản xin lỗi, mẫu 04: printed by a form in which the agency gives its reason and the new day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from api.documents.paper import InVietnamese, Paper, Printing
from labels.papers import apology_letter as drawing
from labels.samples import apology_letter as samples
from postal import Action, InvalidInput, Message, models, people


@dataclass(frozen=True, kw_only=True)
class ApologyWords:
    """What the agency writes itself: the reason, the days and who signs."""

    number: str
    reason: str
    due_on: date
    new_due_on: date
    signer_title: str
    signer_name: str


def apology_letter_of(printing: Printing, consignment: models.Consignment, wanted: ApologyWords) -> bytes:
    """Return the letter. Raises InvalidInput naming the field, UnprintableText."""
    if not wanted.reason:
        raise InvalidInput(field=Message("Lý do trễ hẹn"))
    if wanted.new_due_on <= wanted.due_on:
        raise InvalidInput(field=Message("Ngày hẹn lại"))
    agency = consignment.issuing_office
    addressee = people.open_person(printing.session, consignment.person).full_name
    letter = drawing.ApologyLetterData(
        number=wanted.number,
        place=printing.services.ground.home.province,
        signed_on=printing.local(printing.services.now()).date(),
        agency=agency.name,
        addressee=f"Ông/Bà {addressee}",
        dossier_code=", ".join(item.dossier_code for item in consignment.items),
        received_on=None,
        due_on=wanted.due_on,
        reason=wanted.reason,
        new_due_on=wanted.new_due_on,
        contact=", ".join(part for part in (agency.name, agency.address, agency.phone) if part),
        signer_title=wanted.signer_title,
        signer_name=wanted.signer_name,
    )
    return APOLOGY_LETTER.draw([letter])


APOLOGY_LETTER = Paper(
    key="apology-letter",
    noun=Message("văn bản xin lỗi"),
    file="xin-loi",
    action=Action.PRINT,
    data=drawing.ApologyLetterData,
    draw=InVietnamese(drawing.draw),
    samples=samples.SAMPLES,
    named=lambda letter: letter.dossier_code,
)
