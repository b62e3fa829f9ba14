"""Whether somebody at the door is a courier of ours: by the day's code he shows, or by the square code on his phone.

Both are derived by the lookup key and kept nowhere. The answer is yes for a courier whose round is under way now, and
no for everybody else, whoever that is.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.access.act import Act
from postal.access.brakes import Ladder, count_try, take_back
from postal.citizen.outlook import PostOffice, told
from postal.models import Courier, DayPlan, DeliveryRound, Item, PlanStatus, RoundStatus
from postal.people import vault_of
from postal.rules.codes import bare_code
from postal.rules.working_days import local_day

# No 0, O, 1, I, L: read aloud at a gate and typed on a phone. 31^8 is 8.5 × 10^11 codes for some hundred couriers.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
N_LETTERS = 8
# Wrong codes from one address: a household mistypes a few times, a swarm waits.
_CHECKS = Ladder(name="day code", n_free=10)
_ALL_CHECKS = Ladder(
    name="day code, all", n_free=500, waits=(timedelta(minutes=1),), forgotten_after=timedelta(hours=1)
)


@dataclass(frozen=True, kw_only=True)
class Genuine:
    """A courier on duty now, and his office. With an item open: whether he holds it now, and what is due for it."""

    office: PostOffice
    holds: bool | None = None
    due_vnd: int | None = None


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


def check_courier(act: Act, shown: str, *, source: str, item_id: int | None = None) -> Genuine | None:
    """Return who shows this code, None where nobody on duty does; wrong ones from a source are slowed.

    ``shown`` is a day's code as it was typed, or the token of a square code. ``item_id`` is an item whose second factor
    or label this browser has shown.
    """
    is_free = count_try(act.session, _CHECKS, source, now=act.now)
    is_free &= count_try(act.session, _ALL_CHECKS, "", now=act.now)
    found = _on_duty_with(act, shown) if is_free else None
    if is_free and found is not None:
        take_back(act.session, _CHECKS, source)
        take_back(act.session, _ALL_CHECKS, "")
    if found is None:
        return None
    item = act.session.get(Item, item_id) if item_id is not None else None
    return Genuine(
        office=told(found.office),
        holds=item.round_id == found.id if item is not None else None,
        due_vnd=item.fee_vnd if item is not None and item.round_id == found.id else None,
    )


def _on_duty_with(act: Act, shown: str) -> DeliveryRound | None:
    """Return the round under way whose courier has this code; each is compared, so that the time tells nothing."""
    today, typed = local_day(act.now), bare_code(shown)
    found = None
    for one in _under_way(act.session, today):
        codes = (
            bare_code(day_code(act.session, one.courier_id, today)),
            badge_token(act.session, one.courier_id, today),
        )
        if any(hmac.compare_digest(code.encode(), typed.encode()) for code in codes):
            found = one
    return found


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
