"""The minutes of a handover, always the same bytes: everything on them was fixed when it was signed."""

from __future__ import annotations

from api.documents.about import HANDOVER
from api.documents.common import receipt_code, signatory
from api.documents.paper import InVietnamese, Paper, Printing, Way
from labels.papers import handover_receipt as drawing
from labels.samples import handover_receipt as samples
from postal import Action, Message, custody, desk, models

_TITLES = {
    models.Leg.CENTRE_TO_POST: "Biên bản bàn giao bưu gửi",
    models.Leg.OFFICE_TO_COURIER: "Biên bản giao chuyến cho bưu tá",
    models.Leg.COURIER_TO_OFFICE: "Biên bản nhận lại từ bưu tá",
    models.Leg.POST_TO_CENTRE: "Biên bản bưu chính bàn giao cho cơ quan",
    models.Leg.POST_TO_CARRIER: "Biên bản giao bưu chính ngoài tỉnh",
    models.Leg.COURIER_TO_COURIER: "Biên bản chuyển điểm giữa hai bưu tá",
}
_FAULTS = {
    models.Found.MISSING: "có trong danh sách, không có bưu gửi",
    models.Found.EXTRA: "có bưu gửi, không có trong danh sách",
    models.Found.WRONG: "mã không thuộc bưu gửi nào",
}


def _is_of_items(_: Printing, found: models.Handover) -> bool:
    return not custody.is_giving_back(found)


def _read(printing: Printing, found: models.Handover) -> list[drawing.HandoverReceiptData]:
    present = [line for line in found.lines if line.found is models.Found.PRESENT]
    faults = [line for line in found.lines if line.found is not models.Found.PRESENT]
    lines = tuple(_line(printing, n, line) for n, line in enumerate(present, start=1))
    place = desk.all_offices(printing.session).get(found.giver_office_id or 0)
    giver, receiver = signatory(printing, found)
    return [
        drawing.HandoverReceiptData(
            number=found.number,
            title=_TITLES[found.leg],
            manifest_number=found.manifest.number if found.manifest else "chuyến phát",
            place=place.name if place else "bưu cục",
            at=printing.local(found.handed_over_at),
            giver=giver,
            receiver=receiver,
            n_expected=found.n_expected,
            n_present=found.n_present,
            n_documents=sum(line.n_documents for line in lines),
            fee_total_vnd=sum(line.fee_vnd for line in lines),
            digest=found.digest,
            lines=lines,
            faults=tuple(_line(printing, n, line) for n, line in enumerate(faults, start=1)),
            weight_g=sum(line.weight_g for line in lines),
            code=receipt_code(printing.session, found),
        )
    ]


def _line(printing: Printing, position: int, line: models.HandoverLine) -> drawing.HandoverLineData:
    item, fault = line.item, _FAULTS.get(line.found, "")
    code = printing.legible(line.code)
    if item is None:
        return drawing.HandoverLineData(position=position, s10=code, dossier_code="", fault=fault)
    return drawing.HandoverLineData(
        position=position,
        s10=code,
        dossier_code=item.dossier_code,
        commune=printing.commune_name(item.consignment) or "ngoài tỉnh",
        n_documents=len(item.documents) or 1,
        n_originals=_n_originals(item),
        weight_g=item.weight_g or 0,
        fee_vnd=item.fee_vnd,
        has_take_back=bool(item.take_back),
        fault=fault,
    )


def _n_originals(item: models.Item) -> int | None:
    """Return how many papers are originals, None where the agency did not say of any what it is."""
    kinds = [document.get("kind", "") for document in item.documents]
    return sum("chính" in kind for kind in kinds) if any(kinds) else None


HANDOVER_RECEIPT = Paper(
    key="handover-receipt",
    noun=Message("biên bản bàn giao"),
    file="bien-ban",
    action=Action.PRINT,
    data=drawing.HandoverReceiptData,
    draw=InVietnamese(drawing.draw),
    samples=samples.SAMPLES,
    ways=(Way(path="/handovers/<int:handover_id>/receipt.pdf", about=HANDOVER, when=_is_of_items, read=_read),),
)
