"""A made-up day of any province: results and home collections at addresses of its own register, new style and old.

The people, phones and streets are invented; the communes, districts and their points are the register's. The same
province and day give the same rows.
"""

from __future__ import annotations

import csv
import io
import math
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from api.demo.clock import HUE
from routing import (
    Commune,
    NationalFormerUnit,
    Point,
    Province,
    national_former_units,
    plain_words,
    provinces,
    register_of,
)

N_RESULTS = 600
_COLUMNS = (
    "ma_ho_so", "ma_tthc", "ten_tthc", "co_quan", "ngay_xong", "nguoi_nhan", "dien_thoai", "dia_chi", "tai_lieu",
    "thu_ho", "thu_hoi", "vi_do", "kinh_do", "khung_gio",
)  # fmt: skip
_FAMILY = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
    "Lý", "Thạch", "Danh", "Triệu", "Nông",
)  # fmt: skip
_MIDDLE = ("Văn", "Thị", "Hữu", "Đức", "Thanh", "Minh", "Ngọc", "Kim", "Quốc", "Hồng", "Xuân", "Bá")
_GIVEN = (
    "An", "Bình", "Châu", "Dũng", "Đạt", "Giang", "Hà", "Hạnh", "Hiếu", "Hùng", "Khang", "Lan", "Linh", "Long", "Mai",
    "Nam", "Oanh", "Phúc", "Quang", "Sơn", "Tâm", "Uyên",
)  # fmt: skip
_STREETS = (
    "Trần Phú", "Lê Lợi", "Nguyễn Trãi", "Hùng Vương", "Hai Bà Trưng", "Phan Bội Châu", "Lý Thường Kiệt",
    "Nguyễn Huệ", "Điện Biên Phủ", "Trần Hưng Đạo", "Lê Duẩn", "Hoàng Diệu",
)  # fmt: skip
_PROCEDURES = (
    ("1.004227", "Đăng ký biến động quyền sử dụng đất", "Giấy chứng nhận (bản chính)", "Giấy chứng nhận cũ"),
    ("1.001612", "Đăng ký thành lập hộ kinh doanh", "Giấy chứng nhận đăng ký (bản chính)", ""),
    ("2.000488", "Cấp phiếu lý lịch tư pháp", "Phiếu lý lịch tư pháp (bản chính)", ""),
    ("1.002835", "Đổi giấy phép lái xe", "Giấy phép lái xe (bản chính)", "Giấy phép lái xe cũ (bản chính)"),
)  # fmt: skip
# How addresses are written, by share: today's units, the units of before, without accents, shortened, too little.
_STYLES = {"new": 46, "old": 34, "bare": 10, "short": 7, "vague": 3}
_ELSEWHERE, _NO_PHONE, _NO_POINT, _ZERO_POINT, _BAD_DATE = 0.03, 0.05, 0.12, 0.03, 0.005
_FEES = (0, 0, 0, 0, 50_000, 100_000, 200_000)


@dataclass(frozen=True)
class _Door:
    """Somebody's door: the address as they write it, and where it is."""

    address: str
    point: Point


