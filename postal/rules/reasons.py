"""Reasons why a delivery or collection failed, and what follows. Codes are ours; reasons are the law's.

Classes of Luật Bưu chính 49/2010 Đ17.1 (a–đ) and of TT 17/2017/TT-BTTTT Đ5 where one applies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routing import Message

FORCE_MAJEURE = "BAT_KHA_KHANG"


class Next(StrEnum):
    """What the office does with the item afterwards."""

    TRY_AGAIN = "try_again"
    HOLD = "hold"
    ASK_AGENCY = "ask_agency"
    RETURN = "return"


class Need(StrEnum):
    """What a courier's phone must bring along with a reason."""

    CALL = "call"
    WORDS = "words"
    PHOTO = "photo"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason of the courier's list.

    ``counts`` says whether the try is one of the two invitations; ``legal_return`` whether the law lets the item
    go back once nobody helps. ``cost_bearer`` pays for another try (QĐ 45/2016/QĐ-TTg Đ12.4): the party at fault.
    ``needs`` is the evidence a phone brings along: a call that was made, words, or a photo of the door.
    """

    code: str
    says: Message
    next: Next
    legal: str = ""
    counts: bool = True
    legal_return: bool = True
    cost_bearer: str = "recipient"
    needs: frozenset[Need] = frozenset()

    @property
    def invites(self) -> bool:
        """Say whether a card is left at the door for it: the try counts, and there is another or the office waits."""
        return self.counts and self.next is Next.TRY_AGAIN


_CALL, _WORDS, _PHOTO = frozenset({Need.CALL}), frozenset({Need.WORDS}), frozenset({Need.PHOTO})
_LIST = (
    Reason(
        code="VANG_NHA",
        says=Message("người nhận vắng nhà"),
        next=Next.TRY_AGAIN,
        legal="Đ17.1d",
        needs=_CALL,
    ),
    Reason(
        code="KHONG_LIEN_LAC",
        says=Message("không liên lạc được điện thoại"),
        next=Next.TRY_AGAIN,
        legal="Đ17.1d",
        needs=_CALL,
    ),
    Reason(
        code="HEN_LAI",
        says=Message("người nhận hẹn ngày khác"),
        next=Next.TRY_AGAIN,
        counts=False,
        needs=_WORDS,
    ),
    Reason(
        code="SAI_DIA_CHI",
        says=Message("địa chỉ sai hoặc không đầy đủ"),
        next=Next.ASK_AGENCY,
        counts=False,
        cost_bearer="agency",
        legal="Đ17.1a",
        needs=_CALL | _WORDS | _PHOTO,
    ),
    Reason(
        code="DA_CHUYEN",
        says=Message("đã chuyển đi, không để lại địa chỉ"),
        next=Next.ASK_AGENCY,
        counts=False,
        legal="Đ17.1b",
        needs=_WORDS,
    ),
    Reason(
        code="KHONG_TIM_THAY",
        says=Message("không có người này tại địa chỉ"),
        next=Next.ASK_AGENCY,
        counts=False,
        cost_bearer="agency",
        legal="Đ17.1c",
        needs=_CALL | _WORDS | _PHOTO,
    ),
    Reason(code="TU_CHOI", says=Message("từ chối nhận"), next=Next.RETURN, legal="Đ17.1đ"),
    Reason(
        code="THIEU_GIAY_TO",
        says=Message("không có giấy tờ tùy thân hoặc giấy ủy quyền"),
        next=Next.TRY_AGAIN,
        legal="TT 17/2017 Đ5.2d",
    ),
    Reason(code="THIEU_PHI", says=Message("chưa nộp phí, lệ phí"), next=Next.TRY_AGAIN, legal="TT 17/2017 Đ5.2e"),
    Reason(
        code="THIEU_GIAY_THU_HOI",
        says=Message("không nộp lại giấy tờ phải thu hồi"),
        next=Next.ASK_AGENCY,
        counts=False,
        legal_return=False,
        legal="TT 17/2017 Đ5.2đ",
    ),
    Reason(
        code="KHONG_DU_TAI_LIEU",
        says=Message("kiểm đếm thiếu hoặc sai kết quả"),
        next=Next.RETURN,
        counts=False,
        cost_bearer="agency",
        needs=_WORDS,
    ),
    Reason(
        code=FORCE_MAJEURE,
        says=Message("bão lũ, đường bị chia cắt"),
        next=Next.TRY_AGAIN,
        counts=False,
        cost_bearer="nobody",
    ),
    Reason(
        code="TU_TRAN",
        says=Message("người nhận đã mất"),
        next=Next.ASK_AGENCY,
        counts=False,
        legal_return=False,
        legal="Đ17.1c",
        needs=_WORDS,
    ),
)
REASONS: dict[str, Reason] = {reason.code: reason for reason in _LIST}

# Set by the service itself, never chosen from the courier's list.
_OWN: dict[str, Message] = {
    "NOT_VISITED": Message("chưa đến được trong chuyến"),
    "HELD_TOO_LONG": Message("hết thời hạn lưu giữ tại bưu cục"),
    "AGENCY_ASKED": Message("cơ quan gửi yêu cầu rút lại"),
    "NOT_LOADED": Message("không có khi giao chuyến"),
    "missing": Message("thiếu khi bàn giao"),
}


def reason(code: str) -> Reason | None:
    """Return the reason of the courier's list with this code, None for any other."""
    return REASONS.get(code)


def legal_basis(code: str) -> str:
    """Return the article a reason rests on, "" for one of the service's own."""
    found = REASONS.get(code)
    return found.legal if found is not None else ""


def say(code: str) -> Message:
    """Return a reason in plain words; a code of another carrier comes back as it is."""
    found = REASONS.get(code)
    if found is not None:
        return found.says
    return _OWN[code] if code in _OWN else Message(code)
