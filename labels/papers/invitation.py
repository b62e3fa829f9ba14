"""Giấy mời nhận bưu gửi, the first or second invitation: Luật Bưu chính Đ17.1.d. A6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from labels.drawing.blocks import Block, Codes, Fields, Form, Ticks, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.drawing.text import SMALL
from labels.papers.parts import PaperData, page
from labels.papers.speech import VIETNAMESE, Speech
from labels.papers.words import group_code


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


def draw(cards: Sequence[InvitationData], *, say: Speech = VIETNAMESE) -> bytes:
    """Return giấy mời nhận bưu gửi, A6, one a page: nothing on it says what the envelope holds."""
    return draw_forms([_invitation(clean_data(card), say) for card in cards], say("Giấy mời nhận bưu gửi"))


def _invitation(card: InvitationData, say: Speech) -> Form:
    came = say("Bưu tá đã đến lúc {time}. {reason}.", time=say.moment(card.tried_at), reason=card.reason)
    where = ", ".join(part for part in (card.office_name, card.office_address, card.office_hours) if part) + "."
    phone = say("Điện thoại bưu cục: {phone}.", phone=card.office_phone) if card.office_phone else ""
    kept = say("Giữ đến hết {day}.", day=say.day(card.keep_until)) if card.keep_until else ""
    bring = [
        say("CCCD, hộ chiếu hoặc VNeID của người nhận"),
        say("Nếu nhận thay: giấy ủy quyền và giấy tờ tùy thân của người được ủy quyền"),
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
        Words(text=say("Nhận tại bưu cục: {where}", where=where), size=SMALL),
        *([Words(text=f"{kept} {phone}".strip(), size=SMALL)] if kept or phone else []),
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


def _asks_no_more(card: InvitationData, say: Speech) -> str:
    """Return what a false courier hopes nobody knows: the amount due, and that none is asked in advance."""
    if card.fee_vnd:
        return say("Bưu tá chỉ thu {amount}, không đòi chuyển khoản trước.", amount=say.money(card.fee_vnd))
    return say("Bưu tá không thu tiền nào, không đòi chuyển khoản trước.")
