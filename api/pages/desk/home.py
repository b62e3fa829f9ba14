"""The desk's blueprint and its first page: what the day looks like, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import render_desk
from api.web.auth import allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Action, Message, Session, State, desk, queue
from postal.life import balance

staff = Blueprint("staff", __name__, url_prefix="/staff")


@dataclass(frozen=True, kw_only=True)
class Counter:
    """One number of the departure board."""

    number: int
    text: Message | str
    tone: str = ""
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing somebody should do now."""

    text: str
    url: str


@staff.get("/")
@allow(Action.SEE_QUEUE)
def home() -> ResponseReturnValue:
    """Show the balance of everything that ever came in, and what waits for a decision."""
    with services().database.read() as session:
        counts = desk.state_counts(session)
        whole = balance.balance(session)
        return render_desk(
            "staff/home.html",
            _("Hôm nay"),
            counters=_counters(counts),
            balance=whole,
            tasks=_tasks(session, counts),
        )


def _counters(counts: dict[State, int]) -> list[Counter]:
    groups: tuple[tuple[str, str, tuple[State, ...]], ...] = (
        (_("chờ bàn giao"), "", (State.WAITING, State.BATCHED)),
        (_("bưu chính đang giữ"), "", (State.HANDED_OVER, State.AT_OFFICE, State.HELD)),
        (_("bưu tá đang giữ"), "accent", (State.ON_ROUND, State.ATTEMPTED)),
        (_("đã phát tận tay"), "done", (State.DELIVERED,)),
        (_("đang chuyển hoàn"), "warning", (State.RETURNING_TO_SENDER,)),
        (_("chuyển bưu chính ngoài tỉnh"), "", (State.WITH_CARRIER,)),
        (_("hồ sơ nhận tại nhà"), "", (State.AWAITING_COLLECTION, State.ON_COLLECTION_ROUND, State.COLLECTED)),
    )
    return [
        Counter(number=sum(counts.get(state, 0) for state in states), text=text, tone=tone)
        for text, tone, states in groups
    ]


def _tasks(session: Session, counts: dict[State, int]) -> list[Task]:
    actor = current_actor()
    needs = queue.queue_counts(session, office_id=actor.office_id)
    n_discrepancies = len(desk.open_discrepancies(session))
    tasks = []
    if actor.may(Action.ANSWER_ADDRESS) and needs.address:
        text = _n("{n} địa chỉ chưa rõ xã, phường: hỏi người nhận rồi ghi câu trả lời", n=needs.address)
        tasks.append(Task(text=text, url=url_for("staff.queue", bucket="address")))
    if actor.may(Action.ANSWER_ADDRESS) and needs.point:
        text = _n("{n} bưu gửi chỉ biết đến xã, phường: xác nhận hoặc chấp nhận điểm gần đúng", n=needs.point)
        tasks.append(Task(text=text, url=url_for("staff.queue", bucket="point")))
    if actor.may(Action.BATCH) and needs.ready:
        tasks.append(Task(text=_n("{n} kết quả sẵn sàng xếp lô", n=needs.ready), url=url_for("staff.batches")))
    if actor.may(Action.PLAN) and counts.get(State.HANDED_OVER, 0) + counts.get(State.AT_OFFICE, 0):
        n_here = counts.get(State.HANDED_OVER, 0) + counts.get(State.AT_OFFICE, 0)
        tasks.append(Task(text=_n("{n} bưu gửi chờ xếp chuyến: lập phương án", n=n_here), url=url_for("staff.plans")))
    if actor.may(Action.SETTLE_DISCREPANCY) and n_discrepancies:
        text = _n("{n} chênh lệch chưa giải quyết", n=n_discrepancies)
        tasks.append(Task(text=text, url=url_for("staff.discrepancies")))
    return tasks
