"""Thermal labels read back dot by dot: every letter stands inside the margins, measured in the type it is drawn in."""

import itertools
import random

import numpy as np
import pytest

from api.words import speech
from labels.drawing import text
from labels.drawing.bitmap_type import bitmap_width, line_of, pixels_of
from labels.drawing.raster import MM_PER_INCH, Raster, ruler_of
from labels.drawing.text import BOLD, REGULAR
from labels.papers import item_label
from labels.samples.item_label import label
from tests.labels.test_label_sizes import pictures
from tests.scale import scaled

SIZES = [size for size in item_label.LABEL_SIZES if size != "A4x4"]
each_printer = pytest.mark.parametrize(("size", "dpi"), list(itertools.product(SIZES, (203, 300))))
MARGIN_MM = 4.0
# A real case: measured by the font's own widths, "lô 17" of its address ran off the roll at 203 dpi.
LONG = {
    "recipient_name": "Công ty TNHH MTV Tư vấn Xây dựng Thủy lợi Thiên Phú",
    "address": "chung cư xã hội Thủy Tiên tầng 3, kiệt 12/3/5 Trịnh Thị Thùy Trinh, lô 17 khu quy hoạch Tỉnh lộ 10, "
    "Thôn Thủy Yên Thượng, khu tái định cư Thủy Thanh giai đoạn 2, xã Lộc Thủy (nay là xã Chân Mây - Lăng Cô), "
    "huyện Phú Lộc, tỉnh Thừa Thiên Huế, thành phố Huế",
    "landmark": "Đối diện trạm y tế, cạnh nhà thờ, hỏi nhà chị Thủy bán tạp hóa",
}
SYLLABLES = (
    *(
        "Thủy",
        "Tiên",
        "kiệt",
        "lô",
        "17",
        "12/3/5",
        "Trịnh",
        "iii",
        "lll",
        "jjj",
        "WWW",
        "MMM",
        "Ẵm",
        "ổ",
        "ỗ",
        "ữ",
        "ự",
    ),
    *("Nguyễn", "Hường", "Quỳnh", "khu", "quy", "hoạch", "tổ", "dân", "phố", "7", "(gần", "chợ)", "Lăng", "Cô,", "A"),
    *("Lưới", "2;", "ff", "fi", "Tôn-Nữ", "đường"),
)


def ink_mm(picture, dpi):
    """Return how many millimetres stay white at the left, top, right and bottom of a label."""
    black = np.asarray(picture) == 0
    columns, rows = np.flatnonzero(black.any(axis=0)), np.flatnonzero(black.any(axis=1))
    edges = columns[0], rows[0], black.shape[1] - 1 - columns[-1], black.shape[0] - 1 - rows[-1]
    return [edge * MM_PER_INCH / dpi for edge in edges]


def random_label(chance):
    """Return a label whose texts are of any length and of letters of any width."""

    def words(n):
        return " ".join(chance.choices(SYLLABLES, k=chance.randint(1, n)))

    return label(
        recipient_name=words(25),
        address=f"{words(40)}, {words(10)}",
        landmark=words(15) if chance.random() < 0.5 else "",
        commune=words(6),
        sender_name=words(12),
        sender_address=words(14),
        delivery_office=words(8),
        dossier_code="".join(chance.choices("HW57.-1", k=chance.randint(5, 40))),
        round_text=str(chance.randint(1, 9_999)) if chance.random() < 0.5 else "",
        fee_vnd=chance.choice((0, 50_000, 999_999_999)),
        weight_g=chance.choice((0, 2_573, 99_999)),
        reprint_number=chance.choice((0, 1, 123)),
    )


@each_printer
def test_every_letter_of_a_real_long_address_stands_inside_the_margins(size, dpi):
    one = label(**LONG)
    (picture,) = pictures(item_label.draw_zpl([one], size=size, dpi=dpi))
    assert min(ink_mm(picture, dpi)) >= MARGIN_MM
    assert item_label.shortened_fields(one, size=size, dpi=dpi) == ()


