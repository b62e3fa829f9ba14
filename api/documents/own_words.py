"""Sentences of papers that the post may word otherwise, by the codes its words are kept under."""

from __future__ import annotations

from collections.abc import Mapping

from postal import Message, Session
from postal.set_up import kinds

CARD: Mapping[str, Message] = {
    "card_came": Message("Bưu tá đã đến lúc {time}. {reason}."),
    "card_again": Message("Bưu tá đến lại từ {day}."),
    "card_fetch": Message("Mời Ông/Bà đến bưu cục nhận; quá hạn, bưu gửi được chuyển trả cơ quan."),
    "card_kept": Message("Giữ đến hết {day}."),
    "card_identity": Message("CCCD, hộ chiếu hoặc VNeID của người nhận"),
    "card_proxy": Message("Nếu nhận thay: giấy ủy quyền và giấy tờ tùy thân của người được ủy quyền"),
    "card_track": Message("Quét mã vuông để xem bưu gửi đang ở đâu, và người đến có đúng là bưu tá."),
}
"""Of the card left at a door. Its titles, the recipient's rights and what is due are the law's and the program's."""


def own_words(session: Session, of: Mapping[str, Message], language: str) -> dict[str, str]:
    """Return what the post words otherwise in a language, by the sentences of the program."""
    if not of:
        return {}
    told = kinds.rules.texts(session)
    return {shipped.text: own for code, shipped in of.items() if (own := told.get(code, {}).get(language))}
