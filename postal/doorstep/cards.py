"""The absence card and the receipt a courier leaves at a door: by message, on paper, or texted from the own phone.

A message is queued with the note that tells of it and sent later, as every notice is; its text is put together from
what is recorded by then and names nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.doorstep.doors import at_the_door_of
from postal.doorstep.proof import RECEIPT_NUMBER
from postal.doorstep.said import opened, seal_into
from postal.errors import Conflict
from postal.life.follow_up import N_INVITATIONS, fetch_by, follow_up, load_attempts
from postal.models import Consignment, CourierNote, Notice, NoticeState, Office, TrackingEvent
from postal.network.promises import load_calendars
from postal.outside import ABSENCE_CARD, DOOR_RECEIPT, TOO_LATE, queue_notice
from postal.people import unseal
from postal.rules.lifecycle import EventKind
from postal.rules.working_days import local_day
from routing import Message

CARD, RECEIPT = "card", "receipt"
BY_MESSAGE, ON_PAPER, TEXTED = "message", "paper", "texted"
# How a card or a receipt was left (TT 17/2017/TT-BTTTT Đ5.2h); texted: from the courier's own phone, where the post has
# no gateway.
LEFT = frozenset({BY_MESSAGE, ON_PAPER, TEXTED})
SENT_WITH = "sent_with"  # the note whose message tells of this one too
_NOTICES = {CARD: ABSENCE_CARD, RECEIPT: DOOR_RECEIPT}
# A card that comes later tells of a visit nobody remembers; paper from the office is better then.
_SENT_WITHIN = timedelta(days=1)


class NothingToTell(Conflict):
    code = "nothing_to_tell"
    says = Message("Điểm này chưa có lần phát hay lần nhận nào được ghi: ghi lại, rồi nhắn tin hoặc để giấy.")


class NoNumberToText(Conflict):
    code = "no_number_to_text"
    says = Message("Người nhận không có số điện thoại: để giấy tại cửa.")


@dataclass(frozen=True, kw_only=True)
class CardStep:
    """What follows for some pieces of a card: another try from a day on, or kept at the office up to a last day."""

    codes: tuple[str, ...]
    try_from: date | None
    keep_until: date | None


@dataclass(frozen=True, kw_only=True)
class CardTold:
    """What an absence card says; ``steps`` are several where its pieces were tried before on different days."""

    office: Office
    codes: tuple[str, ...]
    consignment_ids: frozenset[int]
    tried_at: datetime
    n: int
    steps: tuple[CardStep, ...]


@dataclass(frozen=True, kw_only=True)
class ReceiptTold:
    """What a receipt of a door says: dossiers collected, money taken in đồng; papers are counted, not named."""

    office: Office
    numbers: tuple[str, ...]
    codes: tuple[str, ...]
    seals: tuple[str, ...]
    n_papers: int
    fee_vnd: int
    at: datetime
    is_collected: bool
    consignment_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class LeftAtDoor:
    """One card or receipt as the item's history tells it; ``notice`` is its message, None once that was forgotten.

    Of several stops at one door the message is one.
    """

    kind: str
    what: str
    number: str
    at: datetime
    notice: Notice | None

    @property
    def is_sent(self) -> bool:
        """Return whether the gateway took the message."""
        return self.notice is not None and self.notice.state is NoticeState.SENT

    @property
    def is_waiting(self) -> bool:
        """Return whether the message still has to be sent."""
        return self.notice is not None and self.notice.state is NoticeState.WAITING

    @property
    def is_failed(self) -> bool:
        """Return whether the message will not be sent any more."""
        return self.notice is not None and self.notice.state is NoticeState.FAILED


def queue_message(act: Act, noted: CourierNote, *, is_held: bool = False) -> None:
    """Queue what a card's or receipt's note tells of, once for each try or hand-over at the door.

    Several stops at one door have a note each and one message, which names all their pieces; a note that is told by
    another's message says whose. A message lasts from the visit on: one too late is noted as failed, not sent.
    Raises NothingToTell where neither is recorded, NoNumberToText; of a note the office held nothing, for it is kept.
    """
    consignment = act.session.get_one(Consignment, noted.consignment_id)
    told = card_told(act.session, noted) if noted.kind == CARD else receipt_told(act.session, noted)
    if told is not None and consignment.id not in told.consignment_ids:
        told = None  # only of its neighbours at the door is anything recorded
    has_number = bool(unseal(act.session, consignment.person).phone)
    if is_held and (told is None or not has_number):
        return
    if told is None:
        raise NothingToTell
    if not has_number:
        raise NoNumberToText
    since = told.tried_at if isinstance(told, CardTold) else told.at
    kind = _NOTICES[noted.kind]
    at_the_door = [one.id for one in at_the_door_of(act.session, noted.round_id, consignment)]
    before = (
        select(Notice.about_id)
        .join(CourierNote, CourierNote.id == Notice.about_id)
        .where(Notice.kind == kind, CourierNote.consignment_id.in_(at_the_door), CourierNote.happened_at >= since)
    )
    by_note = act.session.scalar(before.limit(1))
    if by_note is not None:
        said = opened(act.session, noted)
        seal_into(act.session, noted, replace(said, facts={**said.facts, SENT_WITH: by_note}))
    else:
        lasts = noted.happened_at + _SENT_WITHIN - act.now
        notice = queue_notice(act, kind, person_id=consignment.person_id, about_id=noted.id, lasts=lasts)
        if lasts <= timedelta(0):
            notice.state, notice.verdict = NoticeState.FAILED, TOO_LATE


def card_told(session: Session, noted: CourierNote) -> CardTold | None:
    """Return what the card of a note says by now, None where no failed try of its round is recorded at its door.

    Pieces at one door may have been tried on different days before: each is told what follows for it.
    """
    consignment = session.get_one(Consignment, noted.consignment_id)
    items = [item for one in at_the_door_of(session, noted.round_id, consignment) for item in one.items]
    tried = load_attempts(session, [item.id for item in items])
    commune_code = consignment.commune_code
    calendar = load_calendars(session, commune_code=commune_code).of(commune_code)
    told_of = _tried_on(session, noted, tried)
    steps = {item.id: follow_up(tried.get(item.id, ()), calendar) for item in items}
    missed = {i: step for i in items if (step := steps[i.id]) is not None and i.id in told_of and not i.finished_at}
    if not missed:
        return None
    follows: dict[tuple[date | None, date | None], list[str]] = {}
    for item, step in missed.items():
        follows.setdefault((step.try_from, fetch_by(step, calendar)), []).append(item.s10 or item.dossier_code)
    return CardTold(
        office=session.get_one(Office, noted.office_id),
        codes=tuple(item.s10 or item.dossier_code for item in missed),
        consignment_ids=frozenset(item.consignment_id for item in missed),
        tried_at=max(tried[item.id][-1].at for item in missed),
        n=min(max(step.n_invitations for step in missed.values()), N_INVITATIONS),
        steps=tuple(CardStep(codes=tuple(codes), try_from=a, keep_until=k) for (a, k), codes in follows.items()),
    )


def _tried_on(session: Session, noted: CourierNote, item_ids: Iterable[int]) -> set[int]:
    """Return which items were tried in vain on a note's round; where the try names no round, on its day."""
    query = select(TrackingEvent.item_id, TrackingEvent.round_id, TrackingEvent.happened_at).where(
        TrackingEvent.item_id.in_(item_ids),
        TrackingEvent.kind == EventKind.ATTEMPT_FAILED,
        TrackingEvent.is_applied,
    )
    return {
        item_id
        for item_id, round_id, at in session.execute(query)
        if (round_id == noted.round_id if round_id is not None else local_day(at) == local_day(noted.happened_at))
    }


