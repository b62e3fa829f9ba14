"""What a courier must do at the door, each with its box: ticked where it holds, empty where it does not."""

from __future__ import annotations

from labels.drawing.page import Drawing
from labels.drawing.text import BOLD, LEADING, TINY
from labels.papers.item_label.data import ItemLabelData
from labels.papers.speech import Speech

_MM_PER_POINT = 25.4 / 72


def draw_marks(
    drawing: Drawing,
    label: ItemLabelData,
    say: Speech,
    place: tuple[float, float, float],
    *,
    size: float,
) -> None:
    """Draw every mark from (left, top) in a width, all in millimetres; ``size`` of the type in points."""
    x, y, wide = place
    side, step = size * 0.32, size * LEADING * _MM_PER_POINT + 1.0
    marks = (
        (label.is_hand_delivery, say("Phát tận tay, xem giấy tờ")),
        (label.has_take_back, say("Thu hồi giấy tờ cũ")),
    )
    for number, (is_ticked, mark) in enumerate(marks):
        top = y + number * step
        drawing.tick_box(x, top + 0.4, side, is_ticked=is_ticked)
        fitted = drawing.fit(mark, (wide - side - 1.4, step), font=BOLD, sizes=(size, TINY), field="marks")
        drawing.write_fitted(x + side + 1.4, top, fitted)
