"""Labels for thermal printers that speak ZPL II: each label one picture, so that every accent stands as drawn.

A printer's own fonts have no stacked Vietnamese accents; the picture is sent compressed (Z64: deflate, base64 and a
CRC-16) in one graphic field. Bars and modules are whole dots: three a bar at 203 dpi, four at 300.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence

from PIL import ImageChops

from labels.data import ItemLabelData
from labels.item_label import check_label, draw_label, label_size
from labels.raster import BAR_DOTS, Raster


def item_labels_zpl(
    labels: Sequence[ItemLabelData], *, size: str = "100x150", dpi: int = 203, language: str = "vi"
) -> bytes:
    """Return one ZPL format a label, in the order given; ``dpi`` 203 or 300.

    Raises UnprintableText naming the field; ValueError for a size or density no thermal printer here has.
    """
    if dpi not in BAR_DOTS:
        raise ValueError("thermal printers have 203 or 300 dots an inch")
    return b"".join(_format(check_label(label), size, dpi, language) for label in labels)


def _format(label: ItemLabelData, size: str, dpi: int, language: str) -> bytes:
    raster = Raster(label_size(size), dpi=dpi)
    draw_label(raster, label, size=size, language=language)
    # In a graphic field a set bit is a black dot; in a picture it is a white one.
    picture = ImageChops.invert(raster.picture)
    row_bytes = (picture.width + 7) // 8
    data = picture.tobytes()
    packed = base64.b64encode(zlib.compress(data, 9))
    head = f"^XA^CI28^PW{picture.width}^LL{picture.height}^LH0,0^FO0,0^GFA,{len(data)},{len(data)},{row_bytes},:Z64:"
    crc = f":{binascii.crc_hqx(packed, 0):04X}"
    return head.encode() + packed + crc.encode() + b"^FS^PQ1,0,1,Y^XZ\n"
