"""A page of ours as a tree of elements that know where they stand in its text, so that a form in it can be filled.

The text itself is never written anew: who changes something replaces single start tags. It reads what our templates
write, no foreign markup.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass(eq=False)
class Element:
    """A tag, its attributes, and where its start tag (``start``, ``end``) and its end tag (``closes``) stand."""

    tag: str
    attributes: dict[str, str]
    start: int
    end: int
    parent: Element | None = None
    closes: int = -1
    inside: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return an attribute, "" where there is none."""
        return self.attributes.get(name, "")

    def has(self, name: str) -> bool:
        """Say whether an attribute is there, with a value or without."""
        return name in self.attributes

    def above(self) -> Iterator[Element]:
        """Yield what it stands in, the nearest first."""
        one = self.parent
        while one is not None:
            yield one
            one = one.parent

    def below(self) -> Iterator[Element]:
        """Yield every element in it, in order."""
        for one in self.inside:
            if isinstance(one, Element):
                yield one
                yield from one.below()

    def text(self) -> str:
        """Return the words in it, without those of choices."""
        parts = [one if isinstance(one, str) else one.text() for one in self.inside if _is_said(one)]
        return " ".join("".join(parts).split())

    def with_attributes(self, **changed: str | None) -> str:
        """Return its start tag with these attributes, None for one that goes."""
        kept = {**self.attributes, **{name.replace("_", "-"): value for name, value in changed.items()}}
        said = "".join(
            f' {name}="{html.escape(value)}"' if value else f" {name}"
            for name, value in kept.items()
            if value is not None
        )
        return f"<{self.tag}{said}>"


def _is_said(one: Element | str) -> bool:
    return isinstance(one, str) or one.tag not in ("select", "textarea")


def read_page(text: str) -> Element:
    """Return the root of a page."""
    reader = _Reader(text)
    reader.feed(text)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.root = Element("", {}, 0, 0)
        self._open = [self.root]
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        start = self._at()
        told = {name: value or "" for name, value in attrs}
        made = Element(tag, told, start, start + len(self.get_starttag_text() or ""), self._open[-1])
        self._open[-1].inside.append(made)
        if tag not in _VOID:
            self._open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself, as in a drawing."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and what was left open in it."""
        if any(one.tag == tag for one in self._open[1:]):
            while True:
                closed = self._open.pop()
                closed.closes = self._at()
                if closed.tag == tag:
                    break

    def handle_data(self, data: str) -> None:
        """Note words."""
        self._open[-1].inside.append(data)

    def handle_entityref(self, name: str) -> None:
        """Note a letter written by its name."""
        self._open[-1].inside.append(html.unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        """Note a letter written by its number."""
        self._open[-1].inside.append(html.unescape(f"&#{name};"))

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
