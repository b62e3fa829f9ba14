"""How papers speak a language of the catalogue: `labels` asks for a sentence, a day, a sum and knows no other words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

from api.words.figures import say_date, say_money, say_number, say_short_date
from api.words.language import LANGUAGES, SOURCE, translate
from api.words.number_words import IN_WORDS
from labels.papers import VIETNAMESE, Speech


class _Translated(Speech):
    def __init__(self, language: str, own: Mapping[str, str] | None = None) -> None:
        super().__init__(own)
        self._language = language

    def __call__(self, text: str, /, **values: object) -> str:
        return super().__call__(text, **values) if text in self._own else translate(text, self._language, **values)

    def day(self, on: date) -> str:
        return say_date(on, self._language)

    def short_day(self, on: date) -> str:
        return say_short_date(on, self._language)

    def moment(self, at: datetime) -> str:
        return f"{at:%H:%M}, {self.day(at.date())}"

    def number(self, number: int) -> str:
        return say_number(number, language=self._language)

    def money(self, amount_vnd: int) -> str:
        return say_money(amount_vnd, self._language)

    def in_words(self, number: int) -> str:
        return IN_WORDS[self._language](number)


def speech(language: str, own: Mapping[str, str] | None = None) -> Speech:
    """Return how a paper speaks a language, ``own`` in place of the program's sentences.

    Raises ValueError for a language the catalogue has not.
    """
    if language not in LANGUAGES:
        raise ValueError(f"papers are printed in {', '.join(LANGUAGES)}")
    if own:
        return Speech(own) if language == SOURCE else _Translated(language, own)
    return VIETNAMESE if language == SOURCE else _translated(language)


@cache
def _translated(language: str) -> Speech:
    return _Translated(language)
