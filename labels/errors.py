"""Expected refusals of printing: stable codes, a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Message:
    """A sentence in Vietnamese with {named} places, and what goes into them; who shows it translates it."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)


class LabelError(Exception):
    """An expected refusal; ``field`` names what cannot be printed, never its content."""

    code = "label_error"
    message = Message("Không in được.")
    field: str | None = None


class UnprintableText(LabelError):
    """A text with a letter the embedded font lacks: one item stops, the rest prints."""

    code = "unprintable_text"

    def __init__(self, field: str, position: int) -> None:
        self.field, self.position = field, position
        says = Message("{field}: ký tự thứ {position} không in được bằng phông chữ của nhãn. Hỏi lại cách viết.")
        self.message = replace(says, values={"field": field, "position": position + 1})
        super().__init__(f"{self.code}: {field} at {position}")


class TextTooLong(LabelError):
    """A text that does not fit its place even in the smallest type and may not be shortened."""

    code = "text_too_long"

    def __init__(self, field: str) -> None:
        self.field = field
        self.message = replace(Message("{field}: quá dài, không in vừa."), values={"field": field})
        super().__init__(f"{self.code}: {field}")
