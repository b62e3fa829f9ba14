"""Giấy mời nhận bưu gửi: printed for a try that failed, or blank and numbered, filled in at the door. A6.

The first and second invitation of Luật Bưu chính Đ17.1.d.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from labels.drawing.blocks import Block, Codes, Fields, Form, Mark, Ticks, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.drawing.text import SMALL
from labels.papers.parts import PaperData, page
from labels.papers.speech import VIETNAMESE, Speech
from labels.papers.words import group_code

# Dotted places to write by hand: a number, a day, a few words.
_SHORT = "…" * 5
_DAY = f"{_SHORT}/{_SHORT}/{_SHORT}…"
_LONG = "…" * 40


@dataclass(frozen=True, kw_only=True)
class InvitationData:
    """Giấy mời nhận bưu gửi, the first or second invitation (Luật Bưu chính Đ17.1.d)."""

    s10: str
    invitation: int
    recipient_name: str
    sender_name: str
    tried_at: datetime
    reason: str
    next_try: str
    office_name: str
    office_address: str
    office_hours: str
    office_phone: str
    keep_until: date | None
    fee_vnd: int
    token_url: str
    take_back: tuple[PaperData, ...] = ()
    courier_code: str = ""
    warning: str = ""


@dataclass(frozen=True, kw_only=True)
class BlankCardData:
    """A blank giấy mời that a courier takes along: whoever it is for, when and why are written at the door.

    ``reasons`` are boxes to tick; ``track_url`` is the public page of the square code, ``track_address`` the same
    as it is typed.
    """

    serial: str
    courier_code: str
    office_name: str
    office_address: str
    office_hours: str
    office_phone: str
    reasons: tuple[str, ...]
    track_url: str
    track_address: str
    warning: str = ""


def draw(cards: Sequence[InvitationData], *, say: Speech = VIETNAMESE) -> bytes:
    """Return giấy mời nhận bưu gửi, A6, one a page: nothing on it says what the envelope holds."""
    return draw_forms([_invitation(clean_data(card), say) for card in cards], say("Giấy mời nhận bưu gửi"))


def draw_blank(cards: Sequence[BlankCardData], *, say: Speech = VIETNAMESE) -> bytes:
    """Return blank numbered cards, A6, one a page: nobody's name is on them."""
    return draw_forms([_blank(clean_data(card), say) for card in cards], say("Giấy mời nhận bưu gửi"))


def _invitation(card: InvitationData, say: Speech) -> Form:
    came = say("Bưu tá đã đến lúc {time}. {reason}.", time=say.moment(card.tried_at), reason=card.reason)
    kept = say("Giữ đến hết {day}.", day=say.day(card.keep_until)) if card.keep_until else ""
    bring = [
        *_identity(say),
        *(say("Giấy tờ nộp lại: {paper}", paper=paper.name) for paper in card.take_back),
        *([say("Tiền: {amount}", amount=say.money(card.fee_vnd))] if card.fee_vnd else []),
    ]
    blocks: tuple[Block, ...] = (
        Codes(barcode=card.s10, under=group_code(card.s10), qr=card.token_url),
        Fields(
            pairs=(
                (say("Kính gửi"), card.recipient_name),
                (say("Người gửi"), card.sender_name),
            )
        ),
        Words(text=came, size=SMALL),
        Words(text=card.next_try, is_bold=True, size=SMALL),
        *_at_office(card, kept, say),
        Words(text=say("Mang theo"), is_bold=True, size=SMALL),
        Ticks(texts=tuple(bring), size=SMALL),
        Words(text=say("Quét mã vuông để xem bưu gửi đang ở đâu, và người đến có đúng là bưu tá."), size=SMALL),
        Words(text=_asks_no_more(card, say), is_bold=True, size=SMALL),
    )
    return Form(
        size="A6",
        title=say("GIẤY MỜI NHẬN BƯU GỬI"),
        number=say("Mời lần thứ nhất") if card.invitation < 2 else say("Mời lần thứ hai"),
        blocks=blocks,
        page=page(say),
        closer=3,
    )


def _blank(card: BlankCardData, say: Speech) -> Form:
    came = say(
        "Bưu tá {code} đã đến lúc {hour} giờ {minute} ngày {day}",
        code=card.courier_code,
        hour=_SHORT,
        minute=_SHORT,
        day=_DAY,
    )
    follows = (say("Bưu tá đến lại từ {day}.", day=_DAY), say("Mời đến bưu cục nhận, hạn cuối {day}.", day=_DAY))
    bring = (*_identity(say), say("Giấy tờ nộp lại: {paper}", paper=_LONG), say("Tiền: {amount}", amount=_LONG))
    blocks: tuple[Block, ...] = (
        Fields(pairs=((say("Số bưu gửi (S10)"), ""), (say("Kính gửi"), ""))),
        Words(text=came, size=SMALL),
        Ticks(texts=card.reasons, size=SMALL),
        Ticks(texts=follows),
        *_at_office(card, "", say),
        Words(text=say("Mang theo"), is_bold=True, size=SMALL),
        Ticks(texts=bring, size=SMALL),
        Words(
            text=say("Xem bưu gửi đang ở đâu: quét mã vuông hoặc mở {address}.", address=card.track_address), size=SMALL
        ),
        *([Words(text=card.warning, is_bold=True, size=SMALL)] if card.warning else []),
    )
    return Form(
        size="A6",
        title=say("GIẤY MỜI NHẬN BƯU GỬI"),
        number=say("Số {number}", number=card.serial),
        blocks=blocks,
        mark=Mark(qr=card.track_url, text=say("Tra cứu bưu gửi")),
        page=page(say),
        closer=3,
    )


def _identity(say: Speech) -> tuple[str, str]:
    """Return the papers that whoever comes to the office brings."""
    return (
        say("CCCD, hộ chiếu hoặc VNeID của người nhận"),
        say("Nếu nhận thay: giấy ủy quyền và giấy tờ tùy thân của người được ủy quyền"),
    )


def _at_office(card: InvitationData | BlankCardData, kept: str, say: Speech) -> list[Words]:
    """Return where and until when it can be fetched, and the office's telephone."""
    where = ", ".join(part for part in (card.office_name, card.office_address, card.office_hours) if part) + "."
    phone = say("Điện thoại bưu cục: {phone}.", phone=card.office_phone) if card.office_phone else ""
    told = [say("Nhận tại bưu cục: {where}", where=where), f"{kept} {phone}".strip()]
    return [Words(text=words, size=SMALL) for words in told if words]


def _asks_no_more(card: InvitationData, say: Speech) -> str:
    """Return what a false courier hopes nobody knows: the amount due, and that none is asked in advance."""
    due = (
        say("Bưu tá chỉ thu {amount}.", amount=say.money(card.fee_vnd))
        if card.fee_vnd
        else say("Bưu tá không thu tiền nào.")
    )
    return f"{due} {card.warning}".strip()