class MadeUpDay:
    """The results and the home collections of one province for one day."""

    def __init__(self, province: Province, day: date) -> None:
        self._province = province
        self._day = day
        self._communes = register_of(province).communes
        self._weights = [2.0 if commune.type == "phường" else 1.0 for commune in self._communes]
        self._former: dict[str, list[NationalFormerUnit]] = {}
        for unit in national_former_units():
            if len(unit.successor_codes) == 1 and unit.type != "huyện":
                self._former.setdefault(unit.successor_codes[0], []).append(unit)
        self._agency = f"Trung tâm Phục vụ hành chính công {province.full_name}"

    def write_results(self, path: Path, n: int = N_RESULTS) -> Path:
        """Write the export of a one-stop system, of the days before, and return its path."""
        chance = random.Random(f"{self._province.code} {self._day}")
        text = io.StringIO()
        writer = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self._result(number, chance) for number in range(1, n + 1))
        path.write_text(text.getvalue(), encoding="utf-8-sig")
        return path

    def collections(self, n: int = 10) -> list[dict[str, Any]]:
        """Return orders as POST /v1/collections takes them."""
        chance = random.Random(f"collections {self._province.code} {self._day}")
        orders = []
        for number in range(n):
            door = self._door(chance, style="new")
            orders.append(
                {
                    "dossier_code": f"H{self._province.code}.15-{self._day:%y%m%d}-{9001 + number:04d}",
                    "office": self._agency,
                    "recipient": _name(chance),
                    "address": door.address,
                    "phone": f"090511{number:04d}",
                    "documents": [
                        {"name": "Đơn đề nghị", "kind": "bản chính"},
                        {"name": "Giấy tờ kèm theo", "kind": "bản sao"},
                    ],
                    "fee_vnd": 0,
                    "lat": door.point.lat,
                    "lon": door.point.lon,
                }
            )
        return orders

    def _result(self, number: int, chance: random.Random) -> dict[str, object]:
        finished = datetime.combine(self._day, datetime.min.time(), HUE)
        finished -= timedelta(days=chance.choice((3, 3, 4)), hours=-8, minutes=-chance.randrange(480))
        code, name, documents, taken_back = chance.choice(_PROCEDURES)
        door = self._door(chance)
        row: dict[str, object] = {
            "ma_ho_so": f"H{self._province.code}.15-{finished:%y%m%d}-{number:04d}",
            "ma_tthc": code,
            "ten_tthc": name,
            "co_quan": self._agency,
            "ngay_xong": "hôm qua" if chance.random() < _BAD_DATE else finished.isoformat(),
            "nguoi_nhan": _name(chance),
            "dien_thoai": "" if chance.random() < _NO_PHONE else f"09{chance.randrange(10**8):08d}",
            "dia_chi": door.address,
            "tai_lieu": documents,
            "thu_ho": chance.choice(_FEES),
            "thu_hoi": taken_back,
            "khung_gio": "07:30-11:30" if chance.random() < 0.03 else "",
        }
        roll = chance.random()
        if roll >= _NO_POINT + _ZERO_POINT:
            row |= {"vi_do": f"{door.point.lat:.6f}", "kinh_do": f"{door.point.lon:.6f}"}
        elif roll >= _NO_POINT:
            row |= {"vi_do": 0, "kinh_do": 0}
        return row

    def _door(self, chance: random.Random, style: str = "") -> _Door:
        commune = chance.choices(self._communes, self._weights)[0]
        former = self._former.get(commune.code, [])
        unit = chance.choice(former) if former else None
        style = style or chance.choices(list(_STYLES), list(_STYLES.values()))[0]
        if unit is None and style == "old":
            style = "new"
        if style != "vague" and chance.random() < _ELSEWHERE and unit is not None:
            return _Door(self._elsewhere(chance), commune.point)
        street = f"{chance.randrange(1, 300)} {chance.choice(_STREETS)}"
        return _Door(self._written(style, street, commune, unit), _near(commune, unit, style, chance))

    def _written(self, style: str, street: str, commune: Commune, unit: NationalFormerUnit | None) -> str:
        new = f"{street}, {commune.type} {commune.name}, {self._province.full_name}"
        if style == "old" and unit is not None:
            district = unit.district[:1].lower() + unit.district[1:]
            return f"{street}, {unit.type} {unit.name}, {district}, {unit.province}"
        if style == "bare":
            return ", ".join(plain_words(part) for part in new.split(","))
        if style == "short":
            letter = {"phường": "P.", "xã": "X."}.get(commune.type, commune.type)
            kind = "TP." if self._province.kind == "thành phố" else "T."
            return f"{street}, {letter} {commune.name}, {kind} {self._province.name}"
        return f"{street}, {commune.name}" if style == "vague" else new

    def _elsewhere(self, chance: random.Random) -> str:
        other = chance.choice([one for one in provinces() if one is not self._province])
        commune = chance.choice(register_of(other).communes)
        return f"{chance.randrange(1, 300)} {chance.choice(_STREETS)}, {commune.type} {commune.name}, {other.full_name}"


def _near(commune: Commune, unit: NationalFormerUnit | None, style: str, chance: random.Random) -> Point:
    """Return a point inside the commune, near the former unit where that is what the address names."""
    middle, reach_km = commune.point, commune.radius_km * 0.5
    if style == "old" and unit is not None and unit.point is not None:
        middle, reach_km = unit.point, min(1.0, commune.radius_km * 0.3)
    angle, away_km = chance.uniform(0, 2 * math.pi), reach_km * math.sqrt(chance.random())
    lat = middle.lat + away_km * math.cos(angle) / 111.2
    lon = middle.lon + away_km * math.sin(angle) / (111.2 * math.cos(math.radians(middle.lat)))
    return Point(lat=round(lat, 6), lon=round(lon, 6))


def _name(chance: random.Random) -> str:
    return f"{chance.choice(_FAMILY)} {chance.choice(_MIDDLE)} {chance.choice(_GIVEN)}"
