"""The label on A7, for an envelope with no room: what a sorter and a courier need, and nothing else."""

from __future__ import annotations

from reportlab.lib.units import mm

from labels import text
from labels.data import ItemLabelData
from labels.page import LINE, Drawing
from labels.text import BODY, BOLD, LARGE, SMALL, TINY
from labels.words import group_code, say_money

_EDGE = 3.0
_QR = 22.0


def draw_small(drawing: Drawing, label: ItemLabelData, words: dict[str, str]) -> None:
    """Draw an A7 label (74 × 105 mm); texts must be clean, ``words`` are the label's headings."""
    right = drawing.width - _EDGE
    wide = right - _EDGE
    drawing.write(_EDGE, 2.6, words["head"], font=BOLD, size=SMALL)
    if label.reprint_number:
        again = f"{words['reprint']} {label.reprint_number}"
        drawing.write(right, 2.6, again, font=BOLD, size=TINY, align="right")
    across = drawing.barcode_width(label.s10)  # 58.6 mm at three dots a bar: the edges are its quiet zones
    drawing.barcode((drawing.width - across) / 2, 7.4, label.s10, height=12)
    drawing.write(_EDGE + wide / 2, 20, group_code(label.s10), font=BOLD, size=BODY, align="centre")
    drawing.line(_EDGE, 25, right, 25, width=LINE)
    where = words["outside"] if label.is_outside else label.commune
    room = wide - (16 if label.round_text else 0)
    fitted = text.fit(where, box=(room * mm, 11 * mm), font=BOLD, sizes=(18.0, LARGE, 12.0, BODY), field="commune")
    drawing.write_fitted(_EDGE, 26, fitted)
    if label.round_text:
        drawing.write(right, 26, label.round_text, font=BOLD, size=18.0, align="right")
    drawing.paragraph(_EDGE, 37.4, label.delivery_office, wide, size=SMALL, max_height=4, field="delivery_office")
    drawing.line(_EDGE, 42, right, 42, width=LINE)
    _recipient(drawing, label, words, wide)
    drawing.line(_EDGE, 79, right, 79, width=LINE)
    _service(drawing, label, words, right)


def _recipient(drawing: Drawing, label: ItemLabelData, words: dict[str, str], wide: float) -> None:
    drawing.label(_EDGE, 43, words["to"])
    name = text.fit(
        label.recipient_name.upper(),
        box=(wide * mm, 10 * mm),
        font=BOLD,
        sizes=(12.0, BODY, SMALL, TINY),
        field="recipient_name",
    )
    y = 45.6 + drawing.write_fitted(_EDGE, 45.6, name) + 0.4
    address = text.fit_address(label.address, box=(wide * mm, (74.4 - y) * mm))
    drawing.write_fitted(_EDGE, y, address)
    if label.phone_masked:
        drawing.write(_EDGE, 75, f"{words['phone']}: {label.phone_masked}", size=SMALL)


def _service(drawing: Drawing, label: ItemLabelData, words: dict[str, str], right: float) -> None:
    drawing.qr(right - _QR + 1.6, 80, label.token_url, side=_QR)
    money = f"{words['fee']} {say_money(label.fee_vnd)}" if label.fee_vnd else words["none"]
    drawing.write(_EDGE, 80.4, money, font=BOLD, size=BODY)
    due = f"{words['due']}: {label.due_on:%d/%m/%Y}" if label.due_on else ""
    posted = f"J: {label.posted_on:%d/%m/%Y}" if label.posted_on else ""
    lines = [due, posted, words["hand"] if label.is_hand_delivery else "", label.dossier_code]
    lines += [words["take_back"]] if label.has_take_back else []
    room = right - _QR - _EDGE
    y = 85.2
    for line in filter(None, lines):
        fitted = text.fit(line, box=(room * mm, 3.6 * mm), sizes=(SMALL, TINY, 5.0), field="service")
        y += max(3.4, drawing.write_fitted(_EDGE, y, fitted))
