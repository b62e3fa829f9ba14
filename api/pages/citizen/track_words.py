"""What the tracking page says. Plain words; never a name of a procedure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from api.words import EVENTS, HOLDERS, STATES, say_date, say_day_seconds, say_instant, say_money
from api.words import gettext as _
from postal import Direction, FollowUp, Message, Outlook, PostOffice, PublicHistory, PublicStep, State
from postal.citizen import TOLD_FROM_HOUR, LateWhy
from postal.rules import reasons

NOT_FOUND = Message("Không tìm thấy, hoặc 4 số chưa đúng. Ông/Bà kiểm tra lại mã và số điện thoại đã đăng ký.")
CODE_WRONG = Message("Mã 6 số chưa đúng hoặc đã hết hạn. Ông/Bà nhập lại, hoặc xin mã khác.")
LINK_DEAD = Message("Đường dẫn này không còn mở được. Ông/Bà tra bằng mã hồ sơ và 4 số cuối điện thoại.")

_TO_THE_AGENCY = Message("hồ sơ được nộp cho {agency}.")
_COMES = Message("bưu tá mang đến.")
_COMES_BY = Message("bưu tá mang đến trước hết {day}.")
_COMES_NEXT = Message("bưu tá mang đến trong chuyến gần nhất.")
_COMES_TODAY = Message("bưu tá đến trong hôm nay.")
_COMES_TODAY_LATER = Message("bưu tá đến trong hôm nay; giờ dự kiến được báo từ 08:00.")
_COMES_BETWEEN = Message("bưu tá đến trong hôm nay, dự kiến {window}.")
_NOT_HEARD_OF = Message("bưu tá mang đi từ {day} và chưa báo lại; bưu cục đang kiểm tra.")
_COMES_AGAIN = Message("bưu tá gọi lại và đến lần nữa. Ông/Bà cũng có thể hẹn giờ với bưu cục.")
_COMES_AGAIN_FROM = Message("bưu tá gọi lại và đến lần nữa, sớm nhất {day}. Ông/Bà cũng có thể hẹn giờ với bưu cục.")
_FETCH = Message("mời Ông/Bà đến nhận tại {office}, mang theo giấy tờ tùy thân.")
_FETCH_BY = Message(
    "mời Ông/Bà đến nhận tại {office} trước hết {day}, mang theo giấy tờ tùy thân. Sau ngày đó kết quả trở về {agency}."
)
_FETCH_NOW = Message("đã hết hạn giữ {day}, kết quả sắp trở về {agency}. Ông/Bà gọi ngay {office}.")
_ASKS = Message("bưu chính hỏi lại {agency} về địa chỉ. Ông/Bà báo địa chỉ đúng cho bưu cục hoặc cơ quan.")
_ASKS_UNTIL = Message(
    "bưu chính hỏi lại {agency} về địa chỉ. Ông/Bà báo địa chỉ đúng cho bưu cục hoặc cơ quan; không có trả lời thì "
    "{day} kết quả trở về cơ quan."
)
_GOES_BACK = Message("kết quả trở về {agency}; bưu tá không đến nữa. Mời Ông/Bà liên hệ cơ quan này.")
_LATE = Message(
    "Trễ hẹn: lẽ ra đến trước hết {day}, nay trễ {count} ngày. Bưu chính xin lỗi Ông/Bà. Lý do: {why}. "
    "Đang lo việc này: {who}."
)
_LATE_WHY: dict[LateWhy, Message] = {
    LateWhy.CUT_OFF: Message("đường vào xã, phường bị chia cắt"),
    LateWhy.OFFICE_CLOSED: Message("bưu cục phải tạm nghỉ"),
    LateWhy.LOST: Message("bưu chính chưa tìm thấy bưu gửi"),
    LateWhy.BEYOND: Message("đường trục ngoài tỉnh chậm hơn dự kiến"),
    LateWhy.NO_ROOM: Message("chuyến phát những ngày qua không còn chỗ"),
    LateWhy.BEHIND: Message("bưu cục chưa phát kịp"),
}
# What comes next where the state alone says so.
_NEXT: dict[State, Message] = {
    State.WAITING: Message("cơ quan bàn giao cho bưu chính trong lần nhận gần nhất."),
    State.BATCHED: Message("cơ quan bàn giao cho bưu chính trong lần nhận gần nhất."),
    State.WITH_CARRIER: Message("bưu chính ngoài tỉnh phát đến Ông/Bà."),
    State.RETURNING_TO_SENDER: _GOES_BACK,
    State.RETURNED_TO_SENDER: Message("mời Ông/Bà nhận tại {agency}."),
    State.MISSING: Message("bưu chính đang tìm và sẽ báo Ông/Bà."),
    State.AWAITING_COLLECTION: Message("bưu tá đến nhà nhận hồ sơ."),
    State.COLLECTED: _TO_THE_AGENCY,
    State.DOSSIER_AT_OFFICE: _TO_THE_AGENCY,
}
_COMING = frozenset(
    {State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND, State.ATTEMPTED, State.HELD, State.WAITING, State.BATCHED}
)
OUT = frozenset({State.ON_ROUND, State.ON_COLLECTION_ROUND})
# Where the recipient asks a post office; elsewhere it is the agency's.
_AT_THE_POST = _COMING - {State.WAITING, State.BATCHED} | {State.MISSING, State.ON_COLLECTION_ROUND, State.COLLECTED}


def say_now(history: PublicHistory) -> str:
    """Return where the item is, in one short phrase."""
    return _(STATES[history.state])


def say_who(history: PublicHistory, zone: tzinfo) -> str:
    """Return who holds it and since when; of what is on its way today, when it is expected."""
    since = history.since.astimezone(zone)
    is_today = since.date() == history.outlook.today
    time = f"{since:%H:%M}" if is_today else say_instant(history.since, zone)
    if history.outlook.arrival is not None and history.state in OUT:
        window = say_window(history)
        return _("{holder}, từ {time}; dự kiến {window}", holder=HOLDERS[history.holder], time=time, window=window)
    return _("{holder}, từ {time}", holder=HOLDERS[history.holder], time=time)


def say_next(history: PublicHistory, zone: tzinfo) -> str:
    """Return what comes next and by when, "" when it is over: from state, last reason, round and date together."""
    message, day = _next(history, zone)
    if message is None:
        return ""
    office = history.outlook.office
    return _(
        message,
        window=say_window(history),
        day=say_date(day) if day is not None else "",
        agency=history.office_name,
        office=say_office(office) if office is not None else _("bưu cục"),
    )


def _next(history: PublicHistory, zone: tzinfo) -> tuple[Message | None, date | None]:
    """Return the sentence of what comes next, and the day in it."""
    ahead, state = history.outlook, history.state
    if state in OUT:
        is_today = ahead.round_on is None or ahead.round_on >= ahead.today
        is_early = history.at.astimezone(zone).hour < TOLD_FROM_HOUR
        today = _COMES_TODAY_LATER if is_early else _COMES_TODAY  # the hours stand beside who holds it
        return (today, None) if is_today else (_NOT_HEARD_OF, ahead.round_on)
    if state is State.HELD:
        return _fetch(ahead)
    if state in (State.ATTEMPTED, State.AT_OFFICE) and ahead.follow_up is not None:
        return _after_a_try(ahead, ahead.follow_up)
    if state in (State.HANDED_OVER, State.AT_OFFICE):
        if ahead.arrival is not None:
            return _COMES_BETWEEN, None
        if history.promised_by is None or history.n_attempts:
            return _COMES, None
        day = history.promised_by.astimezone(zone).date()
        return (_COMES_NEXT, None) if ahead.late_since is not None else (_COMES_BY, day)
    return _NEXT.get(state), None


def say_window(history: PublicHistory) -> str:
    """Return between when the courier is expected today, such as "10:00–11:30"; "" where nothing can be told."""
    found = history.outlook.arrival
    return f"{say_day_seconds(found.from_s)}–{say_day_seconds(found.until_s)}" if found is not None else ""


def _fetch(ahead: Outlook) -> tuple[Message, date | None]:
    if ahead.fetch_by is None:
        return _FETCH, None
    return (_FETCH_BY if ahead.fetch_by >= ahead.today else _FETCH_NOW), ahead.fetch_by


def _after_a_try(ahead: Outlook, after: FollowUp) -> tuple[Message, date | None]:
    if after.next is reasons.Next.RETURN:
        return _GOES_BACK, None
    if after.next is reasons.Next.ASK_AGENCY:
        return (_ASKS, None) if after.return_on is None else (_ASKS_UNTIL, after.return_on)
    if after.next is reasons.Next.HOLD:
        return _fetch(ahead)
    is_ahead = after.try_from is not None and after.try_from > ahead.today
    return (_COMES_AGAIN_FROM, after.try_from) if is_ahead else (_COMES_AGAIN, None)


def say_late(history: PublicHistory) -> str:
    """Return since when it is late and who sees to it, "" where it is not."""
    ahead = history.outlook
    if ahead.late_since is None:
        return ""
    who = ahead.office.name if ahead.office is not None and history.state is not State.WITH_CARRIER else None
    return _(
        _LATE,
        day=say_date(ahead.late_since),
        count=(ahead.today - ahead.late_since).days,
        why=_(_LATE_WHY[ahead.late_why or LateWhy.BEHIND]),
        who=who or _(HOLDERS[history.holder]),
    )


def say_moved(history: PublicHistory, zone: tzinfo) -> str:
    """Return from when to when the promise was moved by a flood, "" where it was not."""
    first = history.outlook.moved_from
    if first is None or history.promised_by is None:
        return ""
    day = history.promised_by.astimezone(zone).date()
    return _(
        "Hạn giao kết quả lùi từ {first} đến hết {day}, vì đường vào xã, phường đã bị chia cắt.",
        first=say_date(first),
        day=say_date(day),
    )


def say_office(office: PostOffice) -> str:
    """Return a post office with its address, hours and telephone, as far as they are known."""
    parts = [office.name, office.address]
    if office.hours:
        parts.append(_("mở cửa {hours}", hours=office.hours))
    if office.phone:
        parts.append(_("điện thoại {phone}", phone=office.phone))
    return ", ".join(part for part in parts if part)


def say_contact(history: PublicHistory) -> str:
    """Return where to ask while the post has the item, "" elsewhere."""
    office = history.outlook.office
    return say_office(office) if office is not None and history.state in _AT_THE_POST else ""


def say_bring(history: PublicHistory) -> list[str]:
    """Return what the recipient should have ready when the courier comes."""
    after = history.outlook.follow_up
    goes_back = after is not None and after.next is reasons.Next.RETURN
    if history.direction is not Direction.RESULT or history.state not in _COMING or goes_back:
        return []
    # TT 17/2017/TT-BTTTT Đ5.2d: the recipient's document, or a written authorisation with the receiver's own.
    things = [
        _("Giấy tờ tùy thân (căn cước, hộ chiếu)"),
        _("Người khác nhận thay: giấy ủy quyền và giấy tờ tùy thân của người ấy"),
    ]
    if history.fee_vnd:
        things.append(_("{amount} tiền phí, lệ phí", amount=say_money(history.fee_vnd)))
    else:
        things.append(_("Không thu tiền"))
    if history.has_take_back:
        things.append(_("Giấy tờ cũ phải nộp lại cho cơ quan"))
    return things


def say_step(step: PublicStep) -> str:
    """Return one thing that happened, with its reason where there is one."""
    text = _(EVENTS[step.kind])
    return f"{text}: {_(reasons.say(step.reason))}" if step.reason else text


def parcel(history: PublicHistory, zone: tzinfo) -> dict[str, object]:
    """Return what a machine reads of the page, as schema.org's ParcelDelivery; nothing of it is about a person."""
    told: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "ParcelDelivery",
        "trackingNumber": history.s10 or history.dossier_code,
        "deliveryStatus": {"@type": "DeliveryEvent", "name": say_now(history)},
        "partOfOrder": {"@type": "Order", "seller": {"@type": "GovernmentOrganization", "name": history.office_name}},
    }
    found, office = history.outlook.arrival, history.outlook.office
    if found is not None:
        midnight = datetime.combine(history.outlook.today, time(), zone)
        told["expectedArrivalFrom"] = (midnight + timedelta(seconds=found.from_s)).isoformat()
        told["expectedArrivalUntil"] = (midnight + timedelta(seconds=found.until_s)).isoformat()
    elif history.promised_by is not None and history.state in _COMING:
        told["expectedArrivalUntil"] = history.promised_by.astimezone(zone).isoformat()
    if office is not None:
        told["provider"] = {"@type": "PostOffice", "name": office.name}
    return told
