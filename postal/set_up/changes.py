"""Changes of the set-up: looked at before, from a day on, undone by another change; nothing is deleted.

A change that holds from today is in force at once. One of a later day waits: the worker puts it in force when its day
comes, and plans made before for that day count with it already (`foreseen`). What acts at the door are judged by never
changes within a day: such a change, and its undoing, begins tomorrow at the earliest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased, joinedload

from postal.access import audit
from postal.access.act import Act
from postal.errors import Conflict, InvalidInput, NotFound, PostalError
from postal.models import SetUpArea, SetUpChange
from postal.readings import once
from postal.rules.working_days import local_day
from postal.set_up.kinds import KINDS, Values
from routing import Message

MOST_DAYS_AHEAD = 366


class NothingChanged(InvalidInput):
    code = "nothing_changed"
    says = Message("Không có gì khác với hiện nay. Sửa một giá trị rồi xem lại.")


class DayPassed(InvalidInput):
    code = "day_passed"
    says = Message("Ngày áp dụng từ hôm nay đến một năm tới: không đổi lùi những gì đã phát, đã in.")


class FromTomorrow(InvalidInput):
    code = "from_tomorrow"
    says = Message("Đổi bằng chứng và ảnh sớm nhất từ ngày mai: việc trong ngày xét theo một quy định.")


class AlreadyUndone(Conflict):
    code = "already_undone"
    says = Message("Thay đổi này đã được hoàn lại.")


class ChangedSince(Conflict):
    code = "changed_since"
    says = Message("Sau thay đổi này giá trị đã đổi tiếp. Hoàn lại thay đổi mới nhất trước.")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants changed: some values of one thing from a day on, and why."""

    area: SetUpArea
    subject: str
    after: Values
    from_day: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value before and after."""

    name: str
    before: Any
    after: Any


def preview(act: Act, wanted: Wanted) -> list[Difference]:
    """Return what would be different, having tried it: what cannot be is refused here already.

    The transaction is as before. Raises NothingChanged, DayPassed, FromTomorrow, InvalidInput, NotFound and what the
    area refuses.
    """
    before = _before(act, wanted)
    trial = act.session.begin_nested()
    try:
        KINDS[wanted.area].put(act.session, wanted.subject, wanted.after)
        act.session.flush()
    finally:
        trial.rollback()
    return [Difference(name=name, before=was, after=wanted.after[name]) for name, was in before.items()]


def make(act: Act, wanted: Wanted) -> SetUpChange:
    """Change something of the set-up from a day on; what waited for a day until now comes before it.

    Raises NothingChanged, DayPassed, FromTomorrow, InvalidInput, NotFound and what the area refuses.
    """
    put_due(act.session, now=act.now)
    differences = preview(act, wanted)
    change = SetUpChange(
        area=wanted.area,
        subject=wanted.subject,
        before={one.name: one.before for one in differences},
        after={one.name: one.after for one in differences},
        from_day=wanted.from_day,
        reason=wanted.reason.strip(),
        made_at=act.now,
        user_id=act.by.user_id,
        command=act.by.command,
    )
    act.session.add(change)
    if wanted.from_day <= local_day(act.now):
        KINDS[wanted.area].put(act.session, wanted.subject, change.after)
        change.in_force_at = act.now
    act.session.flush()
    _note(act, "set_up_changed", change)
    return change


def undo(act: Act, change_id: int, *, reason: str) -> SetUpChange:
    """Bring back what was before a change, by another one that holds from the first day it can (`Kind.first_day`).

    One that waited never comes.
    Raises NotFound, InvalidInput without a reason, AlreadyUndone, ChangedSince where a value is another one by now.
    """
    put_due(act.session, now=act.now)
    change = act.session.get(SetUpChange, change_id, with_for_update=True, populate_existing=True)
    if change is None:
        raise NotFound(what=Message("thay đổi"))
    if not reason.strip():
        raise InvalidInput(field="reason")
    was_in_force = change.in_force_at is not None
    today = local_day(act.now)
    first_day = KINDS[change.area].first_day(today) if was_in_force else today
    if was_in_force:
        now = KINDS[change.area].read(act.session, change.subject)
        if any(now.get(name) != value for name, value in change.after.items()):
            raise AlreadyUndone if _is_undone(act.session, change) else ChangedSince
        if first_day == today:
            KINDS[change.area].put(act.session, change.subject, change.before)
    back = SetUpChange(
        area=change.area,
        subject=change.subject,
        before=change.after if was_in_force else {},
        after=change.before if was_in_force else {},
        from_day=first_day,
        reason=reason.strip(),
        made_at=act.now,
        user_id=act.by.user_id,
        command=act.by.command,
        in_force_at=act.now if first_day == today else None,
        undoes_id=change.id,
    )
    try:
        with act.session.begin_nested():
            act.session.add(back)
    except IntegrityError as exc:  # the index lets one undo through
        raise AlreadyUndone from exc
    if not was_in_force and change.undoes_id is not None:
        change.undoes_id = None  # an undoing that never comes undoes nothing, and leaves its place to another
    _note(act, "set_up_undone", back)
    return back


def put_due(session: Session, *, now: datetime) -> int:
    """Put in force what waited for this day, the earliest first; return how many.

    What cannot be any longer goes on waiting: the page of changes shows it as overdue.
    """
    n_done = 0
    for change in session.scalars(_waiting().where(SetUpChange.from_day <= local_day(now)).with_for_update()):
        kind = KINDS[change.area]
        if _is_undone(session, change):  # while this waited for its row
            continue
        try:
            with session.begin_nested():
                known = kind.read(session, change.subject)
                kind.put(session, change.subject, change.after)
                change.before = {name: known.get(name) for name in change.after}
                change.in_force_at = now
            n_done += 1
        except (PostalError, IntegrityError):
            session.refresh(change)
    return n_done


def foreseen(session: Session, area: SetUpArea, day: date) -> dict[str, dict[str, Any]]:
    """Return by subject the values that wait now and hold on a day."""
    waiting = _waiting().where(SetUpChange.from_day <= day)
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for change in once(session, ("foreseen", day), lambda: session.scalars(waiting).all()):
        if change.area is area:
            found[change.subject] |= change.after
    return found


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A change as a page lists it; ``is_waiting`` for its day, ``can_be_undone`` by another one."""

    change: SetUpChange
    by: str
    is_waiting: bool
    is_undone: bool


