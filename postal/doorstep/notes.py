"""What a courier tells besides scans, late or twice as phones do: calls, trouble, corrections, cards left at doors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.audit import note as note_audit
from postal.custody import VOID_REFUSED, is_reserved, void_number
from postal.doorstep.blank_cards import checked_card
from postal.doorstep.cards import BY_MESSAGE, LEFT, ON_PAPER, queue_message
from postal.doorstep.instants import BadInstant, When, times_of
from postal.doorstep.said import Said, seal_into
from postal.doorstep.scans import MAX_SCANS, ScanAnswer, TooManyScans
from postal.errors import Forbidden, InvalidInput, NotFound, PostalError
from postal.models import Courier, CourierNote, DeliveryRound, RoundStop
from postal.rounds import HomeSide, note_home
from postal.to_agency.violations import WHAT as VIOLATIONS
from postal.to_agency.violations import report_violation
from routing import Message

_NOTE_ID = re.compile(r"[!-~]{4,60}")


class NoteKind(StrEnum):
    """What a note is about. Add, never rename: values are stored."""

    CALLED = "called"
    TROUBLE = "trouble"
    CORRECTION = "correction"
    CARD = "card"
    LEFT_OPEN = "left_open"
    VIOLATION = "violation"
    REORDERED = "reordered"
    HOME = "home"
    RECEIPT = "receipt"
    VOIDED = "voided"


TROUBLES: dict[str, Message] = {
    "accident": Message("tai nạn"),
    "sick": Message("ốm, mệt"),
    "breakdown": Message("hỏng xe"),
    "flood": Message("ngập, sạt lở, đường tắc"),
    "other": Message("việc khác"),
}
OPEN_WHY: dict[str, Message] = {
    "out_of_time": Message("hết giờ"),
    "flood": TROUBLES["flood"],
    "breakdown": TROUBLES["breakdown"],
    "sick": TROUBLES["sick"],
    "office_asked": Message("bưu cục gọi về"),
    "other": TROUBLES["other"],
}
# Why a courier goes to a stop before its turn.
ORDER_WHY: dict[str, Message] = {
    "appointment": Message("người nhận hẹn giờ"),
    "road": Message("đường tắc, ngập, cấm"),
    "on_the_way": Message("tiện đường"),
    "other": TROUBLES["other"],
}
_WHAT: dict[NoteKind, frozenset[str]] = {
    NoteKind.CALLED: frozenset({""}),
    NoteKind.TROUBLE: frozenset(TROUBLES),
    NoteKind.CORRECTION: frozenset({""}),
    NoteKind.CARD: LEFT,
    NoteKind.LEFT_OPEN: frozenset(OPEN_WHY),
    NoteKind.VIOLATION: VIOLATIONS,
    NoteKind.REORDERED: frozenset(ORDER_WHY),
    NoteKind.HOME: frozenset({""}),
    NoteKind.RECEIPT: LEFT,
    NoteKind.VOIDED: frozenset({VOID_REFUSED}),
}
_AT_A_STOP = frozenset(NoteKind) - {NoteKind.TROUBLE, NoteKind.HOME, NoteKind.VOIDED}
ASKS_THE_OFFICE = frozenset({NoteKind.TROUBLE, NoteKind.CORRECTION, NoteKind.REORDERED})


@dataclass(frozen=True, kw_only=True)
class NoteIn:
    """One note. ``facts`` is what it says besides: a place (lat, lon, accuracy_m), an address, a landmark; of another
    order what it costs (more_s seconds, more_m metres, missed positions) and how that is known; of a card or receipt
    on paper its number; of what came home the codes scanned; of numbers that are void these numbers.

    ``held_since`` is when a revoked phone handed it in, which the office accepted; ``seq`` as of scans.
    """

    note_id: str
    kind: NoteKind
    happened_at: datetime
    sent_at: datetime | None = None
    round_id: int | None = None
    position: int | None = None
    what: str = ""
    words: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    clock_offset: timedelta | None = None
    heard_at: datetime | None = None
    held_since: datetime | None = None
    seq: int | None = None

    def __repr__(self) -> str:
        return f"<NoteIn {self.note_id}>"


def record_notes(act: Act, notes: Sequence[NoteIn]) -> list[ScanAnswer]:
    """Keep a courier's notes, each in a savepoint; answers come in the order given: recorded, known or refused.

    Raises TooManyScans, Forbidden for anybody who is no courier.
    """
    if len(notes) > MAX_SCANS:
        raise TooManyScans(limit=MAX_SCANS)
    if act.by.courier_id is None:
        raise Forbidden
    return [_record_one(act, told, when) for told, when in zip(notes, times_of(act, notes), strict=True)]


def notes_of_round(session: Session, round_id: int, kind: NoteKind) -> Sequence[CourierNote]:
    """Return the notes of one kind told on a round, in the order they happened."""
    query = select(CourierNote).where(CourierNote.round_id == round_id, CourierNote.kind == kind)
    return session.scalars(query.order_by(CourierNote.happened_at, CourierNote.id)).all()


def _record_one(act: Act, told: NoteIn, when: When | None) -> ScanAnswer:
    for is_last in (False, True):
        try:
            with act.session.begin_nested():
                return ScanAnswer(scan_id=told.note_id, status=_try(act, told, when))
        except PostalError as refusal:
            return ScanAnswer(scan_id=told.note_id, status="refused", code=refusal.code, message=refusal.message)
        except IntegrityError:  # sent twice at once, or what it asks for was done at once: the loser finds it
            if is_last:
                raise
    raise AssertionError("unreachable")


def _try(act: Act, told: NoteIn, when: When | None) -> str:
    if not _NOTE_ID.fullmatch(told.note_id):
        raise InvalidInput(field="note_id")
    note_id = f"c{act.by.courier_id}:{told.note_id}"
    if act.session.scalar(select(CourierNote.id).where(CourierNote.note_id == note_id)) is not None:
        return "known"
    stop = _own_stop(act, told)
    _check(told)
    told = _with_its_card(act.session, told, stop)
    if when is None:
        raise BadInstant(field="happened_at")
    courier = act.session.get_one(Courier, act.by.courier_id)
    noted = CourierNote(
        note_id=note_id,
        kind=told.kind,
        courier_id=courier.id,
        office_id=courier.office_id,
        round_id=told.round_id,
        consignment_id=stop.consignment_id if stop is not None else None,
        phone_id=act.by.phone_id,
        user_id=act.by.user_id,
        happened_at=when.at,
        device_at=told.happened_at,
        recorded_at=act.now,
    )
    said = Said(what=told.what, words=told.words, facts=told.facts)
    act.session.add(seal_into(act.session, noted, said))
    act.session.flush()
    note_audit(act, f"courier_{told.kind}", "courier_note", noted.id)
    if told.kind is NoteKind.VIOLATION and stop is not None:
        item = stop.consignment.items[0]
        agency_id = stop.consignment.issuing_office_id
        report_violation(act, agency_id, what=told.what, words=told.words, item_id=item.id)
    _follow(act, told, noted)
    return "recorded"


def _follow(act: Act, told: NoteIn, noted: CourierNote) -> None:
    """Do what a note asks for besides being kept: a message to the recipient, a count, a number that is void."""
    if told.kind in (NoteKind.CARD, NoteKind.RECEIPT) and told.what == BY_MESSAGE:
        queue_message(act, noted, is_held=told.held_since is not None)
    if told.kind is NoteKind.HOME and told.round_id is not None:
        codes = told.facts.get("codes", ())
        note_home(act, told.round_id, HomeSide.COURIER, codes, counted_at=noted.happened_at)
    if told.kind is NoteKind.VOIDED:
        for number in told.facts.get("numbers", ()):
            if is_reserved(act.session, number, noted.courier_id):  # of a block nobody knows any more nothing is told
                void_number(act, number, noted.courier_id, why=told.what)


def _own_stop(act: Act, told: NoteIn) -> RoundStop | None:
    if told.round_id is None:
        if told.kind in _AT_A_STOP or told.kind is NoteKind.HOME:
            raise InvalidInput(field="round_id")
        return None
    found = act.session.get(DeliveryRound, told.round_id)
    if found is None or found.courier_id != act.by.courier_id:
        raise NotFound(what=Message("chuyến phát"))
    stop = next((one for one in found.stops if one.position == told.position), None)
    if stop is None and (told.position is not None or told.kind in _AT_A_STOP):
        raise NotFound(what=Message("điểm dừng"))
    return stop


def _with_its_card(session: Session, told: NoteIn, stop: RoundStop | None) -> NoteIn:
    """Return a note of a paper card with its number as it is printed; what the office held is kept as it was told.

    Raises CardNotOfRound, CardUsed.
    """
    number = str(told.facts.get("number", ""))
    is_card = told.kind is NoteKind.CARD and told.what == ON_PAPER and number.strip() != ""
    if stop is None or not is_card or told.held_since is not None:
        return told
    return replace(told, facts={**told.facts, "number": checked_card(session, stop, number)})


def _check(told: NoteIn) -> None:
    if told.what not in _WHAT[told.kind]:
        raise InvalidInput(field="what")
    if told.kind is NoteKind.VIOLATION and not told.words.strip():
        raise InvalidInput(field="words")
    says = (told.facts.get("lat"), told.facts.get("address"), told.facts.get("landmark"), told.words.strip())
    if told.kind is NoteKind.CORRECTION and not any(says):
        raise InvalidInput(field="facts")
