"""The desk's blueprint and its first page: what the day looks like, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import local_zone, render_desk
from api.web.auth import allow, current_actor, n_false_couriers
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from api.words import say_instant
from postal import Action, Message, Role, Session, citizen, desk, models, people, queue
from postal.life import balance

staff = Blueprint("staff", __name__, url_prefix="/staff")


@dataclass(frozen=True, kw_only=True)
class Counter:
    """One number of the departure board."""

    number: int
    text: Message | str
    tone: str = ""
    url: str | None = None
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing somebody should do now."""

    text: str
    url: str


@staff.get("/")
@allow(Action.SEE_QUEUE)
def home() -> ResponseReturnValue:
    """Show the reader's own figures, each leading to its list, what waits for a decision, and what is late."""
    office_id, now = current_actor().office_id, services().now()
    with services().database.read() as session:
        counts = desk.pile_counts(session, office_id=office_id)
        return render_desk(
            "staff/home.html",
            _("Hôm nay"),
            counters=_counters(counts),
            late=_late_counters(desk.late_counts(session, queue.Wanted(office_id=office_id), now=now)),
            late_by=_late_by(session),
            own_name=_own_name(session),
            balance=balance.balance(session) if office_id is None else None,
            tasks=_tasks(session, counts),
            alarm=_alarm(session),
            may_collect=current_actor().may(Action.ORDER_COLLECTIONS),
            may_report=current_actor().may(Action.REPORT_VIOLATION) or current_actor().may(Action.ANSWER_VIOLATION),
        )


def _alarm(session: Session) -> str | None:
    """Return the alarm of the last hour, for whoever runs the house."""
    if current_actor().role is not Role.ADMINISTRATOR:
        return None
    alarm = citizen.last_alarm(session, now=services().now())
    if alarm is None:
        return None
    n_today, at = alarm.facts["n_today"], say_instant(alarm.at, local_zone())
    return _("Có người dò mã tra cứu ({time}): {count} lần sai trong ngày.", time=at, count=n_today)


PILE_TEXTS: dict[str, tuple[Message, str]] = {
    "agency": (Message("chờ bàn giao"), ""),
    "post": (Message("bưu chính đang giữ"), ""),
    "courier": (Message("bưu tá đang giữ"), "accent"),
    "delivered": (Message("đã phát tận tay"), "done"),
    "returning": (Message("đang chuyển hoàn"), "warning"),
    "returned": (Message("đã trả cơ quan"), ""),
    "carrier": (Message("chuyển bưu chính ngoài tỉnh"), ""),
    "missing": (Message("thất lạc"), "danger"),
    "collections": (Message("hồ sơ nhận tại nhà"), ""),
    "submitted": (Message("hồ sơ đã nộp cơ quan"), "done"),
    "cancelled": (Message("cơ quan đã rút"), ""),
}
_MOST_NAMED = 12
_ALWAYS = ("agency", "post", "courier", "delivered")
CUSTODIANS: dict[desk.Custodian, Message] = {
    desk.Custodian.CENTRE: Message("trễ ở cơ quan"),
    desk.Custodian.OFFICE: Message("trễ ở bưu cục"),
    desk.Custodian.COURIER: Message("trễ ở bưu tá"),
    desk.Custodian.CARRIER: Message("trễ ở bưu chính đường trục"),
}


def _counters(counts: dict[str, int]) -> list[Counter]:
    return [
        Counter(number=counts[name], text=text, tone=tone, url=url_for("staff.items", pile=name))
        for name, (text, tone) in PILE_TEXTS.items()
        if counts[name] or name in _ALWAYS
    ]


def _late_counters(late: desk.LateCounts) -> list[Counter]:
    found = [
        Counter(number=n, text=CUSTODIANS[one], tone="danger", url=url_for("staff.late", custodian=one))
        for one, n in late.by_custodian.items()
        if n
    ]
    if late.n_rounds:
        rounds = Message("chuyến ngày trước chưa khép")
        found.insert(0, Counter(number=late.n_rounds, text=rounds, tone="danger", url=url_for("staff.late")))
    return found


