"""Phiếu đi phát (after BD13): the round on paper, a barcode a stop so that a paper day is typed back in minutes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from reportlab.lib.units import mm

from labels import symbols, text
from labels.data import RouteSheetData, SheetStopData
from labels.page import LINE, SIZES_MM, Sheet
from labels.text import BODY, BOLD, LARGE, SMALL, TINY
from labels.words import say_day, say_money

_EDGE = 12.0
_ROW = 21.5
_FIRST, _FULL = 9, 12
_MAP = (62.0, 52.0)
_BAR = symbols.BAR_PT * 2 / 3


def route_sheet(sheet: RouteSheetData) -> bytes:
    """Return one round's sheet as PDF, A4. Raises UnprintableText naming the field."""
    return route_sheets([sheet])


def route_sheets(sheets: Sequence[RouteSheetData]) -> bytes:
    """Return the sheets of many rounds as one PDF, each beginning on its own page."""
    paper = Sheet(SIZES_MM["A4"], "Phiếu đi phát")
    is_first = True
    for one in sheets:
        cleaned = _clean(one)
        pages = _pages(cleaned.stops)
        for number, stops in enumerate(pages, start=1):
            if not is_first:
                paper.next_page()
            is_first = False
            _page(paper, cleaned, stops, number, len(pages))
    return paper.finish()


def _pages(stops: tuple[SheetStopData, ...]) -> list[tuple[SheetStopData, ...]]:
    pages = [stops[:_FIRST]]
    rest = stops[_FIRST:]
    while rest:
        pages.append(rest[:_FULL])
        rest = rest[_FULL:]
    return pages


def _page(paper: Sheet, sheet: RouteSheetData, stops: tuple[SheetStopData, ...], number: int, of: int) -> None:
    right = paper.width - _EDGE
    y = _head(paper, sheet, right) if number == 1 else 18.0
    if number > 1:
        words = f"Chuyến {sheet.number} · {sheet.courier_code} · {say_day(sheet.day)} (tiếp theo)"
        paper.write(_EDGE, 10, words, font=BOLD, size=BODY)
    paper.line(_EDGE, y, right, y, width=LINE)
    for stop in stops:
        _stop(paper, stop, y, right)
        y += _ROW
        paper.line(_EDGE, y, right, y)
    if number == of:
        _sign(paper, y + 3, right)
    words = "Đánh dấu kết quả, ghi giờ; người nhận ký. Lý do chưa phát ghi theo danh mục ở mặt bìa."
    paper.write(_EDGE, 288, words, size=TINY)
    paper.write(right, 288, f"Chuyến {sheet.number} · trang {number}/{of}", size=TINY, align="right")


def _head(paper: Sheet, sheet: RouteSheetData, right: float) -> float:
    n_items = sum(len(stop.items) for stop in sheet.stops)
    money = sum(item.fee_vnd for stop in sheet.stops for item in stop.items)
    paper.write(_EDGE, 11, "PHIẾU ĐI PHÁT", font=BOLD, size=LARGE)
    paper.write(_EDGE, 18, f"Chuyến {sheet.number}", font=BOLD, size=text.HUGE)
    facts = (
        ("Ngày", say_day(sheet.day)),
        ("Bưu cục", sheet.office),
        ("Bưu tá", f"{sheet.courier_name} ({sheet.courier_code})"),
        ("Đi – về", f"{sheet.leave} – {sheet.back}, khoảng {sheet.km} km"),
        ("Điểm dừng", f"{len(sheet.stops)} điểm, {n_items} bưu gửi hoặc hồ sơ"),
        ("Tiền phải thu", say_money(money) if money else "Không thu tiền"),
    )
    for row, (name, value) in enumerate(facts):
        paper.write(_EDGE, 31 + row * 5.6, name, size=SMALL)
        paper.paragraph(
            _EDGE + 24, 30.6 + row * 5.6, value, right - _EDGE - 28 - _MAP[0], font=BOLD, size=BODY, max_height=5.2
        )
    _sketch(paper, sheet, right - _MAP[0], 10)
    return 68.0


