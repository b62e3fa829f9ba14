"""Remedies: the changes of a day that would let a stop be served. One class for each kind of change.

A change knows its stop and how it changes the problem. Plans and orders store remedies as JSON: ``change`` is the kind,
its figures beside it, and under ``also`` a second change it needs. Times are in seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, ClassVar

from routing.errors import RemedyNotApplicable
from routing.solving.piece import MAX_PENALTY
from routing.types import Courier, Problem, Stop, Window

_ANY_TIME, _DAYS_WORK_S = Window(from_s=0, until_s=86_400), 8 * 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change for the sake of a stop.

    ``is_of_the_day``: it can be made to the day's problem; otherwise a person has to act, or the day is another.
    """

    kind: ClassVar[str]
    is_of_the_day: ClassVar[bool] = True
    stop_id: str

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with the change. Raises RemedyNotApplicable if it is none of this day."""
        raise RemedyNotApplicable(self.stop_id, self.kind)

    def to_json(self) -> dict[str, Any]:
        """Return the change as it is stored, without its stop and without empty fields."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "stop_id"}
        return {"change": self.kind} | {name: _plain(v) for name, v in values.items() if v not in (None, ())}


@dataclass(frozen=True, kw_only=True, slots=True)
class LongerShift(Change):
    """``courier_id`` works ``by_s`` longer; ``short_by_s`` is what the shift lacks, to the minute."""

    kind = "longer_shift"
    courier_id: str
    by_s: int
    short_by_s: int | None = None

    def apply(self, problem: Problem) -> Problem:
        return _with_courier(problem, self.courier_id, lambda c: longer(c, self.by_s))


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtraCourier(Change):
    """One more courier of ``office_id`` like another, who works ``by_s`` longer and brings skills and a box.

    ``like`` is None where nobody works that day: somebody for a day's work, at whatever hours.
    """

    kind = "extra_courier"
    office_id: str
    like: str | None = None
    by_s: int = 0
    skills: tuple[str, ...] = ()
    capacity_ml: int | None = None

    def apply(self, problem: Problem) -> Problem:
        if self.like is None:
            like = somebody(self.office_id)
        else:
            like = next(c for c in problem.couriers if c.courier_id == self.like)
        names = {c.courier_id for c in problem.couriers}
        name = next(f"{like.courier_id}+{n}" for n in range(1, len(names) + 2) if f"{like.courier_id}+{n}" not in names)
        more = replace(self._equipped(like), courier_id=name, has_left=False)
        return replace(problem, couriers=(*problem.couriers, more))

    def lending(self, courier_id: str) -> LendCourier:
        """Return the change in which the one more courier is one of ours."""
        return LendCourier(courier_id=courier_id, **{f.name: getattr(self, f.name) for f in fields(self)})

    def _equipped(self, courier: Courier) -> Courier:
        if courier.office_id != self.office_id:
            courier = replace(courier, office_id=self.office_id, start=None, end=None)
        return replace(
            longer(courier, self.by_s),
            skills=courier.skills | frozenset(self.skills),
            capacity_ml=max(courier.capacity_ml, self.capacity_ml or 0),
        )


def somebody(office_id: str) -> Courier:
    """Return a courier of an office where nobody works that day: eight hours, whenever they are needed."""
    return Courier(courier_id=office_id, office_id=office_id, shift=_ANY_TIME, longest_s=_DAYS_WORK_S)


@dataclass(frozen=True, kw_only=True, slots=True)
class LendCourier(ExtraCourier):
    """An ``ExtraCourier`` for whom a dispatcher named ``courier_id``, who starts from that office today."""

    kind = "lend_courier"
    courier_id: str

    def apply(self, problem: Problem) -> Problem:
        return _with_courier(problem, self.courier_id, self._equipped)


@dataclass(frozen=True, kw_only=True, slots=True)
class WidenWindow(Change):
    """The service may begin between ``from_s`` and ``until_s``; ``courier_id`` would serve it."""

    kind = "widen_window"
    from_s: int
    until_s: int
    courier_id: str | None = None

    def apply(self, problem: Problem) -> Problem:
        window = Window(from_s=self.from_s, until_s=self.until_s)
        return _with_stop(problem, self.stop_id, lambda s: replace(s, window=window))


