"""A form as it was sent and not taken: its fields, and what is wrong with which of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from postal import InvalidInput, Message, PostalError, errors


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One fault: the name of the field, or the words it is called by where only those are known.

    The sentence may have a place for ``{field}``: the page fills in the field's own label. ``is_plain`` says that the
    sentence tells no more than that the value cannot be used.
    """

    message: Message
    name: str = ""
    label: Message | None = None
    is_plain: bool = False


class WrongFields(InvalidInput):
    """Several values of one form that cannot be accepted; each is a ``Wrong``."""

    code = "wrong_fields"
    says = Message("Có ô chưa điền đúng.")

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.wrong = tuple(wrong)
        super().__init__(field=wrong[0].name)

    @property
    def message(self) -> Message:
        """Return the first fault's sentence, for whoever shows one alone."""
        first = self.wrong[0]
        return first.message.filled(field=first.label or first.name)


def wrong_in(refusal: PostalError) -> tuple[Wrong, ...]:
    """Return what a refusal says of the fields of the form that met it."""
    if isinstance(refusal, WrongFields):
        return refusal.wrong
    if isinstance(refusal, errors.Several):
        return tuple(wrong for one in refusal.refusals for wrong in wrong_in(one))
    sentence = refusal.says.filled(**refusal.facts)
    is_plain = refusal.code == InvalidInput.code
    if isinstance(refusal.field, Message):
        return (Wrong(message=sentence, label=refusal.field, is_plain=is_plain),)
    return (Wrong(message=sentence, name=refusal.field or "", is_plain=is_plain),)


@dataclass(frozen=True, kw_only=True)
class KeptForm:
    """What was sent to ``action`` from a page; ``heading`` says above the faults, or instead of any, what happened."""

    action: str
    fields: tuple[tuple[str, str], ...]
    heading: Message
    files: tuple[tuple[str, str], ...] = ()
    wrong: tuple[Wrong, ...] = ()

    def __repr__(self) -> str:
        # A form may hold anything about anybody: no traceback may print it.
        return "<KeptForm>"

    def values(self, name: str) -> list[str]:
        """Return everything that was sent under a name."""
        return [text for key, text in self.fields if key == name]

    def as_bytes(self) -> bytes:
        """Return the form as it is sealed."""
        wrong = [
            {
                "message": one.message.as_json(),
                "name": one.name,
                "label": one.label.as_json() if one.label else None,
                "is_plain": one.is_plain,
            }
            for one in self.wrong
        ]
        told = {
            "action": self.action,
            "fields": self.fields,
            "files": self.files,
            "heading": self.heading.as_json(),
            "wrong": wrong,
        }
        return json.dumps(told, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> KeptForm:
        """Return a form as it was sealed."""
        told: dict[str, Any] = json.loads(stored)
        return cls(
            action=told["action"],
            fields=tuple((name, text) for name, text in told["fields"]),
            files=tuple((name, text) for name, text in told["files"]),
            heading=Message.from_json(told["heading"]),
            wrong=tuple(
                Wrong(
                    message=Message.from_json(one["message"]),
                    name=one["name"],
                    label=Message.from_json(one["label"]) if one["label"] else None,
                    is_plain=one["is_plain"],
                )
                for one in told["wrong"]
            ),
        )
