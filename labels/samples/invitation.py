"""Sample data of an invitation, and of a blank card."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from labels.papers.invitation import BlankCardData, InvitationData
from labels.samples.made_up import CENTRE, CITIZEN, LINK, MORNING, OFFICE, S10, TAKEN, WARNING, Sample


def card(number: int, **changes: Any) -> InvitationData:
    """Return an invitation."""
    made = InvitationData(
        s10=S10,
        invitation=number,
        recipient_name=CITIZEN.name,
        sender_name=CENTRE,
        tried_at=MORNING,
        reason="Người nhận vắng nhà",
        next_try="Bưu tá đến lại thứ Tư 25/11/2026."
        if number == 1
        else "Sau lần mời này bưu gửi được giữ tại bưu cục rồi chuyển trả cơ quan.",
        office_name=OFFICE,
        office_address="38 Hùng Vương, phường Thuận Hóa",
        office_hours="Thứ Hai – thứ Bảy, 7:30–11:30 và 13:30–17:30",
        office_phone="0234 3822 114",
        keep_until=date(2026, 12, 8),
        fee_vnd=135_000,
        token_url=LINK,
        take_back=(TAKEN,),
        warning=WARNING,
    )
    return replace(made, **changes)


SAMPLES = {
    "invitation-first": Sample(data=(card(1),)),
    "invitation-second": Sample(data=(card(2),)),
    "invitation-english": Sample(
        data=(
            card(
                1,
                reason="Recipient not at home",
                next_try="The courier comes again from Wed 25 Nov 2026.",
                office_hours="Mon–Sat, 7:30–11:30 and 13:30–17:30",
                warning="Couriers never ask for a transfer in advance. Check at tannha.example/genuine",
            ),
        ),
        language="en",
    ),
}


def blank(number: int, **changes: Any) -> BlankCardData:
    """Return a blank card."""
    made = BlankCardData(
        serial=f"GM-128-{number:02d}",
        courier_code="BT012",
        office_name=OFFICE,
        office_address="38 Hùng Vương, phường Thuận Hóa",
        office_hours="Thứ Hai – thứ Bảy, 7:30–11:30 và 13:30–17:30",
        office_phone="0234 3822 114",
        reasons=(
            "Người nhận vắng nhà",
            "Không liên lạc được điện thoại",
            "Không có giấy tờ tùy thân hoặc giấy ủy quyền",
            "Chưa nộp phí, lệ phí",
        ),
        track_url="https://tannha.example/track",
        track_address="tannha.example/track",
        warning=WARNING,
    )
    return replace(made, **changes)


BLANK_SAMPLES = {"blank-card": Sample(data=(blank(1),))}
