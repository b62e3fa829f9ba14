"""Giấy biên nhận hồ sơ tại nhà: from a collection at the door to the citizen's receipt."""

from __future__ import annotations

from api.documents.about import CONSIGNMENT
from api.documents.common import contact, courier_of, done_event, office_name, papers, signature_at_door, token_url
from api.documents.paper import Paper, Printing, Way
from labels.papers import PaperData
from labels.papers import collection_receipt as drawing
from labels.samples import collection_receipt as samples
from postal import Action, EventKind, Message, State, models

_COLLECTED = frozenset({State.COLLECTED, State.DOSSIER_AT_OFFICE, State.SUBMITTED})


def _was_collected(_: Printing, consignment: models.Consignment) -> bool:
    return any(item.state in _COLLECTED for item in consignment.items)


def _read(printing: Printing, consignment: models.Consignment) -> list[drawing.CollectionReceiptData]:
    return [receipt for item in consignment.items if (receipt := _receipt(printing, item)) is not None]


def _receipt(printing: Printing, item: models.Item) -> drawing.CollectionReceiptData | None:
    session = printing.session
    event = done_event(session, item)
    if event is None or event.kind is not EventKind.COLLECTED:
        return None
    return drawing.CollectionReceiptData(
        number=str(event.facts.get("receipt_number") or item.s10 or item.dossier_code),
        at=printing.local(event.happened_at),
        dossier_code=item.dossier_code,
        citizen=contact(session, item.consignment),
        agency=item.consignment.issuing_office.name,
        papers=papers(item.documents) or (PaperData(name=printing.say("Hồ sơ đã niêm phong")),),
        seal=str(event.facts.get("seal", "")),
        courier=courier_of(session, event),
        office=office_name(session, item),
        token_url=token_url(printing, item),
        fee_vnd=event.proof.fee_vnd if event.proof else 0,
        **signature_at_door(printing, event.proof),
    )


COLLECTION_RECEIPT = Paper(
    key="collection-receipt",
    noun=Message("biên nhận hồ sơ tại nhà"),
    file="bien-nhan-ho-so",
    action=Action.PRINT,
    data=drawing.CollectionReceiptData,
    draw=drawing.draw,
    samples=samples.SAMPLES,
    ways=(
        Way(
            path="/consignments/<int:consignment_id>/papers/collected.pdf",
            about=CONSIGNMENT,
            when=_was_collected,
            read=_read,
        ),
    ),
    named=lambda receipt: receipt.dossier_code,
)
