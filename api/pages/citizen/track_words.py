"""What the tracking page says, in both languages. Plain words; never a name of a procedure."""

from __future__ import annotations

from datetime import tzinfo

from api.words import EVENTS, HOLDERS, STATES, say_date, say_instant, say_money
from postal import Direction, PublicHistory, PublicStep, State
from postal.rules import reasons

TEXTS: dict[str, dict[str, str]] = {
    "vi": {
        "title": "Tra cứu kết quả trả tận nhà",
        "lead": "Ông/Bà nhập mã hồ sơ hoặc số hiệu bưu gửi và 4 số cuối của điện thoại đã đăng ký.",
        "code": "Mã hồ sơ hoặc số hiệu bưu gửi",
        "code_hint": "Ví dụ H57.15-261119-0001, hoặc mã 13 ký tự in trên phong bì",
        "tail": "4 số cuối điện thoại",
        "tail_hint": "Điện thoại Ông/Bà ghi khi nộp hồ sơ",
        "look": "Xem",
        "no_phone": "Không có điện thoại: quét mã vuông in trên phiếu hoặc trên nhãn để xem.",
        "not_found": "Không tìm thấy, hoặc 4 số chưa đúng. Ông/Bà kiểm tra lại mã và số điện thoại. "
        "Nếu đã thử nhiều lần, xin đợi đến ngày mai hoặc quét mã vuông trên nhãn.",
        "link_dead": "Đường dẫn này không còn mở được. Ông/Bà tra bằng mã hồ sơ và 4 số cuối điện thoại.",
        "heading": "Kết quả của Ông/Bà",
        "next": "Tiếp theo:",
        "bring": "Ông/Bà chuẩn bị",
        "history": "Đã diễn ra",
        "recipient": "Người nhận:",
        "warning": "Bưu tá chỉ thu đúng số tiền ghi ở đây và ghi trên nhãn. Ai đòi thêm tiền, hoặc gọi đòi chuyển "
        "khoản trước, không phải là bưu tá của chúng tôi.",
        "another": "Tra mã khác",
        "foot": "Dịch vụ bưu chính công ích trả kết quả thủ tục hành chính, thành phố Huế",
        "since": "từ",
    },
    "en": {
        "title": "Track a result delivered to your home",
        "lead": "Enter the dossier code or the item code, and the last 4 digits of the phone you registered.",
        "code": "Dossier code or item code",
        "code_hint": "For example H57.15-261119-0001, or the 13 characters on the envelope",
        "tail": "Last 4 digits of the phone",
        "tail_hint": "The phone you gave with your application",
        "look": "Look up",
        "no_phone": "No phone: scan the square code on your slip or on the label instead.",
        "not_found": "Nothing found, or the 4 digits are not right. Please check the code and the phone number. "
        "After several tries, wait until tomorrow or scan the square code on the label.",
        "link_dead": "This link no longer opens. Use the dossier code and the last 4 digits of the phone.",
        "heading": "Your result",
        "next": "Next:",
        "bring": "Please have ready",
        "history": "What has happened",
        "recipient": "Recipient:",
        "warning": "The courier collects exactly the amount shown here and on the label. Anyone who asks for more, or "
        "calls for a transfer beforehand, is not our courier.",
        "another": "Look up another code",
        "foot": "Public postal service returning administrative results, Huế city",
        "since": "since",
    },
}

