"""Picture files looked at before anything of them is decoded: what they would cost, and what nobody needs is left out.

A few thousand bytes can ask a decoder for gigabytes or for minutes: large dimensions, a hundred passes over one
picture, compressed notes. All that is told by the file's own marks, which are read here without decoding.
"""

from __future__ import annotations

import re
import zlib

JPEG_START, PNG_START = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_MOST_CHUNKS = 5_000
# What a still picture needs, and the note that says which way is up. All else (text, colour profiles, animation) goes.
_NEEDED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf"})
_LONGEST_NOTE = 65_536
_MARK = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
_END, _SCAN = 0xD9, 0xDA
_LONGEST_GAP = 4_096


class NoPicture(ValueError):
    """The bytes are no picture of their kind."""


def n_passes(jpeg: bytes) -> int:
    """Return how many times a JPEG goes over the picture: 1 is a plain one, which needs no memory for the whole.

    Raises NoPicture where there is none, or where nothing is said for long before it.
    """
    at, n = 2, 0
    while (found := _MARK.search(jpeg, at)) is not None:
        if n == 0 and found.start() - at > _LONGEST_GAP:
            raise NoPicture("empty between its parts")
        mark, at = jpeg[found.end() - 1], found.end()
        if mark == _END:
            break
        n += mark == _SCAN
        at += max(2, int.from_bytes(jpeg[at : at + 2], "big"))
    if n == 0:
        raise NoPicture("nothing in it")
    return n


def bare_png(png: bytes) -> bytes:
    """Return a PNG with nothing but its still picture. Raises NoPicture."""
    kept, at = [PNG_START], len(PNG_START)
    for _ in range(_MOST_CHUNKS):
        length, name = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        until = at + 12 + length
        if until > len(png):
            raise NoPicture("cut off")
        if name in _NEEDED and (name != b"eXIf" or length <= _LONGEST_NOTE):
            if zlib.crc32(png[at + 4 : until - 4]) != int.from_bytes(png[until - 4 : until], "big"):
                raise NoPicture("damaged")
            kept.append(png[at:until])
        if name == b"IEND":
            return b"".join(kept)
        at = until
    raise NoPicture("too many parts")