@dataclass(frozen=True, kw_only=True, slots=True)
class AllowCourier(Change):
    """``courier_id`` gets the ``skills`` the stop asks for."""

    kind = "allow_courier"
    courier_id: str
    skills: tuple[str, ...] = ()

    def apply(self, problem: Problem) -> Problem:
        return _with_courier(problem, self.courier_id, lambda c: replace(c, skills=c.skills | frozenset(self.skills)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Unlock(Change):
    """Others than ``locked_to`` may serve the stop; ``courier_id`` would."""

    kind = "unlock"
    locked_to: str
    courier_id: str | None = None

    def apply(self, problem: Problem) -> Problem:
        return _with_stop(problem, self.stop_id, lambda s: replace(s, locked_to=None))


@dataclass(frozen=True, kw_only=True, slots=True)
class LargerBox(Change):
    """``courier_id`` can carry ``capacity_ml``."""

    kind = "larger_box"
    courier_id: str
    capacity_ml: int

    def apply(self, problem: Problem) -> Problem:
        def with_box(courier: Courier) -> Courier:
            return replace(courier, capacity_ml=max(courier.capacity_ml, self.capacity_ml))

        return _with_courier(problem, self.courier_id, with_box)


@dataclass(frozen=True, kw_only=True, slots=True)
class MustToday(Change):
    """The stop must be served today: waiting costs ``waiting_s`` only, going ``going_s``."""

    kind = "must_today"
    waiting_s: int
    going_s: int

    def apply(self, problem: Problem) -> Problem:
        return must_today(problem, self.stop_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCommune(Change):
    """``commune_code`` may be visited again; on ``day``, where the register of closures knows it."""

    kind = "open_commune"
    commune_code: str
    day: date | None = None

    def apply(self, problem: Problem) -> Problem:
        return replace(problem, closed_communes=problem.closed_communes - {self.commune_code})


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitSequence(Change):
    """The stops of its sequence need not be served one directly after the other."""

    kind = "split_sequence"

    def apply(self, problem: Problem) -> Problem:
        return replace(problem, sequences=tuple(q for q in problem.sequences if self.stop_id not in q))


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanAgain(Change):
    """There is room: the search ended before it came to this stop."""

    kind = "plan_again"

    def apply(self, problem: Problem) -> Problem:
        return problem


@dataclass(frozen=True, kw_only=True, slots=True)
class FixField(Change):
    """``field`` cannot be right: data has to be corrected."""

    kind = "fix_field"
    is_of_the_day = False
    field: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AnotherDay(Change):
    """No change was found for today; alone on an empty day the stop can be served."""

    kind = "another_day"
    is_of_the_day = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NotTried(Change):
    """The time for looking was over."""

    kind = "not_tried"
    is_of_the_day = False


CHANGES: dict[str, type[Change]] = {
    change.kind: change
    for change in (
        LongerShift, ExtraCourier, LendCourier, WidenWindow, AllowCourier, Unlock, LargerBox, MustToday, OpenCommune,
        SplitSequence, PlanAgain, FixField, AnotherDay, NotTried,
    )
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Rival:
    """The stop, and its courier's round, whose place the unserved stop could take.

    ``dearer_s`` is how much more the plan would then cost; None where the rival's promise decides.
    """

    stop_id: str
    courier_id: str
    dearer_s: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Remedy:
    """The changes that would let a stop be served, made one after the other.

    ``extra_s`` is what they cost in travel and other costs of the plan. ``rival`` is whom the stop competed with.
    """

    changes: tuple[Change, ...]
    extra_s: int | None = None
    rival: Rival | None = None

    @classmethod
    def of(cls, change: Change) -> Remedy:
        """Return a remedy of one change whose cost is not known."""
        return cls(changes=(change,))

    @property
    def first(self) -> Change:
        """Return the first change, which names the remedy."""
        return self.changes[0]

    @property
    def needs_courier(self) -> bool:
        """Return whether somebody has to be named who drives one more round."""
        return any(type(change) is ExtraCourier for change in self.changes)

    @property
    def lent(self) -> tuple[str, ...]:
        """Return the couriers whom a dispatcher named for one more round."""
        return tuple(change.courier_id for change in self.changes if isinstance(change, LendCourier))

    def lending(self, courier_id: str) -> Remedy:
        """Return the remedy in which ``courier_id`` drives the one more round."""
        changes = (c.lending(courier_id) if type(c) is ExtraCourier else c for c in self.changes)
        return replace(self, changes=tuple(changes))

    def apply(self, problem: Problem) -> Problem:
        """Return the problem with all changes, and the stop first among those that must be served today.

        The changes are made for this stop: without that, others that waited would take the room they make. Raises
        RemedyNotApplicable where one of them is no change of this day.
        """
        for change in self.changes:
            problem = must_today(change.apply(problem), change.stop_id)
        return problem

    def to_json(self) -> dict[str, Any]:
        """Return the remedy as it is stored: the changes nested under ``also``, the rest beside the first."""
        stored: dict[str, Any] = {}
        for change in reversed(self.changes):
            stored = change.to_json() | ({"also": stored} if stored else {})
        if self.extra_s is not None:
            stored["extra_s"] = self.extra_s
        if self.rival is not None:
            stored |= {"rival_stop_id": self.rival.stop_id, "rival_courier_id": self.rival.courier_id}
            stored |= {} if self.rival.dearer_s is None else {"rival_dearer_s": self.rival.dearer_s}
        return stored

    @classmethod
    def from_json(cls, stop_id: str, stored: dict[str, Any]) -> Remedy:
        """Return a stored remedy of a stop. Raises RemedyNotApplicable if it is none, or of an unknown kind."""
        changes = []
        part: dict[str, Any] | None = stored
        while part:
            changes.append(_change(stop_id, part))
            part = part.get("also")
        if not changes:
            raise RemedyNotApplicable(stop_id, "")
        rival = None
        if "rival_stop_id" in stored:
            who = stored["rival_stop_id"], stored["rival_courier_id"]
            rival = Rival(stop_id=who[0], courier_id=who[1], dearer_s=stored.get("rival_dearer_s"))
        return cls(changes=tuple(changes), extra_s=stored.get("extra_s"), rival=rival)


def _change(stop_id: str, stored: dict[str, Any]) -> Change:
    kind = str(stored.get("change", ""))
    cls = CHANGES.get(kind)
    if cls is None:
        raise RemedyNotApplicable(stop_id, kind)
    values = {f.name: _read(f.name, stored[f.name]) for f in fields(cls) if f.name in stored and f.name != "stop_id"}
    try:
        return cls(stop_id=stop_id, **values)
    except TypeError as exc:  # a field it cannot do without is missing
        raise RemedyNotApplicable(stop_id, kind) from exc


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _read(name: str, value: Any) -> Any:
    if name == "day" and isinstance(value, str):
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def must_today(problem: Problem, stop_id: str) -> Problem:
    """Return the problem in which the stop must be served today."""
    return _with_stop(problem, stop_id, lambda s: replace(s, must_today=True, lateness_per_day=MAX_PENALTY))


def longer(courier: Courier, by_s: int) -> Courier:
    """Return the courier with a shift that ends so much later."""
    longest_s = None if courier.longest_s is None else courier.longest_s + by_s
    shift = Window(from_s=courier.shift.from_s, until_s=courier.shift.until_s + by_s)
    return replace(courier, shift=shift, longest_s=longest_s)


def _with_stop(problem: Problem, stop_id: str, change: Callable[[Stop], Stop]) -> Problem:
    """Change a stop, and the stops of its sequence with it."""
    together: set[str] = {stop_id}.union(*(q for q in problem.sequences if stop_id in q))
    return replace(problem, stops=tuple(change(s) if s.stop_id in together else s for s in problem.stops))


def _with_courier(problem: Problem, courier_id: str, change: Callable[[Courier], Courier]) -> Problem:
    couriers = (change(c) if c.courier_id == courier_id else c for c in problem.couriers)
    return replace(problem, couriers=tuple(couriers))
