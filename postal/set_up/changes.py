"""Changes of the set-up: looked at before, from a day on, undone by another change; nothing is deleted.

A change that holds from today is in force at once. One of a later day waits: the worker puts it in force when its day
comes, and plans made before for that day count with it already (`foreseen`). What acts at the door are judged by never
changes within a day: such a change, and its undoing, begins tomorrow at the earliest.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
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
from postal.set_up.kinds import KINDS, Values, names
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


class NeverUndone(Conflict):
    """What cannot be brought back by its nature; the sentence says what to do instead."""

    code = "never_undone"
    says = Message("Không hoàn lại được. {why}")


def _as_asked(_now: Values, after: Values) -> Values:
    return after


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants changed: some values of one thing from a day on, and why. Texts are NFC.

    ``settles`` says from the values of now what those asked for come to; it refuses what this way of asking may not do.
    """

    area: SetUpArea
    subject: str
    after: Values
    from_day: date
    reason: str
    settles: Callable[[Values, Values], Values] = _as_asked

    def __post_init__(self) -> None:
        # What a change keeps is compared with what its area stored, letter for letter.
        object.__setattr__(self, "after", {name: _composed(value) for name, value in self.after.items()})
        object.__setattr__(self, "reason", _composed(self.reason))


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
    kind = KINDS[wanted.area]
    before, after = _before(act, wanted)
    kind.may_touch(act, wanted.subject)
    kind.check(act, wanted.subject, after)
    trial = act.session.begin_nested()
    try:
        kind.put(act.session, wanted.subject, after, act.now)
        act.session.flush()
    finally:
        trial.rollback()
    return [Difference(name=name, before=was, after=after[name]) for name, was in before.items()]


def make(act: Act, wanted: Wanted) -> SetUpChange:
    """Change something of the set-up from a day on; what waited for a day until now comes before it.

    Raises NothingChanged, DayPassed, FromTomorrow, InvalidInput, NotFound and what the area refuses.
    """
    put_due(act.session, now=act.now)
    differences, kind = preview(act, wanted), KINDS[wanted.area]
    after = {one.name: one.after for one in differences}
    change = SetUpChange(
        area=wanted.area,
        subject=wanted.subject,
        before=kind.seal(act.session, {one.name: one.before for one in differences}, act.now),
        after=kind.seal(act.session, after, act.now),
        from_day=wanted.from_day,
        reason=wanted.reason.strip(),
        made_at=act.now,
        user_id=act.by.user_id,
        command=act.by.command,
    )
    act.session.add(change)
    if wanted.from_day <= local_day(act.now):
        kind.put(act.session, wanted.subject, after, act.now)
        change.in_force_at = act.now
    act.session.flush()
    _note(act, "set_up_changed", change)
    return change


def undo(act: Act, change_id: int, *, reason: str) -> SetUpChange:
    """Bring back what was before a change, by another one that holds from the first day it can (`Kind.first_day`).

    One that waited never comes.
    Raises NotFound, InvalidInput without a reason, AlreadyUndone, NeverUndone, ChangedSince where another change
    of these values still stands on it, and what the area refuses.
    """
    put_due(act.session, now=act.now)
    change = act.session.get(SetUpChange, change_id, with_for_update=True, populate_existing=True)
    if change is None:
        raise NotFound(what=Message("thay đổi"))
    if not reason.strip():
        raise InvalidInput(field="reason")
    if _is_undone(act.session, change):
        raise AlreadyUndone
    was_in_force, kind = change.in_force_at is not None, KINDS[change.area]
    kind.may_touch(act, change.subject)
    today = local_day(act.now)
    first_day = kind.first_day(today) if was_in_force else today
    if was_in_force:
        _bring_back(act, change, is_now=first_day == today)
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


def _bring_back(act: Act, change: SetUpChange, *, is_now: bool) -> None:
    """Look whether what was before a change can be again, and let it be so now where asked for."""
    kind = KINDS[change.area]
    before, after = kind.unseal(act.session, change.before), kind.unseal(act.session, change.after)
    if (why := kind.final(after)) is not None:
        raise NeverUndone(why=why)
    kind.check(act, change.subject, before)
    now = kind.read(act.session, change.subject)
    is_other = any(_composed(now.get(name)) != _composed(value) for name, value in after.items())
    if is_other or _is_built_on(act.session, change):
        raise ChangedSince
    if is_now:
        kind.put(act.session, change.subject, before, act.now)


