"""Biên bản bàn giao: what changed hands, counted, faults named, both sides sign; two copies alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.units import mm

from labels.drawing import text
from labels.drawing.cleaning import clean_data
from labels.drawing.page import LINE, SIZES_MM, Sheet
from labels.drawing.text import BODY, BOLD, LARGE, SMALL, TINY
from labels.papers.parts import PartyData, by_hand
from labels.papers.parts import party as party_words
from labels.papers.speech import VIETNAMESE
from labels.papers.words import group_code, in_words, say_moment, say_money, say_number

_EDGE, _BOTTOM = 16.0, 281.0
_ROW = 5.6
_QR = 36.0
_FIRST, _FULL, _TAIL = 30, 45, 11  # lines on the first and on a full page, and what the signatures take of one
_KEPT = ("Bản 1: bên giao giữ. ", "Bản 2: bên nhận giữ. ")
# left edge of each column in mm (right edge where numbers stand), width, alignment, heading
_COLUMNS = (
    (16.0, 8.0, "left", "STT"),
    (24.0, 31.0, "left", "Số hiệu bưu gửi"),
    (56.0, 38.0, "left", "Mã hồ sơ"),
    (95.0, 37.0, "left", "Xã, phường"),
    (145.0, 13.0, "right", "Tài liệu"),
    (157.0, 11.0, "right", "Gam"),
    (177.0, 19.0, "right", "Thu hộ"),
    (194.0, 16.0, "right", "Thu hồi"),
)


@dataclass(frozen=True, kw_only=True)
class HandoverLineData:
    """One numbered line of a handover. ``fault`` is "" for what was there, ``n_originals`` None where nobody said."""

    position: int
    s10: str
    dossier_code: str
    commune: str = ""
    n_documents: int = 0
    n_originals: int | None = None
    weight_g: int = 0
    fee_vnd: int = 0
    has_take_back: bool = False
    is_sealed: bool = False
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class HandoverReceiptData:
    """Minutes of one change of hands, for both sides alike.

    ``code`` is what the signed square code says, "" before the receipt is sealed; ``copies`` says who keeps which.
    """

    number: str
    title: str
    manifest_number: str
    place: str
    at: datetime
    giver: PartyData
    receiver: PartyData
    n_expected: int
    n_present: int
    n_documents: int
    fee_total_vnd: int
    digest: str
    lines: tuple[HandoverLineData, ...]
    faults: tuple[HandoverLineData, ...] = ()
    weight_g: int = 0
    code: str = ""


def draw(receipts: Sequence[HandoverReceiptData], *, copies: int = 2) -> bytes:
    """Return the minutes as PDF, A4, one copy for each side. Raises UnprintableText naming the field."""
    sheet = Sheet(SIZES_MM["A4"], f"Biên bản {receipts[0].number}")
    is_first = True
    for receipt in map(clean_data, receipts):
        pages = _pages(receipt)
        for copy in range(copies):
            for number, lines in enumerate(pages, start=1):
                if not is_first:
                    sheet.next_page()
                is_first = False
                _page(sheet, receipt, lines, (number, len(pages)))
                _foot(sheet, receipt, _KEPT[copy % len(_KEPT)], (number, len(pages)))
    return sheet.finish()


def _pages(receipt: HandoverReceiptData) -> list[tuple[HandoverLineData, ...]]:
    """Part the lines: the first page holds the parties, the last one faults and signatures."""
    lines = list(receipt.lines)
    pages = [tuple(lines[:_FIRST])]
    lines = lines[_FIRST:]
    while lines:
        pages.append(tuple(lines[:_FULL]))
        lines = lines[_FULL:]
    for first in range(0, len(receipt.faults), _FULL - _TAIL):
        room = _FIRST if len(pages) == 1 else _FULL
        tail = _TAIL + min(len(receipt.faults) - first, _FULL - _TAIL)
        if first or len(pages[-1]) > room - tail:
            pages.append(())
    if not receipt.faults and len(pages[-1]) > (_FIRST if len(pages) == 1 else _FULL) - _TAIL:
        pages.append(())
    return pages


def _page(
    sheet: Sheet, receipt: HandoverReceiptData, lines: tuple[HandoverLineData, ...], place: tuple[int, int]
) -> None:
    number, of = place
    right = sheet.width - _EDGE
    y = _title(sheet, receipt, right) if number == 1 else 16.0
    if number > 1:
        going_on = f"Biên bản {receipt.number} (tiếp theo)"
        sheet.write(_EDGE, 10, going_on, size=SMALL)
    if lines:
        y = _table(sheet, lines, y)
    y = _faults(sheet, receipt, y + 3, place)
    if number == of:
        _close(sheet, receipt, y, right)


def _foot(sheet: Sheet, receipt: HandoverReceiptData, copy: str, place: tuple[int, int]) -> None:
    right = sheet.width - _EDGE
    sheet.line(_EDGE, 284, right, 284)
    digest = f"Mã danh sách {receipt.digest[:16]}"
    sheet.write(_EDGE, 285.4, copy + digest, size=TINY)
    page = f"{receipt.number} · trang {place[0]}/{place[1]}"
    sheet.write(right, 285.4, page, size=TINY, align="right")


def _title(sheet: Sheet, receipt: HandoverReceiptData, right: float) -> float:
    wide = right - _EDGE - (_QR + 4 if receipt.code else 0)
    middle = _EDGE + wide / 2
    sheet.write(middle, 14, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", font=BOLD, size=BODY, align="centre")
    sheet.write(middle, 19, "Độc lập – Tự do – Hạnh phúc", font=BOLD, size=BODY, align="centre")
    sheet.line(middle - 20, 24.6, middle + 20, 24.6)
    title = text.fit(receipt.title.upper(), box=(wide * mm, 7 * mm), font=BOLD, sizes=(LARGE, 12.0, BODY, SMALL))
    sheet.write_fitted(middle, 30, title, align="centre")
    under = f"Số {receipt.number} – theo danh sách {receipt.manifest_number}"
    sheet.write(middle, 37, under, size=BODY, align="centre")
    if receipt.code:
        sheet.qr(right - _QR + 2, 10, receipt.code, side=_QR)
        check = "Chữ ký số của biên bản"
        sheet.write(right - _QR / 2 + 2, 45.4, check, size=TINY, align="centre")
    y = 51.0 if receipt.code else 46.0
    when = f"Lúc {say_moment(receipt.at)}, tại {receipt.place}."
    y += sheet.paragraph(_EDGE, y, when, right - _EDGE)
    for party in (receipt.giver, receipt.receiver):
        y += 2
        sheet.write(_EDGE, y, party.title, font=BOLD)
        y += sheet.paragraph(_EDGE + 24, y, party_words(party, VIETNAMESE), right - _EDGE - 24, max_height=10)
    y += 2
    y += sheet.paragraph(_EDGE, y, _totals(receipt), right - _EDGE, font=BOLD, max_height=18)
    return y + 3


def _totals(receipt: HandoverReceiptData) -> str:
    """Say the totals in figures and in words, as the law reads them."""
    weight = f", {say_number(receipt.weight_g)} g" if receipt.weight_g else ""
    n_present, n_expected, n_documents = map(say_number, (receipt.n_present, receipt.n_expected, receipt.n_documents))
    present, fees = in_words(receipt.n_present), in_words(receipt.fee_total_vnd)
    return (
        f"Đã giao và nhận {n_present} bưu gửi (bằng chữ: {present}) trên {n_expected} trong danh "
        f"sách, {n_documents} tài liệu (bằng chữ: {in_words(receipt.n_documents)}){weight}, tổng tiền phải "
        f"thu hộ {say_money(receipt.fee_total_vnd)} (bằng chữ: {fees} đồng)."
    )


def _table(sheet: Sheet, lines: tuple[HandoverLineData, ...], y: float) -> float:
    right = sheet.width - _EDGE
    for x, _, align, heading in _COLUMNS:
        sheet.write(x, y, heading, font=BOLD, size=SMALL, align=align)
    y += 4.6
    sheet.line(_EDGE, y, right, y, width=LINE)
    for line in lines:
        cells = (
            str(line.position),
            group_code(line.s10),
            line.dossier_code,
            line.commune,
            _papers(line),
            say_number(line.weight_g) if line.weight_g else "–",
            say_money(line.fee_vnd) if line.fee_vnd else "–",
            "có" if line.has_take_back else "–",
        )
        for (x, limit, align, _), cell in zip(_COLUMNS, cells, strict=True):
            fitted = text.fit(cell, box=(limit * mm, 4.4 * mm), sizes=(SMALL, TINY, 5.0))
            sheet.write_fitted(x, y + (1.1 if len(fitted.lines) < 2 else 0.5), fitted, align=align)
        y += _ROW
        sheet.line(_EDGE, y, right, y, width=0.2)
    return y


def _papers(line: HandoverLineData) -> str:
    """Return "3 (2 chính)": how many papers, and how many of them are originals where that was said."""
    if line.n_originals is None or not line.n_documents:
        return say_number(line.n_documents)
    return f"{say_number(line.n_documents)} ({line.n_originals} chính)"


def _faults(sheet: Sheet, receipt: HandoverReceiptData, y: float, place: tuple[int, int]) -> float:
    """Name the discrepancies on the last pages, as many as stand beside the signatures on each."""
    number, of = place
    each = _FULL - _TAIL
    n_pages = max(1, -(-len(receipt.faults) // each))
    part = number - (of - n_pages) - 1
    if part < 0:
        return y
    if not receipt.faults:
        sheet.write(_EDGE, y, "Không có chênh lệch.", size=BODY)
        return y + 6
    head = f"Chênh lệch so với danh sách: {say_number(len(receipt.faults))} (bằng chữ: {in_words(len(receipt.faults))})"
    sheet.write(_EDGE, y, head, font=BOLD)
    y += 6
    for line in receipt.faults[part * each : (part + 1) * each]:
        words = f"{line.position}. {group_code(line.s10)}  {line.dossier_code}  {line.fault}"
        y += sheet.paragraph(_EDGE, y, words, sheet.width - 2 * _EDGE, size=SMALL, max_height=5) + 0.6
    return y


def _close(sheet: Sheet, receipt: HandoverReceiptData, y: float, right: float) -> None:
    y += 2
    seal = "Niêm phong còn nguyên, trừ chỗ ghi ở trên. Biên bản lập thành hai bản có giá trị như nhau, mỗi bên giữ một."
    y += sheet.paragraph(_EDGE, y, seal, right - _EDGE, size=SMALL)
    y = min(y + 6, _BOTTOM - 36)
    for x, party in ((sheet.width * 0.28, receipt.giver), (sheet.width * 0.72, receipt.receiver)):
        sheet.write(x, y, party.title.upper(), font=BOLD, align="centre")
        hint = party.signed or by_hand(VIETNAMESE)
        sheet.write(x, y + 5, hint, size=SMALL, align="centre")
        if party.signature:
            sheet.picture(x - 35, y + 9, 70, 18, party.signature)
        name = text.fit(party.full_name, box=(80 * mm, 5 * mm), sizes=(BODY, SMALL, TINY))
        sheet.write_fitted(x, y + 28, name, align="centre")
