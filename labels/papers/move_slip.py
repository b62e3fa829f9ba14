"""Phiếu chuyển điểm: what passes from one courier to another in the middle of their rounds. A4, two copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from labels.drawing.blocks import Column, Form, Table, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.papers.parts import PartyData, both_sign, moment, page, parties, two
from labels.papers.speech import VIETNAMESE, Speech
from labels.papers.words import group_code


@dataclass(frozen=True, kw_only=True)
class MoveLine:
    """One piece that changes hands; ``position`` is its number on the slip, ``stop`` that of its stop till now."""

    position: int
    s10: str
    dossier_code: str
    recipient: str
    commune: str
    stop: int
    fee_vnd: int = 0
    has_take_back: bool = False


@dataclass(frozen=True, kw_only=True)
class MoveSlipData:
    """Phiếu chuyển điểm of one move: who gives, who takes, and each piece."""

    number: str
    at: datetime
    from_round: int
    to_round: int
    reason: str
    giver: PartyData
    receiver: PartyData
    lines: tuple[MoveLine, ...]


def draw(many: Sequence[MoveSlipData], *, say: Speech = VIETNAMESE) -> bytes:
    """Return the slips, A4, two copies of each. Raises UnprintableText naming the field."""
    return draw_forms([_form(clean_data(data), say) for data in many], say("Phiếu chuyển điểm"))


def _form(data: MoveSlipData, say: Speech) -> Form:
    columns = (
        Column(heading=say("STT"), share=1),
        Column(heading=say("Số hiệu"), share=3.4),
        Column(heading=say("Mã hồ sơ"), share=3.5),
        Column(heading=say("Người nhận"), share=3.5),
        Column(heading=say("Xã, phường"), share=3.2),
        Column(heading=say("Điểm"), share=1.2, align="right"),
        Column(heading=say("Thu"), share=2, align="right"),
        Column(heading=say("Có"), share=1),
    )
    rows = tuple(_row(line, say) for line in data.lines)
    count = len(data.lines)
    total = say(
        "Tổng số: {number} bưu gửi (bằng chữ: {words}), còn nguyên niêm phong.",
        number=say.number(count),
        words=say.in_words(count),
    )
    which = say("Chuyến {giver} sang chuyến {taker}", giver=data.from_round, taker=data.to_round)
    why = say("Lý do: {reason}", reason=data.reason)
    blocks = (
        Words(text=f"{which}. {moment(data.at, say)}. {why}"),
        parties(data.giver, data.receiver, say),
        Table(columns=columns, rows=rows),
        Words(text=total, is_bold=True),
        Words(text=say("Đánh dấu ô Có khi đã trao tận tay. Chưa ký đủ hai bên thì người giao vẫn giữ.")),
        both_sign(data.giver, data.receiver, say),
    )
    return Form(
        size="A4",
        title=say("PHIẾU CHUYỂN ĐIỂM"),
        second=say("Giữa hai bưu tá đang đi phát"),
        number=say("Số {number}", number=data.number),
        blocks=blocks,
        copies=two(say, ""),
        page=page(say),
    )


def _row(line: MoveLine, say: Speech) -> tuple[str, ...]:
    to_take = (
        say.money(line.fee_vnd) if line.fee_vnd else "",
        say("thu hồi giấy tờ") if line.has_take_back else "",
    )
    return (
        str(line.position),
        group_code(line.s10),
        line.dossier_code,
        line.recipient,
        line.commune,
        say.number(line.stop),
        " ".join(part for part in to_take if part) or "–",
        "[    ]",
    )
