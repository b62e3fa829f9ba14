"""What notices to phones say, and the way they go out."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from api.wiring import Services
from api.words import fraud_warning, say_date, translate
from postal import Message, Session, citizen, doorstep, models, outside
from postal.network import closures
from postal.rules import LOCAL, local_day
from postal.set_up import kinds

CODE = Message(
    "Tan Nha: mã xem kết quả của Ông/Bà là {digits}, dùng trong 15 phút. Không đọc mã này cho ai, kể cả bưu tá."
    " {warning}"
)
ALARM = Message("Tan Nha: có người đang dò mã tra cứu, {count} lần sai trong hôm nay. Xem tannha doctor.")
CUT_OFF = Message(
    "Tan Nha: đường vào {commune} bị chia cắt, kết quả của Ông/Bà đến muộn hơn, hạn mới {day}. Mong Ông/Bà thông cảm."
)
CUT_OFF_OPEN = Message(
    "Tan Nha: đường vào {commune} bị chia cắt, kết quả của Ông/Bà sẽ đến muộn hơn. Mong Ông/Bà thông cảm."
)
OPEN_AGAIN = Message("Tan Nha: đường vào {commune} đã thông, bưu tá đi phát trở lại. Hạn giao kết quả: {day}.")
_CARD = Message("Tan Nha: bưu tá đến lúc {at} chưa giao được bưu gửi {codes}. Nhận tại {office}. {then}")
_AGAIN = Message("Bưu tá đến lại từ {day}.")
_KEPT = Message("Giữ đến hết {day}.")
_OF = Message("{codes}: {said}")
_AND = Message("{before} {said}")
_COLLECTED = Message("Tan Nha: {receipt}{at}: bưu tá đã nhận hồ sơ {codes}, {n} giấy tờ{sealed}{paid}. {office}")
_NUMBERED = Message("biên nhận {numbers}, ")
_SEALED = Message(", niêm phong {seals}")
_WITH_MONEY = Message(", thu {vnd} đồng")
_PAID = Message("Tan Nha: {receipt}{at}: bưu tá đã thu {vnd} đồng của bưu gửi {codes}. {office}")
_GIVEN = Message("Tan Nha: {at}, bưu tá đã phát bưu gửi {codes}. {office}")


TEXTS = {
    "code": CODE,
    "cut_off": CUT_OFF,
    "cut_off_open": CUT_OFF_OPEN,
    "open_again": OPEN_AGAIN,
    "card": _CARD,
    "collected": _COLLECTED,
    "paid": _PAID,
    "given": _GIVEN,
}
"""What the post may word otherwise (`postal.set_up.kinds`), by the codes it is kept under."""
_CODES = {shipped.text: code for code, shipped in TEXTS.items()}


def desk(services: Services) -> outside.NoticeDesk:
    """Return what the sending of notices needs here."""
    return outside.NoticeDesk(
        notifier=services.notifier,
        words=partial(_words, services),
        say=translate,
        operator=services.settings.alarm_phone,
    )


def _words(services: Services, session: Session, notice: models.Notice) -> Message | None:
    said = _shipped(services, session, notice)
    return in_own_words(session, said, notice.language) if said is not None else None


def in_own_words(session: Session, said: Message, language: str) -> Message:
    """Return a text as the post words it in a language; as the program does where the post has no words of its own."""
    if said.text not in _CODES:
        return said
    own = kinds.rules.texts(session).get(_CODES[said.text], {}).get(language)
    return Message(own, said.values) if own else said


def _shipped(services: Services, session: Session, notice: models.Notice) -> Message | None:
    if notice.kind == outside.CODE:
        warning = fraud_warning(services.settings, notice.language)
        return CODE.filled(digits=citizen.digits_of(session, notice.about_id or 0), warning=warning)
    if notice.kind == outside.CUT_OFF:
        return _of_a_flood(services, session, notice.about_id or 0)
    if notice.kind == outside.ALARM:
        return ALARM.filled(count=notice.about_id)
    noted = doorstep.note_with(session, notice.about_id or 0)
    if notice.kind == outside.ABSENCE_CARD:
        return _card(doorstep.card_told(session, noted))
    return _receipt(doorstep.receipt_told(session, noted))


def _of_a_flood(services: Services, session: Session, consignment_id: int) -> Message:
    """Return what holds when the message goes out: the road may be open again by then, and no day may have moved."""
    found = session.get_one(models.Consignment, consignment_id)
    commune = services.guide.register.find(found.commune_code or "")
    named = {"commune": commune.full_name if commune is not None else "–"}
    day = say_date(local_day(found.promised_by)) if found.promised_by is not None else None
    is_closed = bool(closures.of_commune(session, found.commune_code or "", on=local_day(services.now())))
    if day is None or (is_closed and found.promised_by == found.promised_first_by):
        return CUT_OFF_OPEN.filled(**named)
    return (CUT_OFF if is_closed else OPEN_AGAIN).filled(**named, day=day)


def _card(told: doorstep.CardTold | None) -> Message | None:
    if told is None:  # handed over since: the visit that failed is no news any more
        return None
    then: Message | str = ""
    for step in told.steps:
        said = _follows(step)
        if said is not None and len(told.steps) > 1:
            said = _OF.filled(codes=", ".join(step.codes), said=said)
        if said is not None:
            then = _AND.filled(before=then, said=said) if then else said
    return _CARD.filled(at=_at(told.tried_at), codes=", ".join(told.codes), office=_office(told.office), then=then)


def _follows(step: doorstep.CardStep) -> Message | None:
    if step.try_from is not None:
        return _AGAIN.filled(day=_day(step.try_from))
    return _KEPT.filled(day=_day(step.keep_until)) if step.keep_until is not None else None


def _receipt(told: doorstep.ReceiptTold | None) -> Message | None:
    if told is None:
        return None
    office = f"{told.office.name}, {told.office.phone}" if told.office.phone else told.office.name
    numbered: Message | str = _NUMBERED.filled(numbers=", ".join(told.numbers)) if told.numbers else ""
    says: dict[str, Message | str] = {
        "receipt": numbered,
        "at": _at(told.at),
        "codes": ", ".join(told.codes),
        "office": office,
    }
    if told.is_collected:
        paid = _WITH_MONEY.filled(vnd=_vnd(told.fee_vnd)) if told.fee_vnd else ""
        sealed = _SEALED.filled(seals=", ".join(told.seals)) if told.seals else ""
        return _COLLECTED.filled(**says, n=told.n_papers, sealed=sealed, paid=paid)
    return _PAID.filled(**says, vnd=_vnd(told.fee_vnd)) if told.fee_vnd else _GIVEN.filled(**says)


def _office(office: models.Office) -> str:
    return ", ".join(part for part in (office.name, office.address, office.opening_hours, office.phone) if part)


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(LOCAL):%H:%M %d/%m/%Y}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _vnd(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")
