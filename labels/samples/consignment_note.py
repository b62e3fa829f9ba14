"""Sample data of a consignment note."""

from __future__ import annotations

from datetime import date

from labels.papers import ContactData, PaperData
from labels.papers.consignment_note import ConsignmentNoteData
from labels.samples.made_up import CENTRE, CENTRE_ADDRESS, CITIZEN, LINK, MORNING, POST, S10, TAKEN, Sample


def note() -> ConsignmentNoteData:
    """Return a consignment note."""
    return ConsignmentNoteData(
        s10=S10,
        dossier_code="H57.15-261119-0001",
        token_url=LINK,
        sender=ContactData(name=CENTRE, address=CENTRE_ADDRESS, phone="0234 1022"),
        recipient=CITIZEN,
        papers=(
            PaperData(
                name="Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất", kind="bản chính"
            ),
            PaperData(name="Trích lục bản đồ địa chính", kind="bản sao", count=2),
        ),
        take_back=(TAKEN,),
        posted_at=MORNING,
        due_on=date(2026, 11, 25),
        weight_g=86,
        service="Phát tận tay tại địa chỉ, J+1 trong địa bàn",
        postage="Theo hợp đồng với cơ quan",
        fee_vnd=135_000,
        liability="Mất, hư hỏng hoàn toàn: bồi thường ít nhất 4 lần cước và toàn bộ chi phí cấp lại nếu lỗi của bưu "
        "chính; chậm so với thời gian toàn trình: hoàn cước. Khiếu nại trong 6 tháng.",
        rights="Người gửi và người nhận được biết bưu gửi đang ở đâu, được khiếu nại và bồi thường; người gửi chịu "
        "trách nhiệm về nội dung. Bưu chính giữ bí mật, giữ nguyên niêm phong và phát đúng người.",
        operator=POST,
        agency_officer="Lê Thị Hoài Thương",
        postal_worker="Nguyễn Văn Thành",
    )


SAMPLES = {
    "consignment-note": Sample(data=(note(),)),
}
