"""What a counted list belongs to: a batch, a round or an agency; and where a code belongs that is not on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.ownership import subject_of_batch, subject_of_round
from postal.access.policy import Subject
from postal.counting.answers import Match
from postal.models import Batch, BatchItem, DeliveryRound, Item, Manifest, Office, RoundStop, StopMove
from postal.network.crew import names_by_code
from routing import Message

Place = tuple[Match, str | Message]


@dataclass(frozen=True, kw_only=True)
class Owner:
    """One kind of thing a list belongs to: ``/<path>/<argument>/`` begins the addresses of its lists.

    ``column`` of `CountedScan` binds a scan to it, by the value ``key`` returns. ``subject`` says whose it is, None:
    what the post owes an agency may lie at any of its offices. ``elsewhere`` says where an item belongs that is not
    on the list of that row; ``what`` names the thing in refusals, ``number`` and ``name`` on its page.
    """

    path: str
    argument: str
    model: type[Any]
    column: str
    what: Message
    number: Callable[[Any], str]
    name: Callable[[Session, Any], str | Message]
    elsewhere: Callable[[Session, Any, Item], Place]
    key: Callable[[Session, int], int | None] = lambda session, row_id: row_id
    subject: Callable[[Any], Subject] | None = None


def _manifest_id(session: Session, batch_id: int) -> int | None:
    return session.scalar(select(Manifest.id).where(Manifest.batch_id == batch_id))


def _outside_batch(session: Session, batch: Batch, item: Item) -> Place:
    office = item.consignment.issuing_office
    if office.id != batch.office_id:
        return Match.OTHER_OFFICE, office.name
    query = select(Batch.number).join(BatchItem, BatchItem.batch_id == Batch.id)
    number = session.scalar(query.where(BatchItem.item_id == item.id, BatchItem.is_current).limit(1))
    return (Match.OTHER_LIST, Message("lô {number}").filled(number=number)) if number else (Match.NOT_LISTED, "")


def _outside_round(session: Session, found: DeliveryRound, item: Item) -> Place:
    query = (
        select(DeliveryRound.id, DeliveryRound.number, Office.id, Office.name)
        .join(RoundStop, RoundStop.round_id == DeliveryRound.id)
        .join(Office, Office.id == DeliveryRound.office_id)
        .where(RoundStop.consignment_id == item.consignment_id, DeliveryRound.plan_id == found.plan_id)
    )
    other = session.execute(query.limit(1)).first()
    if other is None or other[0] == found.id:
        return Match.NOT_LISTED, ""
    if other[2] != found.office_id:
        return Match.OTHER_OFFICE, other[3]
    return Match.OTHER_LIST, Message("chuyến {number}").filled(number=other[1])


def _round_name(session: Session, found: DeliveryRound) -> Message:
    names = names_by_code(session, {found.courier.code})
    return Message("{office}, bưu tá {courier}").filled(office=found.office.name, courier=names[found.courier.code])


def _outside_agency(_: Session, agency: Office, item: Item) -> Place:
    office = item.consignment.issuing_office
    return (Match.NOT_LISTED, "") if office.id == agency.id else (Match.OTHER_OFFICE, office.name)


def _outside_office(session: Session, office: Office, item: Item) -> Place:
    if item.office_id is None or item.office_id == office.id:
        return Match.NOT_LISTED, ""
    return Match.OTHER_OFFICE, session.get_one(Office, item.office_id).name


def _move_name(session: Session, move: StopMove) -> Message:
    giver, taker = move.from_round.courier.code, move.to_round.courier.code
    names = names_by_code(session, {giver, taker})
    return Message("từ {giver} sang {taker}").filled(giver=names[giver], taker=names[taker])


BATCH = Owner(
    path="batches",
    argument="batch_id",
    model=Batch,
    column="manifest_id",
    what=Message("lô bàn giao"),
    number=lambda batch: batch.number,
    name=lambda _, batch: batch.office.name,
    elsewhere=_outside_batch,
    key=_manifest_id,
    subject=subject_of_batch,
)
ROUND = Owner(
    path="rounds",
    argument="round_id",
    model=DeliveryRound,
    column="round_id",
    what=Message("chuyến phát"),
    number=lambda found: str(found.number),
    name=_round_name,
    elsewhere=_outside_round,
    subject=subject_of_round,
)
OFFICE = Owner(
    path="offices",
    argument="office_id",
    model=Office,
    column="office_id",
    what=Message("bưu cục"),
    number=lambda office: office.name,
    name=lambda _, office: office.name,
    elsewhere=_outside_office,
    subject=lambda office: Subject(office_ids=frozenset({office.id})),
)
MOVE = Owner(
    path="moves",
    argument="move_id",
    model=StopMove,
    column="move_id",
    what=Message("phiếu chuyển"),
    number=lambda move: move.number,
    name=_move_name,
    elsewhere=lambda session, move, item: (Match.NOT_LISTED, ""),
    subject=lambda move: subject_of_round(move.from_round),
)
AGENCY = Owner(
    path="agencies",
    argument="agency_id",
    model=Office,
    column="office_id",
    what=Message("cơ quan"),
    number=lambda agency: agency.name,
    name=lambda _, agency: agency.name,
    elsewhere=_outside_agency,
)
