"""What several papers share: people and papers on them, words of a language, parties and their signatures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from labels.drawing.blocks import Column, Fields, Place, Signatures, Table
from labels.papers.words import say_day, say_moment, say_money, say_number

Say = Callable[[str, str], str]
SIGN = ("(ký, ghi rõ họ tên)", "(signature, full name)")


@dataclass(frozen=True, kw_only=True)
class PartyData:
    """One side of a handover as it signs.

    ``signature`` is the picture of what was drawn on a screen, ``signed`` says how and when; both empty before.
    """

    title: str
    organisation: str
    full_name: str
    position: str = ""
    code: str = ""
    signed: str = ""
    signature: bytes = b""


@dataclass(frozen=True, kw_only=True)
class ContactData:
    """A sender or recipient as the law wants them on a contract: name, address, phone."""

    name: str
    address: str
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class PaperData:
    """One paper in the envelope; ``kind`` is "bản chính", "bản sao" or the like."""

    name: str
    kind: str = ""
    count: int = 1


def tongue(language: str) -> Say:
    """Return what picks the words of a language; ValueError for a language we have no words in."""
    if language not in ("vi", "en"):
        raise ValueError("papers are printed in vi or en")
    return lambda vi, en: vi if language == "vi" else en


def day(on: date | None, say: Say) -> str:
    """Return a day in words, "" for none."""
    return say(say_day(on), f"{on:%d/%m/%Y}") if on else ""


def moment(at: datetime | None, say: Say) -> str:
    """Return an instant on people's clocks in words, "" for none."""
    return say(say_moment(at), f"{at:%H:%M, %d/%m/%Y}") if at else ""


def money(amount_vnd: int, say: Say) -> str:
    """Return what is to be paid, or that nothing is."""
    return say_money(amount_vnd) if amount_vnd else say("Không thu tiền", "Nothing to pay")


def contact(contact: ContactData) -> tuple[str, ...]:
    """Return name, address and phone, each on a line of its own."""
    return (contact.name, contact.address, contact.phone)


def papers(heading: str, papers: Sequence[PaperData], say: Say) -> Table:
    """Return the table of papers in an envelope."""
    columns = (
        Column(heading=say("STT", "No."), share=1),
        Column(heading=heading, share=9),
        Column(heading=say("Loại", "Kind"), share=3),
        Column(heading=say("Số bản", "Copies"), share=2, align="right"),
    )
    rows = tuple((str(n), p.name, p.kind or "–", say_number(p.count)) for n, p in enumerate(papers, start=1))
    return Table(columns=columns, rows=rows, max_lines=3)


def parties(giver: PartyData, receiver: PartyData, say: Say) -> Fields:
    """Return who gives and who receives."""
    return Fields(pairs=((giver.title, party(giver, say)), (receiver.title, party(receiver, say))))


def party(one: PartyData, say: Say) -> str:
    """Return a side's name, position, code and organisation in one line."""
    code = f"{say('mã', 'code')} {one.code}" if one.code else ""
    return ", ".join(part for part in (one.full_name, one.position, code, one.organisation) if part)


def page(say: Say) -> str:
    """Return the word for a page at the foot of a form."""
    return say("trang", "page")


def both_sign(giver: PartyData, receiver: PartyData, say: Say) -> Signatures:
    """Return the two places to sign."""
    return Signatures(places=(signs(giver, say), signs(receiver, say)))


def signs(party: PartyData, say: Say) -> Place:
    """Return where a side signs, or has signed."""
    return Place(title=party.title, hint=party.signed or say(*SIGN), name=party.full_name, picture=party.signature)


def two(say: Say, digest: str) -> tuple[str, str]:
    """Return who keeps each of two copies, with the mark of the list."""
    mark = f". {say('Mã danh sách', 'List')} {digest[:16]}" if digest else ""
    return (
        say("Bản 1: bên giao giữ", "Copy 1: giver") + mark,
        say("Bản 2: bên nhận giữ", "Copy 2: receiver") + mark,
    )
