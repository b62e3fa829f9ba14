"""A picture from outside becomes a plain one of ours: upright, small, without a word about whoever took it.

The picture is decoded and made anew, so that nothing of the file goes on: neither place and device (EXIF, XMP, IPTC),
colour profiles and comments, nor another file that hides behind the picture. How large it is is known from its header
before a pixel is decoded.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

import zxingcpp
from PIL import Image, ImageOps

from postal.errors import InvalidInput
from postal.pictures.files import JPEG_START, PNG_START, NoPicture, bare_png, n_passes
from routing import Message

MAX_BYTES = 8_000_000
"""The largest file that is looked at."""
MAX_PIXELS = 25_000_000
"""The largest plain JPEG, which is decoded at a fraction of its size: the camera of any phone."""
MAX_WHOLE_PIXELS = 8_300_000
"""The largest PNG, or JPEG of several passes, which must be held in memory whole: a screen of 3840 × 2160."""
_MOST_PASSES = 20
_LONGEST, _LONGEST_FOR_CODES = 1600, 2400
# Longest side and quality, tried in turn until the picture is small enough.
_TRIES = ((1600, 75), (1600, 55), (1280, 50), (960, 45), (640, 40))
LARGEST_KEPT = 300_000
_CODES = zxingcpp.barcode_formats_from_str("Code128,QRCode")
_MOST_CODES = 20
_LONGEST_TEXT = 500
# What decoders raise for bytes that are no picture, or a damaged one.
_UNREADABLE = (
    NoPicture, OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, EOFError, MemoryError,
    AttributeError, struct.error, zlib.error,
)  # fmt: skip
Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # the last guard, for whatever reads a picture elsewhere


class PictureUnreadable(InvalidInput):
    code = "picture_unreadable"
    says = Message("Không đọc được ảnh này: tệp hỏng hoặc không phải ảnh JPEG, PNG. Hãy chụp lại.")


class PictureTooLarge(InvalidInput):
    code = "picture_too_large"
    says = Message("Ảnh lớn quá: tối đa {megapixels} triệu điểm ảnh và {megabytes} MB. Hãy chụp ở cỡ nhỏ hơn.")


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A picture as it is kept: JPEG, at most 1600 pixels wide and high, at most 300 kB."""

    data: bytes
    width: int
    height: int

    def __repr__(self) -> str:
        return f"<Photo {self.width}×{self.height}>"


@dataclass(frozen=True, kw_only=True)
class ReadCode:
    """A code on a picture; ``symbology`` is "Code128" or "QRCode". The text is whatever the code says."""

    text: str
    symbology: str

    def __repr__(self) -> str:
        return f"<ReadCode {self.symbology}>"


def as_photo(data: bytes, *, most_pixels: int = MAX_PIXELS) -> Photo:
    """Return a photograph (JPEG or PNG) made anew. Raises PictureUnreadable, PictureTooLarge.

    ``most_pixels`` is the most this kind of picture has; no file of more is decoded.
    """
    picture = _opened(data, _LONGEST, "RGB", most_pixels)
    for longest, quality in _TRIES:
        picture.thumbnail((longest, longest))
        written = BytesIO()
        picture.save(written, "JPEG", quality=quality)
        if written.tell() <= LARGEST_KEPT:
            break
    return Photo(data=written.getvalue(), width=picture.width, height=picture.height)


def codes_on(data: bytes) -> tuple[ReadCode, ...]:
    """Return the Code 128 and QR codes on a photograph, at most 20. Raises PictureUnreadable, PictureTooLarge.

    A picture of 2400 × 2400 pixels, of noise or full of codes, takes 0.1 to 0.4 s: there is nothing to stop.
    """
    grey = _opened(data, _LONGEST_FOR_CODES, "L").convert("L")
    found = zxingcpp.read_barcodes(grey, formats=_CODES)
    texts = {(code.text, code.format.name) for code in found if 0 < len(code.text) <= _LONGEST_TEXT}
    return tuple(ReadCode(text=text, symbology=symbology) for text, symbology in sorted(texts)[:_MOST_CODES])


def _opened(data: bytes, longest: int, mode: str, most_pixels: int = MAX_PIXELS) -> Image.Image:
    """Return the picture upright, at most ``longest`` pixels wide and high, in colours or greys without anything else.

    ``mode`` "L" says that greys are enough.

    Raises PictureUnreadable, PictureTooLarge.
    """
    if len(data) > MAX_BYTES:
        raise _too_large(MAX_PIXELS)
    if not data.startswith((JPEG_START, PNG_START)):
        raise PictureUnreadable
    try:
        return _decoded(data, longest, mode, most_pixels)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise _too_large(MAX_PIXELS) from exc
    except _UNREADABLE as exc:
        raise PictureUnreadable from exc


def _decoded(data: bytes, longest: int, mode: str, most_pixels: int) -> Image.Image:
    is_jpeg = data.startswith(JPEG_START)
    passes = n_passes(data) if is_jpeg else 0
    if passes > _MOST_PASSES:
        raise NoPicture("too many passes")
    found = Image.open(BytesIO(data if is_jpeg else bare_png(data)), formats=("JPEG", "PNG"))
    is_plain = passes == 1 and found.mode in ("L", "RGB")
    limit = min(most_pixels, MAX_PIXELS if is_plain else MAX_WHOLE_PIXELS)
    if found.width * found.height > limit:
        raise _too_large(limit)
    found.draft(mode, (longest, longest))
    return ImageOps.exif_transpose(_on_paper(found, longest))


def _on_paper(picture: Image.Image, longest: int) -> Image.Image:
    """Return the picture smaller, in colours or greys; what is transparent is paper."""
    if picture.mode in ("LA", "RGBA"):
        # Band by band: the whole of it is never held twice.
        *colours, alpha = (_smaller(picture.getchannel(band), longest) for band in picture.getbands())
        paper = Image.new("RGB", alpha.size, "white")
        paper.paste(Image.merge("RGB", colours * (3 // len(colours))), mask=alpha)
    elif "transparency" in picture.info:  # one colour of a palette, or of all
        small = _smaller(picture.convert("RGBA"), longest)
        paper = Image.new("RGB", small.size, "white")
        paper.paste(small, mask=small)
    else:
        paper = _smaller(picture if picture.mode in ("L", "RGB") else picture.convert("RGB"), longest)
    paper.info = {"exif": picture.info["exif"]} if "exif" in picture.info else {}
    return paper


def _smaller(picture: Image.Image, longest: int) -> Image.Image:
    picture.thumbnail((longest, longest), reducing_gap=2.0)
    return picture


def _too_large(limit: int) -> PictureTooLarge:
    return PictureTooLarge(megapixels=limit // 1_000_000, megabytes=MAX_BYTES // 1_000_000)
