"""A flood day: communes are noted as cut off, clocks stand still, recipients are told, and all of it can be undone.

Rounds are not changed here: what is out comes back as its couriers report it, what is planned is planned anew without
the communes (`postal.rounds.problem`). This says which rounds that concerns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postal.access import audit
from postal.access.act import Act
from postal.access.ownership import subject_of_commune
from postal.access.policy import Action, require_for
from postal.errors import InvalidInput
from postal.life.suspension import moved_promises, reckon_promises
from postal.models import (
    CommuneClosure,
    Consignment,
    DayPlan,
    DeliveryRound,
    Item,
    PlanStatus,
    RoundStatus,
    RoundStop,
)
from postal.models.keys import blocks
from postal.network import closures
from postal.network.closures import Cut
from postal.network.promises import load_calendar, load_calendars
from postal.outside.notices import CUT_OFF, queue_notice
from postal.rules.lifecycle import State
from postal.rules.working_days import local_day
from routing import Message

# Whose recipients wait for somebody to come.
_AWAITED = (State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND, State.ATTEMPTED, State.HELD)
_STILL_TO_GO = (
    State.HANDED_OVER,
    State.AT_OFFICE,
    State.ON_ROUND,
    State.AWAITING_COLLECTION,
    State.ON_COLLECTION_ROUND,
)
_TOLD_WITHIN = timedelta(days=1)


class NoCommune(InvalidInput):
    code = "no_commune"
    says = Message("Chưa chọn xã, phường nào. Chọn trên bản đồ hoặc trong danh sách.")


class NoProof(InvalidInput):
    code = "no_proof"
    says = Message("Căn cứ còn trống. Ghi số văn bản hay nguồn của thông báo, ví dụ “Công điện 12/CĐ-UBND ngày 24/11”.")


@dataclass(frozen=True, kw_only=True)
class RoundHit:
    """A round not closed yet that has stops in communes cut off."""

    round: DeliveryRound
    n_stops: int


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What cutting communes off does: promises that end later, whom a message would reach, rounds it concerns.

    ``latest`` is the last day a moved promise ends; None where none moves. ``n_waiting`` pieces are on their way there.
    """

    n_promises: int
    latest: date | None
    n_waiting: int
    n_recipients: int
    rounds: tuple[RoundHit, ...]


def foresee(act: Act, cut: Cut) -> Effect:
    """Return what `cut_off` would do now. Raises NoCommune, BadPeriod, ClosureTooLong, Forbidden."""
    _require(act, cut)
    session = act.session
    calendars = _as_if(session, cut) if cut.proof else load_calendars(session)
    ends = [by for _, by in moved_promises(session, cut.communes, calendars, since=cut.first)]
    waiting = _waiting(session, cut.communes)
    return Effect(
        n_promises=len(ends),
        latest=local_day(max(ends)) if ends else None,
        n_waiting=sum(n for _, n in waiting.values()),
        n_recipients=len({person_id for person_id, _ in waiting.values()}),
        rounds=tuple(_rounds(session, cut)),
    )


def cut_off(act: Act, cut: Cut, *, tells: bool = False) -> list[CommuneClosure]:
    """Note communes as cut off and let what waits there wait; ``tells`` its recipients by a message.

    Raises NoCommune, BadPeriod, ClosureTooLong, Forbidden for a commune of another office.
    """
    _require(act, cut)
    noted = closures.close(act.session, cut, now=act.now)
    for closure in noted:
        audit.note(act, "commune_closed", "closure", closure.id)
    _reckon(act, cut.communes, since=cut.first)
    if tells:
        _tell(act, cut.communes)
    return noted


def prove(act: Act, closure_id: int, proof: str) -> CommuneClosure:
    """Add to a closure what shows it: from its first day on clocks stand still. Raises NotFound, NoProof, Forbidden."""
    closure = closures.find(act.session, closure_id)
    _require_own(act, closure.commune_code)
    if not proof.strip():
        raise NoProof(field="proof")
    closure.proof = proof.strip()[:200]
    audit.note(act, "commune_closure_proved", "closure", closure.id)
    act.session.flush()
    _reckon(act, [closure.commune_code], since=closure.from_date)
    return closure


