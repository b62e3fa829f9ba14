"""Blank absence cards printed for a round: how many there are, their numbers, and which of them may still be left.

A card's number is the round's own and stands on the citizen's paper: typed wrong, it names another courier's visit. How
many are printed follows the round's length of the moment; stops pass on later, so any number a round can have is taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from postal.doorstep.cards import CARD, ON_PAPER
from postal.doorstep.doors import at_the_door_of
from postal.doorstep.said import opened
from postal.errors import Conflict
from postal.models import CourierNote, DayPlan, DeliveryRound, RoundStop
from routing import Message

# Blank cards for a third of the round's stops: more than a day usually misses, and few enough to carry.
_STOPS_A_CARD, _FEWEST_CARDS, _MOST_CARDS = 3, 4, 40
_CARD = re.compile(r"(?:GM)?[\s.-]*([0-9]{1,9})[\s.-]+([0-9]{1,2})", re.ASCII)


class CardNotOfRound(Conflict):
    code = "card_not_of_round"
    says = Message(
        "Điểm {position}: số này không phải giấy mời của chuyến. Xem lại số in trên giấy, dạng GM-{round}-01."
    )


class CardUsed(Conflict):
    code = "card_used"
    says = Message("Điểm {position}: giấy mời số này đã để lại ở điểm {other}. Xem lại số in trên giấy.")


def n_blank_cards(walked: DeliveryRound) -> int:
    """Return how many blank cards go along with a round."""
    return min(max(ceil(len(walked.stops) / _STOPS_A_CARD), _FEWEST_CARDS), _MOST_CARDS)


def blank_cards_of(walked: DeliveryRound) -> list[str]:
    """Return the numbers of a round's blank cards: printed again they are the same, of another round others."""
    return [f"GM-{walked.id}-{n:02d}" for n in range(1, n_blank_cards(walked) + 1)]


def cards_of_day(session: Session, round_id: int) -> list[str]:
    """Return every number a card may have that is left on a round; printed or not."""
    return [f"GM-{one}-{n:02d}" for one in _rounds_with_cards(session, round_id) for n in range(1, _MOST_CARDS + 1)]


def _rounds_with_cards(session: Session, round_id: int) -> list[int]:
    """Return a round with those of the same courier and day: cards were printed, then the day was planned again."""
    own, day = aliased(DeliveryRound), aliased(DayPlan)
    query = (
        select(DeliveryRound.id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .join(own, own.courier_id == DeliveryRound.courier_id)
        .join(day, (day.id == own.plan_id) & (day.day == DayPlan.day))
        .where(own.id == round_id)
        .order_by(DeliveryRound.id)
    )
    return list(session.scalars(query))


def checked_card(session: Session, stop: RoundStop, number: str) -> str:
    """Return the number of a card left at a stop as it is printed.

    Several stops of one door have one card. Raises CardNotOfRound for another round's, CardUsed for one that was left
    at another door before. Of two told at once the second waits for the first.
    """
    told = _CARD.fullmatch(number.strip().upper())
    ids = _rounds_with_cards(session, stop.round_id)
    if told is None or int(told[1]) not in ids or not 1 <= int(told[2]) <= _MOST_CARDS:
        raise CardNotOfRound(position=stop.position, round=stop.round_id)
    printed = f"GM-{int(told[1])}-{int(told[2]):02d}"
    first_come = select(DeliveryRound.id).where(DeliveryRound.id.in_(ids)).order_by(DeliveryRound.id)
    session.execute(first_come.with_for_update(key_share=True))
    left = _left_at(session, ids, printed)
    here = {one.id for one in at_the_door_of(session, stop.round_id, stop.consignment)}
    elsewhere = next((one for one in left if one.consignment_id not in here), None)
    if elsewhere is not None:
        raise CardUsed(position=stop.position, other=_position(session, elsewhere))
    return printed


def _left_at(session: Session, round_ids: Collection[int], number: str) -> list[CourierNote]:
    query = select(CourierNote).where(CourierNote.round_id.in_(round_ids), CourierNote.kind == CARD)
    return [one for one in session.scalars(query) if _number_of(session, one) == number]


def _number_of(session: Session, noted: CourierNote) -> str:
    said = opened(session, noted)
    return str(said.facts.get("number", "")) if said.what == ON_PAPER else ""


def _position(session: Session, noted: CourierNote) -> int | str:
    query = select(RoundStop.position).where(
        RoundStop.round_id == noted.round_id, RoundStop.consignment_id == noted.consignment_id
    )
    return session.scalar(query) or "khác"
