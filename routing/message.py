"""What is said to people, as a value: the sentence's words, and what goes into them. Nothing here knows a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence in Vietnamese with {named} places, and the values for them; who shows it looks it up in a catalogue.

    ``text`` is a literal: the catalogue is made by reading the code. A value may be a message itself, or a list of
    them, one a line; ``n`` is the number that decides between one and many where a language makes that difference.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def filled(self, **values: object) -> Message:
        """Return the message with these values, on top of those it has."""
        return Message(self.text, {**self.values, **values})

    def as_json(self) -> dict[str, Any]:
        """Return the message as it is stored: a sentence of today is read in either language tomorrow."""
        values = {name: _storable(value) for name, value in self.values.items()}
        return {"text": self.text, "values": values} if values else {"text": self.text}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Message:
        """Return a stored message."""
        values = {name: _stored(value) for name, value in stored.get("values", {}).items()}
        return cls(stored["text"], values)

    def __str__(self) -> str:
        """Return the sentence in Vietnamese, the language of the catalogue's keys."""
        return fill(self.text, {name: _said(value) for name, value in self.values.items()})


def fill(text: str, values: Mapping[str, object]) -> str:
    """Return the text with its values in their places; a place nothing is known for shows "…"."""
    return text.format_map(_Known(values))


def _said(value: object) -> object:
    return "\n".join(map(str, value)) if isinstance(value, list) else value


def _storable(value: object) -> object:
    if isinstance(value, Message):
        return value.as_json()
    if isinstance(value, list):
        return [_storable(one) for one in value]
    return value if isinstance(value, int | float) else str(value)


def _stored(value: object) -> object:
    if isinstance(value, list):
        return [_stored(one) for one in value]
    return Message.from_json(value) if isinstance(value, Mapping) else value


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"
