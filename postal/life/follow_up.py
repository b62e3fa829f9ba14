"""What follows a failed attempt: try again, hold for the recipient, ask the agency, or send it back.

Two invitations, two working days apart, come before a return (Luật Bưu chính 49/2010 Đ17.1d; TT 17/2017/TT-BTTTT
Đ5.2h). A refusal returns at once; an address that is wrong may return, but the agency is asked first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.models import TrackingEvent
from postal.models.keys import blocks
from postal.rules import reasons
from postal.rules.lifecycle import EventKind
from postal.rules.reasons import Next
from postal.rules.working_days import WorkingDays, local_day

N_INVITATIONS = 2
INVITATIONS_APART = 2
# Working days the recipient has after the last invitation, and the agency to answer; rules of the post, not of the law.
RECIPIENT_HAS = 2
AGENCY_HAS = 5


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
    wanted = list(item_ids)
    found: dict[int, list[Attempt]] = {}
    for some in blocks(wanted):
        query = (
            select(TrackingEvent.item_id, TrackingEvent.happened_at, TrackingEvent.reason, TrackingEvent.kind)
            .where(
                TrackingEvent.item_id.in_(some),
                TrackingEvent.kind.in_((EventKind.ATTEMPT_FAILED, EventKind.ADDRESS_CHANGED)),
                TrackingEvent.is_applied,
            )
            .order_by(TrackingEvent.happened_at, TrackingEvent.id)
        )
        for item_id, at, reason, kind in session.execute(query):
            if kind is EventKind.ADDRESS_CHANGED:
                found.pop(item_id, None)
            else:
                found.setdefault(item_id, []).append(Attempt(at=at, reason=reason or ""))
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
