"""Biên bản bàn giao: what changed hands, counted, faults named, both sides sign; two copies alike."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from reportlab.lib.units import mm

from labels import text
from labels.data import HandoverLineData, HandoverReceiptData, PartyData
from labels.page import LINE, SIZES_MM, Sheet
from labels.text import BODY, BOLD, LARGE, SMALL, TINY
from labels.words import group_code, in_words, say_moment, say_money

_EDGE, _BOTTOM = 16.0, 281.0
_ROW = 5.6
# left edge of each column in mm, heading, alignment
_COLUMNS = (
    (16.0, "STT", "left"),
    (25.0, "Số hiệu bưu gửi", "left"),
    (65.0, "Mã hồ sơ", "left"),
    (112.0, "Xã, phường", "left"),
    (158.0, "Tài liệu", "right"),
    (180.0, "Thu hộ", "right"),
    (194.0, "Thu hồi", "right"),
)
_COPIES = ("Bản 1: bên giao giữ", "Bản 2: bên nhận giữ")


def handover_receipt(receipt: HandoverReceiptData, *, copies: int = 2) -> bytes:
    """Return the minutes as PDF, A4, one after the other for each side. Raises UnprintableText naming the field."""
    receipt = _clean(receipt)
    sheet = Sheet(SIZES_MM["A4"], f"Biên bản {receipt.number}")
    pages = _pages(receipt)
    for copy in range(copies):
        for number, lines in enumerate(pages, start=1):
            if copy or number > 1:
                sheet.next_page()
            _page(sheet, receipt, lines, number, len(pages), _COPIES[copy % len(_COPIES)])
    return sheet.finish()


def _pages(receipt: HandoverReceiptData) -> list[tuple[HandoverLineData, ...]]:
    """Part the lines: the first page holds the parties, the last one faults and signatures."""
    first, full, tail = 26, 43, 16 + len(receipt.faults)
    lines = list(receipt.lines)
    pages = [tuple(lines[:first])]
    lines = lines[first:]
    while lines:
        pages.append(tuple(lines[:full]))
        lines = lines[full:]
    room = first if len(pages) == 1 else full
    if len(pages[-1]) > room - tail:
        pages.append(())
    return pages


def _page(
    sheet: Sheet, receipt: HandoverReceiptData, lines: tuple[HandoverLineData, ...], number: int, of: int, copy: str
) -> None:
    right = sheet.width - _EDGE
    y = _title(sheet, receipt, right) if number == 1 else 16.0
    if number > 1:
        sheet.write(_EDGE, 10, f"Biên bản {receipt.number} (tiếp theo)", size=SMALL)
    if lines:
        y = _table(sheet, lines, y)
    if number == of:
        _close(sheet, receipt, y + 3, right)
    sheet.line(_EDGE, 284, right, 284)
    sheet.write(_EDGE, 285.4, f"{copy}. Mã danh sách {receipt.digest[:16]}", size=TINY)
    sheet.write(right, 285.4, f"{receipt.number} · trang {number}/{of}", size=TINY, align="right")


def _title(sheet: Sheet, receipt: HandoverReceiptData, right: float) -> float:
    middle = sheet.width / 2
    sheet.write(middle, 14, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", font=BOLD, size=BODY, align="centre")
    sheet.write(middle, 19, "Độc lập – Tự do – Hạnh phúc", font=BOLD, size=BODY, align="centre")
    sheet.line(middle - 20, 24.6, middle + 20, 24.6)
    sheet.write(middle, 30, receipt.title.upper(), font=BOLD, size=LARGE, align="centre")
    sheet.write(
        middle, 37, f"Số {receipt.number} – theo danh sách {receipt.manifest_number}", size=BODY, align="centre"
    )
    y = 46.0
    y += sheet.paragraph(_EDGE, y, f"Lúc {say_moment(receipt.at)}, tại {receipt.place}.", right - _EDGE)
    for party in (receipt.giver, receipt.receiver):
        y += 2
        sheet.write(_EDGE, y, party.title, font=BOLD)
        y += sheet.paragraph(_EDGE + 24, y, _party(party), right - _EDGE - 24, max_height=10)
    y += 2
    total = (
        f"Đã giao và nhận {receipt.n_present} bưu gửi (bằng chữ: {in_words(receipt.n_present)}) trên "
        f"{receipt.n_expected} trong danh sách, {receipt.n_documents} tài liệu, tổng tiền phải thu hộ "
        f"{say_money(receipt.fee_total_vnd)} (bằng chữ: {in_words(receipt.fee_total_vnd)} đồng)."
    )
    y += sheet.paragraph(_EDGE, y, total, right - _EDGE, font=BOLD, max_height=16)
    return y + 3


def _party(party: PartyData) -> str:
    parts = [party.full_name, party.position, f"mã {party.code}" if party.code else "", party.organisation]
    return ", ".join(part for part in parts if part)


def _table(sheet: Sheet, lines: tuple[HandoverLineData, ...], y: float) -> float:
    right = sheet.width - _EDGE
    for x, words, align in _COLUMNS:
        sheet.write(x, y, words, font=BOLD, size=SMALL, align=align)
    y += 4.6
    sheet.line(_EDGE, y, right, y, width=LINE)
    for line in lines:
        cells = (
            str(line.position),
            group_code(line.s10),
            line.dossier_code,
            line.commune,
            str(line.n_documents),
            say_money(line.fee_vnd) if line.fee_vnd else "–",
            "có" if line.has_take_back else "–",
        )
        limits = (8, 39, 46, 38, 12, 22, 12)
        for (x, _, align), cell, limit in zip(_COLUMNS, cells, limits, strict=True):
            fitted = text.fit(cell, box=(limit * mm, 4.4 * mm), sizes=(SMALL, TINY))
            sheet.write(x, y + 1.1, fitted.lines[0] if fitted.lines else "", size=fitted.size, align=align)
        y += _ROW
        sheet.line(_EDGE, y, right, y, width=0.2)
    return y


def _close(sheet: Sheet, receipt: HandoverReceiptData, y: float, right: float) -> None:
    if receipt.faults:
        sheet.write(_EDGE, y, "Chênh lệch so với danh sách", font=BOLD)
        y += 6
        for line in receipt.faults:
            words = f"{group_code(line.s10)}  {line.dossier_code}  {line.fault}"
            y += sheet.paragraph(_EDGE, y, words, right - _EDGE, size=SMALL, max_height=5)
    else:
        sheet.write(_EDGE, y, "Không có chênh lệch.", size=BODY)
        y += 6
    y += 2
    y += sheet.paragraph(
        _EDGE,
        y,
        "Bưu gửi còn nguyên niêm phong. Biên bản lập thành hai bản như nhau, mỗi bên giữ một bản.",
        right - _EDGE,
    )
    y = min(y + 6, _BOTTOM - 36)
    for x, party in ((sheet.width * 0.28, receipt.giver), (sheet.width * 0.72, receipt.receiver)):
        sheet.write(x, y, party.title.upper(), font=BOLD, align="centre")
        sheet.write(x, y + 5, "(ký, ghi rõ họ tên)", size=SMALL, align="centre")
        sheet.write(x, y + 28, party.full_name, align="centre")


def _clean(receipt: HandoverReceiptData) -> HandoverReceiptData:
    changes: dict[str, Any] = _texts(receipt, "")
    changes["giver"] = replace(receipt.giver, **_texts(receipt.giver, "giver."))
    changes["receiver"] = replace(receipt.receiver, **_texts(receipt.receiver, "receiver."))
    for name in ("lines", "faults"):
        changes[name] = tuple(
            replace(line, **_texts(line, f"{name}.{line.position}.")) for line in getattr(receipt, name)
        )
    return replace(receipt, **changes)


def _texts(part: Any, prefix: str) -> dict[str, str]:
    values = {f.name: getattr(part, f.name) for f in fields(part)}
    return {n: text.clean(v, prefix + n) for n, v in values.items() if isinstance(v, str)}
