"""Phiếu gửi hồ sơ: from an accepted item to its written contract of posting."""

from __future__ import annotations

from collections.abc import Sequence

from api.documents.about import BATCH, CONSIGNMENT
from api.documents.common import contact, papers, token_url
from api.documents.items import items_of_batch
from api.documents.paper import InVietnamese, Paper, Printing, Way, always
from labels.papers import ContactData, PaperData
from labels.papers import consignment_note as drawing
from labels.samples import consignment_note as samples
from postal import Action, InvalidInput, Message, models

# Luật Bưu chính 49/2010 and TT 17/2017/TT-BTTTT: what every contract of posting says.
_LIABILITY = (
    "Mất, hư hỏng hoàn toàn: bồi thường ít nhất bốn lần cước và toàn bộ chi phí cấp lại nếu do lỗi của bưu chính. Chậm "
    "so với thời gian toàn trình đã công bố: hoàn cước. Khiếu nại trong sáu tháng kể từ ngày hết thời gian toàn trình."
)
_RIGHTS = (
    "Người gửi và người nhận được biết bưu gửi đang ở đâu, được khiếu nại và bồi thường theo Luật Bưu chính; người gửi "
    "chịu trách nhiệm về nội dung. Bưu chính giữ bí mật, giữ nguyên niêm phong và phát đúng người, đúng hạn."
)
_RESULT = "Kết quả giải quyết thủ tục hành chính"
_SERVICE = "Phát tận tay tại địa chỉ người nhận"


def _is_accepted(_: Printing, consignment: models.Consignment) -> bool:
    return any(item.s10 for item in consignment.items)


def _of_consignment(printing: Printing, consignment: models.Consignment) -> list[drawing.ConsignmentNoteData]:
    return _notes(printing, consignment.items)


def _of_batch(printing: Printing, batch: models.Batch) -> list[drawing.ConsignmentNoteData]:
    items = [line.item for line in batch.lines if line.is_current] or items_of_batch(printing.session, batch.id)
    if not items:
        raise InvalidInput(field=Message("Lô chưa có bưu gửi"))
    return _notes(printing, items)


def _notes(printing: Printing, items: Sequence[models.Item]) -> list[drawing.ConsignmentNoteData]:
    return [_note(printing, item) for item in items if item.s10]


def _note(printing: Printing, item: models.Item) -> drawing.ConsignmentNoteData:
    consignment = item.consignment
    sender = consignment.issuing_office
    return drawing.ConsignmentNoteData(
        s10=item.s10 or "",
        dossier_code=item.dossier_code,
        token_url=token_url(printing, item),
        sender=ContactData(name=sender.name, address=sender.address, phone=sender.phone),
        recipient=contact(printing.session, consignment),
        papers=papers(item.documents) or (PaperData(name=_RESULT),),
        take_back=papers(item.take_back),
        posted_at=printing.local(consignment.posted_at) if consignment.posted_at else None,
        due_on=printing.local_date(consignment.promised_by),
        weight_g=item.weight_g or 0,
        service=_SERVICE,
        fee_vnd=item.fee_vnd,
        rights=_RIGHTS,
        liability=_LIABILITY,
        operator=printing.post_name,
    )


CONSIGNMENT_NOTE = Paper(
    key="consignment-note",
    noun=Message("phiếu gửi hồ sơ"),
    file="phieu-gui",
    action=Action.PRINT,
    data=drawing.ConsignmentNoteData,
    draw=InVietnamese(drawing.draw),
    samples=samples.SAMPLES,
    ways=(
        Way(
            path="/consignments/<int:consignment_id>/papers/note.pdf",
            about=CONSIGNMENT,
            when=_is_accepted,
            read=_of_consignment,
        ),
        Way(path="/batches/<int:batch_id>/notes.pdf", about=BATCH, when=always, read=_of_batch),
    ),
    named=lambda note: note.s10,
)
