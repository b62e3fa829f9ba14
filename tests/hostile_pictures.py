"""Pictures nobody should have to open: made here, so that no such file lies in the repository."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image

from tests import builders as build

PNG = b"\x89PNG\r\n\x1a\n"
SCRIPT = b"<script>alert(document.cookie)</script>"


def chunk(name: bytes, content: bytes) -> bytes:
    """Return one part of a PNG with its checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *more: bytes, kind: int = 0, pixels: bytes | None = None, end: bool = True) -> bytes:
    """Return a black PNG; ``more`` are parts before the pixels, ``kind`` 0 is grey and 6 colour with alpha."""
    row = 1 + width * {0: 1, 2: 3, 6: 4}[kind]
    packed = zlib.compress(bytes(row * height) if pixels is None else pixels, 9)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
    return PNG + head + b"".join(more) + chunk(b"IDAT", packed) + (chunk(b"IEND", b"") if end else b"")


def huge_png(side: int = 19_000) -> bytes:
    """Return a picture of 361 million pixels in about 44 kB."""
    packer = zlib.compressobj(9, memLevel=9)
    packed = b"".join(packer.compress(bytes(side // 8 + 1)) for _ in range(side)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return PNG + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def huge_jpeg(side: int = 65_500) -> bytes:
    """Return a JPEG whose header says 4 thousand million pixels."""
    small = build.photo()
    at = small.index(b"\xff\xc0") + 5
    return small[:at] + struct.pack(">HH", side, side) + small[at + 4 :]


def many_passes(n: int = 400, side: int = 2_800) -> bytes:
    """Return a JPEG that goes over its picture hundreds of times: minutes for a decoder that follows."""
    made = build.photo(width=side, height=side, progressive=True)
    at = made.rindex(b"\xff\xda")
    last = made[at:-2]
    return made[:-2] + last * n + b"\xff\xd9"


def as_bytes(form: str, **options: object) -> bytes:
    """Return a small picture in some other form."""
    return build.photo(form=form, **options)


def animation(form: str) -> bytes:
    """Return twenty moving pictures."""
    frames = [Image.new("RGB", (40, 40), (n * 10, 0, 0)) for n in range(20)]
    written = io.BytesIO()
    frames[0].save(written, form, save_all=True, append_images=frames[1:], duration=20, loop=0)
    return written.getvalue()


def with_everything(form: str = "JPEG") -> bytes:
    """Return a photo lying on its side that tells where, when, with what and by whom it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B] = 6, "SECRETPHONE", "SECRETNAME"
    exif.get_ifd(0x8825).update({1: "N", 2: (16.0, 27.0, 49.0), 3: "E", 4: (107.0, 35.0, 27.0)})
    options: dict[str, object] = {"exif": exif, "icc_profile": b"SECRETPROFILE" * 20}
    if form == "JPEG":
        options |= {"comment": b"SECRETCOMMENT", "xmp": b"<x:xmpmeta>SECRETXMP</x:xmpmeta>"}
    return build.photo(width=80, height=40, form=form, **options)


def _good() -> bytes:
    return build.photo(width=300, height=300)


def _whole() -> bytes:
    return png(50, 50)


def _packed_note() -> bytes:
    return chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(1_000_000), 9))


def _cmyk() -> bytes:
    written = io.BytesIO()
    Image.new("CMYK", (60, 60), (10, 20, 30, 40)).save(written, "JPEG")
    return written.getvalue()


REFUSED: dict[str, Callable[[], bytes]] = {
    "png-19000x19000-44kB": lambda: huge_png(),
    "jpeg-65500x65500": lambda: huge_jpeg(),
    "jpeg-400-passes": lambda: many_passes(),
    "png-10-megapixels": lambda: png(3_600, 2_800),
    "empty": lambda: b"",
    "jpeg-start-alone": lambda: b"\xff\xd8\xff",
    "png-start-alone": lambda: PNG,
    "jpeg-cut-in-half": lambda: _good()[: len(_good()) // 2],
    "png-cut-in-half": lambda: _whole()[: len(_whole()) // 2],
    "png-bad-checksum": lambda: _whole()[:-20] + bytes(20),
    "png-no-end": lambda: png(50, 50, end=False),
    "png-pixels-missing": lambda: png(500, 500, pixels=bytes(10)),
    "png-zero-wide": lambda: png(0, 10),
    "png-length-of-4-GB": lambda: PNG + b"\xff\xff\xff\xffIHDR" + bytes(20),
    "png-a-million-parts": lambda: PNG + _whole()[8:33] + chunk(b"tEXt", b"") * 400_000,
    "jpeg-of-zeros": lambda: b"\xff\xd8\xff" + bytes(3_000_000),
    "jpeg-gap-of-7-MB": lambda: _good()[:2] + bytes(7_000_000) + _good()[2:],
    "jpeg-of-ones": lambda: b"\xff" * 3_000_000,
    "jpeg-start-over-and-over": lambda: b"\xff\xd8\xff\xe0" * 700_000,
    "gif": lambda: as_bytes("GIF"),
    "gif-moving": lambda: animation("GIF"),
    "webp": lambda: as_bytes("WEBP"),
    "tiff": lambda: as_bytes("TIFF"),
    "bmp": lambda: as_bytes("BMP"),
    "ico": lambda: as_bytes("ICO"),
    "svg-with-script": lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
    "html-as-jpeg": lambda: b"<!doctype html>" + SCRIPT,
    "jpeg-start-then-html": lambda: b"\xff\xd8\xff\xe0" + SCRIPT,
    "pdf": lambda: b"%PDF-1.7\n" + SCRIPT,
    "postscript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9999 9999\n{} loop\n",
    "zip": lambda: b"PK\x03\x04" + bytes(500),
    "nine-megabytes": lambda: _good() + bytes(9_000_000),
}
"""What is refused, by name; each is made when it is asked for."""
TAKEN: dict[str, Callable[[], bytes]] = {
    "jpeg-with-everything": lambda: with_everything(),
    "png-with-everything": lambda: with_everything("PNG"),
    "jpeg-and-zip": lambda: build.photo() + b"PK\x03\x04" + SCRIPT,
    "jpeg-and-script": lambda: build.photo(comment=SCRIPT),
    "png-with-packed-notes": lambda: png(50, 50, *[_packed_note()] * 100),
    "png-moving": lambda: animation("PNG"),
    "jpeg-24-megapixels": lambda: build.photo(width=5_700, height=4_280),
    "jpeg-cmyk": lambda: _cmyk(),
    "png-8-megapixels-see-through": lambda: png(3_800, 2_150, kind=6),
}
"""What is a picture all the same, whatever else it carries."""
