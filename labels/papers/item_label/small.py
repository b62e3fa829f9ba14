"""The label on A7, for an envelope with no room: everything of the larger one, in fewer words."""

from __future__ import annotations

from reportlab.lib.units import mm

from labels.drawing import text
from labels.drawing.page import LINE, Drawing
from labels.drawing.text import BODY, BOLD, LARGE, SMALL, TINY
from labels.papers.item_label.data import ItemLabelData
from labels.papers.item_label.recipient import draw_recipient
from labels.papers.words import group_code, say_money

_EDGE = 4.0
_QR = 22.0


def draw_small(drawing: Drawing, label: ItemLabelData, words: dict[str, str]) -> None:
    """Draw an A7 label (74 × 105 mm); texts must be clean, ``words`` are the label's headings."""
    right = drawing.width - _EDGE
    wide = right - _EDGE
    drawing.write(_EDGE, 3, words["head"], font=BOLD, size=SMALL)
    if label.reprint_number:
        again = f"{words['reprint']} {label.reprint_number}"
        drawing.write(right, 3, again, font=BOLD, size=TINY, align="right")
    across = drawing.barcode_width(label.s10)  # 58.6 mm at three dots a bar: the edges are its quiet zones
    drawing.barcode((drawing.width - across) / 2, 7.4, label.s10, height=11)
    drawing.write(drawing.width / 2, 18.8, group_code(label.s10), font=BOLD, size=BODY, align="centre")
    drawing.line(_EDGE, 23.8, right, 23.8, width=LINE)
    _sort(drawing, label, words, right)
    drawing.line(_EDGE, 40, right, 40)
    sender = text.fit(
        f"{words['from']}: {', '.join(filter(None, (label.sender_name, label.sender_address)))}",
        box=(wide * mm, 5.8 * mm),
        sizes=(TINY,),
        field="sender_name",
    )
    drawing.write_fitted(_EDGE, 40.8, sender)
    drawing.line(_EDGE, 47.2, right, 47.2, width=LINE)
    drawing.label(_EDGE, 48, words["to"])
    draw_recipient(drawing, label, (_EDGE, 51, wide, 25))
    if label.phone_masked:
        drawing.write(_EDGE, 76.6, f"{words['phone']}: {label.phone_masked}", size=SMALL)
    dossier = text.fit(label.dossier_code, box=(wide / 2 * mm, 3 * mm), sizes=(TINY, 5.0), field="dossier_code")
    drawing.write_fitted(right, 77, dossier, align="right")
    drawing.line(_EDGE, 80.8, right, 80.8, width=LINE)
    _service(drawing, label, words, right)


def _sort(drawing: Drawing, label: ItemLabelData, words: dict[str, str], right: float) -> None:
    where = words["outside"] if label.is_outside else label.commune
    room = right - _EDGE - (16 if label.round_text else 0)
    fitted = text.fit(where, box=(room * mm, 9 * mm), font=BOLD, sizes=(18.0, LARGE, 12.0, BODY), field="commune")
    drawing.write_fitted(_EDGE, 24.6, fitted)
    if label.round_text:
        drawing.write(right, 24.6, label.round_text, font=BOLD, size=18.0, align="right")
    office = text.fit(
        label.delivery_office,
        box=((right - _EDGE) * mm, 5.4 * mm),
        font=BOLD,
        sizes=(12.0, BODY, SMALL),
        field="delivery_office",
    )
    drawing.write_fitted(_EDGE, 34, office)


def _service(drawing: Drawing, label: ItemLabelData, words: dict[str, str], right: float) -> None:
    drawing.qr(right - _QR + 2.4, 81.4, label.token_url, side=_QR)
    money = f"{words['fee']} {say_money(label.fee_vnd)}" if label.fee_vnd else words["none"]
    drawing.write(_EDGE, 81.6, money, font=BOLD, size=12)
    if label.due_on:
        drawing.write(_EDGE, 87, f"{words['due']}: {label.due_on:%d/%m/%Y}", font=BOLD, size=BODY)
    weight = f"{label.weight_g} g" if label.weight_g else ""
    posted = f"J: {label.posted_on:%d/%m/%Y}" if label.posted_on else ""
    facts = " · ".join(filter(None, (posted, f"{label.n_documents} {words['papers']}", weight)))
    drawing.paragraph(_EDGE, 91.5, facts, right - _QR - _EDGE, size=SMALL, max_height=3.6, field="service")
    flags = [words["hand"]] if label.is_hand_delivery else []
    flags += [words["take_back"]] if label.has_take_back else []
    for number, flag in enumerate(flags):
        y = 95 + number * 3.6
        drawing.box(_EDGE, y + 0.7, 2, 2, fill=0)
        drawing.write(_EDGE + 3.2, y, flag, font=BOLD, size=SMALL)
