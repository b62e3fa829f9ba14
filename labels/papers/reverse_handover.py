"""Biên bản bàn giao giấy tờ thu hồi và tiền thu hộ: from the post back to an agency. A4, two copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from labels.drawing.blocks import Block, Column, Form, Mark, Table, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.papers.parts import PartyData, both_sign, moment, parties, two
from labels.papers.speech import VIETNAMESE
from labels.papers.words import group_code, in_words, say_money, say_number


@dataclass(frozen=True, kw_only=True)
class ReturnedPaperLine:
    """One dossier of a reverse handover: papers taken back and money collected."""

    position: int
    s10: str
    dossier_code: str
    papers: str = ""
    fee_vnd: int = 0
    fee_receipt: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ReverseHandoverData:
    """Biên bản bàn giao giấy tờ thu hồi và tiền thu hộ: from the post back to the agency.

    ``code`` is what the signed square code says, ``missing`` the items whose papers or money were not on the table.
    """

    number: str
    at: datetime
    place: str
    giver: PartyData
    receiver: PartyData
    lines: tuple[ReturnedPaperLine, ...]
    n_papers: int
    fee_total_vnd: int
    digest: str
    code: str = ""
    missing: tuple[str, ...] = ()


def draw(many: Sequence[ReverseHandoverData]) -> bytes:
    """Return the minutes, A4, two copies of each. Raises UnprintableText naming the field."""
    return draw_forms([_form(clean_data(data)) for data in many], "Biên bản bàn giao giấy tờ thu hồi")


def _form(data: ReverseHandoverData) -> Form:
    columns = (
        Column(heading="STT", share=1),
        Column(heading="Số hiệu", share=3.4),
        Column(heading="Mã hồ sơ", share=4),
        Column(heading="Giấy tờ thu hồi", share=5),
        Column(heading="Tiền thu hộ", share=2.4, align="right"),
        Column(heading="Biên lai", share=2.2),
    )
    rows = tuple(
        (
            str(line.position),
            group_code(line.s10),
            line.dossier_code,
            line.papers or "–",
            say_money(line.fee_vnd) if line.fee_vnd else "–",
            line.fee_receipt or "–",
        )
        for line in data.lines
    )
    blocks = (
        Words(text=f"Lúc {moment(data.at, VIETNAMESE)}, {data.place}."),
        parties(data.giver, data.receiver, VIETNAMESE),
        Table(columns=columns, rows=rows),
        Words(text=_given_back_in_all(data), is_bold=True),
        *_missing(data),
        both_sign(data.giver, data.receiver, VIETNAMESE),
    )
    return Form(
        size="A4",
        motto=True,
        title="BIÊN BẢN BÀN GIAO GIẤY TỜ THU HỒI VÀ TIỀN THU HỘ",
        number=f"Số {data.number}",
        blocks=blocks,
        copies=two(VIETNAMESE, data.digest),
        mark=_signature_code(data),
    )


def _given_back_in_all(data: ReverseHandoverData) -> str:
    """Return the sums in figures and in words; as the law reads them."""
    n_papers, fees = in_words(data.n_papers), in_words(data.fee_total_vnd)
    return (
        f"Tổng số: {say_number(data.n_papers)} giấy tờ (bằng chữ: {n_papers}), {say_money(data.fee_total_vnd)} "
        f"(bằng chữ: {fees} đồng)."
    )


def _signature_code(data: ReverseHandoverData) -> Mark | None:
    words = "Chữ ký số của biên bản"
    return Mark(qr=data.code, text=words, side=36) if data.code else None


def _missing(data: ReverseHandoverData) -> list[Block]:
    """Name what is owed and was not on the table: it stays owed."""
    if not data.missing:
        return []
    codes = ", ".join(group_code(code) for code in data.missing)
    return [Words(text=f"Còn thiếu, sẽ giao sau: {codes}.")]