def listed(
    session: Session,
    *,
    area: SetUpArea | None = None,
    subject: str | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> Sequence[Listed]:
    """Return changes, the newest first, of one area or thing where asked for; ``by`` is a user name or a command."""
    query = select(SetUpChange, _undone()).options(joinedload(SetUpChange.user)).order_by(SetUpChange.id.desc())
    if area is not None:
        query = query.where(SetUpChange.area == area)
    if subject is not None:
        query = query.where(SetUpChange.subject == subject)
    if before_id is not None:
        query = query.where(SetUpChange.id < before_id)
    return [
        Listed(
            change=change,
            by=change.user.username if change.user is not None else change.command or "",
            is_waiting=change.in_force_at is None and not is_undone,
            is_undone=is_undone,
        )
        for change, is_undone in session.execute(query.limit(limit))
    ]


def _before(act: Act, wanted: Wanted) -> dict[str, Any]:
    today = local_day(act.now)
    if not today <= wanted.from_day or (wanted.from_day - today).days > MOST_DAYS_AHEAD:
        raise DayPassed(field="from_day")
    if wanted.from_day < KINDS[wanted.area].first_day(today):
        raise FromTomorrow(field="from_day")
    if not wanted.reason.strip():
        raise InvalidInput(field="reason")
    now = KINDS[wanted.area].read(act.session, wanted.subject)
    now |= foreseen(act.session, wanted.area, wanted.from_day).get(wanted.subject, {})
    before = {name: now.get(name) for name, value in wanted.after.items() if now.get(name) != value}
    if not before:
        raise NothingChanged
    return before


def _waiting() -> Select[SetUpChange]:
    query = select(SetUpChange).where(SetUpChange.in_force_at.is_(None), ~_undone())
    return query.order_by(SetUpChange.from_day, SetUpChange.id)


def _undone() -> ColumnElement[bool]:
    later = aliased(SetUpChange)
    return exists().where(later.undoes_id == SetUpChange.id)


def _is_undone(session: Session, change: SetUpChange) -> bool:
    return bool(session.scalar(select(exists().where(SetUpChange.undoes_id == change.id))))


def _note(act: Act, action: str, change: SetUpChange) -> None:
    facts = {"change": change.id, "of": change.subject, "fields": sorted(change.after)}
    audit.note(act, action, str(change.area), change.id, reason=change.reason, **facts)
