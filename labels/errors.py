"""Expected refusals of printing: stable codes, a sentence in both languages."""

from __future__ import annotations


class LabelError(Exception):
    """An expected refusal; ``field`` names what cannot be printed, never its content."""

    code = "label_error"
    vi = "Không in được."
    en = "This cannot be printed."
    field: str | None = None


class UnprintableText(LabelError):
    """A text with a letter the embedded font lacks: one item stops, the rest prints."""

    code = "unprintable_text"

    def __init__(self, field: str, position: int) -> None:
        self.field, self.position = field, position
        self.vi = f"{field}: ký tự thứ {position + 1} không in được bằng phông chữ của nhãn. Hỏi lại cách viết."
        self.en = f"{field}: character {position + 1} is not in the label's font. Ask how it is written."
        super().__init__(f"{self.code}: {field} at {position}")


class TextTooLong(LabelError):
    """A text that does not fit its place even in the smallest type and may not be shortened."""

    code = "text_too_long"

    def __init__(self, field: str) -> None:
        self.field = field
        self.vi = f"{field}: quá dài, không in vừa."
        self.en = f"{field}: too long to be printed."
        super().__init__(f"{self.code}: {field}")
