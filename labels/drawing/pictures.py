"""Signatures as pictures: read with care, as they came from outside, and cut to their ink."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageOps

_MAX_PIXELS = 20_000_000
_MAX_SIZE = (800, 400)
_INK = 200
"""Greys darker than this are ink, of 255."""


def ink_of(picture: bytes) -> Image.Image | None:
    """Return a signature (PNG or JPEG) in greys on white, cut to its ink; None where nothing can be read or seen."""
    try:
        found = Image.open(BytesIO(picture), formats=("PNG", "JPEG"))
        if found.width * found.height > _MAX_PIXELS:
            return None
        drawn = found.convert("RGBA")
    except (OSError, ValueError, SyntaxError, struct.error, zlib.error, Image.DecompressionBombError):
        return None
    # A canvas in a browser is transparent where nobody drew.
    paper = Image.new("RGBA", drawn.size, "white")
    greys = Image.alpha_composite(paper, drawn).convert("L")
    ink = ImageOps.invert(greys).point(lambda dark: 255 if dark > 255 - _INK else 0).getbbox()
    if ink is None:
        return None
    cut = greys.crop(ink)
    cut.thumbnail(_MAX_SIZE)
    return cut
