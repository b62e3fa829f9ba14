"""What every page of the desk shares: menu, filters for words, reading of small form values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from api import forms, words
from api.forms import once, reading
from api.pages.cards import label_cells
from api.web.auth import current_actor, n_false_couriers, signed_in_as
from api.wiring import services
from labels import qr_matrix
from postal import Action, Forbidden, InvalidInput, Message, PostalError
from postal.rules import reasons
from routing import Point


@dataclass(frozen=True, kw_only=True)
class MenuEntry:
    """One line of the desk's menu."""

    url: str
    text: Message
    is_current: bool


_MENU: tuple[tuple[str, Message, Action], ...] = (
    ("staff.home", Message("Hôm nay"), Action.SEE_QUEUE),
    ("staff.intake_form", Message("Nhập kết quả"), Action.IMPORT_RESULTS),
    ("staff.queue", Message("Hàng chờ"), Action.SEE_QUEUE),
    ("staff.late", Message("Trễ hạn"), Action.SEE_QUEUE),
    ("staff.batches", Message("Bàn giao"), Action.SEE_QUEUE),
    ("staff.plans", Message("Phương án"), Action.SEE_PLAN),
    ("staff.rounds", Message("Chuyến phát"), Action.SEE_PLAN),
    ("staff.live_day", Message("Theo dõi chuyến"), Action.SEE_PLAN),
    ("staff.flood", Message("Ngày lũ"), Action.SEE_PLAN),
    ("staff.at_office", Message("Tại bưu cục"), Action.RECEIVE_AT_OFFICE),
    ("staff.phones", Message("Điện thoại"), Action.MANAGE_PHONES),
    ("staff.courier_notes", Message("Bưu tá báo về"), Action.ENTER_ROUND_RESULTS),
    ("staff.held_acts", Message("Máy nộp lại"), Action.ENTER_ROUND_RESULTS),
    ("staff.office_days", Message("Khép ngày"), Action.ENTER_ROUND_RESULTS),
    ("staff.giving_back", Message("Trả cơ quan"), Action.RETURN_TO_SENDER),
    ("staff.company_codes", Message("Mã tổ chức"), Action.MANAGE_COMPANY_CODES),
    ("staff.coverage", Message("Địa bàn"), Action.SEE_COVERAGE),
    ("staff.looks", Message("Lượt xem"), Action.SEE_AUDIT),
    ("staff.set_up", Message("Thiết lập"), Action.MANAGE_SET_UP),
)


# Pages that tell of false couriers in a place of their own.
_SHOWN_THERE = frozenset({"staff.home", "staff.live_day", "staff.false_couriers"})
_FIND_ANYBODY = Message("Tìm mã, điện thoại, họ tên")
_FIND_ITEM = Message("Tìm mã hồ sơ, số hiệu")
_FAR_DAYS = 1_500
_TOO_MUCH = 10**12
_TOO_LONG = Message("{field}: dài {length} ký tự, tối đa {limit}. Rút ngắn rồi gửi lại.")
_NOTHING = Message("{field}: còn trống. Điền rồi gửi lại.")
_NO_CHOICE = Message("{field}: chưa chọn. Chọn rồi gửi lại.")
_NO_WHOLE = Message("{field}: cần một số nguyên viết bằng chữ số, ví dụ 12 hoặc 100.000.")
_NO_DEGREES = Message("{field}: cần độ thập phân, ví dụ vĩ độ 16,4637, kinh độ 107,5909.")
_NO_DAY = Message("{field}: cần một ngày, ví dụ {day}.")
_FAR_DAY = Message("{field}: ngày này cách hôm nay nhiều năm. Xem lại năm.")


def local_zone() -> ZoneInfo:
    """Return the zone people's clocks show."""
    return ZoneInfo(services().settings.timezone)


def today() -> date:
    """Return today's local date."""
    return services().clock().astimezone(local_zone()).date()


def render_desk(template: str, heading: str, **context: Any) -> str:
    """Render a page of the desk with its menu."""
    actor = current_actor()
    menu = [
        MenuEntry(url=url_for(endpoint), text=text, is_current=request.endpoint == endpoint)
        for endpoint, text, action in _MENU
        if actor.may(action)
    ]
    find = _FIND_ANYBODY if actor.may(Action.SEE_RECIPIENT) else _FIND_ITEM if actor.may(Action.SEE_ITEM) else ""
    frame: dict[str, Any] = {
        "menu": menu,
        "actor": actor,
        "signed_in": _signed_in(),
        "find_label": words.translate(find) if find else "",
        "tells_itself": request.endpoint in _SHOWN_THERE,
    }
    if not frame["tells_itself"]:
        frame["n_false_couriers"] = n_false_couriers()
    page = render_template(template, heading=heading, **frame, **context)
    return forms.shown_again(page, actor.user_id)


def _signed_in() -> dict[str, str]:
    """Return who is signed in, as the head of each page shows it: user name, role, office."""
    actor = current_actor()
    username, office = signed_in_as()
    role = words.translate(words.ROLES[actor.role]) if actor.role is not None else ""
    return {"username": username, "role": role, "office": office or words.translate(Message("toàn tỉnh"))}


def told(refusal: PostalError) -> str:
    """Return a refusal as one sentence for a notice on a page."""
    return words.translate(refusal.message)


def or_back(
    change: Callable[[], ResponseReturnValue], back_to: Callable[[], ResponseReturnValue]
) -> ResponseReturnValue:
    """Carry out a change made at the desk; what is refused is shown again as it was typed, with what is wrong.

    A form without a ticket of ours, which no page of ours shows, gets the refusal as a notice on the page behind it.
    """
    try:
        return change()
    except Forbidden:  # no slip in a form: whoever asks has no business here
        raise
    except PostalError as refusal:
        back = back_to()
        page = forms.keep(wrong=forms.wrong_in(refusal), back=getattr(back, "location", None) or "")
        if page is not None:
            return redirect(page, 303)
        flash(told(refusal), "danger")
        return back