@each_printer
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_text_of_any_length_reaches_into_the_margins(size, dpi, language):
    chance = random.Random(f"{size} {dpi} {language}")
    labels = [random_label(chance) for _ in range(scaled(6, 200))]
    for picture in pictures(item_label.draw_zpl(labels, size=size, dpi=dpi, say=speech(language))):
        assert min(ink_mm(picture, dpi)) >= MARGIN_MM


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("font", [REGULAR, BOLD])
def test_a_line_takes_the_dots_that_were_measured(font, dpi):
    """Its ink is compared, not what the measuring believes: in every size of type, on lines of many words."""
    chance = random.Random(f"{font} {dpi}")
    for size in (5.0, text.TINY, text.SMALL, text.BODY, 11.0, 12.0, text.LARGE, text.HUGE):
        for n in (1, 3, 9):
            words = " ".join(chance.choices(SYLLABLES, k=n))
            raster = Raster((400, 30), dpi=dpi)
            raster.write(10, 10, words, font=font, size=size)
            columns = np.flatnonzero(raster.dots.any(axis=0))
            start, measured = round(10 * dpi / MM_PER_INCH), bitmap_width(words, font, size, dpi) * dpi / 72
            assert start <= columns[0]
            assert columns[-1] - start < measured
            assert measured - (columns[-1] - start) < 4 + pixels_of(size, dpi) / 8  # a letter's own white, no more


@pytest.mark.parametrize("dpi", [203, 300])
def test_lines_wrapped_by_the_printers_ruler_fit_and_those_of_the_pdf_would_not(dpi):
    limit, words = 90 * 72 / MM_PER_INCH, LONG["address"]
    by_dots = text.wrap(words, REGULAR, text.SMALL, limit, ruler=ruler_of(dpi))
    by_paper = text.wrap(words, REGULAR, text.SMALL, limit)
    dots = limit * dpi / 72

    def widest(lines):
        return max(line_of(line, REGULAR, pixels_of(text.SMALL, dpi))[0].shape[1] for line in lines)

    assert widest(by_dots) <= dots
    assert " ".join(by_dots) == " ".join(by_paper) == words
    if dpi == 203:
        assert widest(by_paper) > dots


@each_printer
def test_a_label_printed_before_the_handover_has_no_heading_over_nothing(size, dpi):
    """Where a day is not known yet, its place is as white as its margin."""
    before = label(posted_on=None, due_on=None, has_take_back=False, fee_vnd=0)
    (without,) = pictures(item_label.draw_zpl([before], size=size, dpi=dpi))
    (with_days,) = pictures(item_label.draw_zpl([label(has_take_back=False, fee_vnd=0)], size=size, dpi=dpi))
    changed = np.asarray(without) != np.asarray(with_days)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    place = np.asarray(without)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if size != "A7":  # there the number of papers moves up to where the day stood
        assert place.all()


@pytest.mark.parametrize("size", item_label.LABEL_SIZES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_before_the_handover_no_day_is_promised(text_of, size, language):
    seen = text_of(item_label.draw([label(posted_on=None, due_on=None)], size=size, say=speech(language)))
    for words in ("Ngày nhận gửi", "Hạn phát", "Posted", "Due", "J:"):
        assert words not in seen


@each_printer
def test_a_mark_is_plainly_ticked_or_plainly_not(size, dpi):
    """Two labels that differ in one mark alone differ inside its box, and only by black dots more."""
    (empty,) = pictures(item_label.draw_zpl([label(has_take_back=False)], size=size, dpi=dpi))
    (ticked,) = pictures(item_label.draw_zpl([label(has_take_back=True)], size=size, dpi=dpi))
    more = (np.asarray(ticked) == 0) & (np.asarray(empty) != 0)
    assert more.sum() > 8
    assert not ((np.asarray(empty) == 0) & (np.asarray(ticked) != 0)).any()
    rows, columns = np.flatnonzero(more.any(axis=1)), np.flatnonzero(more.any(axis=0))
    assert max(rows[-1] - rows[0], columns[-1] - columns[0]) * MM_PER_INCH / dpi < 4
