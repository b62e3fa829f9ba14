"""Made-up data for a sample of every form. Nobody in it exists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from labels.papers import (
    ContactData,
    PaperData,
    PartyData,
    apology_letter,
    collection_receipt,
    consignment_note,
    day_report,
    fee_receipt,
    invitation,
    return_list,
    reverse_handover,
)

_CENTRE = "Trung tâm Phục vụ hành chính công thành phố Huế"
_OFFICE = "Bưu cục Thuận Hóa"
_LINK = "https://tannha.example/t/0123456789abcdef0123456789abcdef"
_MORNING = datetime(2026, 11, 23, 9, 40)  # noqa: DTZ001 - already on people's clocks
_EVENING = datetime(2026, 11, 23, 18, 30)  # noqa: DTZ001
_POST = PartyData(
    title="Bên giao", organisation=_OFFICE, full_name="Nguyễn Văn Thành", position="Giao dịch viên", code="BC-017"
)
_AGENCY = PartyData(
    title="Bên nhận", organisation=_CENTRE, full_name="Lê Thị Hoài Thương", position="Cán bộ Bộ phận Một cửa"
)
_CITIZEN = ContactData(
    name="Công Tằng Tôn Nữ Phước Diễm Hằng",
    address="12/5 kiệt 3 Nguyễn Huệ, tổ dân phố 7, phường Thuận Hóa, thành phố Huế",
    phone="0905 000 123",
)
_TAKEN = PaperData(name="Giấy chứng nhận quyền sử dụng đất đã cấp (bản cũ)", kind="bản chính")
_CODE = f"TN1*BG-2026-000003*post_to_centre*20261123T113000Z*10*10*{'A' * 43}*1234*{'B' * 43}*{'C' * 86}"
_DIGEST = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"


def _note() -> consignment_note.ConsignmentNoteData:
    return consignment_note.ConsignmentNoteData(
        s10="EY900000013VN",
        dossier_code="H57.15-261119-0001",
        token_url=_LINK,
        sender=ContactData(name=_CENTRE, address="01 Lê Lai, phường Thuận Hóa, thành phố Huế", phone="0234 1022"),
        recipient=_CITIZEN,
        papers=(
            PaperData(
                name="Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất", kind="bản chính"
            ),
            PaperData(name="Trích lục bản đồ địa chính", kind="bản sao", count=2),
        ),
        take_back=(_TAKEN,),
        posted_at=_MORNING,
        due_on=date(2026, 11, 25),
        weight_g=86,
        service="Phát tận tay tại địa chỉ, J+1 trong địa bàn",
        postage="Theo hợp đồng với cơ quan",
        fee_vnd=135_000,
        liability="Mất, hư hỏng hoàn toàn: bồi thường ít nhất 4 lần cước và toàn bộ chi phí cấp lại nếu lỗi của bưu "
        "chính; chậm so với thời gian toàn trình: hoàn cước. Khiếu nại trong 6 tháng.",
        rights="Người gửi và người nhận được biết bưu gửi đang ở đâu, được khiếu nại và bồi thường; người gửi chịu "
        "trách nhiệm về nội dung. Bưu chính giữ bí mật, giữ nguyên niêm phong và phát đúng người.",
        operator="Bưu điện thành phố Huế",
        agency_officer="Lê Thị Hoài Thương",
        postal_worker="Nguyễn Văn Thành",
    )


def _reverse() -> reverse_handover.ReverseHandoverData:
    lines = tuple(
        reverse_handover.ReturnedPaperLine(
            position=n,
            s10=f"EY{90_000_000 + n}5VN",
            dossier_code=f"H57.15-261119-{n:04d}",
            papers="Giấy chứng nhận cũ (bản chính)" if n % 3 else "",
            fee_vnd=(0, 50_000, 135_000)[n % 3],
            fee_receipt=f"TH-{n:05d}" if n % 3 else "",
        )
        for n in range(1, 11)
    )
    return reverse_handover.ReverseHandoverData(
        number="BG-2026-000003",
        at=_EVENING,
        place=_CENTRE,
        giver=_POST,
        receiver=_AGENCY,
        lines=lines,
        n_papers=sum(bool(line.papers) for line in lines),
        fee_total_vnd=sum(line.fee_vnd for line in lines),
        digest=_DIGEST,
        code=_CODE,
    )


def _returns() -> return_list.ReturnListData:
    reasons = ("Từ chối nhận", "Địa chỉ sai, không đầy đủ", "Đã mời hai lần, không đến nhận")
    return return_list.ReturnListData(
        number="CH-2026-000002",
        at=_EVENING,
        office=_OFFICE,
        agency=_CENTRE,
        giver=_POST,
        receiver=_AGENCY,
        lines=tuple(
            return_list.ReturnLine(
                position=n,
                s10=f"EY{90_000_100 + n}5VN",
                dossier_code=f"H57.15-261118-{n:04d}",
                reason=reasons[n % 3],
                attempts="23/11 09:40; 25/11 10:05" if n % 3 == 2 else "23/11 09:40",
                n_documents=1 + n % 2,
            )
            for n in range(1, 7)
        ),
        digest=_DIGEST,
    )


def _card(number: int) -> invitation.InvitationData:
    return invitation.InvitationData(
        s10="EY900000013VN",
        invitation=number,
        recipient_name=_CITIZEN.name,
        sender_name=_CENTRE,
        tried_at=_MORNING,
        reason="Người nhận vắng nhà",
        next_try="Bưu tá đến lại thứ Tư 25/11/2026."
        if number == 1
        else "Sau lần mời này bưu gửi được giữ tại bưu cục rồi chuyển trả cơ quan.",
        office_name=_OFFICE,
        office_address="38 Hùng Vương, phường Thuận Hóa",
        office_hours="Thứ Hai – thứ Bảy, 7:30–11:30 và 13:30–17:30",
        office_phone="0234 3822 114",
        keep_until=date(2026, 12, 8),
        fee_vnd=135_000,
        token_url=_LINK,
        take_back=(_TAKEN,),
    )


def _fee() -> fee_receipt.FeeReceiptData:
    return fee_receipt.FeeReceiptData(
        number="TH-2026-000018",
        at=_MORNING,
        s10="EY900000013VN",
        dossier_code="H57.15-261119-0001",
        payer_name=_CITIZEN.name,
        agency=_CENTRE,
        amount_vnd=135_000,
        office=_OFFICE,
        courier="Trần Quốc Bảo (BT012)",
        token_url=_LINK,
    )


def _collection() -> collection_receipt.CollectionReceiptData:
    return collection_receipt.CollectionReceiptData(
        number="BN-2026-000007",
        at=_MORNING,
        dossier_code="NHS-261123-0004",
        citizen=_CITIZEN,
        agency=_CENTRE,
        papers=(
            PaperData(name="Đơn đăng ký biến động đất đai", kind="bản chính"),
            PaperData(name="Giấy chứng nhận đã cấp", kind="bản chính"),
            PaperData(name="Hợp đồng tặng cho có công chứng", kind="bản sao", count=2),
        ),
        seal="NP-004417",
        courier="Trần Quốc Bảo (BT012)",
        office=_OFFICE,
        token_url=_LINK,
    )


def _letter() -> apology_letter.ApologyLetterData:
    return apology_letter.ApologyLetterData(
        number="117/VB-TTPVHCC",
        place="Huế",
        signed_on=date(2026, 11, 20),
        agency=_CENTRE,
        addressee=f"Bà {_CITIZEN.name}",
        dossier_code="H57.15-261119-0001",
        received_on=date(2026, 11, 2),
        due_on=date(2026, 11, 23),
        reason="Phải lấy ý kiến bổ sung của cơ quan thuế về nghĩa vụ tài chính.",
        new_due_on=date(2026, 11, 30),
        contact="Bộ phận Một cửa, điện thoại 0234 1022",
        signer_title="Giám đốc",
        signer_name="Phan Văn Minh",
    )


def _day() -> day_report.DayReportData:
    couriers = tuple(
        day_report.CourierDay(
            courier=f"BT{n:03d}",
            loaded=20 + n,
            delivered=17 + n,
            failed=3,
            collected=n % 2,
            fee_vnd=135_000 * n,
        )
        for n in range(7, 14)
    )
    open_lines = tuple(
        day_report.OpenLine(
            s10=f"EY{90_000_200 + n}5VN",
            dossier_code=f"H57.15-261119-{n:04d}",
            courier=f"BT{7 + n % 7:03d}",
            state=("về bưu cục, phát lại 24/11", "bưu tá giữ qua đêm, có phép", "về bưu cục, mời lần hai")[n % 3],
        )
        for n in range(1, 9)
    )
    expected = sum(one.fee_vnd for one in couriers)
    return day_report.DayReportData(
        number="BC-2026-000014",
        day=date(2026, 11, 23),
        office=_OFFICE,
        closed_at=_EVENING,
        closed_by="Nguyễn Văn Thành",
        couriers=couriers,
        open_lines=open_lines,
        fee_expected_vnd=expected,
        fee_counted_vnd=expected,
        chain_head=_DIGEST,
    )


FORM_SAMPLES: dict[str, Callable[[], bytes]] = {
    "consignment-note": lambda: consignment_note.draw([_note()]),
    "consignment-note-english": lambda: consignment_note.draw([_note()], language="en"),
    "reverse-handover": lambda: reverse_handover.draw([_reverse()]),
    "return-list": lambda: return_list.draw([_returns()]),
    "invitation-first": lambda: invitation.draw([_card(1)]),
    "invitation-second": lambda: invitation.draw([_card(2)]),
    "fee-receipt": lambda: fee_receipt.draw([_fee()]),
    "collection-receipt": lambda: collection_receipt.draw([_collection()]),
    "apology-letter": lambda: apology_letter.draw([_letter()]),
    "day-report": lambda: day_report.draw([_day()]),
}
