"""Signatures drawn on a screen stand on the receipt; whatever else comes as a picture harms nothing."""

import itertools
import zlib
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from labels.drawing.pictures import ink_of
from labels.papers import fee_receipt, handover_receipt, reverse_handover
from labels.samples.fee_receipt import fee
from labels.samples.handover_receipt import receipt
from labels.samples.made_up import signature
from labels.samples.reverse_handover import minutes

PNG = b"\x89PNG\r\n\x1a\n"


def packed(picture, kind="PNG"):
    buffer = BytesIO()
    picture.save(buffer, format=kind)
    return buffer.getvalue()


def bomb():
    """Return a small PNG that unpacks to 60,000 × 60,000 dots."""
    side = (60_000).to_bytes(4, "big")

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = chunk(b"IHDR", side + side + bytes([1, 0, 0, 0, 0]))
    return PNG + head + chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + chunk(b"IEND", b"")


UNREADABLE = {
    "nothing": b"",
    "head only": PNG,
    "zeros": PNG + bytes(60),
    "torn": signature()[:300],
    "white": packed(Image.new("L", (300, 100), 255)),
    "transparent": packed(Image.new("RGBA", (300, 100))),
    "bomb": bomb(),
    "gif": packed(Image.new("L", (30, 10), 0), "GIF"),
}


def blackness(picture, rows, columns):
    """Return the share of dark dots in a part of a page, given in shares of its height and width."""
    dots = np.asarray(picture.convert("L")) < 128
    high, wide = dots.shape
    part = dots[int(rows[0] * high) : int(rows[1] * high), int(columns[0] * wide) : int(columns[1] * wide)]
    return float(part.mean())


@pytest.mark.parametrize(
    ("kind", "mode"), [*(("PNG", mode) for mode in ("RGBA", "RGB", "L", "1", "P")), ("JPEG", "RGB"), ("JPEG", "CMYK")]
)
def test_a_signature_is_read_in_any_common_form_and_cut_to_its_ink(kind, mode):
    drawn = Image.open(BytesIO(signature()))
    paper = Image.new("RGB", drawn.size, "white")
    paper.paste(drawn, mask=drawn.getchannel("A"))
    ink = ink_of(packed(drawn if mode == "RGBA" else paper.convert(mode), kind))
    assert ink is not None
    dark = np.asarray(ink) < 128
    assert dark[:3].any()
    assert dark[:, :6].any()
    assert 0.01 < dark.mean() < 0.3


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_signature_is_no_picture(name):
    assert ink_of(UNREADABLE[name]) is None


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_receipt_is_printed_whatever_came_as_a_signature(text_of, name):
    signed = replace(receipt(2).giver, signature=UNREADABLE[name], signed="(ký trên màn hình 07:20 23/11/2026)")
    seen = text_of(handover_receipt.draw([receipt(2, giver=signed)], copies=1))
    assert "ký trên màn hình 07:20 23/11/2026" in seen


def test_the_signature_stands_between_how_it_was_signed_and_the_name(pictures_of):
    (with_ink,) = pictures_of(handover_receipt.draw([receipt(2)], copies=1), dpi=100)
    bare = replace(receipt(2).giver, signature=b"")
    (without,) = pictures_of(handover_receipt.draw([receipt(2, giver=bare)], copies=1), dpi=100)
    for page, is_signed in ((with_ink, True), (without, False)):
        left = blackness(page, (0, 1), (0.1, 0.5)) - blackness(without, (0, 1), (0.1, 0.5))
        assert (left > 0.0005) == is_signed
        assert blackness(page, (0, 1), (0.5, 1)) == blackness(without, (0, 1), (0.5, 1))


@pytest.mark.parametrize("both", list(itertools.product([True, False], repeat=2)))
def test_minutes_and_receipts_of_the_door_carry_what_was_drawn(text_of, both):
    drawn = {"signature": signature(), "signed": "(ký trên màn hình 18:31 23/11/2026)"}
    of_giver, of_receiver = (drawn if is_signed else {} for is_signed in both)
    data = minutes()
    data = replace(data, giver=replace(data.giver, **of_giver), receiver=replace(data.receiver, **of_receiver))
    seen = " ".join(text_of(reverse_handover.draw([data])).split())
    assert seen.count("(ký trên màn hình 18:31 23/11/2026)") == 2 * sum(both)
    assert seen.count("(ký, ghi rõ họ tên)") == 4 - 2 * sum(both)


def test_the_payers_signature_makes_the_receipt_for_fees_and_its_bytes_stay_the_same(text_of):
    unsigned = replace(fee(), signed="", signature=b"")
    assert len(fee_receipt.draw([fee()])) > len(fee_receipt.draw([unsigned])) + 500
    assert fee_receipt.draw([fee()]) == fee_receipt.draw([fee()])
    assert "ký trên màn hình 09:40" in text_of(fee_receipt.draw([fee()]))
