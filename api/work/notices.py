"""What notices to phones say, and the way they go out."""

from __future__ import annotations

from api.wiring import Services
from api.words import translate
from postal import Message, Session, citizen, models, outside

_CODE = Message(
    "Tan Nha: mã xem kết quả của Ông/Bà là {digits}, dùng trong 15 phút. Không đọc mã này cho ai, kể cả bưu tá."
)
_ALARM = Message("Tan Nha: có người đang dò mã tra cứu, {count} lần sai trong hôm nay. Xem tannha doctor.")


def desk(services: Services) -> outside.NoticeDesk:
    """Return what the sending of notices needs here."""
    return outside.NoticeDesk(
        notifier=services.notifier, words=_words, say=translate, operator=services.settings.alarm_phone
    )


def _words(session: Session, notice: models.Notice) -> Message:
    if notice.kind == outside.CODE:
        return _CODE.filled(digits=citizen.digits_of(session, notice.about_id or 0))
    return _ALARM.filled(count=notice.about_id)
