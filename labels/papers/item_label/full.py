"""The label on 100 × 150 mm, A6 and A5: what a sorter, a courier and a recipient each need to see first."""

from __future__ import annotations

from labels.drawing import text
from labels.drawing.page import LINE, Drawing
from labels.drawing.text import BODY, BOLD, LARGE, SMALL, TINY
from labels.papers.item_label.data import ItemLabelData
from labels.papers.item_label.marks import draw_marks
from labels.papers.item_label.recipient import draw_recipient
from labels.papers.speech import Speech
from labels.papers.words import group_code

_EDGE = 5.0  # office printers leave 4.2 mm of the sheet white
_RULES = (45.0, 66.0, 114.0, 132.0)
_QR = 27.0
_WARNING_SIZES = (TINY, 6.0, 5.5, 5.0)


def draw_full_form(drawing: Drawing, say: Speech) -> None:
    """Draw what stands on every label of this size: rules and headings."""
    right = drawing.width - _EDGE
    drawing.write(_EDGE, 4.4, say("BƯU CHÍNH CÔNG ÍCH"), font=BOLD, size=BODY)
    drawing.write(_EDGE, 9, say("Trả kết quả thủ tục hành chính"), size=SMALL)
    for y in _RULES:
        drawing.line(_EDGE, y, right, y, width=LINE)
    for y, heading in (
        (56.4, say("Bưu cục phát")),
        (67.0, say("Người gửi")),
        (80.0, say("Người nhận")),
        (133.2, say("Người nhận ký, ghi rõ họ tên, ngày giờ")),
    ):
        drawing.label(_EDGE, y, heading)


def draw_full_item(drawing: Drawing, label: ItemLabelData, say: Speech) -> None:
    """Draw what this one item's label says; texts must be clean."""
    right = drawing.width - _EDGE
    _head(drawing, label, say, right)
    _codes(drawing, label, right)
    _sort(drawing, label, say, right)
    _people(drawing, label, say, right)
    _service(drawing, label, say, right)
    if label.warning:
        line = drawing.fit(label.warning, (right - _EDGE, 3.0), sizes=_WARNING_SIZES, field="warning")
        drawing.write_fitted(_EDGE, 141, line)


def _head(drawing: Drawing, label: ItemLabelData, say: Speech, right: float) -> None:
    if label.reprint_number:
        again = say("Bản in lại lần {number}", number=label.reprint_number)
        drawing.write(right, 4.4, again, font=BOLD, size=BODY, align="right")
    weight = f" · {say.number(label.weight_g)} g" if label.weight_g else ""
    papers = say("{number} tài liệu", number=label.n_documents)
    drawing.write(right, 9, f"{papers}{weight}", size=SMALL, align="right")


def _codes(drawing: Drawing, label: ItemLabelData, right: float) -> None:
    drawing.qr(right - _QR + 2.6, 13.5, label.token_url, side=_QR)
    room = right - _QR - _EDGE
    wide = drawing.barcode_width(label.s10)
    x = _EDGE + max(0.0, (room - wide) / 2)
    drawing.barcode(x, 16, label.s10, height=17)
    drawing.write(x + wide / 2, 34.6, group_code(label.s10), font=BOLD, size=12, align="centre")
    dossier = drawing.fit(label.dossier_code, (_QR, 4), sizes=(TINY, 5.0), field="dossier_code")
    drawing.write_fitted(right, 40.6, dossier, align="right")


def _sort(drawing: Drawing, label: ItemLabelData, say: Speech, right: float) -> None:
    where = say("GỬI NGOÀI TỈNH") if label.is_outside else label.commune
    room = right - _EDGE - (20.0 if label.round_text else 0.0)
    commune = drawing.fit(where, (room, 10), font=BOLD, sizes=(text.HUGE, 18.0, LARGE, BODY), field="commune")
    drawing.write_fitted(_EDGE, 46.4, commune)
    sizes = (LARGE, 12.0, BODY)
    office = drawing.fit(label.delivery_office, (right - _EDGE, 6.2), font=BOLD, sizes=sizes, field="delivery_office")
    drawing.write_fitted(_EDGE, 58.8, office)
    if label.round_text:
        drawing.write(right, 46.4, say("Chuyến"), size=TINY, align="right")
        number = drawing.fit(label.round_text, (19, 9.6), font=BOLD, sizes=(text.HUGE, LARGE, BODY), field="round_text")
        drawing.write_fitted(right, 48.4, number, align="right")


def _people(drawing: Drawing, label: ItemLabelData, say: Speech, right: float) -> None:
    wide = right - _EDGE
    y = 69.8 + drawing.paragraph(_EDGE, 69.8, label.sender_name, wide, size=SMALL, max_height=7.2, field="sender_name")
    drawing.paragraph(_EDGE, y, label.sender_address, wide, size=TINY, max_height=79.6 - y, field="sender_address")
    draw_recipient(drawing, label, (_EDGE, 83.2, wide, 25.4))
    if label.phone_masked:
        drawing.write(_EDGE, 109, say("Điện thoại: {phone}", phone=label.phone_masked), size=BODY)


def _service(drawing: Drawing, label: ItemLabelData, say: Speech, right: float) -> None:
    """Draw the money, the marks and, once the post has the item, both days: never a heading over nothing."""
    wide = right - _EDGE
    middle, room = _EDGE + wide / 2, wide / 2 - 2
    sizes = (LARGE, 12.0, BODY)
    money = say("Thu {amount}", amount=say.money(label.fee_vnd)) if label.fee_vnd else say("Không thu tiền")
    drawing.write_fitted(_EDGE, 115.2, drawing.fit(money, (room, 6.2), font=BOLD, sizes=sizes, field="fee_vnd"))
    draw_marks(drawing, label, say, (_EDGE, 122.8, room), size=SMALL)
    if label.posted_on:
        drawing.label(middle, 115.2, say("Ngày nhận gửi"))
        drawing.write(middle, 117.8, say.day(label.posted_on), size=BODY)
    if label.due_on:
        drawing.label(middle, 122.8, say("Hạn phát"))
        due = drawing.fit(say.day(label.due_on), (room + 2, 6.2), font=BOLD, sizes=sizes, field="due_on")
        drawing.write_fitted(middle, 125.2, due)
