"""Labels for an office printer, one a page or four on A4, and for a thermal printer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from labels.drawing.bitmap_type import Dots
from labels.drawing.cleaning import clean_data
from labels.drawing.page import SIZES_MM, Drawing, Probe, Sheet, Zoomed
from labels.drawing.raster import BAR_DOTS, Raster, ruler_of
from labels.drawing.zpl import zpl_format
from labels.papers.item_label.data import ItemLabelData
from labels.papers.item_label.full import draw_full_form, draw_full_item
from labels.papers.item_label.small import draw_small_form, draw_small_item
from labels.papers.speech import VIETNAMESE, Speech

LABEL_SIZES = ("100x150", "A6", "A7", "A5", "A4x4")
FOUR_UP = "A4x4"


def draw(labels: Sequence[ItemLabelData], *, size: str = "100x150", say: Speech = VIETNAMESE) -> bytes:
    """Return a PDF with one label a page, or four on A4, in the order given. Sizes: LABEL_SIZES.

    Raises UnprintableText naming the field where a letter cannot be printed: whoever prints many calls `clean_data`
    on each first, so that one name does not stop a box of labels. ValueError for another size.
    """
    if size == FOUR_UP:
        return _four_up(labels, say)
    sheet = Sheet(label_size(size), say("Nhãn bưu gửi"))
    for number, label in enumerate(labels):
        if number:
            sheet.next_page()
        draw_label(sheet, clean_data(label), size=size, say=say)
    return sheet.finish()


def shortened_fields(
    label: ItemLabelData, *, size: str = "100x150", dpi: int | None = None, say: Speech = VIETNAMESE
) -> tuple[str, ...]:
    """Return the fields that do not fit even in the smallest type and are shortened: () for a label that says all.

    ``dpi`` is that of the thermal printer it is for, None for a PDF: type of dots takes another width. Raises
    UnprintableText, and TextTooLong for what may never be cut.
    """
    one = "A6" if size == FOUR_UP else size
    probe = Probe(label_size(one)) if dpi is None else Probe(label_size(one), ruler_of(dpi))
    draw_label(probe, clean_data(label), size=one, say=say)
    return tuple(probe.shortened)


def label_size(size: str) -> tuple[float, float]:
    """Return (width, height) in millimetres of one label. Raises ValueError for what is no label's size."""
    if size not in LABEL_SIZES or size == FOUR_UP:
        raise ValueError(f"labels are {', '.join(LABEL_SIZES)}")
    return SIZES_MM[size]


def draw_label(drawing: Drawing, label: ItemLabelData, *, size: str, say: Speech = VIETNAMESE) -> None:
    """Draw one label into the drawing's frame; its texts must be clean."""
    _draw_form(drawing, size, say)
    _draw_item(drawing, label, size, say)


def _draw_form(drawing: Drawing, size: str, say: Speech) -> None:
    """Draw what all labels of a size and language share."""
    if size == "A7":
        draw_small_form(drawing, say)
    else:
        draw_full_form(_zoomed(drawing, size), say)


def _draw_item(drawing: Drawing, label: ItemLabelData, size: str, say: Speech) -> None:
    if size == "A7":
        draw_small_item(drawing, label, say)
    else:
        draw_full_item(_zoomed(drawing, size), label, say)


def _zoomed(drawing: Drawing, size: str) -> Drawing:
    """Return the drawing, for A5 one in which the A6 label is drawn larger."""
    return Zoomed(drawing, drawing.width / SIZES_MM["A6"][0], bar_factor=4 / 3) if size == "A5" else drawing


def _four_up(labels: Sequence[ItemLabelData], say: Speech) -> bytes:
    """Draw four A6 labels on each A4 page, with marks to cut along."""
    page_width, page_height = SIZES_MM["A4"]
    wide, high = SIZES_MM["A6"]
    sheet = Sheet(SIZES_MM["A4"], say("Nhãn bưu gửi"))
    for number, label in enumerate(labels):
        place = number % 4
        if place == 0:
            if number:
                sheet.next_page()
            sheet.frame(0, 0, page_width, page_height)
            _cut_marks(sheet, page_width, page_height)
        sheet.frame(place % 2 * wide, place // 2 * page_height / 2, wide, high)
        draw_label(sheet, clean_data(label), size="A6", say=say)
    return sheet.finish()


def _cut_marks(sheet: Sheet, width: float, height: float) -> None:
    sheet.line(width / 2, 0, width / 2, height, width=0.2, dashed=True)
    sheet.line(0, height / 2, width, height / 2, width=0.2, dashed=True)


def draw_zpl(
    labels: Sequence[ItemLabelData], *, size: str = "100x150", dpi: int = 203, say: Speech = VIETNAMESE
) -> bytes:
    """Return one ZPL format a label, in the order given; ``dpi`` 203 or 300.

    Raises UnprintableText naming the field; ValueError for a size or density no thermal printer here has.
    """
    if dpi not in BAR_DOTS:
        raise ValueError("thermal printers have 203 or 300 dots an inch")
    return b"".join(_format(clean_data(label), size, dpi, say) for label in labels)


def _format(label: ItemLabelData, size: str, dpi: int, say: Speech) -> bytes:
    raster = Raster(label_size(size), dpi=dpi, base=_form_in_dots(size, dpi, say))
    _draw_item(raster, label, size, say)
    return zpl_format(raster.dots)


@cache
def _form_in_dots(size: str, dpi: int, say: Speech) -> Dots:
    """Return what all labels of a size share, drawn once: every label begins as a copy of it."""
    raster = Raster(label_size(size), dpi=dpi)
    _draw_form(raster, size, say)
    raster.dots.setflags(write=False)
    return raster.dots
