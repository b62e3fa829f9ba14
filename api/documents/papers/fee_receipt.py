"""Biên nhận thu hộ: from the money a courier took at the door to the citizen's receipt."""

from __future__ import annotations

from api.documents.about import CONSIGNMENT
from api.documents.common import courier_of, done_event, office_name, signature_at_door, token_url
from api.documents.paper import Paper, Printing, Way
from labels.papers import fee_receipt as drawing
from labels.samples import fee_receipt as samples
from postal import Action, Message, Session, models, people


def _was_paid(printing: Printing, consignment: models.Consignment) -> bool:
    return any(_paid(printing.session, item) is not None for item in consignment.items)


def _paid(session: Session, item: models.Item) -> tuple[models.TrackingEvent, models.ProofOfDelivery] | None:
    """Return the event at the door that brought money, with its proof."""
    event = done_event(session, item)
    return (event, event.proof) if event is not None and event.proof and event.proof.fee_vnd else None


def _read(printing: Printing, consignment: models.Consignment) -> list[drawing.FeeReceiptData]:
    return [receipt for item in consignment.items if (receipt := _receipt(printing, item)) is not None]


def _receipt(printing: Printing, item: models.Item) -> drawing.FeeReceiptData | None:
    session = printing.session
    paid = _paid(session, item)
    if paid is None:
        return None
    event, proof = paid
    payer = people.open_person(session, session.get_one(models.Person, proof.receiver_id))
    return drawing.FeeReceiptData(
        number=proof.fee_receipt or "",
        at=printing.local(event.happened_at),
        s10=item.s10 or "",
        dossier_code=item.dossier_code,
        payer_name=payer.full_name,
        agency=item.consignment.issuing_office.name,
        amount_vnd=proof.fee_vnd,
        office=office_name(session, item),
        courier=courier_of(session, event),
        token_url=token_url(printing, item),
        **signature_at_door(printing, proof),
    )


FEE_RECEIPT = Paper(
    key="fee-receipt",
    noun=Message("biên nhận thu hộ"),
    file="bien-nhan-thu-ho",
    action=Action.PRINT,
    data=drawing.FeeReceiptData,
    draw=drawing.draw,
    samples=samples.SAMPLES,
    ways=(
        Way(path="/consignments/<int:consignment_id>/papers/fees.pdf", about=CONSIGNMENT, when=_was_paid, read=_read),
    ),
    named=lambda receipt: receipt.s10 or receipt.dossier_code,
)
