"""Báo cáo cuối ngày of a delivery office: figures by courier, and what is not delivered. A4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from labels.drawing.blocks import Block, Column, Fields, Form, Heading, Place, Signatures, Table, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.papers.parts import by_hand, day, moment, page
from labels.papers.speech import VIETNAMESE, Speech
from labels.papers.words import group_code


@dataclass(frozen=True, kw_only=True)
class OpenLine:
    """One item that is not accounted for by a delivery: kept, missing, coming back."""

    s10: str
    dossier_code: str
    courier: str
    state: str


@dataclass(frozen=True, kw_only=True)
class CourierDay:
    """One courier's day in figures."""

    courier: str
    loaded: int
    delivered: int
    failed: int
    collected: int
    fee_vnd: int


@dataclass(frozen=True, kw_only=True)
class DayReportData:
    """Báo cáo cuối ngày of one delivery office: everything that left is delivered, back, kept or missing.

    ``fee_counted_vnd`` None leaves a line for the cashier to write on.
    """

    number: str
    day: date
    office: str
    closed_at: datetime | None
    closed_by: str
    couriers: tuple[CourierDay, ...]
    open_lines: tuple[OpenLine, ...]
    fee_expected_vnd: int
    fee_counted_vnd: int | None
    chain_head: str = ""


def draw(many: Sequence[DayReportData], *, say: Speech = VIETNAMESE) -> bytes:
    """Return the reports, A4. Raises UnprintableText naming the field."""
    return draw_forms([_form(clean_data(data), say) for data in many], say("Báo cáo cuối ngày"))


def _form(data: DayReportData, say: Speech) -> Form:
    counted = data.fee_counted_vnd
    difference = counted - data.fee_expected_vnd if counted is not None else 0
    closed = moment(data.closed_at, say) or say("chưa khép ngày")
    blocks: list[Block] = [
        Fields(
            pairs=(
                (say("Bưu cục"), data.office),
                (say("Khép ngày"), f"{closed}{', ' + data.closed_by if data.closed_by else ''}"),
                (say("Tiền phải thu"), say.money(data.fee_expected_vnd)),
                (say("Tiền đã đếm"), say.money(counted) if counted is not None else ""),
            ),
            columns=2,
        ),
        _couriers(data, say),
        Heading(text=say("Bưu gửi chưa phát xong")),
    ]
    blocks.append(_still_open(data, say))
    if difference:
        blocks.append(Words(text=say("Chênh lệch tiền: {amount}", amount=say.money(difference)), is_bold=True))
    sign = by_hand(say)
    blocks.append(
        Signatures(
            places=(
                Place(title=say("Người lập"), hint=sign, name=data.closed_by),
                Place(title=say("Thủ quỹ"), hint=sign),
                Place(title=say("Trưởng bưu cục"), hint=sign),
            )
        )
    )
    return Form(
        size="A4",
        title=say("BÁO CÁO CUỐI NGÀY"),
        second=day(data.day, say),
        number=say("Số {number}", number=data.number),
        blocks=tuple(blocks),
        copies=(say("Đầu chuỗi bằng chứng {head}", head=data.chain_head[:16]) if data.chain_head else "",),
        page=page(say),
    )


def _couriers(data: DayReportData, say: Speech) -> Table:
    """Return each courier's day in figures, and the sums."""
    columns = (
        Column(heading=say("Bưu tá"), share=5),
        *(
            Column(heading=heading, share=2, align="right")
            for heading in (
                say("Mang đi"),
                say("Đã phát"),
                say("Chưa phát được"),
                say("Hồ sơ nhận"),
                say("Tiền thu"),
            )
        ),
    )
    rows: list[tuple[str, ...]] = [
        (
            one.courier,
            *map(say.number, (one.loaded, one.delivered, one.failed, one.collected)),
            say.money(one.fee_vnd),
        )
        for one in data.couriers
    ]
    sums = [sum(getattr(one, name) for one in data.couriers) for name in ("loaded", "delivered", "failed", "collected")]
    fees = sum(one.fee_vnd for one in data.couriers)
    rows.append((say("Cộng"), *map(say.number, sums), say.money(fees)))
    return Table(columns=columns, rows=tuple(rows))


def _still_open(data: DayReportData, say: Speech) -> Table | Words:
    """Return what left and is not delivered, or that there is none."""
    if not data.open_lines:
        return Words(text=say("Không có."))
    return Table(
        columns=(
            Column(heading=say("Số hiệu"), share=3),
            Column(heading=say("Mã hồ sơ"), share=3.4),
            Column(heading=say("Bưu tá"), share=4.2),
            Column(heading=say("Đang ở đâu"), share=4),
        ),
        rows=tuple((group_code(o.s10), o.dossier_code, o.courier, o.state) for o in data.open_lines),
    )
