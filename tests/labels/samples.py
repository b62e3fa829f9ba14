"""Finished data for every paper, with people made up and texts as long as life."""

from datetime import date, datetime

from labels.papers import PartyData, handover_receipt, item_label, route_sheet

S10 = "EY900000013VN"
LINK = "https://tannha.example/t/" + "0123456789abcdef" * 2
CENTRE = "Trung tâm Phục vụ hành chính công thành phố Huế"


def label(**changes):
    data = {
        "s10": S10,
        "token_url": LINK,
        "recipient_name": "Công Tằng Tôn Nữ Phước Diễm Hằng",
        "address": "12/5 kiệt 3 Nguyễn Huệ, tổ dân phố 7, phường Vỹ Dạ, thành phố Huế",
        "commune": "Xã Chân Mây - Lăng Cô",
        "phone_masked": "09xx xxx 123",
        "sender_name": CENTRE,
        "sender_address": "01 Lê Lai, phường Thuận Hóa, thành phố Huế",
        "delivery_office": "Bưu cục Chân Mây - Lăng Cô",
        "dossier_code": "H57.15-261119-0001",
        "posted_on": date(2026, 11, 23),
        "due_on": date(2026, 11, 26),
        "fee_vnd": 135_000,
        "has_take_back": True,
        "n_documents": 3,
    }
    return item_label.ItemLabelData(**data | changes)


def receipt(n_lines=5, **changes):
    lines = tuple(
        handover_receipt.HandoverLineData(
            position=n,
            s10=S10,
            dossier_code=f"H57.15-261119-{n:04d}",
            commune="Xã Chân Mây - Lăng Cô",
            n_documents=2,
            fee_vnd=n * 1_000,
        )
        for n in range(1, n_lines + 1)
    )
    data = {
        "number": "BB-2026-000001",
        "title": "Biên bản bàn giao bưu gửi",
        "manifest_number": "DS-2026-000001",
        "place": CENTRE,
        "at": datetime(2026, 11, 23, 7, 15),
        "giver": PartyData(title="Bên giao", organisation=CENTRE, full_name="Lê Thị Hoài Thương", position="Cán bộ"),
        "receiver": PartyData(title="Bên nhận", organisation="Bưu điện thành phố Huế", full_name="Nguyễn Văn Thành"),
        "n_expected": n_lines + 1,
        "n_present": n_lines,
        "n_documents": n_lines * 2,
        "fee_total_vnd": 1_770_000,
        "digest": "ab" * 32,
        "lines": lines,
        "faults": (
            handover_receipt.HandoverLineData(position=1, s10=S10, dossier_code="H57.15-261119-0099", fault="thiếu"),
        ),
    }
    return handover_receipt.HandoverReceiptData(**data | changes)


CODE = f"TN1*BB-2026-000001*centre_to_post*20261123T001500Z*6*5*{'A' * 43}*1234*{'B' * 43}*{'c' * 86}"


def sheet(n_stops=12, **changes):
    stops = tuple(
        route_sheet.SheetStopData(
            position=n,
            arrive="08:10",
            window="07:30–11:30" if n % 4 == 0 else "",
            is_collection=n % 5 == 0,
            recipient_name="Công Tằng Tôn Nữ Phước Hiếu",
            address="60/43 Sóng Hồng, tổ dân phố 3, P Thuận Lộc, TP. Huế, Thừa Thiên Huế",
            phone_masked="09xx xxx 123",
            precision="≈ 1,8 km" if n % 3 == 0 else "",
            barcode=f"0000012{n:03}",
            code=f"EY{90_000_000 + n}0VN",
            lat=16.46 + n * 0.003 * (n % 3),
            lon=107.58 + n * 0.002 * (n % 4),
            items=(
                route_sheet.SheetItemData(
                    code=S10, dossier_code="H57.15-261119-0001", fee_vnd=50_000, has_take_back=True
                ),
            ),
        )
        for n in range(1, n_stops + 1)
    )
    data = {
        "number": 12,
        "day": date(2026, 11, 23),
        "office": "Bưu cục Thuận Hóa",
        "courier_code": "BT012",
        "courier_name": "Trần Quốc Bảo",
        "leave": "07:40",
        "back": "16:55",
        "km": 41,
        "office_lat": 16.45,
        "office_lon": 107.58,
        "stops": stops,
    }
    return route_sheet.RouteSheetData(**data | changes)
