"""What several papers share: people and papers on them, words of a language, parties and their signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from labels.drawing.blocks import Column, Fields, Place, Signatures, Table
from labels.papers.speech import Speech


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


def day(on: date | None, say: Speech) -> str:
    """Return a day in words, "" for none."""
    return say.day(on) if on else ""


def moment(at: datetime | None, say: Speech) -> str:
    """Return an instant on people's clocks in words, "" for none."""
    return say.moment(at) if at else ""


def money(amount_vnd: int, say: Speech) -> str:
    """Return what is to be paid, or that nothing is."""
    return say.money(amount_vnd) if amount_vnd else say("Không thu tiền")


def contact(contact: ContactData) -> tuple[str, ...]:
    """Return name, address and phone, each on a line of its own."""
    return (contact.name, contact.address, contact.phone)


def papers(heading: str, papers: Sequence[PaperData], say: Speech) -> Table:
    """Return the table of papers in an envelope."""
    columns = (
        Column(heading=say("STT"), share=1),
        Column(heading=heading, share=9),
        Column(heading=say("Loại"), share=3),
        Column(heading=say("Số bản"), share=2, align="right"),
    )
    rows = tuple((str(n), p.name, p.kind or "–", say.number(p.count)) for n, p in enumerate(papers, start=1))
    return Table(columns=columns, rows=rows, max_lines=3)


def parties(giver: PartyData, receiver: PartyData, say: Speech) -> Fields:
    """Return who gives and who receives."""
    return Fields(pairs=((giver.title, party(giver, say)), (receiver.title, party(receiver, say))))


def party(one: PartyData, say: Speech) -> str:
    """Return a side's name, position, code and organisation in one line."""
    code = say("mã {code}", code=one.code) if one.code else ""
    return ", ".join(part for part in (one.full_name, one.position, code, one.organisation) if part)


def page(say: Speech) -> str:
    """Return the word for a page at the foot of a form."""
    return say("trang")


def both_sign(giver: PartyData, receiver: PartyData, say: Speech) -> Signatures:
    """Return the two places to sign."""
    return Signatures(places=(signs(giver, say), signs(receiver, say)))


def by_hand(say: Speech) -> str:
    """Return what to do at a place to sign."""
    return say("(ký, ghi rõ họ tên)")


def signs(party: PartyData, say: Speech) -> Place:
    """Return where a side signs, or has signed."""
    return Place(title=party.title, hint=party.signed or by_hand(say), name=party.full_name, picture=party.signature)


def two(say: Speech, digest: str) -> tuple[str, str]:
    """Return who keeps each of two copies, with the mark of the list."""
    mark = [say("Mã danh sách {digest}", digest=digest[:16])] if digest else []
    return ". ".join([say("Bản 1: bên giao giữ"), *mark]), ". ".join([say("Bản 2: bên nhận giữ"), *mark])