def _is_built_on(session: Session, change: SetUpChange) -> bool:
    """Say whether a later change of the same values still stands, though they look as this one left them.

    One that was undone does not, nor does its undoing: together they leave things as they were.
    """
    mine = (
        SetUpChange.area == change.area,
        SetUpChange.subject == change.subject,
        SetUpChange.in_force_at.is_not(None),
    )
    query = select(SetUpChange).where(*mine).order_by(SetUpChange.in_force_at, SetUpChange.from_day, SetUpChange.id)
    known = session.scalars(query).all()
    by_id, undone = {one.id: one for one in known}, {one.undoes_id for one in known}
    later = known[known.index(change) + 1 :]
    later_ids = {one.id for one in later}

    def stands(one: SetUpChange) -> bool:
        root, is_undoing = one, False
        while root.undoes_id is not None and root.undoes_id in by_id:
            root, is_undoing = by_id[root.undoes_id], not is_undoing
        return not is_undoing or root.id not in later_ids

    return any(stands(one) for one in later if one.id not in undone and one.after.keys() & change.after.keys())


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
                kind.put(session, change.subject, kind.unseal(session, change.after), now)
                change.before = kind.seal(session, {name: known.get(name) for name in change.after}, now)
                change.in_force_at = now
            n_done += 1
        except (PostalError, IntegrityError):
            session.refresh(change)
    return n_done


def foreseen(session: Session, area: SetUpArea, day: date, *, after: date | None = None) -> dict[str, dict[str, Any]]:
    """Return by subject the values that wait now and hold on a day; with ``after`` those of a later day than that."""
    waiting = _waiting().where(SetUpChange.from_day <= day)
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for change in once(session, ("foreseen", day), lambda: session.scalars(waiting).all()):
        if change.area is area and (after is None or change.from_day > after):
            found[change.subject] |= change.after
    return found


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A change as a page lists it, its values as they are read; ``is_waiting`` for its day.

    ``final`` says why it cannot be undone, None where it can.
    """

    change: SetUpChange
    before: Values
    after: Values
    final: Message | None
    by: str
    is_waiting: bool
    is_undone: bool


def listed(
    session: Session,
    *,
    area: SetUpArea | tuple[SetUpArea, ...] | None = None,
    subject: str | None = None,
    courier: str | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> Sequence[Listed]:
    """Return changes, the newest first, of one area or thing where asked for; ``by`` is a user name or a command.

    With a ``courier``'s code those of this courier's rounds, name and days off.
    """
    query = select(SetUpChange, _undone()).options(joinedload(SetUpChange.user)).order_by(SetUpChange.id.desc())
    if area is not None:
        query = query.where(SetUpChange.area.in_((area,) if isinstance(area, SetUpArea) else area))
    if subject is not None:
        query = query.where(SetUpChange.subject == subject)
    if courier is not None:
        is_own = SetUpChange.area.in_((SetUpArea.COURIER, SetUpArea.COURIER_NAME)) & (SetUpChange.subject == courier)
        is_away = SetUpChange.area == SetUpArea.ABSENCE
        query = query.where(is_own | is_away & SetUpChange.subject.startswith(f"{courier} ", autoescape=True))
    if before_id is not None:
        query = query.where(SetUpChange.id < before_id)
    found = session.execute(query.limit(limit)).all()
    of_names = [change for change, _ in found if change.area is SetUpArea.COURIER_NAME]
    _people = names.read_together(session, [kept for one in of_names for kept in (one.before, one.after)])
    return [
        Listed(
            change=change,
            before=KINDS[change.area].unseal(session, change.before),
            after=KINDS[change.area].unseal(session, change.after),
            final=KINDS[change.area].final(change.after) if change.in_force_at is not None else None,
            by=change.user.username if change.user is not None else change.command or "",
            is_waiting=change.in_force_at is None and not is_undone,
            is_undone=is_undone,
        )
        for change, is_undone in found
    ]


def _composed(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_composed(one) for one in value]
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def _before(act: Act, wanted: Wanted) -> tuple[dict[str, Any], Values]:
    """Return what is different now, as it is now, and what is asked for."""
    today = local_day(act.now)
    if not today <= wanted.from_day or (wanted.from_day - today).days > MOST_DAYS_AHEAD:
        raise DayPassed(field="from_day")
    if wanted.from_day < KINDS[wanted.area].first_day(today):
        raise FromTomorrow(field="from_day")
    if not wanted.reason.strip():
        raise InvalidInput(field="reason")
    now = KINDS[wanted.area].read(act.session, wanted.subject)
    # What is due and still waits was refused when its day came: it is not how things are.
    coming = foreseen(act.session, wanted.area, wanted.from_day, after=today).get(wanted.subject, {})
    now |= KINDS[wanted.area].unseal(act.session, coming)
    after = wanted.settles(now, wanted.after)
    before = {name: now.get(name) for name, value in after.items() if now.get(name) != value}
    if not before:
        raise NothingChanged
    return before, after


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
