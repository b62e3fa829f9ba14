"""People, offices and codes that several samples share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from labels.papers import ContactData, PaperData, PartyData

S10 = "EY900000013VN"
LINK = "https://tannha.example/t/0123456789abcdef0123456789abcdef"
BADGE_LINK = "https://tannha.example/genuine/0123456789abcdef0123456789abcdef"
WARNING = "Bưu tá không yêu cầu chuyển khoản trước. Kiểm tra tại tannha.example/genuine"
DIGEST = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
CENTRE = "Trung tâm Phục vụ hành chính công thành phố Huế"
CENTRE_ADDRESS = "01 Lê Lai, phường Thuận Hóa, thành phố Huế"
POST = "Bưu điện thành phố Huế"
OFFICE = "Bưu cục Thuận Hóa"
MORNING = datetime(2026, 11, 23, 9, 40)  # noqa: DTZ001 - already on people's clocks
EVENING = datetime(2026, 11, 23, 18, 30)  # noqa: DTZ001
PEOPLE = (
    ("Công Tằng Tôn Nữ Phước Diễm Hằng", "12/5 kiệt 3 Nguyễn Huệ, tổ dân phố 7, phường Thuận Hóa, thành phố Huế"),
    ("Hồ Văn Ngoan", "Thôn 3 (gần nhà văn hóa thôn), xã A Lưới 2, thành phố Huế"),
    ("Nguyễn Thị Ẵm", "45 Đinh Tiên Hoàng, phường Phú Xuân, thành phố Huế"),
    ("Trần Đình Phước", "7 An Dương Vương, phường An Cựu, thành phố Huế"),
    ("Kăn Thị Hằng", "Thôn Phú Xuân, xã Vinh Lộc, thành phố Huế"),
)
CITIZEN = ContactData(name=PEOPLE[0][0], address=PEOPLE[0][1], phone="0905 000 123")
TAKEN = PaperData(name="Giấy chứng nhận quyền sử dụng đất đã cấp (bản cũ)", kind="bản chính")
COURIER = "Trần Quốc Bảo (BT012)"
GIVER = PartyData(
    title="Bên giao", organisation=OFFICE, full_name="Nguyễn Văn Thành", position="Giao dịch viên", code="BC-017"
)
RECEIVER = PartyData(
    title="Bên nhận", organisation=CENTRE, full_name="Lê Thị Hoài Thương", position="Cán bộ Bộ phận Một cửa"
)


def signed_code(number: str, leg: str) -> str:
    """Return a text as long as a receipt's signed code; it verifies nothing."""
    return f"TN1*{number}*{leg}*20261123T001500Z*15*14*{'A' * 43}*1234*{'B' * 43}*{'C' * 86}"


def signature() -> bytes:
    """Return a PNG as a browser makes it of what somebody drew: black on nothing."""
    picture = Image.new("RGBA", (600, 240))
    pen = ImageDraw.Draw(picture)
    points = [(60 + n * 4, 120 + 70 * math.sin(n / 7) * math.cos(n / 19)) for n in range(115)]
    pen.line(points, fill="black", width=5)
    pen.line([(80, 200), (520, 175)], fill="black", width=4)
    buffer = BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One sample of a paper: its data, the language it is drawn in, and how it is drawn (size)."""

    data: tuple[Any, ...]
    language: str = "vi"
    options: Mapping[str, Any] = field(default_factory=dict)
