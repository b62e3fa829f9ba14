"""What a form is made of: fields, tables, paragraphs, boxes to tick, places to sign, codes.

Every text in a block was cleaned by the paper's data (`labels.drawing.cleaning`); `labels.drawing.flow` draws blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

from labels.drawing.text import BODY


@dataclass(frozen=True, kw_only=True)
class Fields:
    """Pairs of (heading, value), in ``columns`` columns; an empty value stays as a dotted line to fill in by hand.

    A value of several texts stands on as many lines.
    """

    pairs: tuple[tuple[str, str | tuple[str, ...]], ...]
    columns: int = 1


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table: heading, share of the width, alignment."""

    heading: str
    share: float
    align: str = "left"


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under headings; a row is as high as its longest cell, up to ``max_lines`` lines."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    max_lines: int = 2


@dataclass(frozen=True, kw_only=True)
class Words:
    """A paragraph."""

    text: str
    is_bold: bool = False
    size: float = BODY
    align: str = "left"


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading inside the form."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """Boxes to tick by hand."""

    texts: tuple[str, ...]
    size: float = BODY


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place to sign: its title, what to write or how it was signed, the name under it, the signature's picture."""

    title: str
    hint: str = ""
    name: str = ""
    picture: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Signatures:
    """Places to sign, side by side."""

    places: tuple[Place, ...]
    height: float = 24.0


@dataclass(frozen=True, kw_only=True)
class Codes:
    """A barcode with its text at the left and a QR code at the right."""

    barcode: str
    under: str
    qr: str
    side: float = 26.0


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A QR code beside the paper's head, and what it is for in a few words below."""

    qr: str
    text: str
    side: float = 26.0


Block = Fields | Table | Words | Heading | Ticks | Signatures | Codes


@dataclass(frozen=True, kw_only=True)
class Form:
    """One paper: its head, its blocks and what stands at the foot of every page.

    ``motto`` prints the national heading; ``copies`` names who keeps each copy, one copy for each. ``closer`` is how
    many steps closer and smaller it may be set rather than take a second page.
    """

    size: str
    title: str
    number: str
    blocks: tuple[Block, ...]
    issuer: str = ""
    second: str = ""
    motto: bool = False
    copies: tuple[str, ...] = ("",)
    mark: Mark | None = None
    page: str = "trang"
    closer: int = 0
