"""Whether somebody at the door is a courier of ours: by the day's code he shows, or by a square code.

The code and the square on his phone are derived by the lookup key and kept nowhere; the square on his printed badge is
`postal.citizen.badges`. The answer is yes for a courier whose round is under way now, and
no for everybody else, whoever that is.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.access.act import Act
from postal.access.brakes import Ladder, count_from, take_back_from
from postal.citizen.badges import courier_with_badge
from postal.citizen.outlook import PostOffice, told
from postal.models import Courier, DayPlan, DeliveryRound, Item, PlanStatus, RoundStatus, TrackingEvent
from postal.people import vault_of
from postal.rules.codes import bare_code
from postal.rules.lifecycle import EventKind, State
from postal.rules.working_days import local_day

# No 0, O, 1, I, L: read aloud at a gate and typed on a phone. 31^8 is 8.5 × 10^11 codes for some hundred couriers.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
N_LETTERS = 8
# Wrong codes from one address: a household mistypes a few times, a swarm waits.
_CHECKS = Ladder(name="day code", n_free=10)
_ALL_CHECKS = Ladder(
    name="day code, all", n_free=500, waits=(timedelta(minutes=1),), forgotten_after=timedelta(hours=1)
)


class Holding(StrEnum):
    """What a courier has to do with an item: he has it in hand, is still to fetch it, or is done with it today."""

    HOLDS = "holds"
    COMES_FOR_IT = "comes_for_it"
    DELIVERED = "delivered"
    COLLECTED = "collected"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, kw_only=True)
class Genuine:
    """A courier on duty now, and his office. With an item open: what he has to do with it, and what is due for it.

    ``badge_of`` is his staff code where a printed badge was shown, which stays the same and can be copied; else None.
    """

    office: PostOffice
    badge_of: str | None = None
    item: Holding | None = None
    due_vnd: int | None = None


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What is said of a code: a courier on duty, nobody (None), or nothing yet, for too many were wrong before it."""

    genuine: Genuine | None
    must_wait: bool = False


_DONE_BY = {
    State.DELIVERED: (EventKind.DELIVERED, Holding.DELIVERED),
    State.DOSSIER_AT_OFFICE: (EventKind.COLLECTED, Holding.COLLECTED),
    State.SUBMITTED: (EventKind.COLLECTED, Holding.COLLECTED),
}


def day_code(session: Session, courier_id: int, day: date) -> str:
    """Return the code by which a courier is known on a day, in two groups of four."""
    number = int(vault_of(session).look_up("courier day", f"{courier_id}:{day.isoformat()}"), 16)
    letters = []
    for _ in range(N_LETTERS):
        number, rest = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def badge_token(session: Session, courier_id: int, day: date) -> str:
    """Return the 128 bits of the square code a courier shows on a day."""
    return vault_of(session).look_up("courier badge", f"{courier_id}:{day.isoformat()}")


def check_courier(act: Act, shown: str, *, source: str, item_id: int | None = None) -> Checked:
    """Say who shows this code; wrong ones from a source are slowed, and what comes too soon is not looked at.

    ``shown`` is a day's code as it was typed, or the token of a square code, the phone's or the badge's. ``item_id`` is
    an item whose second factor or label this browser has shown.
    """
    if not count_from(act.session, _CHECKS, _ALL_CHECKS, source, now=act.now):
        return Checked(genuine=None, must_wait=True)
    found, is_badge = _on_duty_with(act, shown)
    if found is None:
        return Checked(genuine=None)
    take_back_from(act.session, _CHECKS, _ALL_CHECKS, source, now=act.now)
    item = act.session.get(Item, item_id) if item_id is not None else None
    genuine = Genuine(
        office=told(found.office),
        badge_of=found.courier.code if is_badge else None,
        item=_holding(act.session, item, found) if item is not None else None,
        due_vnd=item.fee_vnd if item is not None and item.round_id == found.id else None,
    )
    return Checked(genuine=genuine)


def _on_duty_with(act: Act, shown: str) -> tuple[DeliveryRound | None, bool]:
    """Return the round under way whose courier has this code, and whether it is the code of his badge.

    Each is compared, so that the time tells nothing.
    """
    today, typed = local_day(act.now), bare_code(shown)
    found, on_duty = None, _under_way(act.session, today)
    of_badge = courier_with_badge(act.session, [one.courier_id for one in on_duty], typed)
    for one in on_duty:
        codes = (
            bare_code(day_code(act.session, one.courier_id, today)),
            badge_token(act.session, one.courier_id, today),
        )
        if one.courier_id == of_badge or any(hmac.compare_digest(code.encode(), typed.encode()) for code in codes):
            found = one
    return found, found is not None and found.courier_id == of_badge


def _holding(session: Session, item: Item, walked: DeliveryRound) -> Holding:
    if item.round_id == walked.id:
        return Holding.COMES_FOR_IT if item.state is State.ON_COLLECTION_ROUND else Holding.HOLDS
    ended = _DONE_BY.get(item.state)
    if ended is None:
        return Holding.ELSEWHERE
    kind, holding = ended
    done = select(TrackingEvent.id).where(
        TrackingEvent.item_id == item.id,
        TrackingEvent.kind == kind,
        TrackingEvent.is_applied,
        TrackingEvent.round_id == walked.id,
    )
    return holding if session.scalar(done.limit(1)) is not None else Holding.ELSEWHERE


def _under_way(session: Session, today: date) -> list[DeliveryRound]:
    query = (
        select(DeliveryRound)
        .join(DayPlan)
        .join(Courier, Courier.id == DeliveryRound.courier_id)
        .where(
            DayPlan.day == today,
            DayPlan.status == PlanStatus.PUBLISHED,
            DeliveryRound.status == RoundStatus.STARTED,
            Courier.is_active,
        )
        .options(joinedload(DeliveryRound.office))
        .order_by(DeliveryRound.id)
    )
    return list(session.scalars(query))
