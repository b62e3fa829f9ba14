"""The item's label: what a sorter, a courier and a recipient each need to see first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from reportlab.lib.units import mm

from labels import text
from labels.data import ItemLabelData
from labels.page import LINE, SIZES_MM, Drawing, Probe, Sheet, Zoomed
from labels.recipient import draw_recipient
from labels.small_label import draw_small
from labels.text import BODY, BOLD, LARGE, SMALL, TINY
from labels.words import group_code, say_day, say_money

LABEL_SIZES = ("100x150", "A6", "A7", "A5", "A4x4")
FOUR_UP = "A4x4"
_EDGE = 5.0  # office printers leave 4.2 mm of the sheet white
_WORDS = {
    "vi": {
        "head": "BƯU CHÍNH CÔNG ÍCH",
        "sub": "Trả kết quả thủ tục hành chính",
        "from": "Người gửi",
        "to": "Người nhận",
        "phone": "Điện thoại",
        "office": "Bưu cục phát",
        "round": "Chuyến",
        "posted": "Ngày nhận gửi (J)",
        "due": "Hạn phát",
        "none": "Không thu tiền",
        "fee": "Thu",
        "hand": "Phát tận tay, xem giấy tờ",
        "take_back": "Thu hồi giấy tờ cũ",
        "outside": "GỬI NGOÀI TỈNH",
        "papers": "tài liệu",
        "reprint": "Bản in lại lần",
        "sign": "Người nhận ký, ghi rõ họ tên, ngày giờ",
        "track": "Tra cứu",
    },
    "en": {
        "head": "PUBLIC POSTAL SERVICE",
        "sub": "Result of an administrative procedure",
        "from": "Sender",
        "to": "Recipient",
        "phone": "Phone",
        "office": "Delivery office",
        "round": "Round",
        "posted": "Posted (J)",
        "due": "Due",
        "none": "Nothing to pay",
        "fee": "Collect",
        "hand": "Into the hand, see ID",
        "take_back": "Take old papers back",
        "outside": "OUT OF PROVINCE",
        "papers": "papers",
        "reprint": "Reprint no.",
        "sign": "Received: signature, name, date and time",
        "track": "Track",
    },
}


def item_labels(labels: Sequence[ItemLabelData], *, size: str = "100x150", language: str = "vi") -> bytes:
    """Return a PDF with one label a page, or four on A4, in the order given. Sizes: LABEL_SIZES.

    Raises UnprintableText naming the field where a letter cannot be printed; check with `check_label` first
    to stop one item and not a box. ValueError for another size.
    """
    if size == FOUR_UP:
        return _four_up(labels, language)
    sheet = Sheet(label_size(size), "Nhãn bưu gửi")
    for number, label in enumerate(labels):
        if number:
            sheet.next_page()
        draw_label(sheet, check_label(label), size=size, language=language)
    return sheet.finish()


def shortened_fields(label: ItemLabelData, *, size: str = "100x150") -> tuple[str, ...]:
    """Return the fields that do not fit even in the smallest type and are shortened: () for a label that says all.

    Raises UnprintableText, and TextTooLong for what may never be cut.
    """
    probe = Probe(label_size("A6" if size == FOUR_UP else size))
    draw_label(probe, check_label(label), size="A6" if size == FOUR_UP else size)
    return tuple(probe.shortened)


def label_size(size: str) -> tuple[float, float]:
    """Return (width, height) in millimetres of one label. Raises ValueError for what is no label's size."""
    if size not in LABEL_SIZES or size == FOUR_UP:
        raise ValueError(f"labels are {', '.join(LABEL_SIZES)}")
    return SIZES_MM[size]


def draw_label(drawing: Drawing, label: ItemLabelData, *, size: str, language: str = "vi") -> None:
    """Draw one label into the drawing's frame; its texts must be clean."""
    words = _WORDS[language]
    if size == "A7":
        draw_small(drawing, label, words)
    elif size == "A5":
        _draw(Zoomed(drawing, drawing.width / SIZES_MM["A6"][0], bar_factor=4 / 3), label, words)
    else:
        _draw(drawing, label, words)


