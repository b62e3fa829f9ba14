"""The label on 100 × 150 mm, A6 and A5: what a sorter, a courier and a recipient each need to see first."""

from __future__ import annotations

from datetime import date

from reportlab.lib.units import mm

from labels.drawing import text
from labels.drawing.page import LINE, Drawing
from labels.drawing.text import BODY, BOLD, LARGE, SMALL, TINY
from labels.papers.item_label.data import ItemLabelData
from labels.papers.item_label.recipient import draw_recipient
from labels.papers.item_label.wording import WORDS
from labels.papers.words import group_code, say_day, say_money

_EDGE = 5.0  # office printers leave 4.2 mm of the sheet white


def draw_full(sheet: Drawing, label: ItemLabelData, words: dict[str, str]) -> None:
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
    return say_day(on) if words is WORDS["vi"] else f"{on:%d/%m/%Y}"
