"""Báo cáo cuối ngày of a delivery office: figures by courier, and what is not delivered. A4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from labels.drawing.blocks import Block, Column, Fields, Form, Heading, Place, Signatures, Table, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.papers.parts import SIGN, Say, day, moment, page, tongue
from labels.papers.words import group_code, say_money, say_number


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


def draw(many: Sequence[DayReportData], *, language: str = "vi") -> bytes:
    """Return the reports, A4. Raises UnprintableText naming the field."""
    say = tongue(language)
    return draw_forms([_form(clean_data(data), say) for data in many], "Báo cáo cuối ngày")


def _form(data: DayReportData, say: Say) -> Form:
    counted = data.fee_counted_vnd
    difference = counted - data.fee_expected_vnd if counted is not None else 0
    closed = moment(data.closed_at, say) or say("chưa khép ngày", "not closed yet")
    blocks: list[Block] = [
        Fields(
            pairs=(
                (say("Bưu cục", "Office"), data.office),
                (say("Khép ngày", "Closed"), f"{closed}{', ' + data.closed_by if data.closed_by else ''}"),
                (say("Tiền phải thu", "Money expected"), say_money(data.fee_expected_vnd)),
                (say("Tiền đã đếm", "Money counted"), say_money(counted) if counted is not None else ""),
            ),
            columns=2,
        ),
        _couriers(data, say),
        Heading(text=say("Bưu gửi chưa phát xong", "Not delivered yet")),
    ]
    blocks.append(_still_open(data, say))
    if difference:
        blocks.append(Words(text=say("Chênh lệch tiền: ", "Difference: ") + say_money(difference), is_bold=True))
    sign = say(*SIGN)
    blocks.append(
        Signatures(
            places=(
                Place(title=say("Người lập", "Prepared by"), hint=sign, name=data.closed_by),
                Place(title=say("Thủ quỹ", "Cashier"), hint=sign),
                Place(title=say("Trưởng bưu cục", "Head of office"), hint=sign),
            )
        )
    )
    return Form(
        size="A4",
        title=say("BÁO CÁO CUỐI NGÀY", "END-OF-DAY REPORT"),
        second=day(data.day, say),
        number=f"{say('Số', 'No.')} {data.number}",
        blocks=tuple(blocks),
        copies=(f"{say('Đầu chuỗi bằng chứng', 'Chain head')} {data.chain_head[:16]}" if data.chain_head else "",),
        page=page(say),
    )


def _couriers(data: DayReportData, say: Say) -> Table:
    """Return each courier's day in figures, and the sums."""
    columns = (
        Column(heading=say("Bưu tá", "Courier"), share=5),
        *(
            Column(heading=heading, share=2, align="right")
            for heading in (
                say("Mang đi", "Loaded"),
                say("Đã phát", "Delivered"),
                say("Chưa phát được", "Failed"),
                say("Hồ sơ nhận", "Collected"),
                say("Tiền thu", "Money"),
            )
        ),
    )
    rows: list[tuple[str, ...]] = [
        (
            one.courier,
            *map(say_number, (one.loaded, one.delivered, one.failed, one.collected)),
            say_money(one.fee_vnd),
        )
        for one in data.couriers
    ]
    sums = [sum(getattr(one, name) for one in data.couriers) for name in ("loaded", "delivered", "failed", "collected")]
    fees = sum(one.fee_vnd for one in data.couriers)
    rows.append((say("Cộng", "Total"), *map(say_number, sums), say_money(fees)))
    return Table(columns=columns, rows=tuple(rows))


def _still_open(data: DayReportData, say: Say) -> Table | Words:
    """Return what left and is not delivered, or that there is none."""
    if not data.open_lines:
        return Words(text=say("Không có.", "None."))
    return Table(
        columns=(
            Column(heading=say("Số hiệu", "Item"), share=3),
            Column(heading=say("Mã hồ sơ", "Dossier"), share=3.4),
            Column(heading=say("Bưu tá", "Courier"), share=4.2),
            Column(heading=say("Đang ở đâu", "Where"), share=4),
        ),
        rows=tuple((group_code(o.s10), o.dossier_code, o.courier, o.state) for o in data.open_lines),
    )
