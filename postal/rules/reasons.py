"""Why a stop ended without its paper changing hands, and what follows. Codes are ours; reasons are the law's.

Classes of Luật Bưu chính 49/2010 Đ17.1 (a–đ) and of TT 17/2017/TT-BTTTT Đ5 where one applies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FORCE_MAJEURE = "BAT_KHA_KHANG"


class Next(StrEnum):
    """What the office does with the item afterwards."""

    TRY_AGAIN = "try_again"
    HOLD = "hold"
    ASK_AGENCY = "ask_agency"
    RETURN = "return"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason of the courier's list.

    ``counts`` says whether the try is one of the two invitations; ``legal_return`` whether the law lets the item
    go back once nobody helps. ``cost_bearer`` pays for another try (QĐ 45/2016/QĐ-TTg Đ12.4): the party at fault.
    """

    code: str
    vi: str
    en: str
    next: Next
    legal: str = ""
    counts: bool = True
    legal_return: bool = True
    cost_bearer: str = "recipient"


_LIST = (
    Reason(code="VANG_NHA", vi="người nhận vắng nhà", en="recipient not at home", next=Next.TRY_AGAIN, legal="Đ17.1d"),
    Reason(
        code="KHONG_LIEN_LAC",
        vi="không liên lạc được điện thoại",
        en="phone not answered",
        next=Next.TRY_AGAIN,
        legal="Đ17.1d",
    ),
    Reason(
        code="HEN_LAI",
        vi="người nhận hẹn ngày khác",
        en="recipient asked for another day",
        next=Next.TRY_AGAIN,
        counts=False,
    ),
    Reason(
        code="SAI_DIA_CHI",
        vi="địa chỉ sai hoặc không đầy đủ",
        en="wrong or incomplete address",
        next=Next.ASK_AGENCY,
        counts=False,
        cost_bearer="agency",
        legal="Đ17.1a",
    ),
    Reason(
        code="DA_CHUYEN",
        vi="đã chuyển đi, không để lại địa chỉ",
        en="moved away, no new address",
        next=Next.ASK_AGENCY,
        counts=False,
        legal="Đ17.1b",
    ),
    Reason(
        code="KHONG_TIM_THAY",
        vi="không có người này tại địa chỉ",
        en="nobody of this name at the address",
        next=Next.ASK_AGENCY,
        counts=False,
        cost_bearer="agency",
        legal="Đ17.1c",
    ),
    Reason(code="TU_CHOI", vi="từ chối nhận", en="refused", next=Next.RETURN, legal="Đ17.1đ"),
    Reason(
        code="THIEU_GIAY_TO",
        vi="không có giấy tờ tuỳ thân hoặc giấy ủy quyền",
        en="no identity document or authorisation",
        next=Next.TRY_AGAIN,
        legal="TT 17/2017 Đ5.2d",
    ),
    Reason(
        code="THIEU_PHI", vi="chưa nộp phí, lệ phí", en="fee not paid", next=Next.TRY_AGAIN, legal="TT 17/2017 Đ5.2e"
    ),
    Reason(
        code="THIEU_GIAY_THU_HOI",
        vi="không nộp lại giấy tờ phải thu hồi",
        en="papers to take back not given",
        next=Next.ASK_AGENCY,
        counts=False,
        legal_return=False,
        legal="TT 17/2017 Đ5.2đ",
    ),
    Reason(
        code="KHONG_DU_TAI_LIEU",
        vi="kiểm đếm thiếu hoặc sai kết quả",
        en="documents missing or wrong when counted",
        next=Next.RETURN,
        counts=False,
        cost_bearer="agency",
    ),
    Reason(
        code=FORCE_MAJEURE,
        vi="bão lũ, đường bị chia cắt",
        en="flood or storm, road cut off",
        next=Next.TRY_AGAIN,
        counts=False,
        cost_bearer="nobody",
    ),
    Reason(
        code="TU_TRAN",
        vi="người nhận đã mất",
        en="recipient has died",
        next=Next.ASK_AGENCY,
        counts=False,
        legal_return=False,
        legal="Đ17.1c",
    ),
)
REASONS: dict[str, Reason] = {reason.code: reason for reason in _LIST}

# Said by the house itself, never chosen from the courier's list.
_OWN: dict[str, tuple[str, str]] = {
    "NOT_VISITED": ("chưa đến được trong chuyến", "not reached on the round"),
    "HELD_TOO_LONG": ("hết thời hạn lưu giữ tại bưu cục", "kept at the office for as long as the rule allows"),
    "AGENCY_ASKED": ("cơ quan gửi yêu cầu rút lại", "the agency asked for it back"),
    "NOT_LOADED": ("không có khi giao chuyến", "not there when the round was loaded"),
    "missing": ("thiếu khi bàn giao", "missing at the handover"),
}


def reason(code: str) -> Reason | None:
    """Return the reason of the courier's list with this code, None for any other."""
    return REASONS.get(code)


def say(code: str, language: str = "vi") -> str:
    """Return a reason in plain words; a code of another carrier comes back as it is."""
    found = REASONS.get(code)
    if found is not None:
        return found.vi if language == "vi" else found.en
    return _OWN[code][language != "vi"] if code in _OWN else code
