"""The item's label: what a sorter, a courier and a recipient each need to see first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from reportlab.lib.units import mm

from labels import text
from labels.data import ItemLabelData
from labels.page import LINE, SIZES_MM, Drawing, Probe, Sheet, Zoomed
from labels.small_label import draw_small
from labels.text import BODY, BOLD, LARGE, SMALL, TINY
from labels.words import group_code, say_day, say_money

LABEL_SIZES = ("100x150", "A6", "A7", "A5", "A4x4")
FOUR_UP = "A4x4"
_EDGE = 4.0
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
    sheet.line(_EDGE, 65, right, 65, width=LINE)
    _people(sheet, label, words, right)
    sheet.line(_EDGE, 114, right, 114, width=LINE)
    _service(sheet, label, words, right)
    sheet.line(_EDGE, 132, right, 132, width=LINE)
    sheet.label(_EDGE, 133.2, words["sign"])


def _head(sheet: Drawing, label: ItemLabelData, words: dict[str, str], right: float) -> None:
    sheet.write(_EDGE, 4, words["head"], font=BOLD, size=BODY)
    sheet.write(_EDGE, 8.6, words["sub"], size=SMALL)
    if label.reprint_number:
        sheet.write(right, 4, f"{words['reprint']} {label.reprint_number}", font=BOLD, size=SMALL, align="right")


def _codes(sheet: Drawing, label: ItemLabelData, right: float) -> None:
    qr_side = 27.0
    sheet.qr(right - qr_side + 2, 13.5, label.token_url, side=qr_side)
    room = right - qr_side - _EDGE
    wide = sheet.barcode_width(label.s10)
    x = _EDGE + max(0.0, (room - wide) / 2)
    sheet.barcode(x, 16, label.s10, height=17)
    sheet.write(x + wide / 2, 34.6, group_code(label.s10), font=BOLD, size=12, align="centre")
    dossier = text.fit(label.dossier_code, box=(qr_side * mm, 4 * mm), sizes=(TINY, 5.0), field="dossier_code")
    sheet.write_fitted(right - qr_side / 2 + 2, 40.6, dossier, align="centre")


def _sort(sheet: Drawing, label: ItemLabelData, words: dict[str, str], right: float) -> None:
    where = words["outside"] if label.is_outside else label.commune
    side = 24.0 if label.round_text else 0.0
    fitted = text.fit(
        where,
        box=((right - _EDGE - side) * mm, 10 * mm),
        font=BOLD,
        sizes=(text.HUGE, 18.0, LARGE, BODY),
        field="commune",
    )
    sheet.write_fitted(_EDGE, 46.6, fitted)
    sheet.label(_EDGE, 56.6, words["office"])
    room = right - _EDGE - side
    sheet.paragraph(
        _EDGE, 59.2, label.delivery_office, room, font=BOLD, size=BODY, max_height=5, field="delivery_office"
    )
    if label.round_text:
        sheet.label(right - side + 2, 47, words["round"])
        sheet.write(right, 49, label.round_text, font=BOLD, size=text.HUGE, align="right")


def _people(sheet: Drawing, label: ItemLabelData, words: dict[str, str], right: float) -> None:
    wide = right - _EDGE
    sheet.label(_EDGE, 66.2, words["from"])
    y = 69 + sheet.paragraph(_EDGE, 69, label.sender_name, wide, size=SMALL, max_height=7.2, field="sender_name")
    sheet.paragraph(_EDGE, y, label.sender_address, wide, size=TINY, max_height=79.4 - y, field="sender_address")
    sheet.label(_EDGE, 81, words["to"])
    name = text.fit(
        label.recipient_name.upper(),
        box=(wide * mm, 11 * mm),
        font=BOLD,
        sizes=(LARGE, 12.0, BODY, SMALL, TINY),
        field="recipient_name",
    )
    y = 83.6 + sheet.write_fitted(_EDGE, 83.6, name) + 0.6
    address = text.fit_address(label.address, box=(wide * mm, (109 - y) * mm), sizes=(11.0, BODY, SMALL, TINY))
    y += sheet.write_fitted(_EDGE, y, address)
    if label.landmark and y < 105:
        y += sheet.paragraph(_EDGE, y, f"({label.landmark})", wide, size=SMALL, max_height=109 - y, field="landmark")
    if label.phone_masked:
        sheet.write(_EDGE, 109, f"{words['phone']}: {label.phone_masked}", size=BODY)


def _service(sheet: Drawing, label: ItemLabelData, words: dict[str, str], right: float) -> None:
    middle = _EDGE + (right - _EDGE) * 0.52
    money = f"{words['fee']} {say_money(label.fee_vnd)}" if label.fee_vnd else words["none"]
    sheet.write(_EDGE, 115.4, money, font=BOLD, size=12)
    flags = [words["hand"]] if label.is_hand_delivery else []
    flags += [words["take_back"]] if label.has_take_back else []
    for number, flag in enumerate(flags):
        sheet.box(_EDGE, 121.8 + number * 4.4, 2.6, 2.6)
        sheet.write(_EDGE + 4, 121.4 + number * 4.4, flag, size=SMALL)
    sheet.label(middle, 115.2, words["posted"])
    sheet.write(middle, 117.6, say_day(label.posted_on) if label.posted_on else "", size=SMALL)
    sheet.label(middle, 121.8, words["due"])
    sheet.write(middle, 124.2, say_day(label.due_on) if label.due_on else "", font=BOLD, size=BODY)
    papers = f"{label.n_documents} {words['papers']}" + (f" · {label.weight_g} g" if label.weight_g else "")
    sheet.write(right, 128.4, papers, size=TINY, align="right")