def form_text(name: str, *, limit: int = 200) -> str:
    """Return a trimmed form value. Raises WrongFields for one that is too long."""
    text = request.form.get(name, "").strip()
    if len(text) > limit:
        raise _wrong(name, _TOO_LONG.filled(limit=limit, length=len(text)))
    return text


def to_plan() -> ResponseReturnValue | None:
    """Return the way back to the plan whose page a form stood on, None where it stood elsewhere."""
    plan_id = form_text("plan")
    is_one = plan_id.isascii() and plan_id.isdigit() and len(plan_id) < 10
    return redirect(url_for("staff.plan", plan_id=int(plan_id)), 303) if is_one else None


def require_sure() -> None:
    """Refuse what cannot be taken back and was not said to be meant. Raises NotSure."""
    if form_text("sure") != "1":
        raise NotSure(field="sure")


class NotSure(InvalidInput):
    code = "not_sure"
    says = Message("Việc này không rút lại được. Đánh dấu “Tôi chắc chắn” rồi gửi lại.")


def form_choice(name: str) -> str:
    """Return what was chosen of a list. Raises WrongFields where nothing was."""
    chosen = form_text(name)
    if not chosen:
        raise _wrong(name, _NO_CHOICE)
    return chosen


def form_point(*names: str) -> Point:
    """Return the point that one or two fields hold, however degrees are written. Raises WrongFields naming each."""
    found = reading.point(*map(form_text, names))
    if found is None:
        raise forms.WrongFields([forms.Wrong(name=name, message=_NO_DEGREES) for name in names])
    return found


def paper_language() -> str:
    """Return the language a paper is asked for in: ?lang=en, else that of its reader's pages."""
    asked = request.values.get("lang", "")
    return asked if asked in words.LANGUAGES else words.current()


def form_date(name: str) -> date:
    """Return a day of the work at hand, as a browser sends it or as people write it.

    Raises WrongFields for none, or one years away.
    """
    value = reading.day(form_text(name))
    if value is None:
        raise _wrong(name, _NO_DAY.filled(day=words.say_short_date(today())))
    if not is_near(value):
        raise _wrong(name, _FAR_DAY)
    return value


def is_near(day: date) -> bool:
    """Say whether a day is one that somebody can mean: a mistyped year is none."""
    return abs((day - today()).days) <= _FAR_DAYS


def day_asked() -> date:
    """Return the day a page is asked for (?day=2026-11-23), today where it asks for none that is one."""
    text = request.args.get("day")
    if not text:
        return today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not is_near(day):
        flash(words.translate(Message("Ngày không đúng dạng; đang xem hôm nay.")), "warning")
        return today()
    return day


def form_int(name: str, *, unit: reading.Unit = reading.PIECES) -> int:
    """Return a whole number as this page's language writes it: "100.000 đ", "2.573 g". Raises WrongFields."""
    text = form_text(name)
    value = reading.whole(text, words.current(), unit)
    if value is None or value >= _TOO_MUCH:
        raise _wrong(name, _NO_WHOLE if text else _NOTHING)
    return value


def read_all(*readers: Callable[[], Any]) -> list[Any]:
    """Return what several readers of a form read. Raises WrongFields with the faults of all of them at once."""
    values: list[Any] = []
    wrong: list[forms.Wrong] = []
    for reader in readers:
        try:
            values.append(reader())
        except PostalError as refusal:
            wrong += forms.wrong_in(refusal)
    if wrong:
        raise forms.WrongFields(wrong)
    return values


def _wrong(name: str, message: Message) -> forms.WrongFields:
    return forms.WrongFields([forms.Wrong(name=name, message=message)])


def _own_id(name: str) -> str:
    """Return an id for a field that no other field of the page has: several forms of a page may ask for a reason."""
    used: dict[str, int] = g.setdefault("ids_of_fields", {})
    used[name] = used.get(name, 0) + 1
    return name if used[name] == 1 else f"{name}-{used[name]}"


def square_code(text: str) -> dict[str, object]:
    """Return a QR code as a path of its dark runs, in modules with four of quiet zone."""
    matrix = qr_matrix(text)
    path = "".join(
        f"M{run.start() + 4} {row + 4}h{run.end() - run.start()}v1h-{run.end() - run.start()}z"
        for row, line in enumerate(matrix)
        for run in re.finditer(b"\x01+", line)
    )
    return {"side": len(matrix) + 8, "path": path}


def _instant(instant: datetime | None) -> str:
    return words.say_instant(instant, local_zone()) if instant else ""


def _date(moment: date | datetime) -> str:
    day = moment.astimezone(local_zone()).date() if isinstance(moment, datetime) else moment
    return words.say_date(day)


def _age(since: datetime) -> str:
    return words.say_age(since, services().clock().astimezone(UTC))


def install_filters(app: Flask) -> None:
    """Teach the templates our words, and what each form holds besides its fields."""
    app.jinja_env.globals.update(form_marks=lambda page: forms.marks(current_actor().user_id, page), own_id=_own_id)
    app.jinja_env.globals["form_done"] = once.form_done
    app.jinja_env.filters.update(
        age=_age,
        code=words.say_code,
        date=_date,
        day_seconds=words.say_day_seconds,
        duration=words.say_duration,
        event=words.say_event,
        instant=_instant,
        label_cells=label_cells,
        money=words.say_money,
        number=words.say_number,
        precision=words.say_precision,
        reason=reasons.say,
        state=words.say_state,
        tone=words.tone,
    )
