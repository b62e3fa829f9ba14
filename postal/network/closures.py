"""Communes cut off by flood or landslide: the register of closures, and the calendar each commune has because of it.

A closure always keeps stops out of the plans. Only one with its proof lets clocks stand still: force majeure is a plea
that must be shown. Nothing is deleted: a closure ends early or is taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from postal.errors import InvalidInput, NotFound
from postal.models import CommuneClosure
from postal.network.crew import BadPeriod
from postal.readings import once
from postal.rules.working_days import WorkingDays
from routing import Message

Period = tuple[date, date]
"""First and last day, both included."""
LONGEST_DAYS = 60


class ClosureTooLong(InvalidInput):
    code = "closure_too_long"
    says = Message("Mỗi lần đánh dấu chia cắt dài nhất {n} ngày; còn ngập thì đánh dấu tiếp.")


@dataclass(frozen=True, kw_only=True)
class Cut:
    """What cuts communes off: from ``first`` to ``last``, both included; without ``proof`` clocks go on."""

    communes: tuple[str, ...]
    first: date
    last: date
    reason: str
    proof: str = ""


class Calendars:
    """The working days of the province, and of each commune without those on which it was provably cut off."""

    def __init__(self, everywhere: WorkingDays, closed: Mapping[str, Collection[date]]) -> None:
        self.everywhere = everywhere
        self._closed = {code: frozenset(days) for code, days in closed.items() if days}
        self._made: dict[str, WorkingDays] = {}

    def closed(self, commune_code: str | None) -> frozenset[date]:
        """Return the days on which clocks stand still in a commune."""
        return self._closed.get(commune_code or "", frozenset())

    def cut_off(self) -> Collection[str]:
        """Return the codes of the communes that were cut off on any day."""
        return self._closed.keys()

    def alike(self) -> list[list[str]]:
        """Return the communes that were cut off, those of the same days together: a flood takes many at once."""
        found: dict[frozenset[date], list[str]] = {}
        for code in sorted(self._closed):
            found.setdefault(self._closed[code], []).append(code)
        return list(found.values())

    def of(self, commune_code: str | None) -> WorkingDays:
        """Return the working days of a commune, the province's where it was never cut off or is not known."""
        days = self.closed(commune_code)
        if not days or commune_code is None:
            return self.everywhere
        return self._made.setdefault(commune_code, self.everywhere.without(days))


def close(session: Session, cut: Cut, *, now: datetime) -> list[CommuneClosure]:
    """Note communes as cut off; the caller has looked their codes up. Raises BadPeriod, ClosureTooLong.

    A commune that is already noted for the same days keeps its one note; proof it lacked is added.
    """
    require_span(cut)
    same = standing().where(CommuneClosure.from_date == cut.first, CommuneClosure.until_date == cut.last)
    there = {
        one.commune_code: one for one in session.scalars(same.where(CommuneClosure.commune_code.in_(cut.communes)))
    }
    noted = []
    for code in dict.fromkeys(cut.communes):
        closure = there.get(code) or CommuneClosure(commune_code=code, from_date=cut.first, until_date=cut.last)
        if code not in there:
            closure.reason, closure.proof, closure.noted_at = cut.reason, cut.proof, now
            session.add(closure)
        closure.proof = closure.proof or cut.proof
        noted.append(closure)
    session.flush()
    return noted


def require_span(cut: Cut) -> None:
    """Refuse days that cannot be meant. Raises BadPeriod, ClosureTooLong."""
    if cut.last < cut.first:
        raise BadPeriod
    if (cut.last - cut.first).days >= LONGEST_DAYS:
        raise ClosureTooLong(n=LONGEST_DAYS)


def end(closure: CommuneClosure, *, on: date, now: datetime) -> None:
    """Let a commune be reached again from a day on; a closure that had not begun by then is taken back."""
    if closure.from_date < on:
        closure.until_date = min(closure.until_date, on - timedelta(days=1))
    else:
        closure.taken_back_at = now


def find(session: Session, closure_id: int) -> CommuneClosure:
    """Return a closure that stands, locked. Raises NotFound."""
    query = standing().where(CommuneClosure.id == closure_id).with_for_update()
    found = session.scalar(query)
    if found is None:
        raise NotFound(what=Message("lần chia cắt"))
    return found


def of_commune(session: Session, commune_code: str, *, on: date) -> Sequence[CommuneClosure]:
    """Return the closures of one commune that hold on a day or later."""
    query = standing().where(CommuneClosure.commune_code == commune_code, CommuneClosure.until_date >= on)
    return session.scalars(query.order_by(CommuneClosure.from_date, CommuneClosure.id)).all()


def closures(session: Session, *, on: date) -> Sequence[CommuneClosure]:
    """Return the closures that hold on a day or later, the earliest first."""
    query = standing().where(CommuneClosure.until_date >= on)
    return session.scalars(query.order_by(CommuneClosure.from_date, CommuneClosure.id)).all()


def over(session: Session, *, before: date, since: date) -> Sequence[CommuneClosure]:
    """Return closures that ended before a day or were taken back, not longer ago than ``since``, the latest first."""
    gone = CommuneClosure.taken_back_at.is_not(None) | (CommuneClosure.until_date < before)
    query = select(CommuneClosure).where(gone, CommuneClosure.until_date >= since)
    return session.scalars(query.order_by(CommuneClosure.until_date.desc(), CommuneClosure.id.desc())).all()


def closed_communes(session: Session, day: date) -> Sequence[str]:
    """Return the codes of communes cut off on a day."""
    held = (one for one in _periods(session) if one.from_date <= day <= one.until_date)
    return list(dict.fromkeys(one.commune_code for one in held))


def is_near(session: Session, commune_code: str | None, day: date, *, within: timedelta) -> bool:
    """Say whether a commune is cut off on a day, or was not longer before it than ``within``."""
    query = select(CommuneClosure.id).where(_stands(), CommuneClosure.commune_code == commune_code)
    query = query.where(CommuneClosure.from_date <= day, CommuneClosure.until_date >= day - within)
    return session.scalar(query.limit(1)) is not None


def load_calendars(session: Session, everywhere: WorkingDays, *, commune_code: str | None = None) -> Calendars:
    """Return the calendar of each commune; ``commune_code`` asks for that one alone."""
    closed: dict[str, set[date]] = defaultdict(set)
    for one in _periods(session, commune_code):
        if one.proof:
            n_days = (one.until_date - one.from_date).days + 1
            closed[one.commune_code].update(one.from_date + timedelta(days=n) for n in range(n_days))
    return Calendars(everywhere, closed)


def _periods(session: Session, commune_code: str | None = None) -> Sequence[Any]:
    """Return commune, days and proof of every closure that stands, of one commune or of all."""
    columns = (CommuneClosure.commune_code, CommuneClosure.from_date, CommuneClosure.until_date, CommuneClosure.proof)
    query = select(*columns).where(_stands()).order_by(CommuneClosure.id)
    if commune_code is not None:
        query = query.where(CommuneClosure.commune_code == commune_code)
    return once(session, ("closures that stand", commune_code), lambda: session.execute(query).all())


def standing() -> Select[CommuneClosure]:
    """Return the question for closures that were not taken back."""
    return select(CommuneClosure).where(_stands())


def _stands() -> ColumnElement[bool]:
    return CommuneClosure.taken_back_at.is_(None)