def _own_name(session: Session) -> str:
    """Return the full name of whoever is signed in."""
    user = session.get(models.User, current_actor().user_id) if current_actor().user_id is not None else None
    return people.open_person(session, user.person).full_name if user is not None else ""


_WHO_FILTER: dict[desk.Custodian, str] = {
    desk.Custodian.CENTRE: "agency",
    desk.Custodian.OFFICE: "office",
    desk.Custodian.COURIER: "courier",
}


def _late_by(session: Session) -> list[Counter]:
    """Return who has the most late items to act on, each leading to that list."""
    wanted = queue.Wanted(office_id=current_actor().office_id)
    return [
        Counter(
            number=one.n,
            text=one.who,
            url=url_for("staff.late", **_who_filter(one)),
        )
        for one in desk.late_by_whom(session, wanted, now=services().now())[:_MOST_NAMED]
    ]


def _who_filter(one: desk.LateBy) -> dict[str, Any]:
    return {"custodian": one.custodian, _WHO_FILTER[one.custodian]: one.who_id}


def _batch_tasks(session: Session) -> list[Task]:
    actor = current_actor()
    if not (actor.may(Action.BATCH) or actor.may(Action.HAND_OVER)):
        return []
    n_open, n_closed = desk.n_unfinished_batches(session, agency_id=_own_agency(session))
    tasks = []
    if n_open and actor.may(Action.BATCH):
        tasks.append(Task(text=_n("{n} lô đang mở: đếm, cân rồi chốt", n=n_open), url=url_for("staff.batches")))
    if n_closed and actor.may(Action.HAND_OVER):
        text = _n("{n} lô đã chốt, chờ hai bên đếm và ký", n=n_closed)
        tasks.append(Task(text=text, url=url_for("staff.batches")))
    return tasks


def _own_agency(session: Session) -> int | None:
    office_id = current_actor().office_id
    office = session.get(models.Office, office_id) if office_id is not None else None
    return office.id if office is not None and office.kind is models.OfficeKind.ISSUING else None


def _tasks(session: Session, counts: dict[str, int]) -> list[Task]:
    actor = current_actor()
    needs = queue.queue_counts(session, queue.Wanted(office_id=actor.office_id), now=services().now())
    may_settle = actor.may(Action.SETTLE_DISCREPANCY)
    n_discrepancies = desk.n_open_discrepancies(session, office_id=actor.office_id) if may_settle else 0
    tasks = []
    if n_false := n_false_couriers():
        text = _n("{n} phản ánh người giả bưu tá: xử lý ngay", n=n_false)
        tasks.append(Task(text=text, url=url_for("staff.false_couriers")))
    if actor.may(Action.ANSWER_ADDRESS) and needs.address:
        text = _n("{n} địa chỉ chưa rõ xã, phường: hỏi người nhận rồi ghi câu trả lời", n=needs.address)
        tasks.append(Task(text=text, url=url_for("staff.queue", bucket="address")))
    if actor.may(Action.ANSWER_ADDRESS) and needs.point:
        text = _n("{n} bưu gửi chỉ biết đến xã, phường: xác nhận hoặc chấp nhận điểm gần đúng", n=needs.point)
        tasks.append(Task(text=text, url=url_for("staff.queue", bucket="point")))
    if actor.may(Action.BATCH) and needs.ready:
        tasks.append(Task(text=_n("{n} kết quả sẵn sàng xếp lô", n=needs.ready), url=url_for("staff.batches")))
    tasks += _batch_tasks(session)
    if actor.may(Action.PLAN) and counts["post"]:
        text = _n("{n} bưu gửi chờ xếp chuyến: lập phương án", n=counts["post"])
        tasks.append(Task(text=text, url=url_for("staff.plans")))
    if n_discrepancies:
        text = _n("{n} chênh lệch chưa giải quyết", n=n_discrepancies)
        tasks.append(Task(text=text, url=url_for("staff.discrepancies")))
    return tasks
