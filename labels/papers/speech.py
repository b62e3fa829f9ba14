"""The language of a paper: its sentences, and days, money and numbers as that language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from labels.papers import words


class Speech:
    """Speaks Vietnamese, the language of the sentences in the code. Another language is a subclass given to `draw`.

    Called with a Vietnamese sentence with {named} places, it returns that sentence of the paper with its values. The
    sentence is a literal, as the catalogue is made by reading the code; a value is data or already spoken. ``own`` are
    sentences that a house words otherwise, by the sentence in the code, with the same places.
    """

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._own = own or {}

    def __call__(self, text: str, /, **values: object) -> str:
        """Return a sentence of the paper."""
        said = self._own.get(text, text)
        return said.format(**values) if values else said

    def day(self, on: date) -> str:
        """Return "thứ Hai 23/11/2026"."""
        return words.say_day(on)

    def short_day(self, on: date) -> str:
        """Return "23/11/2026"."""
        return f"{on:%d/%m/%Y}"

    def moment(self, at: datetime) -> str:
        """Return "07 giờ 15, thứ Hai 23/11/2026" in the time's own zone."""
        return words.say_moment(at)

    def number(self, number: int) -> str:
        """Return "1.234"."""
        return words.say_number(number)

    def money(self, amount_vnd: int) -> str:
        """Return "135.000 đ"."""
        return words.say_money(amount_vnd)

    def in_words(self, number: int) -> str:
        """Return a whole number from 0 to below 10^12 in words: "một trăm ba mươi lăm nghìn"."""
        return words.in_words(number)


VIETNAMESE = Speech()
