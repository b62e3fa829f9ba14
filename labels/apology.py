"""Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết: mẫu 04, TT 03/2025/TT-VPCP; NĐ 61/2018 Đ19.9."""

from __future__ import annotations

from datetime import date

from labels.cleaning import clean_data
from labels.form import Fields, Form, Signatures, Words, draw_forms
from labels.form_data import ApologyLetterData
from labels.form_parts import Say, page, tongue
from labels.words import say_day


def apology_letter(data: ApologyLetterData, *, language: str = "vi") -> bytes:
    """Return the letter, A5. Raises UnprintableText; ValueError where the new day does not come after the old one."""
    if data.new_due_on <= data.due_on:
        raise ValueError("the new day must come after the day that was promised")
    say, data = tongue(language), clean_data(data)
    received = say_day(data.received_on) if data.received_on else ""
    about = data.dossier_code + (f" ({data.procedure})" if data.procedure else "")
    blocks = (
        Words(text=say(f"Kính gửi: {data.addressee}", f"To: {data.addressee}"), is_bold=True),
        Words(
            text=say(
                f"{data.agency} đã tiếp nhận hồ sơ {about}{', ' + received if received else ''}, hẹn trả kết quả "
                f"{say_day(data.due_on)}.",
                f"{data.agency} received dossier {about} and promised its result for {data.due_on:%d/%m/%Y}.",
            )
        ),
        Words(
            text=say(
                f"Đến nay hồ sơ chưa giải quyết xong. Lý do: {data.reason}",
                f"The dossier is not settled yet. Reason: {data.reason}",
            )
        ),
        Words(
            text=say(
                f"{data.agency} xin lỗi vì sự chậm trễ này và đề nghị gia hạn; kết quả sẽ được trả "
                f"{say_day(data.new_due_on)}. Việc hẹn lại chỉ thực hiện một lần.",
                f"{data.agency} apologises for the delay; the result will be given on {data.new_due_on:%d/%m/%Y}. "
                "A result is re-appointed at most once.",
            ),
            is_bold=True,
        ),
        Fields(pairs=((say("Liên hệ", "Contact"), data.contact),)),
        Words(text=_place_and_day(data.place, data.signed_on, say), align="right"),
        Signatures(
            places=(("", "", ""), (data.signer_title, say("(ký, đóng dấu)", "(signature, seal)"), data.signer_name))
        ),
    )
    form = Form(
        size="A5",
        motto=True,
        issuer=data.agency,
        title=say("VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN", "LETTER OF APOLOGY AND EXTENSION"),
        second=say("thời gian giải quyết hồ sơ", "of the time for settling a dossier"),
        number=f"{say('Số', 'No.')} {data.number or '……………'} · {say('Mẫu số 04', 'Form 04')}",
        blocks=blocks,
        page=page(say),
    )
    return draw_forms([form], "Văn bản xin lỗi")


def _place_and_day(place: str, day: date, say: Say) -> str:
    return say(f"{place}, ngày {day.day} tháng {day.month} năm {day.year}", f"{place}, {day:%d/%m/%Y}")