def _four_up(labels: Sequence[ItemLabelData], language: str) -> bytes:
    """Draw four A6 labels on each A4 page, with marks to cut along."""
    page_width, page_height = SIZES_MM["A4"]
    wide, high = SIZES_MM["A6"]
    sheet = Sheet(SIZES_MM["A4"], "Nhãn bưu gửi")
    for number, label in enumerate(labels):
        place = number % 4
        if place == 0:
            if number:
                sheet.next_page()
            sheet.frame(0, 0, page_width, page_height)
            _cut_marks(sheet, page_width, page_height)
        sheet.frame(place % 2 * wide, place // 2 * page_height / 2, wide, high)
        draw_label(sheet, check_label(label), size="A6", language=language)
    return sheet.finish()


def _cut_marks(sheet: Sheet, width: float, height: float) -> None:
    sheet.line(width / 2, 0, width / 2, height, width=0.2, dashed=True)
    sheet.line(0, height / 2, width, height / 2, width=0.2, dashed=True)


def check_label(label: ItemLabelData) -> ItemLabelData:
    """Return the label with every text in NFC. Raises UnprintableText naming the field."""
    values = {f.name: getattr(label, f.name) for f in fields(label)}
    changes: dict[str, Any] = {n: text.clean(v, n) for n, v in values.items() if isinstance(v, str)}
    return replace(label, **changes)


def _draw(sheet: Drawing, label: ItemLabelData, words: dict[str, str]) -> None:
    right = sheet.width - _EDGE
    _head(sheet, label, words, right)
    _codes(sheet, label, right)
    sheet.line(_EDGE, 45, right, 45, width=LINE)
    _sort(sheet, label, words, right)
    sheet.line(_EDGE, 66, right, 66, width=LINE)
    _people(sheet, label, words, right)
    sheet.line(_EDGE, 114, right, 114, width=LINE)
    _service(sheet, label, words, right)
    sheet.line(_EDGE, 132, right, 132, width=LINE)
    sheet.label(_EDGE, 133.2, words["sign"])


def _head(sheet: Drawing, label: ItemLabelData, words: dict[str, str], right: float) -> None:
    sheet.write(_EDGE, 4.4, words["head"], font=BOLD, size=BODY)
    sheet.write(_EDGE, 9, words["sub"], size=SMALL)
    if label.reprint_number:
        sheet.write(right, 4.4, f"{words['reprint']} {label.reprint_number}", font=BOLD, size=BODY, align="right")
    papers = f"{label.n_documents} {words['papers']}" + (f" · {label.weight_g} g" if label.weight_g else "")
    sheet.write(right, 9, papers, size=SMALL, align="right")


def _codes(sheet: Drawing, label: ItemLabelData, right: float) -> None:
    qr_side = 27.0
    sheet.qr(right - qr_side + 2.6, 13.5, label.token_url, side=qr_side)
    room = right - qr_side - _EDGE
    wide = sheet.barcode_width(label.s10)
    x = _EDGE + max(0.0, (room - wide) / 2)
    sheet.barcode(x, 16, label.s10, height=17)
    sheet.write(x + wide / 2, 34.6, group_code(label.s10), font=BOLD, size=12, align="centre")
    dossier = text.fit(label.dossier_code, box=(qr_side * mm, 4 * mm), sizes=(TINY, 5.0), field="dossier_code")
    sheet.write_fitted(right, 40.6, dossier, align="right")


def _sort(sheet: Drawing, label: ItemLabelData, words: dict[str, str], right: float) -> None:
    where = words["outside"] if label.is_outside else label.commune
    room = right - _EDGE - (20.0 if label.round_text else 0.0)
    sizes = (text.HUGE, 18.0, LARGE, BODY)
    fitted = text.fit(where, box=(room * mm, 10 * mm), font=BOLD, sizes=sizes, field="commune")
    sheet.write_fitted(_EDGE, 46.4, fitted)
    sheet.label(_EDGE, 56.4, words["office"])
    office = text.fit(
        label.delivery_office,
        box=((right - _EDGE) * mm, 6.2 * mm),
        font=BOLD,
        sizes=(LARGE, 12.0, BODY),
        field="delivery_office",
    )
    sheet.write_fitted(_EDGE, 58.8, office)
    if label.round_text:
        sheet.write(right, 46.4, words["round"], size=TINY, align="right")
        sheet.write(right, 48.4, label.round_text, font=BOLD, size=text.HUGE, align="right")


def _people(sheet: Drawing, label: ItemLabelData, words: dict[str, str], right: float) -> None:
    wide = right - _EDGE
    sheet.label(_EDGE, 67, words["from"])
    y = 69.8 + sheet.paragraph(_EDGE, 69.8, label.sender_name, wide, size=SMALL, max_height=7.2, field="sender_name")
    sheet.paragraph(_EDGE, y, label.sender_address, wide, size=TINY, max_height=79.6 - y, field="sender_address")
    sheet.label(_EDGE, 80, words["to"])
    draw_recipient(sheet, label, (_EDGE, 83.2, wide, 25.4))
    if label.phone_masked:
        sheet.write(_EDGE, 109, f"{words['phone']}: {label.phone_masked}", size=BODY)


def _service(sheet: Drawing, label: ItemLabelData, words: dict[str, str], right: float) -> None:
    wide = right - _EDGE
    middle, room = _EDGE + wide / 2, (wide / 2 - 2) * mm
    money = f"{words['fee']} {say_money(label.fee_vnd)}" if label.fee_vnd else words["none"]
    sheet.write_fitted(_EDGE, 115.2, text.fit(money, box=(room, 6.2 * mm), font=BOLD, sizes=(LARGE, 12.0, BODY)))
    flags = [words["hand"]] if label.is_hand_delivery else []
    flags += [words["take_back"]] if label.has_take_back else []
    for number, flag in enumerate(flags):
        sheet.box(_EDGE, 123.2 + number * 4.4, 2.6, 2.6, fill=0)
        sheet.write(_EDGE + 4, 122.8 + number * 4.4, flag, font=BOLD, size=SMALL)
    sheet.label(middle, 115.2, words["posted"])
    sheet.write(middle, 117.8, _day(label.posted_on, words), size=BODY)
    sheet.label(middle, 122.8, words["due"])
    due = text.fit(_day(label.due_on, words), box=(room + 2 * mm, 6.2 * mm), font=BOLD, sizes=(LARGE, 12.0, BODY))
    sheet.write_fitted(middle, 125.2, due)


def _day(on: date | None, words: dict[str, str]) -> str:
    if on is None:
        return ""
    return say_day(on) if words is _WORDS["vi"] else f"{on:%d/%m/%Y}"
