"""Item labels: an act, recorded in the transaction that draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from api.documents.common import token_url
from api.documents.paper import Paper, Printing
from api.words import fraud_warning
from labels import TextTooLong, UnprintableText, clean_data
from labels.papers import item_label as drawing
from labels.samples import item_label as samples
from postal import Act, Action, Message, custody, desk, models, people
from postal.network import coverage

# Thermal printers take 100 × 150 mm rolls; their labels go as ZPL for a density.
_ZPL = {"zpl-203": 203, "zpl-300": 300}
_ROLL = "100x150"
LABEL_FORMS = (*drawing.LABEL_SIZES, *_ZPL)
LABEL_FORM_TEXTS = (
    ("100x150", "100 × 150 mm"),
    ("A6", "A6"),
    ("A7", "A7"),
    ("A5", "A5"),
    ("A4x4", Message("A4, bốn nhãn")),
    ("zpl-203", "ZPL 203 dpi"),
    ("zpl-300", "ZPL 300 dpi"),
)


@dataclass(frozen=True, kw_only=True)
class PrintedLabels:
    """Labels for a printer, and what a clerk should know: codes left out, codes whose text was shortened."""

    content: bytes
    mimetype: str
    suffix: str
    left_out: tuple[str, ...]
    shortened: tuple[str, ...]


def labels_of(
    printing: Printing, act: Act, items: Sequence[models.Item], *, size: str, reason: str | None = None
) -> PrintedLabels:
    """Return labels of these items and note the printing of each that can be printed. ``size`` is a LABEL_FORMS.

    They come out in round order once rounds are published. One name that cannot be printed stops its own label, not
    the box: it is left out and no print is noted. Raises ReprintNeedsReason.
    """
    session = printing.session
    paper = _ROLL if size in _ZPL else size
    places = desk.places_on_rounds(session, [item.consignment_id for item in items])
    ordered = sorted(items, key=lambda item: places.get(item.consignment_id, (10**9, 0)))
    held = desk.with_people(session, [item.consignment_id for item in items])
    asked = _Asked(offices=desk.all_offices(session), served=coverage.offices_by_commune(session))
    drawn = {one.id: _label(printing, one, held[one.consignment_id], asked, places) for one in ordered}
    faults = {item.id: _faults(printing, drawn[item.id], paper, _ZPL.get(size)) for item in ordered}
    printable = [item for item in ordered if faults[item.id] is not None]
    prints = custody.record_label_print(act, printable, reason=reason)
    labels = [replace(drawn[one.item.id], reprint_number=one.reprint_number) for one in prints]
    content = (
        drawing.draw_zpl(labels, size=paper, dpi=_ZPL[size], say=printing.say)
        if size in _ZPL
        else drawing.draw(labels, size=paper, say=printing.say)
    )
    return PrintedLabels(
        content=content,
        mimetype="application/zpl" if size in _ZPL else "application/pdf",
        suffix="zpl" if size in _ZPL else "pdf",
        left_out=tuple(item.s10 or item.dossier_code for item in ordered if faults[item.id] is None),
        shortened=tuple(item.s10 or item.dossier_code for item in ordered if faults[item.id]),
    )


def _faults(printing: Printing, label: drawing.ItemLabelData, size: str, dpi: int | None) -> tuple[str, ...] | None:
    """Return the fields that have to be shortened, None where the label cannot be printed at all."""
    try:
        clean_data(label)
        return drawing.shortened_fields(label, size=size, dpi=dpi, say=printing.say)
    except (UnprintableText, TextTooLong):
        return None


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What labels name, asked once for all of them: offices by id, and by the communes they deliver to."""

    offices: dict[int, models.Office]
    served: dict[str, models.Office]


def _label(
    printing: Printing,
    item: models.Item,
    consignment: models.Consignment,
    asked: _Asked,
    places: Mapping[int, tuple[int, int]],
) -> drawing.ItemLabelData:
    person, place = people.open_person(printing.session, consignment.person), places.get(consignment.id)
    sender, delivers = asked.offices[consignment.issuing_office_id], asked.served.get(consignment.commune_code or "")
    return drawing.ItemLabelData(
        s10=item.s10 or "",
        token_url=token_url(printing, item),
        recipient_name=person.full_name,
        address=person.address or "",
        landmark=person.landmark or "",
        commune=printing.commune_name(consignment),
        phone_masked=people.mask_phone(person.phone),
        sender_name=sender.name,
        sender_address=sender.address,
        delivery_office=delivers.name if delivers is not None else printing.say("Bưu chính ngoài tỉnh"),
        dossier_code=item.dossier_code,
        posted_on=printing.local_date(consignment.posted_at),
        due_on=printing.local_date(consignment.promised_by),
        round_text=str(place[0]) if place else "",
        fee_vnd=item.fee_vnd,
        n_documents=len(item.documents) or 1,
        weight_g=item.weight_g or 0,
        has_take_back=bool(item.take_back),
        is_outside=consignment.address_status is models.AddressStatus.OUTSIDE,
        warning=fraud_warning(printing.services.settings, printing.language),
    )


ITEM_LABEL = Paper(
    key="item-label",
    noun=Message("nhãn bưu gửi"),
    file="nhan",
    action=Action.PRINT,
    data=drawing.ItemLabelData,
    draw=drawing.draw,
    samples=samples.SAMPLES,
    named=lambda label: label.s10,
)
