"""ZPL II for thermal printers: one picture a label, so that every accent stands as drawn.

A printer's own fonts have no stacked Vietnamese accents; the picture is sent compressed (Z64: deflate, base64 and a
CRC-16) in one graphic field.
"""

from __future__ import annotations

import base64
import binascii
import zlib

from PIL import Image, ImageChops


def zpl_format(drawn: Image.Image) -> bytes:
    """Return one label's ZPL format for a picture of one bit a dot."""
    # In a graphic field a set bit is a black dot; in a picture it is a white one.
    picture = ImageChops.invert(drawn)
    row_bytes = (picture.width + 7) // 8
    data = picture.tobytes()
    packed = base64.b64encode(zlib.compress(data, 9))
    head = f"^XA^CI28^PW{picture.width}^LL{picture.height}^LH0,0^FO0,0^GFA,{len(data)},{len(data)},{row_bytes},:Z64:"
    crc = f":{binascii.crc_hqx(packed, 0):04X}"
    return head.encode() + packed + crc.encode() + b"^FS^PQ1,0,1,Y^XZ\n"
