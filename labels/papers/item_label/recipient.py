"""The recipient on a label: name, address and landmark share one frame, in sizes that belong together."""

from __future__ import annotations

from reportlab.lib.units import mm

from labels.drawing import text
from labels.drawing.page import Drawing
from labels.drawing.text import BODY, BOLD, LARGE, LEADING, REGULAR, SMALL, TINY, Fitted
from labels.papers.item_label.data import ItemLabelData

# (name, address): a name is never set smaller than the address under it.
_PAIRS = ((LARGE, 11.0), (12.0, 11.0), (12.0, BODY), (BODY, BODY), (BODY, SMALL), (SMALL, SMALL), (TINY, TINY))
_GAP = 0.6
_NAME_SHARE = 0.4
_LANDMARK_LINES = 2
_SIZES = (12.0, BODY, SMALL, TINY)


def draw_recipient(drawing: Drawing, label: ItemLabelData, frame: tuple[float, float, float, float]) -> None:
    """Draw name, address and landmark in a frame: left, top, width, height in millimetres.

    What does not fit in the smallest type is shortened and noted; numbers of the address never go. Raises TextTooLong.
    """
    x, y, wide, high = frame
    for part in _whole(drawing, label, wide, high) or _shortened(drawing, label, wide, high):
        y += drawing.write_fitted(x, y, part) + _GAP


def _whole(drawing: Drawing, label: ItemLabelData, wide: float, high: float) -> list[Fitted] | None:
    """Return all parts in the largest pair of sizes that holds them, None where none does."""

    def wrapped(words: str, font: str, size: float, field: str) -> Fitted:
        return Fitted(lines=drawing.wrap(words, font, size, wide), font=font, size=size, field=field)

    for name_size, size in _PAIRS:
        parts = [
            wrapped(label.recipient_name.upper(), BOLD, name_size, "recipient_name"),
            wrapped(label.address, REGULAR, size, "address"),
        ]
        if label.landmark:
            parts.append(wrapped(_landmark(label), REGULAR, size, "landmark"))
        if sum(part.height / mm + _GAP for part in parts) - _GAP <= high:
            return parts
    return None


def _shortened(drawing: Drawing, label: ItemLabelData, wide: float, high: float) -> list[Fitted]:
    box = (wide, high * _NAME_SHARE)
    name = drawing.fit(label.recipient_name.upper(), box, font=BOLD, sizes=_SIZES, field="recipient_name")
    rest = high - name.height / mm - _GAP
    # Where no house has a number the landmark is the address: two lines stay free for it.
    free = _LANDMARK_LINES * TINY * LEADING / mm + _GAP if label.landmark else 0.0
    address = text.fit_address(label.address, box=(wide * mm, (rest - free) * mm), ruler=drawing.measure)
    if not label.landmark:
        return [name, address]
    rest -= address.height / mm + _GAP
    landmark = drawing.fit(_landmark(label), (wide, rest), field="landmark")
    return [name, address, landmark]


def _landmark(label: ItemLabelData) -> str:
    return f"({label.landmark})"
