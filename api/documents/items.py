"""Item labels: the print is recorded in the transaction that draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.documents.common import commune_name, local_date
from api.wiring import Services
from labels import TextTooLong, UnprintableText
from labels.papers import item_label
from postal import Act, Session, custody, desk, models, people
from postal.access import ownership

# Thermal printers take 100 × 150 mm rolls; their labels go as ZPL for a density.
_ZPL = {"zpl-203": 203, "zpl-300": 300}
_ROLL = "100x150"
LABEL_FORMS = (*item_label.LABEL_SIZES, *_ZPL)
LABEL_FORM_TEXTS = (
    ("100x150", "100 × 150 mm"),
    ("A6", "A6"),
    ("A7", "A7"),
    ("A5", "A5"),
    ("A4x4", "A4, bốn nhãn"),
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


def item_labels_of_batch(services: Services, act: Act, batch_id: int) -> bytes:
    """Return the labels of a closed batch as PDF, in round order, and note the printing. Raises ReprintNeedsReason."""
    return labels_of(services, act, items_of_batch(act.session, batch_id)).content


def items_of_batch(session: Session, batch_id: int) -> list[models.Item]:
    """Return the items of a closed batch in the order of its list, none of an open one."""
    manifest = desk.manifest_of(session, batch_id)
    return [line.item for line in manifest.lines] if manifest is not None else []


def items_of_round(walked: models.DeliveryRound) -> list[models.Item]:
    """Return what a round delivers, stop by stop; a dossier to collect has no label yet."""
    return [item for stop in walked.stops for item in stop.consignment.items if item.s10]


def labels_of(
    services: Services,
    act: Act,
    items: Sequence[models.Item],
    *,
    size: str = _ROLL,
    reason: str | None = None,
    language: str = "vi",
) -> PrintedLabels:
    """Return labels of these items and note the printing of each that can be printed. ``size`` is a LABEL_FORMS.

    They come out in round order once rounds are published. One name that cannot be printed stops its own label, not
    the box: it is left out and keeps no print. Raises ReprintNeedsReason.
    """
    session = act.session
    paper = _ROLL if size in _ZPL else size
    offices, places = desk.all_offices(session), desk.places_on_rounds(session, [item.consignment_id for item in items])
    ordered = sorted(items, key=lambda item: places.get(item.consignment_id, (10**9, 0)))
    drawn = {item.id: _label(services, session, item, offices, places.get(item.consignment_id)) for item in ordered}
    faults = {item.id: _faults(drawn[item.id], paper) for item in ordered}
    printable = [item for item in ordered if faults[item.id] is not None]
    prints = custody.record_label_print(act, printable, reason=reason)
    labels = [replace(drawn[one.item.id], reprint_number=one.reprint_number) for one in prints]
    content = (
        item_label.draw_zpl(labels, size=paper, dpi=_ZPL[size], language=language)
        if size in _ZPL
        else item_label.draw(labels, size=paper, language=language)
    )
    return PrintedLabels(
        content=content,
        mimetype="application/zpl" if size in _ZPL else "application/pdf",
        suffix="zpl" if size in _ZPL else "pdf",
        left_out=tuple(item.s10 or item.dossier_code for item in ordered if faults[item.id] is None),
        shortened=tuple(item.s10 or item.dossier_code for item in ordered if faults[item.id]),
    )


def _faults(label: item_label.ItemLabelData, size: str) -> tuple[str, ...] | None:
    """Return the fields that have to be shortened, None where the label cannot be printed at all."""
    try:
        item_label.check_label(label)
        return item_label.shortened_fields(label, size=size)
    except (UnprintableText, TextTooLong):
        return None


def token_url(services: Services, session: Session, item: models.Item) -> str:
    """Return the link of an item's square code: 128 bits nobody can guess, nothing personal."""
    return f"{services.settings.public_url.rstrip('/')}/t/{custody.token_of(session, item)}"


def _label(
    services: Services,
    session: Session,
    item: models.Item,
    offices: dict[int, models.Office],
    place: tuple[int, int] | None,
) -> item_label.ItemLabelData:
    consignment = item.consignment
    person = people.open_person(session, consignment.person)
    sender = offices[consignment.issuing_office_id]
    is_outside = consignment.address_status is models.AddressStatus.OUTSIDE
    code = consignment.commune_code
    office_id = ownership.delivery_office_id(session, code) if code else None
    return item_label.ItemLabelData(
        s10=item.s10 or "",
        token_url=token_url(services, session, item),
        recipient_name=person.full_name,
        address=person.address or "",
        landmark=person.landmark or "",
        commune=commune_name(services, consignment),
        phone_masked=people.mask_phone(person.phone),
        sender_name=sender.name,
        sender_address=sender.address,
        delivery_office=offices[office_id].name if office_id in offices else "Bưu chính ngoài tỉnh",
        dossier_code=item.dossier_code,
        posted_on=local_date(services, consignment.posted_at),
        due_on=local_date(services, consignment.promised_by),
        round_text=str(place[0]) if place else "",
        fee_vnd=item.fee_vnd,
        n_documents=len(item.documents) or 1,
        weight_g=item.weight_g or 0,
        has_take_back=bool(item.take_back),
        is_outside=is_outside,
    )