def receipt_told(session: Session, noted: CourierNote) -> ReceiptTold | None:
    """Return what the receipt of a note says, None where nothing was handed over at its door on that round."""
    consignment = session.get_one(Consignment, noted.consignment_id)
    items = [item for one in at_the_door_of(session, noted.round_id, consignment) for item in one.items]
    query = select(TrackingEvent).where(
        TrackingEvent.item_id.in_([item.id for item in items]),
        TrackingEvent.round_id == noted.round_id,
        TrackingEvent.proof_id.is_not(None),
    )
    events = session.scalars(query.order_by(TrackingEvent.id)).all()
    if not events:
        return None
    numbers = [event.facts.get(RECEIPT_NUMBER) or (event.proof and event.proof.fee_receipt) for event in events]
    return ReceiptTold(
        office=session.get_one(Office, noted.office_id),
        numbers=tuple(dict.fromkeys(number for number in numbers if number)),
        codes=tuple(event.item.s10 or event.item.dossier_code for event in events),
        consignment_ids=frozenset(event.item.consignment_id for event in events),
        seals=tuple(str(event.facts["seal"]) for event in events if "seal" in event.facts),
        n_papers=sum(len(event.item.documents) or 1 for event in events),
        fee_vnd=sum(event.proof.fee_vnd for event in events if event.proof is not None),
        at=max(event.happened_at for event in events),
        is_collected=any(event.kind is EventKind.COLLECTED for event in events),
    )


def left_at_door(session: Session, consignment_id: int) -> Sequence[LeftAtDoor]:
    """Return the cards and receipts couriers left for a consignment, in the order they told of."""
    query = (
        select(CourierNote, Notice)
        .outerjoin(Notice, (Notice.about_id == CourierNote.id) & Notice.kind.in_(_NOTICES.values()))
        .where(CourierNote.consignment_id == consignment_id, CourierNote.kind.in_(_NOTICES))
        .order_by(CourierNote.happened_at, CourierNote.id)
    )
    found = []
    for noted, notice in session.execute(query):
        said = opened(session, noted)
        number = str(said.facts.get("number", ""))
        if notice is None and SENT_WITH in said.facts:
            by_note = Notice.kind == _NOTICES[noted.kind], Notice.about_id == int(said.facts[SENT_WITH])
            notice = session.scalar(select(Notice).where(*by_note))
        found.append(LeftAtDoor(kind=noted.kind, what=said.what, number=number, at=noted.happened_at, notice=notice))
    return found
