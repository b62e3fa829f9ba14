"""Ten dossiers that citizens ask the post to fetch at home. The people are made up."""

from __future__ import annotations

from typing import Any

_OFFICE = "Trung tâm Phục vụ hành chính công thành phố Huế"
_ASKED: tuple[tuple[str, str, str, float, float], ...] = (
    ("Tôn Thất Quang Huy", "12 Lê Lợi, phường Thuận Hóa, thành phố Huế", "0905110001", 16.4632, 107.5862),
    ("Nguyễn Thị Diễm Hằng", "45 Đinh Tiên Hoàng, phường Phú Xuân, thành phố Huế", "0905110002", 16.4741, 107.5806),
    ("Trần Đình Phước", "7 An Dương Vương, phường An Cựu, thành phố Huế", "0905110003", 16.4522, 107.6021),
    ("Lê Thị Mỹ Lợi", "Thôn La Chữ, phường Kim Trà, thành phố Huế", "0905110004", 16.5072, 107.5021),
    ("Hoàng Trọng Nghĩa", "Tổ dân phố 4, phường Hương Thủy, thành phố Huế", "0905110005", 16.4012, 107.6881),
    ("Phan Thị Xuân Đào", "Thôn Mỹ Lợi, xã Vinh Lộc, thành phố Huế", "0905110006", 16.3585, 107.8795),
    ("Hồ Văn Ngoan", "Thôn 3, xã A Lưới 2, thành phố Huế", "0905110007", 16.2712, 107.2335),
    ("Đặng Ngọc Ánh", "Thôn Tân Mỹ, phường Thuận An, thành phố Huế", "0905110008", 16.5502, 107.6402),
    ("Võ Thị Kim Yến", "Thôn Phước Tượng, xã Lộc An, thành phố Huế", "0905110009", 16.2995, 107.7702),
    ("Cao Hữu Thiện", "Thôn Đông Xuyên, xã Quảng Điền, thành phố Huế", "0905110010", 16.5755, 107.5105),
)


def orders(day_code: str) -> list[dict[str, Any]]:
    """Return the orders as POST /v1/collections takes them; ``day_code`` is YYMMDD."""
    return [
        {
            "dossier_code": f"H57.15-{day_code}-{9001 + number:04d}",
            "office": _OFFICE,
            "recipient": name,
            "address": address,
            "phone": phone,
            "documents": [
                {"name": "Đơn đề nghị", "kind": "bản chính"},
                {"name": "Giấy tờ kèm theo", "kind": "bản sao"},
            ],
            "fee_vnd": 0,
            "lat": lat,
            "lon": lon,
        }
        for number, (name, address, phone, lat, lon) in enumerate(_ASKED)
    ]