def open_again(act: Act, communes: Collection[str], *, on: date, tells: bool = False) -> int:
    """Let communes be reached from a day on; return how many closures ended or were taken back.

    Promises end again as if the days from then on had not been cut off. Raises Forbidden.
    """
    touched: list[CommuneClosure] = []
    for code in dict.fromkeys(communes):
        _require_own(act, code)
        touched += closures.of_commune(act.session, code, on=on)
    since = min((one.from_date for one in touched), default=on)
    for closure in touched:
        closures.end(closure, on=on, now=act.now)
        audit.note(act, "commune_opened", "closure", closure.id)
    act.session.flush()
    codes = [one.commune_code for one in touched]
    _reckon(act, codes, since=since)
    if tells and codes:
        _tell(act, codes)
    return len(touched)


def _require(act: Act, cut: Cut) -> None:
    if not cut.communes:
        raise NoCommune(field="commune")
    closures.require_span(cut)
    for code in cut.communes:
        _require_own(act, code)


def _require_own(act: Act, commune_code: str) -> None:
    require_for(act.by, Action.PLAN, subject_of_commune(act.session, commune_code))


def _reckon(act: Act, communes: Collection[str], *, since: date) -> None:
    reckon_promises(act.session, communes, load_calendars(act.session), since=since)


def _as_if(session: Session, cut: Cut) -> closures.Calendars:
    """Return the calendars as they would be with a cut that is not noted yet."""
    there = load_calendars(session)
    days = frozenset(cut.first + timedelta(days=n) for n in range((cut.last - cut.first).days + 1))
    return closures.Calendars(load_calendar(session), {code: there.closed(code) | days for code in cut.communes})


def _waiting(session: Session, communes: Collection[str]) -> dict[int, tuple[int, int]]:
    """Return by consignment id who waits for it, and how many pieces of it are still to come."""
    found: dict[int, tuple[int, int]] = {}
    for some in blocks(sorted(communes)):
        query = (
            select(Consignment.id, Consignment.person_id, func.count())
            .join(Item, Item.consignment_id == Consignment.id)
            .where(Consignment.commune_code.in_(some), Item.state.in_(_AWAITED))
            .group_by(Consignment.id, Consignment.person_id)
        )
        found |= {row[0]: (row[1], row[2]) for row in session.execute(query)}
    return found


def _tell(act: Act, communes: Collection[str]) -> None:
    """Queue one message a person: who has two results there is told once."""
    told: dict[int, int] = {}
    for consignment_id, (person_id, _) in sorted(_waiting(act.session, communes).items()):
        told.setdefault(person_id, consignment_id)
    for person_id, consignment_id in told.items():
        queue_notice(act, CUT_OFF, person_id=person_id, about_id=consignment_id, lasts=_TOLD_WITHIN)


def _rounds(session: Session, cut: Cut) -> Sequence[RoundHit]:
    query = (
        select(DeliveryRound, func.count(RoundStop.id.distinct()))
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .join(RoundStop, RoundStop.round_id == DeliveryRound.id)
        .join(Consignment, Consignment.id == RoundStop.consignment_id)
        .join(Item, Item.consignment_id == Consignment.id)
        .where(
            Consignment.commune_code.in_(cut.communes),
            DayPlan.status == PlanStatus.PUBLISHED,
            DayPlan.day.between(cut.first, cut.last),
            DeliveryRound.status != RoundStatus.CLOSED,
            Item.state.in_(_STILL_TO_GO),
        )
        .group_by(DeliveryRound.id)
        .order_by(DeliveryRound.id)
    )
    return [RoundHit(round=found, n_stops=n) for found, n in session.execute(query)]
