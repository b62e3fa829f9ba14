"""Sample data of a route sheet."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

from labels.papers.route_sheet import RouteSheetData, SheetItemData, SheetStopData
from labels.samples.made_up import OFFICE, PEOPLE, Sample

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
_UNLOCATED = "Chỉ biết xã, phường: gọi trước khi đến"


def sheet(n_stops: int = 12, **changes: Any) -> RouteSheetData:
    """Return a round of so many stops, some with a window, a collection, a fee, old papers to take back."""
    whole = RouteSheetData(
        number=12,
        day=date(2026, 11, 23),
        office=OFFICE,
        courier_code="BT012",
        day_code="K7PM-3XQR",
        courier_name="Trần Quốc Bảo",
        leave="07:40",
        back="15:55",
        km=23,
        office_lat=16.4617,
        office_lon=107.5905,
        stops=tuple(_stop(n) for n in range(1, n_stops + 1)),
        reasons=_REASONS,
    )
    return replace(whole, **changes)


def _stop(n: int) -> SheetStopData:
    name, address = PEOPLE[n % len(PEOPLE)]
    code = f"EY{90_000_000 + n}5VN"
    return SheetStopData(
        position=n,
        arrive=f"{(8 + n * 13 // 60) % 24:02d}:{n * 13 % 60:02d}",
        window="07:30–11:30" if n % 8 == 3 else "",
        is_collection=n % 5 == 0,
        recipient_name=name,
        address=address,
        telephone="09xx xxx 123",
        where=_UNLOCATED if n == 7 else "Điểm gần đúng, cửa có thể cách tới 1,6 km" if n % 4 == 0 else "",
        barcode=f"0000012{n:03}",
        code=code,
        lat=None if n == 7 else 16.46 + 0.012 * math.sin(n * 0.5),
        lon=None if n == 7 else 107.59 + (0.010 + 0.006 * (n % 3)) * math.cos(n * 0.5),
        items=(
            SheetItemData(
                code=code,
                dossier_code=f"H57.15-261119-{n:04d}",
                fee_vnd=135_000 if n % 3 == 0 else 0,
                has_take_back=n % 4 == 1,
                take_back="sổ hộ khẩu" if n == 9 else "",
                to_collect="tờ khai, bản chính giấy khai sinh" if n % 5 == 0 else "",
            ),
        ),
        must_today=n in (2, 6),
    )


def numbered(n_stops: int = 5) -> RouteSheetData:
    """Return a numbered sheet: whole telephones where only the commune is known."""
    whole = sheet(n_stops, serial="PD-2026-000001")
    return replace(
        whole,
        stops=tuple(
            replace(stop, telephone="0905000123", where=_UNLOCATED) if stop.position % 2 == 0 else stop
            for stop in whole.stops
        ),
    )


SAMPLES = {
    "route-sheet": Sample(data=(sheet(),)),
    "route-sheet-numbered": Sample(data=(numbered(),)),
}
