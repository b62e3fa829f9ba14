"""Giấy mời nhận bưu gửi, the first or second invitation: Luật Bưu chính Đ17.1.d. A6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from labels.drawing.blocks import Block, Codes, Fields, Form, Ticks, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.drawing.text import SMALL
from labels.papers.parts import PaperData, Say, day, moment, page, tongue
from labels.papers.words import group_code, in_words, say_money

_BRING = (
    (
        "CCCD, hộ chiếu hoặc VNeID của người nhận",
        "Recipient's identity card, passport or VNeID",
    ),
    (
        "Nếu nhận thay: giấy ủy quyền và giấy tờ tùy thân của người được ủy quyền",
        "If somebody else receives: written authorisation and their own identity card",
    ),
)


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


def draw(cards: Sequence[InvitationData], *, language: str = "vi") -> bytes:
    """Return giấy mời nhận bưu gửi, A6, one a page: nothing on it says what the envelope holds."""
    say = tongue(language)
    return draw_forms([_invitation(clean_data(card), say) for card in cards], "Giấy mời nhận bưu gửi")


def _invitation(card: InvitationData, say: Say) -> Form:
    came = say(
        f"Bưu tá đã đến lúc {moment(card.tried_at, say)}. {card.reason}.",
        f"The courier came at {card.tried_at:%H:%M %d/%m/%Y}. {card.reason}.",
    )
    where = ", ".join(part for part in (card.office_name, card.office_address, card.office_hours) if part) + "."
    phone = (
        say(f"Điện thoại bưu cục: {card.office_phone}.", f"Phone: {card.office_phone}.") if card.office_phone else ""
    )
    keep = day(card.keep_until, say)
    kept = say(f"Giữ đến hết {keep}.", f"Kept until {keep}.") if keep else ""
    bring = [say(*one) for one in _BRING]
    bring += [say(f"Giấy tờ nộp lại: {p.name}", f"Hand back: {p.name}") for p in card.take_back]
    bring += [say(f"Tiền: {say_money(card.fee_vnd)}", f"Money: {say_money(card.fee_vnd)}")] if card.fee_vnd else []
    blocks: tuple[Block, ...] = (
        Codes(barcode=card.s10, under=group_code(card.s10), qr=card.token_url),
        Fields(
            pairs=(
                (say("Kính gửi", "To"), card.recipient_name),
                (say("Người gửi", "Sender"), card.sender_name),
            )
        ),
        Words(text=came, size=SMALL),
        Words(text=card.next_try, is_bold=True, size=SMALL),
        Words(text=say(f"Nhận tại bưu cục: {where}", f"At the post office: {where}"), size=SMALL),
        *([Words(text=f"{kept} {phone}".strip(), size=SMALL)] if kept or phone else []),
        Words(text=say("Mang theo", "Bring"), is_bold=True, size=SMALL),
        Ticks(texts=tuple(bring), size=SMALL),
        Words(text=say("Quét mã vuông để xem bưu gửi đang ở đâu.", "Scan the square code to follow it."), size=SMALL),
    )
    return Form(
        size="A6",
        title=say("GIẤY MỜI NHẬN BƯU GỬI", "INVITATION TO COLLECT"),
        number=say(f"Mời lần thứ {in_words(card.invitation)}", f"Invitation no. {card.invitation}"),
        blocks=blocks,
        page=page(say),
        closer=3,
    )
