"""Item labels: the print is recorded in the transaction that draws it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from api.documents.common import commune_name, local_date
from api.wiring import Services
from labels import ItemLabelData, UnprintableText, check_label, item_labels
from postal import Session, custody, desk, models, ownership, people


def item_labels_of_batch(
    services: Services,
    session: Session,
    batch_id: int,
    *,
    size: str = "100x150",
    user_id: int | None,
    reason: str | None = None,
    now: datetime,
) -> bytes:
    """Return the labels of a closed batch as PDF, in the order of its list, and note the printing.

    One name that cannot be printed stops its own label, not the box: it is left out and keeps no print; the
    intake asked about it before. Raises ReprintNeedsReason.
    """
    manifest = desk.manifest_of(session, batch_id)
    items = [line.item for line in manifest.lines] if manifest is not None else []
    return labels_of(services, session, items, size=size, user_id=user_id, reason=reason, now=now)


def labels_of(
    services: Services,
    session: Session,
    items: Sequence[models.Item],
    *,
    size: str,
    user_id: int | None,
    reason: str | None,
    now: datetime,
) -> bytes:
    """Return labels of these items as PDF and note the printing of each that can be printed."""
    offices = desk.all_offices(session)
    printable = [item for item in items if _is_printable(_label(services, session, item, offices, 0))]
    prints = custody.record_label_print(session, printable, user_id=user_id, reason=reason, now=now)
    drawn = [_label(services, session, act.item, offices, act.reprint_number) for act in prints]
    return item_labels(drawn, size=size)


def _is_printable(label: ItemLabelData) -> bool:
    try:
        check_label(label)
    except UnprintableText:
        return False
    return True


def _label(
    services: Services, session: Session, item: models.Item, offices: dict[int, models.Office], reprint_number: int
) -> ItemLabelData:
    consignment = item.consignment
    person = people.open_person(session, consignment.person)
    sender = offices[consignment.issuing_office_id]
    is_outside = consignment.address_status is models.AddressStatus.OUTSIDE
    code = consignment.commune_code
    office_id = ownership.delivery_office_id(session, code) if code else None
    return ItemLabelData(
        s10=item.s10 or "",
        token_url=f"{services.settings.public_url.rstrip('/')}/t/{custody.token_of(session, item)}",
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
        fee_vnd=item.fee_vnd,
        n_documents=len(item.documents) or 1,
        weight_g=item.weight_g or 0,
        has_take_back=bool(item.take_back),
        is_outside=is_outside,
        reprint_number=reprint_number,
    )
