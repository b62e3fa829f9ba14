"""Made-up data for a sample of every paper. Nobody in it exists."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from labels.papers import PartyData, handover_receipt, item_label, route_sheet

_CENTRE = "Trung tâm Phục vụ hành chính công thành phố Huế"
_POST = "Bưu điện thành phố Huế"
_PEOPLE = (
    ("Công Tằng Tôn Nữ Phước Diễm Hằng", "12/5 kiệt 3 Nguyễn Huệ, tổ dân phố 7, phường Thuận Hóa, thành phố Huế"),
    ("Hồ Văn Ngoan", "Thôn 3 (gần nhà văn hóa thôn), xã A Lưới 2, thành phố Huế"),
    ("Nguyễn Thị Ẵm", "45 Đinh Tiên Hoàng, phường Phú Xuân, thành phố Huế"),
    ("Trần Đình Phước", "7 An Dương Vương, phường An Cựu, thành phố Huế"),
    ("Kăn Thị Hằng", "Thôn Phú Xuân, xã Vinh Lộc, thành phố Huế"),
)
_LABEL = item_label.ItemLabelData(
    s10="EY900000013VN",
    token_url="https://tannha.example/t/0123456789abcdef0123456789abcdef",  # noqa: S106 - a link to nowhere
    recipient_name=_PEOPLE[0][0],
    address=_PEOPLE[0][1],
    commune="Phường Thuận Hóa",
    phone_masked="09xx xxx 123",
    sender_name=_CENTRE,
    sender_address="01 Lê Lai, phường Thuận Hóa, thành phố Huế",
    delivery_office="Bưu cục Thuận Hóa",
    dossier_code="H57.15-261119-0001",
    posted_on=date(2026, 11, 23),
    due_on=date(2026, 11, 25),
    fee_vnd=135_000,
    has_take_back=True,
    n_documents=2,
)


_REASONS = (
    "người nhận vắng nhà",
    "không liên lạc được điện thoại",
    "người nhận hẹn ngày khác",
    "địa chỉ sai hoặc không đầy đủ",
    "đã chuyển đi, không để lại địa chỉ",
    "không có người này tại địa chỉ",
    "từ chối nhận",
    "thiếu giấy tờ tùy thân hoặc giấy ủy quyền",
    "chưa nộp phí, lệ phí",
)


def _receipt() -> handover_receipt.HandoverReceiptData:
    lines = tuple(
        handover_receipt.HandoverLineData(
            position=n,
            s10=f"EY{90_000_000 + n}5VN",
            dossier_code=f"H57.15-261119-{n:04d}",
            commune=("Phường Thuận Hóa", "Xã Chân Mây - Lăng Cô", "Phường Phú Xuân")[n % 3],
            n_documents=1 + n % 3,
            n_originals=1,
            weight_g=40 + n % 3 * 15,
            fee_vnd=(0, 50_000, 135_000)[n % 3],
            has_take_back=n % 4 == 0,
        )
        for n in range(1, 15)
    )
    fault = handover_receipt.HandoverLineData(
        position=1,
        s10="EY900000995VN",
        dossier_code="H57.15-261119-0099",
        fault="có trong danh sách, không có bưu gửi",
    )
    return handover_receipt.HandoverReceiptData(
        number="BB-2026-000001",
        title="Biên bản bàn giao bưu gửi",
        manifest_number="DS-2026-000001",
        place=_CENTRE,
        at=datetime(2026, 11, 23, 7, 15),  # noqa: DTZ001 - already on people's clocks
        giver=PartyData(
            title="Bên giao", organisation=_CENTRE, full_name="Lê Thị Hoài Thương", position="Cán bộ Bộ phận Một cửa"
        ),
        receiver=PartyData(title="Bên nhận", organisation=_POST, full_name="Nguyễn Văn Thành", code="BC-017"),
        n_expected=15,
        n_present=14,
        n_documents=sum(line.n_documents for line in lines),
        fee_total_vnd=sum(line.fee_vnd for line in lines),
        digest="5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
        lines=lines,
        faults=(fault,),
        weight_g=sum(line.weight_g for line in lines),
        code=f"TN1*BB-2026-000001*centre_to_post*20261123T001500Z*15*14*{'A' * 43}*1234*{'B' * 43}*{'C' * 86}",
    )


def sample_sheet() -> route_sheet.RouteSheetData:
    """Return a round of twelve stops."""
    stops = tuple(
        route_sheet.SheetStopData(
            position=n,
            arrive=f"{8 + n // 4:02d}:{n * 13 % 60:02d}",
            window="07:30–11:30" if n == 3 else "",
            is_collection=n == 5,
            recipient_name=_PEOPLE[n % len(_PEOPLE)][0],
            address=_PEOPLE[n % len(_PEOPLE)][1],
            phone_masked="09xx xxx 123",
            precision="≈ 1,6 km" if n % 4 == 0 else "",
            barcode=f"0000012{n:03}",
            code=f"EY{90_000_000 + n}5VN",
            lat=16.46 + 0.012 * math.sin(n * 0.5),
            lon=107.59 + (0.010 + 0.006 * (n % 3)) * math.cos(n * 0.5),
            items=(
                route_sheet.SheetItemData(
                    code=f"EY{90_000_000 + n}5VN",
                    dossier_code=f"H57.15-261119-{n:04d}",
                    fee_vnd=135_000 if n % 3 == 0 else 0,
                    has_take_back=n % 4 == 1,
                    take_back="sổ hộ khẩu" if n == 9 else "",
                    to_collect="tờ khai, bản chính giấy khai sinh" if n == 5 else "",
                ),
            ),
            must_today=n in (2, 6),
        )
        for n in range(1, 13)
    )
    return route_sheet.RouteSheetData(
        number=12,
        day=date(2026, 11, 23),
        office="Bưu cục Thuận Hóa",
        courier_code="BT012",
        courier_name="Trần Quốc Bảo",
        leave="07:40",
        back="15:55",
        km=23,
        office_lat=16.4617,
        office_lon=107.5905,
        stops=stops,
        reasons=_REASONS,
    )


SAMPLES: dict[str, Callable[[], bytes]] = {
    "item-label-100x150": lambda: item_label.draw([_LABEL]),
    "item-label-a6-reprint": lambda: item_label.draw(
        [replace(_LABEL, reprint_number=1, fee_vnd=0, round_text="12")], size="A6"
    ),
    "item-label-a7": lambda: item_label.draw([_LABEL], size="A7"),
    "item-label-a5": lambda: item_label.draw([_LABEL], size="A5"),
    "item-label-4-on-a4": lambda: item_label.draw(
        [replace(_LABEL, round_text=str(n)) for n in range(1, 6)], size="A4x4"
    ),
    "handover-receipt": lambda: handover_receipt.draw([_receipt()]),
    "route-sheet": lambda: route_sheet.draw([sample_sheet()]),
}
