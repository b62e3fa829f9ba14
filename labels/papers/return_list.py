"""Bảng kê bưu gửi chuyển hoàn: what goes back undelivered to one agency, and why. A4, two copies."""

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
class ReturnLine:
    """One undelivered item on its way back to its agency."""

    position: int
    s10: str
    dossier_code: str
    reason: str
    attempts: str
    n_documents: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ReturnListData:
    """Bảng kê bưu gửi chuyển hoàn: what goes back to one agency, and why."""

    number: str
    at: datetime
    office: str
    agency: str
    giver: PartyData
    receiver: PartyData
    lines: tuple[ReturnLine, ...]
    digest: str = ""


def draw(many: Sequence[ReturnListData], *, say: Speech = VIETNAMESE) -> bytes:
    """Return the lists, A4, two copies of each. Raises UnprintableText naming the field."""
    return draw_forms([_form(clean_data(data), say) for data in many], say("Bảng kê bưu gửi chuyển hoàn"))


def _form(data: ReturnListData, say: Speech) -> Form:
    columns = (
        Column(heading=say("STT"), share=1),
        Column(heading=say("Số hiệu"), share=3.4),
        Column(heading=say("Mã hồ sơ"), share=4),
        Column(heading=say("Lý do"), share=5),
        Column(heading=say("Các lần phát"), share=4),
        Column(heading=say("Tài liệu"), share=1.5, align="right"),
    )
    rows = tuple(
        (
            str(line.position),
            group_code(line.s10),
            line.dossier_code,
            f"{line.reason} {line.note}".strip(),
            line.attempts or "–",
            say.number(line.n_documents),
        )
        for line in data.lines
    )
    count = len(data.lines)
    total = say(
        "Tổng số: {number} bưu gửi (bằng chữ: {words}), còn nguyên niêm phong.",
        number=say.number(count),
        words=say.in_words(count),
    )
    blocks = (
        Words(text=f"{data.office} – {data.agency}. {moment(data.at, say)}."),
        parties(data.giver, data.receiver, say),
        Table(columns=columns, rows=rows),
        Words(text=total, is_bold=True),
        both_sign(data.giver, data.receiver, say),
    )
    return Form(
        size="A4",
        title=say("BẢNG KÊ BƯU GỬI CHUYỂN HOÀN"),
        second=say("Trả lại cơ quan gửi"),
        number=say("Số {number}", number=data.number),
        blocks=blocks,
        copies=two(say, data.digest),
        page=page(say),
    )