def _sketch(paper: Sheet, sheet: RouteSheetData, x: float, y: float) -> None:
    """Draw the round without roads: stops in order, the office as a square, north up, one scale."""
    paper.box(x, y, *_MAP)
    stops = [(stop.lat, stop.lon) for stop in sheet.stops]
    office = (sheet.office_lat, sheet.office_lon)
    has_office = office[0] is not None and office[1] is not None
    points = [(float(office[0] or 0), float(office[1] or 0)), *stops] if has_office else stops
    if not points:
        return
    lats, lons = [p[0] for p in points], [p[1] for p in points]
    squeeze = math.cos(math.radians(sum(lats) / len(lats)))
    tall, wide = max(max(lats) - min(lats), 1e-5), max((max(lons) - min(lons)) * squeeze, 1e-5)
    scale = min((_MAP[0] - 8) / wide, (_MAP[1] - 8) / tall)
    left, top = x + (_MAP[0] - wide * scale) / 2, y + (_MAP[1] - tall * scale) / 2
    placed = [(left + (lon - min(lons)) * squeeze * scale, top + (max(lats) - lat) * scale) for lat, lon in points]
    if len(placed) > 1:
        paper.polyline([*placed, placed[0]] if has_office else placed)
    first = 1 if has_office else 0
    every = max(1, len(stops) // 12)
    for number, (px, py) in enumerate(placed[first:], start=1):
        paper.dot(px, py, 0.7)
        if number == 1 or number % every == 0:
            paper.write(px + 1, py - 3.2, str(number), size=TINY)
    if has_office:
        paper.box(placed[0][0] - 1.4, placed[0][1] - 1.4, 2.8, 2.8, fill=0)


def _stop(paper: Sheet, stop: SheetStopData, y: float, right: float) -> None:
    paper.write(_EDGE, y + 1.6, str(stop.position), font=BOLD, size=LARGE)
    paper.write(_EDGE, y + 8.4, stop.arrive, font=BOLD, size=BODY)
    paper.write(_EDGE, y + 13, stop.window, size=TINY)
    if stop.must_today:
        paper.write(_EDGE, y + 16.4, "hôm nay", font=BOLD, size=TINY)
    x, wide = _EDGE + 16, 76.0
    kind = "" if stop.kind == "Phát" else f" – {stop.kind.upper()}"
    name = text.fit(stop.recipient_name + kind, box=(wide * mm, 5 * mm), font=BOLD, sizes=(BODY, SMALL, TINY))
    paper.write_fitted(x, y + 1.6, name)
    where = f"{stop.address} ({stop.precision})" if stop.precision else stop.address
    paper.paragraph(x, y + 6, where, wide, size=SMALL, max_height=8.4)
    _items(paper, stop, x, y + 14.6, wide)
    wide_code = symbols.barcode_width(stop.barcode, bar=_BAR) / mm
    at = x + wide + 3
    paper.barcode(at, y + 2, stop.barcode, height=9, bar=_BAR)
    paper.write(at + wide_code / 2, y + 11.4, stop.barcode, size=TINY, align="centre")
    paper.write(at, y + 14.8, stop.phone_masked, size=SMALL)
    _ticks(paper, right - 50, y)


def _items(paper: Sheet, stop: SheetStopData, x: float, y: float, wide: float) -> None:
    money = sum(item.fee_vnd for item in stop.items)
    parts = [f"{len(stop.items)} bưu gửi"] if len(stop.items) > 1 else []
    parts.append(f"Thu {say_money(money)}" if money else "Không thu tiền")
    if any(item.has_take_back for item in stop.items):
        parts.append("Thu hồi giấy tờ cũ")
    paper.paragraph(x, y, " · ".join(parts), wide, font=BOLD, size=SMALL, max_height=4.2)
    paper.paragraph(x, y + 3.4, ", ".join(i.dossier_code for i in stop.items), wide, size=TINY, max_height=3)


def _ticks(paper: Sheet, x: float, y: float) -> None:
    for row, words in enumerate(("Đã phát", "Chưa phát")):
        paper.box(x, y + 2.2 + row * 5, 3, 3)
        paper.write(x + 4.2, y + 2 + row * 5, words, size=TINY)
    paper.write(x, y + 12.4, "Giờ ........", size=TINY)
    paper.write(x, y + 16, "Lý do ........", size=TINY)
    paper.box(x + 19, y + 2, 31, _ROW - 4)
    paper.write(x + 20, y + 2.6, "Người nhận ký", size=TINY)


def _sign(paper: Sheet, y: float, right: float) -> None:
    if y > 262:
        return
    for x, words in ((_EDGE + 35, "BƯU TÁ"), (right - 35, "NGƯỜI KIỂM TRA")):
        paper.write(x, y, words, font=BOLD, size=SMALL, align="centre")
        paper.write(x, y + 4, "(ký, ghi rõ họ tên)", size=TINY, align="centre")


def _clean(sheet: RouteSheetData) -> RouteSheetData:
    stops = tuple(
        replace(
            stop,
            **_texts(stop, f"stops.{stop.position}."),
            items=tuple(replace(item, **_texts(item, f"stops.{stop.position}.items.")) for item in stop.items),
        )
        for stop in sheet.stops
    )
    return replace(sheet, **_texts(sheet, ""), stops=stops)


def _texts(part: Any, prefix: str) -> dict[str, Any]:
    values = {f.name: getattr(part, f.name) for f in fields(part)}
    return {n: text.clean(v, prefix + n) for n, v in values.items() if isinstance(v, str)}
