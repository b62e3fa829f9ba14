"""The label of one item: its data, its drawing in two designs, printing as PDF and as ZPL.

Other papers do not belong here; how dots become ZPL is `labels.drawing.zpl`.
"""

from labels.papers.item_label.data import ItemLabelData
from labels.papers.item_label.printing import (
    LABEL_SIZES,
    draw,
    draw_zpl,
    shortened_fields,
)

__all__ = ["LABEL_SIZES", "ItemLabelData", "draw", "draw_zpl", "shortened_fields"]
