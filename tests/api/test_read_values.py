"""Numbers, days and times are read as the pages print them and as people write them."""

import random
from datetime import date, time

import pytest

from api import words
from api.forms import reading
from tests.scale import scaled


@pytest.mark.parametrize(
    ("text", "language", "unit", "value"),
    [
        ("100.000", "vi", reading.DONG, 100_000), ("100.000 đ", "vi", reading.DONG, 100_000),
        ("100,000 VND", "en", reading.DONG, 100_000), ("100,000", "vi", reading.DONG, 100_000),
        ("100 000", "vi", reading.DONG, 100_000), ("100\u00a0000\u00a0đ", "vi", reading.DONG, 100_000),
        ("100k", "vi", reading.DONG, 100_000), ("1,5 triệu", "vi", reading.DONG, 1_500_000),
        ("1.234.567", "en", reading.DONG, 1_234_567), ("100.000,00", "vi", reading.DONG, 100_000),
        ("2.573 g", "vi", reading.GRAMS, 2573), ("2,573 g", "en", reading.GRAMS, 2573),
        ("2,573 kg", "vi", reading.GRAMS, 2573), ("0,045 kg", "vi", reading.GRAMS, 45), ("45", "vi", reading.GRAMS, 45),
        ("20 phút", "vi", reading.MINUTES, 20), ("1 giờ", "vi", reading.MINUTES, 60), ("0", "vi", reading.PIECES, 0),
        ("12,5", "vi", reading.PIECES, None), ("12 g", "vi", reading.DONG, None), ("mười", "vi", reading.PIECES, None),
        ("1.23.456", "vi", reading.PIECES, None), ("-5", "vi", reading.PIECES, None), ("", "vi", reading.PIECES, None),
        ("٣", "vi", reading.PIECES, None), ("1e3", "vi", reading.PIECES, None),
    ],
)  # fmt: skip
def test_a_whole_number(text, language, unit, value):
    assert reading.whole(text, language, unit) == value


def test_every_number_a_page_prints_is_read_back():
    chance = random.Random(5)
    for language in words.LANGUAGES:
        for _ in range(scaled(300, 20_000)):
            n = chance.choice([chance.randrange(1000), chance.randrange(10**9)])
            assert reading.whole(words.say_number(n, language=language), language) == n
            assert reading.whole(words.say_money(n, language), language, reading.DONG) == n
            kilograms = chance.randrange(10**6)
            said = words.say_number(kilograms / 1000, 3, language)
            assert reading.whole(f"{said} kg", language, reading.GRAMS) == kilograms


@pytest.mark.parametrize("text", ["8h05", "08:05", "8.05", "8g05", "8 giờ 05", "8 giờ 05 phút", "0805", "805",
                                  "8:05 sáng", "08:05:00", " 8H05 "])  # fmt: skip
def test_a_time_of_day(text):
    assert reading.clock(text) == time(8, 5)


@pytest.mark.parametrize(
    ("text", "value"),
    [("14h", time(14)), ("2:30 chiều", time(14, 30)), ("24:00", None), ("8", None), ("8h60", None), ("sáng", None)],
)
def test_a_time_that_is_none_is_none(text, value):
    assert reading.clock(text) == value


@pytest.mark.parametrize("text", ["2026-11-23", "23/11/2026", "23-11-2026", "23.11.2026", "thứ Hai 23/11/2026"])
def test_a_day(text):
    assert reading.day(text) == date(2026, 11, 23)


@pytest.mark.parametrize("text", ["", "31/02/2026", "11/23/2026", "mai", "2026-13-01"])
def test_a_day_that_is_none_is_none(text):
    assert reading.day(text) is None


@pytest.mark.parametrize(("lat", "lon"), [("16,4637", "107,5909"), ("16.4637", "107.5909"), ("16.4637, 107.5909", ""),
                                          ("16,4637, 107,5909", "")])  # fmt: skip
def test_a_point(lat, lon):
    found = reading.point(lat, lon)
    assert (found.lat, found.lon) == (16.4637, 107.5909)