# What comes next, as far as it is known: {by} is the promised day.
_NEXT: dict[State, tuple[str, str]] = {
    State.WAITING: (
        "cơ quan bàn giao cho bưu chính trong lần nhận gần nhất.",
        "the office hands it to the post at the next pick-up.",
    ),
    State.BATCHED: ("cơ quan bàn giao cho bưu chính hôm nay.", "the office hands it to the post today."),
    State.HANDED_OVER: ("bưu tá mang đến trước hết {by}.", "a courier brings it by the end of {by}."),
    State.AT_OFFICE: ("bưu tá mang đến trước hết {by}.", "a courier brings it by the end of {by}."),
    State.ON_ROUND: ("bưu tá đến trong hôm nay.", "the courier comes today."),
    State.ATTEMPTED: (
        "bưu tá gọi lại và đến lần nữa. Ông/Bà cũng có thể hẹn giờ qua số điện thoại trên giấy mời.",
        "the courier calls and comes again. You may also arrange a time by the phone on the slip.",
    ),
    State.HELD: (
        "mời Ông/Bà đến bưu cục nhận, mang theo giấy tờ tuỳ thân.",
        "please collect it at the post office with an identity document.",
    ),
    State.WITH_CARRIER: ("bưu chính ngoài tỉnh phát đến Ông/Bà.", "the national post delivers it."),
    State.RETURNING_TO_SENDER: (
        "kết quả trở về cơ quan; mời Ông/Bà liên hệ cơ quan đã nhận hồ sơ.",
        "the result goes back to the office; please contact the office where you applied.",
    ),
    State.RETURNED_TO_SENDER: (
        "mời Ông/Bà nhận tại cơ quan đã nhận hồ sơ.",
        "please collect it at the office where you applied.",
    ),
    State.MISSING: ("bưu chính đang tìm và sẽ báo Ông/Bà.", "the post is tracing it and will tell you."),
    State.AWAITING_COLLECTION: ("bưu tá đến nhà nhận hồ sơ.", "a courier comes to collect the dossier."),
    State.ON_COLLECTION_ROUND: ("bưu tá đến trong hôm nay.", "the courier comes today."),
    State.COLLECTED: ("hồ sơ được nộp cho cơ quan.", "the dossier is handed to the office."),
    State.DOSSIER_AT_OFFICE: ("hồ sơ được nộp cho cơ quan.", "the dossier is handed to the office."),
}
_COMING = frozenset(
    {State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND, State.ATTEMPTED, State.HELD, State.WAITING, State.BATCHED}
)


def say_now(history: PublicHistory, language: str) -> str:
    """Return where the item is, in one short phrase."""
    return STATES[history.state][language == "en"]


def say_who(history: PublicHistory, zone: tzinfo, language: str) -> str:
    """Return who holds it and since when."""
    return f"{HOLDERS[history.holder][language == 'en']}, {TEXTS[language]['since']} " + say_instant(
        history.since, zone, language
    )


def say_next(history: PublicHistory, zone: tzinfo, language: str) -> str:
    """Return what comes next and by when, "" when it is over."""
    if history.state not in _NEXT:
        return ""
    text = _NEXT[history.state][language == "en"]
    if "{by}" not in text:
        return text
    if history.promised_by is None:
        return text.split(" trước hết")[0].split(" by the end")[0] + "."
    return text.format(by=say_date(history.promised_by.astimezone(zone).date(), language))


def say_bring(history: PublicHistory, language: str) -> list[str]:
    """Return what the recipient should have ready when the courier comes."""
    if history.direction is not Direction.RESULT or history.state not in _COMING:
        return []
    is_en = language == "en"
    things = ["An identity document" if is_en else "Giấy tờ tuỳ thân (căn cước, hộ chiếu)"]
    if history.fee_vnd:
        money = say_money(history.fee_vnd)
        things.append(f"{money} in cash" if is_en else f"{money} tiền phí, lệ phí")
    else:
        things.append("Nothing to pay" if is_en else "Không thu tiền")
    if history.has_take_back:
        things.append("The old papers that the office takes back" if is_en else "Giấy tờ cũ phải nộp lại cho cơ quan")
    return things


def say_step(step: PublicStep, language: str) -> str:
    """Return one thing that happened, with its reason where there is one."""
    text = EVENTS[step.kind][language == "en"]
    return f"{text}: {reasons.say(step.reason, language)}" if step.reason else text
