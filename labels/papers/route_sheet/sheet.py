"""Phiếu đi phát (after BD13): the round on paper, a barcode a stop so that a paper day is typed back in minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm

from labels.drawing import symbols, text
from labels.drawing.cleaning import clean_data
from labels.drawing.page import LINE, SIZES_MM, Sheet
from labels.drawing.text import BODY, BOLD, LARGE, REGULAR, SMALL, TINY, Fitted
from labels.papers.parts import by_hand, money
from labels.papers.parts import page as page_word
from labels.papers.route_sheet.data import RouteSheetData, SheetStopData
from labels.papers.route_sheet.sketch import MAP, draw_sketch
from labels.papers.speech import VIETNAMESE, Speech

_EDGE = 12.0
_ROW = 21.5  # the least a stop takes: its code, the cell to sign in
_TOP, _NEXT_TOP, _BOTTOM = 68.0, 18.0, 286.0
_X, _WIDE = _EDGE + 17, 72.0  # where name, address and errand stand
_GAP, _LINES = 0.7, 2
_CODE_ROOM = 42.0  # ten digits at three dots a bar, 33.8 mm, and a quiet zone on both sides


def draw(sheets: Sequence[RouteSheetData], *, say: Speech = VIETNAMESE) -> bytes:
    """Return the sheets, A4, each from a page of its own. Raises UnprintableText naming the field."""
    paper = Sheet(SIZES_MM["A4"], say("Phiếu đi phát"))
    is_first = True
    for one in sheets:
        cleaned = clean_data(one)
        pages = _pages(cleaned, say)
        for number, rows in enumerate(pages, start=1):
            if not is_first:
                paper.next_page()
            is_first = False
            _page(paper, cleaned, rows, number, len(pages), say)
    return paper.finish()


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A stop as it will be drawn: its texts wrapped, none cut, and the height they take."""

    stop: SheetStopData
    texts: tuple[Fitted, ...]
    height: float


def _row(stop: SheetStopData, say: Speech) -> _Row:
    """Wrap name, address, errand and dossiers; a row grows with what the courier has to read."""
    wrapped = (
        _wrapped(stop.recipient_name, BOLD, (BODY, SMALL)),
        _wrapped(stop.address, REGULAR, (SMALL, TINY)),
        _wrapped(stop.where, REGULAR, (TINY, TINY)),
        _wrapped(_errand(stop, say), BOLD, (SMALL, TINY)),
        *(_wrapped(words, REGULAR, (TINY, TINY)) for words in _pieces(stop, say)),
    )
    texts = tuple(one for one in wrapped if one.lines != ("",))
    height = 1.6 + sum(one.height / mm + _GAP for one in texts) + 0.8
    return _Row(stop=stop, texts=texts, height=max(_ROW, height))


def _wrapped(words: str, font: str, sizes: tuple[float, float]) -> Fitted:
    """Return the text in the larger size where it takes two lines at most, else in the smaller one; never cut."""
    for size in sizes:
        lines = text.wrap(words, font, size, _WIDE * mm)
        if len(lines) <= _LINES:
            break
    return Fitted(lines=tuple(lines), font=font, size=size)


def _pages(sheet: RouteSheetData, say: Speech) -> list[tuple[_Row, ...]]:
    """Part the stops; the last page keeps room for the reasons and the signatures, or they get one of their own."""
    pages: list[list[_Row]] = [[]]
    y = _TOP
    for row in (_row(stop, say) for stop in sheet.stops):
        if pages[-1] and y + row.height > _BOTTOM:
            pages.append([])
            y = _NEXT_TOP
        pages[-1].append(row)
        y += row.height
    if y + _end_height(sheet) > _BOTTOM:
        pages.append([])
    return [tuple(page) for page in pages]


