"""The desk's blueprint and its first page: what the day looks like, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import render_desk
from api.web.auth import allow, current_actor
from api.wiring import services
from postal import Action, Session, State, desk, queue
from postal.life import balance

staff = Blueprint("staff", __name__, url_prefix="/staff")


@dataclass(frozen=True, kw_only=True)
class Counter:
    """One number of the departure board."""

    number: int
    text: str
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
            "Hôm nay",
            "Today",
            counters=_counters(counts),
            balance=whole,
            tasks=_tasks(session, counts),
        )


def _counters(counts: dict[State, int]) -> list[Counter]:
    groups: tuple[tuple[str, str, tuple[State, ...]], ...] = (
        ("chờ bàn giao", "", (State.WAITING, State.BATCHED)),
        ("bưu chính đang giữ", "", (State.HANDED_OVER, State.AT_OFFICE, State.HELD)),
        ("bưu tá đang giữ", "accent", (State.ON_ROUND, State.ATTEMPTED)),
        ("đã phát tận tay", "done", (State.DELIVERED,)),
        ("đang chuyển hoàn", "warning", (State.RETURNING_TO_SENDER,)),
        ("chuyển bưu chính ngoài tỉnh", "", (State.WITH_CARRIER,)),
        ("hồ sơ nhận tại nhà", "", (State.AWAITING_COLLECTION, State.ON_COLLECTION_ROUND, State.COLLECTED)),
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
        text = f"{needs.address} địa chỉ chưa rõ xã, phường: hỏi người nhận rồi ghi câu trả lời"
        tasks.append(Task(text=text, url=url_for("staff.queue", bucket="address")))
    if actor.may(Action.ANSWER_ADDRESS) and needs.point:
        text = f"{needs.point} bưu gửi chỉ biết đến xã, phường: xác nhận điểm hoặc cho đi"
        tasks.append(Task(text=text, url=url_for("staff.queue", bucket="point")))
    if actor.may(Action.BATCH) and needs.ready:
        tasks.append(Task(text=f"{needs.ready} kết quả sẵn sàng xếp lô", url=url_for("staff.batches")))
    if actor.may(Action.PLAN) and counts.get(State.HANDED_OVER, 0) + counts.get(State.AT_OFFICE, 0):
        n_here = counts.get(State.HANDED_OVER, 0) + counts.get(State.AT_OFFICE, 0)
        tasks.append(Task(text=f"{n_here} bưu gửi chờ xếp chuyến: lập phương án", url=url_for("staff.plans")))
    if actor.may(Action.SETTLE_DISCREPANCY) and n_discrepancies:
        text = f"{n_discrepancies} chênh lệch chưa giải quyết"
        tasks.append(Task(text=text, url=url_for("staff.discrepancies")))
    return tasks
