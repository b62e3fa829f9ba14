"""Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết: mẫu 04, TT 03/2025/TT-VPCP; NĐ 61/2018 Đ19.9. A5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from labels.drawing.blocks import Fields, Form, Place, Signatures, Words
from labels.drawing.cleaning import clean_data
from labels.drawing.flow import draw_forms
from labels.papers.words import say_day


@dataclass(frozen=True, kw_only=True)
class ApologyLetterData:
    """Văn bản xin lỗi và đề nghị gia hạn, mẫu 04 (TT 03/2025/TT-VPCP); re-appointed at most once."""

    number: str
    place: str
    signed_on: date
    agency: str
    addressee: str
    dossier_code: str
    received_on: date | None
    due_on: date
    reason: str
    new_due_on: date
    contact: str
    signer_title: str
    signer_name: str
    procedure: str = ""


def draw(many: Sequence[ApologyLetterData]) -> bytes:
    """Return the letters, A5. Raises UnprintableText; ValueError where the new day does not come after the old one."""
    return draw_forms([_form(clean_data(data)) for data in many], "Văn bản xin lỗi")


def _form(data: ApologyLetterData) -> Form:
    if data.new_due_on <= data.due_on:
        raise ValueError("the new day must come after the day that was promised")
    received = say_day(data.received_on) if data.received_on else ""
    about = data.dossier_code + (f" ({data.procedure})" if data.procedure else "")
    blocks = (
        Words(text=f"Kính gửi: {data.addressee}", is_bold=True),
        Words(
            text=f"{data.agency} đã tiếp nhận hồ sơ {about}{', ' + received if received else ''}, hẹn trả kết quả "
            f"{say_day(data.due_on)}."
        ),
        Words(text=f"Đến nay hồ sơ chưa giải quyết xong. Lý do: {data.reason}"),
        Words(
            text=f"{data.agency} xin lỗi vì sự chậm trễ này và đề nghị gia hạn; kết quả sẽ được trả "
            f"{say_day(data.new_due_on)}. Việc hẹn lại chỉ thực hiện một lần.",
            is_bold=True,
        ),
        Fields(pairs=(("Liên hệ", data.contact),)),
        Words(text=_place_and_day(data.place, data.signed_on), align="right"),
        Signatures(
            places=(
                Place(title=""),
                Place(title=data.signer_title, hint="(ký, đóng dấu)", name=data.signer_name),
            )
        ),
    )
    return Form(
        size="A5",
        motto=True,
        issuer=data.agency,
        title="VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN",
        second="thời gian giải quyết hồ sơ",
        number=f"Số {data.number or '……………'} · Mẫu số 04",
        blocks=blocks,
    )


def _place_and_day(place: str, day: date) -> str:
    return f"{place}, ngày {day.day} tháng {day.month} năm {day.year}"