def _end_height(sheet: RouteSheetData) -> float:
    return 30 + (8 + -(-len(sheet.reasons) // 3) * 3.6 if sheet.reasons else 0)


def _page(paper: Sheet, sheet: RouteSheetData, rows: tuple[_Row, ...], number: int, of: int, say: Speech) -> None:
    right = paper.width - _EDGE
    y = _head(paper, sheet, right, say) if number == 1 else _NEXT_TOP
    if number > 1:
        which = f"{_round(sheet, say)} · {sheet.courier_code} · {say.day(sheet.day)}"
        words = say("{which} (tiếp theo)", which=which)
        paper.write(_EDGE, 10, words, font=BOLD, size=BODY)
    paper.line(_EDGE, y, right, y, width=LINE)
    for row in rows:
        _stop(paper, row, y, right, say)
        y += row.height
        paper.line(_EDGE, y, right, y)
    if number == of:
        _end(paper, sheet, y + 4, right, say)
    words = say("Đánh dấu kết quả, ghi giờ; người nhận ký. Chưa phát thì ghi lý do theo danh mục ở cuối phiếu.")
    paper.write(_EDGE, 288, words, size=TINY)
    serial = f"{sheet.serial} · " if sheet.serial else ""
    page = f"{serial}{_round(sheet, say)} · {page_word(say)} {number}/{of}"
    paper.write(right, 288, page, size=TINY, align="right")


def _head(paper: Sheet, sheet: RouteSheetData, right: float, say: Speech) -> float:
    n_items = sum(len(stop.items) for stop in sheet.stops)
    fees = sum(item.fee_vnd for stop in sheet.stops for item in stop.items)
    paper.write(_EDGE, 11, say("PHIẾU ĐI PHÁT"), font=BOLD, size=LARGE)
    paper.write(_EDGE, 18, _round(sheet, say), font=BOLD, size=text.HUGE)
    _serial(paper, sheet, right - MAP[0] - 4, say)
    facts = (
        (say("Ngày"), _day(sheet, say)),
        (say("Bưu cục"), sheet.office),
        (say("Bưu tá"), f"{sheet.courier_name} ({sheet.courier_code})"),
        (
            say("Đi – về"),
            say("{leave} – {back}, khoảng {km} km", leave=sheet.leave, back=sheet.back, km=say.number(sheet.km)),
        ),
        (
            say("Điểm dừng"),
            say(
                "{stops} điểm, {pieces} bưu gửi hoặc hồ sơ",
                stops=say.number(len(sheet.stops)),
                pieces=say.number(n_items),
            ),
        ),
        (say("Tiền phải thu"), money(fees, say)),
    )
    for row, (name, value) in enumerate(facts):
        paper.write(_EDGE, 31 + row * 5.6, name, size=SMALL)
        paper.paragraph(
            _EDGE + 24, 30.6 + row * 5.6, value, right - _EDGE - 28 - MAP[0], font=BOLD, size=BODY, max_height=5.2
        )
    draw_sketch(paper, sheet, right - MAP[0], 10, say)
    return _TOP


def _day(sheet: RouteSheetData, say: Speech) -> str:
    day = say.day(sheet.day)
    return say("{day}, mã bưu tá {code}", day=day, code=sheet.day_code) if sheet.day_code else day


def _round(sheet: RouteSheetData, say: Speech) -> str:
    return say("Chuyến {number}", number=sheet.number)


def _serial(paper: Sheet, sheet: RouteSheetData, right: float, say: Speech) -> None:
    """Write the number of a sheet that must come back, and why it must."""
    if sheet.serial:
        paper.write(right, 11.6, say("Phiếu số {number}", number=sheet.serial), font=BOLD, size=BODY, align="right")
        why = (
            say("Có số điện thoại đầy đủ:"),
            say("nộp lại và hủy khi khép chuyến"),
        )
        for number, words in enumerate(why):
            paper.write(right, 17 + number * 3.6, words, size=SMALL, align="right")


def _stop(paper: Sheet, row: _Row, y: float, right: float, say: Speech) -> None:
    stop = row.stop
    paper.write(_EDGE, y + 1.4, stop.mark, font=BOLD, size=LARGE)
    paper.write(_EDGE, y + 7.4, stop.arrive, font=BOLD, size=BODY)
    today = say("hạn hôm nay") if stop.must_today else ""
    for number, words in enumerate(filter(None, (stop.window, today))):
        paper.write(_EDGE, y + 11.8 + number * 3, words, font=BOLD, size=TINY)
    below = y + 1.6
    for one in row.texts:
        below += paper.write_fitted(_X, below, one) + _GAP
    at = _X + _WIDE + 4
    _code(paper, stop, at, y)
    paper.write(at, y + 15.4, stop.telephone, font=BOLD if stop.telephone.isdigit() else REGULAR, size=SMALL)
    _ticks(paper, row, right - 50, y, say)


def _code(paper: Sheet, stop: SheetStopData, x: float, y: float) -> None:
    """Draw the stop's code: bars where they fit at three dots a bar, else a square; the item's own code below."""
    said = stop.code or stop.barcode
    wide = symbols.barcode_width(stop.barcode) / mm if symbols.is_code128(stop.barcode) else _CODE_ROOM
    if wide <= _CODE_ROOM - 7.5:
        paper.barcode(x, y + 2, stop.barcode, height=9)
        under = text.fit(said, box=(wide * mm, 4 * mm), sizes=(TINY, 5.0))
        paper.write_fitted(x + wide / 2, y + 11.4, under, align="centre")
    elif stop.barcode:
        paper.qr(x - 2, y + 0.4, stop.barcode, side=15)
        under = text.fit(said, box=((_CODE_ROOM - 16) * mm, 12 * mm), sizes=(TINY,))
        paper.write_fitted(x + 13, y + 2, under)


def _errand(stop: SheetStopData, say: Speech) -> str:
    """Say what to do at a stop: how many pieces, what to collect, what to take back."""
    fees = sum(item.fee_vnd for item in stop.items)
    parts = [say("NHẬN HỒ SƠ")] if stop.is_collection else []
    parts += [say("{number} bưu gửi", number=len(stop.items))] if len(stop.items) > 1 else []
    parts.append(say("Thu {amount}", amount=say.money(fees)) if fees else money(0, say))
    parts += [say("Nhận: {papers}", papers=item.to_collect) for item in stop.items if item.to_collect]
    back = [item.take_back or say("giấy tờ cũ") for item in stop.items if item.has_take_back]
    named = [f"{n} × {name}" if n > 1 else name for name, n in Counter(back).items()]
    parts += [say("Thu hồi: {papers}", papers=", ".join(named))] if named else []
    return " · ".join(parts)


def _pieces(stop: SheetStopData, say: Speech) -> list[str]:
    """Say which dossier a piece is; of several a line for each with its own number and fee."""
    if len(stop.items) < 2:
        return [item.dossier_code for item in stop.items]
    lines = []
    for item in stop.items:
        parts = [item.code] if item.code == item.dossier_code else [item.code, item.dossier_code]
        parts += [say("Thu {amount}", amount=say.money(item.fee_vnd))] if item.fee_vnd else []
        parts += [say("số {number} trên kế hoạch", number=str(item.position))] if item.position is not None else []
        lines.append(" · ".join(parts))
    return lines


def _ticks(paper: Sheet, row: _Row, x: float, y: float, say: Speech) -> None:
    stop = row.stop
    done = (say("Đã phát"), say("Chưa phát"))
    if stop.is_collection:
        done = (say("Đã nhận"), say("Chưa nhận"))
    for number, words in enumerate(done):
        paper.box(x, y + 2.2 + number * 5, 3, 3)
        paper.write(x + 4.2, y + 2 + number * 5, words, size=TINY)
    for number, words in enumerate((say("Giờ"), say("Lý do"))):
        paper.write(x, y + 12.4 + number * 4, words, size=TINY)
        paper.line(x + 8.4, y + 15 + number * 4, x + 17, y + 15 + number * 4, width=0.3, dashed=True)
    paper.box(x + 19, y + 2, 31, row.height - 4)
    signer = say("Người giao ký") if stop.is_collection else say("Người nhận ký")
    paper.write(x + 20, y + 2.6, signer, size=TINY)
    # What the clerk who types the sheet back must find on it, below the place to sign.
    asked = [] if stop.is_collection else [say("4 số cuối")]
    asked += [say("Biên lai")] if any(item.fee_vnd for item in stop.items) else []
    for number, words in enumerate(asked):
        line = y + row.height - 5.4 - number * 4
        paper.write(x + 20, line, words, size=TINY)
        paper.line(x + 32, line + 2.6, x + 49, line + 2.6, width=0.3, dashed=True)


def _end(paper: Sheet, sheet: RouteSheetData, y: float, right: float, say: Speech) -> None:
    """Write the reasons to choose from and the two places to sign."""
    if sheet.reasons:
        paper.write(_EDGE, y, say("Lý do chưa phát"), font=BOLD, size=SMALL)
        rows = -(-len(sheet.reasons) // 3)
        wide = (right - _EDGE) / 3
        for number, reason in enumerate(sheet.reasons):
            at = (_EDGE + number // rows * wide, y + 4.4 + number % rows * 3.6)
            paper.paragraph(*at, f"{number + 1}. {reason}", wide - 2, size=TINY, max_height=3.4)
        y += 8 + rows * 3.6
    for x, words in ((_EDGE + 35, say("BƯU TÁ")), (right - 35, say("NGƯỜI KIỂM TRA"))):
        paper.write(x, y, words, font=BOLD, size=SMALL, align="centre")
        paper.write(x, y + 4, by_hand(say), size=TINY, align="centre")
