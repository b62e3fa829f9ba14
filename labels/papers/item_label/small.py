"""The label on A7, for an envelope with no room: everything of the larger one, in fewer words."""

from __future__ import annotations

from labels.drawing.page import LINE, Drawing
from labels.drawing.text import BODY, BOLD, LARGE, SMALL, TINY
from labels.papers.item_label.data import ItemLabelData
from labels.papers.item_label.marks import draw_marks
from labels.papers.item_label.recipient import draw_recipient
from labels.papers.speech import Speech
from labels.papers.words import group_code

_EDGE = 4.2  # 4 mm stay free, and a dot for rounding
_RULES = (22.0, 45.0, 77.0)
_QR = 22.0


def draw_small_form(drawing: Drawing, say: Speech) -> None:
    """Draw what stands on every A7 label: rules and headings."""
    right = drawing.width - _EDGE
    drawing.write(_EDGE, 4.2, say("BƯU CHÍNH CÔNG ÍCH"), font=BOLD, size=SMALL)
    for y in _RULES:
        drawing.line(_EDGE, y, right, y, width=LINE)
    drawing.line(_EDGE, 38.2, right, 38.2)
    drawing.label(_EDGE, 45.2, say("Người nhận"))


def draw_small_item(drawing: Drawing, label: ItemLabelData, say: Speech) -> None:
    """Draw what this one item's A7 label (74 × 105 mm) says; texts must be clean."""
    right = drawing.width - _EDGE
    wide = right - _EDGE
    if label.reprint_number:
        again = say("Bản in lại lần {number}", number=label.reprint_number)
        drawing.write(right, 4.2, again, font=BOLD, size=TINY, align="right")
    across = drawing.barcode_width(label.s10)  # 58.6 mm at three dots a bar: the edges are its quiet zones
    drawing.barcode((drawing.width - across) / 2, 8.2, label.s10, height=8.6)
    drawing.write(drawing.width / 2, 17.2, group_code(label.s10), font=BOLD, size=BODY, align="centre")
    _sort(drawing, label, say, right)
    sender = say("Người gửi: {sender}", sender=", ".join(filter(None, (label.sender_name, label.sender_address))))
    fitted = drawing.fit(sender, (wide, 5.8), sizes=(TINY,), field="sender_name")
    drawing.write_fitted(_EDGE, 38.8, fitted)
    draw_recipient(drawing, label, (_EDGE, 48.4, wide, 24.2))
    if label.phone_masked:
        drawing.write(_EDGE, 73, say("Điện thoại: {phone}", phone=label.phone_masked), size=SMALL)
    dossier = drawing.fit(label.dossier_code, (wide / 2, 3), sizes=(TINY, 5.0), field="dossier_code")
    drawing.write_fitted(right, 73.4, dossier, align="right")
    _service(drawing, label, say, right)


def _sort(drawing: Drawing, label: ItemLabelData, say: Speech, right: float) -> None:
    where = say("GỬI NGOÀI TỈNH") if label.is_outside else label.commune
    room = right - _EDGE - (16 if label.round_text else 0)
    commune = drawing.fit(where, (room, 9), font=BOLD, sizes=(18.0, LARGE, 12.0, BODY), field="commune")
    drawing.write_fitted(_EDGE, 22.8, commune)
    if label.round_text:
        number = drawing.fit(label.round_text, (15, 8), font=BOLD, sizes=(18.0, LARGE, BODY), field="round_text")
        drawing.write_fitted(right, 22.8, number, align="right")
    sizes = (12.0, BODY, SMALL)
    office = drawing.fit(label.delivery_office, (right - _EDGE, 5.4), font=BOLD, sizes=sizes, field="delivery_office")
    drawing.write_fitted(_EDGE, 32.0, office)


def _service(drawing: Drawing, label: ItemLabelData, say: Speech, right: float) -> None:
    drawing.qr(right - _QR + 2.4, 77.5, label.token_url, side=_QR)
    room = right - _QR - _EDGE
    money = say("Thu {amount}", amount=say.money(label.fee_vnd)) if label.fee_vnd else say("Không thu tiền")
    drawing.write_fitted(_EDGE, 77.5, drawing.fit(money, (room, 5.2), font=BOLD, sizes=(12.0, BODY), field="fee_vnd"))
    if label.due_on:
        due = say("Hạn phát: {day}", day=say.short_day(label.due_on))
        drawing.write_fitted(_EDGE, 82.4, drawing.fit(due, (room, 4.4), font=BOLD, sizes=(BODY, SMALL), field="due_on"))
    weight = f"{say.number(label.weight_g)} g" if label.weight_g else ""
    posted = say("J: {day}", day=say.short_day(label.posted_on)) if label.posted_on else ""
    facts = " · ".join(filter(None, (posted, say("{number} tài liệu", number=label.n_documents), weight)))
    drawing.paragraph(_EDGE, 86.5, facts, room, size=TINY, max_height=3.0, field="service")
    draw_marks(drawing, label, say, (_EDGE, 89.3, room), size=TINY)
    if label.warning:
        lines = drawing.fit(label.warning, (room, 4.5), sizes=(TINY, 5.5, 5.0), field="warning")
        drawing.write_fitted(_EDGE, 96.6, lines)
