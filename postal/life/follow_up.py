"""What follows a failed attempt: try again, hold for the recipient, ask the agency, or send it back.

Two invitations, two working days apart, come before a return (Luật Bưu chính 49/2010 Đ17.1d; TT 17/2017/TT-BTTTT
Đ5.2h). A refusal returns at once; an address that is wrong may return, but the agency is asked first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.models import TrackingEvent
from postal.models.keys import blocks
from postal.rules import reasons
from postal.rules.lifecycle import EventKind
from postal.rules.reasons import Next
from postal.rules.working_days import LOCAL, WorkingDays, local_day

N_INVITATIONS = 2
INVITATIONS_APART = 2
# Working days the recipient has after the last invitation, and the agency to answer; rules of the post, not of the law.
RECIPIENT_HAS = 2
AGENCY_HAS = 5
TRIES = frozenset({EventKind.ATTEMPT_FAILED, EventKind.ADDRESS_CHANGED})
"""The kinds of events that failed attempts are reckoned from."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try that failed."""

    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What follows. ``may_return`` is what the law allows, ``return_on`` the day the post does it by itself.

    ``try_from`` is the first day another attempt makes sense, None where the post must not simply try again.
    """

    next: Next
    reason: str
    n_invitations: int
    may_return: bool
    return_on: date | None
    try_from: date | None


def load_attempts(session: Session, item_ids: Iterable[int]) -> dict[int, list[Attempt]]:
    """Return the failed attempts of each item that has any, in the order they happened; doubtful scans left out.

    A changed address begins a new life: what failed at the old one no longer counts.
    """
    found: dict[int, list[Attempt]] = {}
    for some in blocks(list(item_ids)):
        query = (
            select(TrackingEvent.item_id, TrackingEvent.happened_at, TrackingEvent.reason, TrackingEvent.kind)
            .where(TrackingEvent.item_id.in_(some), TrackingEvent.kind.in_(sorted(TRIES)), TrackingEvent.is_applied)
            .order_by(TrackingEvent.happened_at, TrackingEvent.id)
        )
        for item_id, at, reason, kind in session.execute(query):
            if kind is EventKind.ADDRESS_CHANGED:
                found.pop(item_id, None)
            else:
                found.setdefault(item_id, []).append(Attempt(at=at, reason=reason or ""))
    return found


def write_tries(life: Iterable[TrackingEvent]) -> str | None:
    """Return the failed attempts among events that fit as an item keeps them: a line for each, "2026-11-23 VANG_NHA".

    They are those that `load_attempts` finds, None where there are none. Pure.
    """
    lines: list[str] = []
    # An event that is not written yet has no id: it will have the highest.
    told = [event for event in life if event.kind in TRIES]
    for event in sorted(told, key=lambda one: (one.happened_at, one.id is None, one.id)):
        if event.kind is EventKind.ADDRESS_CHANGED:
            lines.clear()
        else:
            lines.append(f"{local_day(event.happened_at)} {event.reason or ''}")
    return "\n".join(lines) or None


def read_tries(written: str | None) -> list[Attempt]:
    """Return the failed attempts an item keeps, each at noon of its day: what follows asks for the days alone. Pure."""
    found = []
    for line in (written or "").split("\n") if written else ():
        day, _space, reason = line.partition(" ")
        found.append(Attempt(at=datetime.combine(date.fromisoformat(day), time(12), LOCAL), reason=reason))
    return found


def follow_up(attempts: Sequence[Attempt], calendar: WorkingDays) -> FollowUp | None:
    """Return what follows these attempts, None without any. Pure."""
    if not attempts:
        return None
    last = attempts[-1]
    why = reasons.reason(last.reason)
    what = why.next if why is not None else Next.TRY_AGAIN
    invited_on = invitation_days(attempts, calendar)
    day = local_day(last.at)
    return_on, try_from = None, None
    if what is Next.RETURN:
        return_on = day
    elif what is Next.ASK_AGENCY:
        return_on = calendar.add(day, AGENCY_HAS) if why is not None and why.legal_return else None
    elif len(invited_on) >= N_INVITATIONS:
        what, return_on = Next.HOLD, calendar.add(invited_on[-1], RECIPIENT_HAS)
    else:
        try_from = calendar.next_working_day(day)
    may_return = return_on is not None
    return FollowUp(
        next=what,
        reason=last.reason,
        n_invitations=len(invited_on),
        may_return=may_return,
        return_on=return_on,
        try_from=try_from,
    )


def fetch_by(found: FollowUp | None, calendar: WorkingDays) -> date | None:
    """Return the last working day before an item goes back, on which it can still be fetched; None where none is set.

    The day itself where no working day is near before it. Pure.
    """
    if found is None or found.return_on is None:
        return None
    before = (found.return_on - timedelta(days=n) for n in range(1, 30))
    return next((day for day in before if calendar.is_working(day)), found.return_on)


def invitation_days(attempts: Sequence[Attempt], calendar: WorkingDays) -> list[date]:
    """Return the days that count as invitations: a second one less than two working days later is none."""
    days: list[date] = []
    for attempt in attempts:
        why = reasons.reason(attempt.reason)
        if why is None or not why.counts:
            continue
        day = local_day(attempt.at)
        if not days or calendar.between(days[-1], day) >= INVITATIONS_APART:
            days.append(day)
    return days
