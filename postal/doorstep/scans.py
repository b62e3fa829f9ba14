"""Couriers' scans, from a phone or typed from a paper sheet; late, repeated or shuffled scans end in the same state."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal import pictures
from postal.access.act import Act
from postal.access.policy import Action, Actor
from postal.custody import sign_delivery
from postal.doorstep.at_the_door import check_at_the_door, check_no_photo
from postal.doorstep.instants import BadInstant, corrected, is_known
from postal.doorstep.proof import ProofIn, check_proof, facts_of_proof, keep_proof
from postal.doorstep.said import keep_words
from postal.doorstep.same_act import same_act
from postal.errors import Conflict, Forbidden, InvalidInput, PostalError, UnknownS10
from postal.life import items
from postal.life.tracking import LATE, Scan, lock_items, note_misfits, record
from postal.models import (
    DayPlan,
    DeliveryRound,
    Item,
    PlanStatus,
    Role,
    RoundStatus,
    RoundStop,
    TrackingEvent,
)
from postal.rounds import act_id, due_from_courier, note_late_money
from postal.rules import reasons
from postal.rules.lifecycle import Direction, EventKind
from postal.rules.s10 import is_s10, normal_s10
from postal.rules.working_days import local_day
from routing import Message

MAX_SCANS = 500
_FAILURES = frozenset({EventKind.ATTEMPT_FAILED, EventKind.COLLECTION_FAILED})
_LOADED = frozenset({EventKind.OUT_FOR_DELIVERY, EventKind.OUT_FOR_COLLECTION})
_SCAN_ID = re.compile(r"[!-~]{1,60}")
_OF_COLLECTIONS = frozenset({EventKind.COLLECTED, EventKind.COLLECTION_FAILED})
_DONE = frozenset({EventKind.DELIVERED, EventKind.COLLECTED})
KINDS = {
    Direction.RESULT: frozenset({EventKind.OUT_FOR_DELIVERY, EventKind.DELIVERED, EventKind.ATTEMPT_FAILED}),
    Direction.COLLECTION: frozenset({EventKind.OUT_FOR_COLLECTION, EventKind.COLLECTED, EventKind.COLLECTION_FAILED}),
}

__all__ = ["KINDS", "MAX_SCANS", "CourierScan", "ProofIn", "ScanAnswer", "TooManyScans", "record_scans"]


class TooManyScans(InvalidInput):
    code = "too_many"
    says = Message("Mỗi lần gửi tối đa {limit} lượt quét.")


class UnknownReason(InvalidInput):
    code = "unknown_reason"
    says = Message("Lý do chưa phát không có trong danh mục.")


class WrongKind(InvalidInput):
    code = "wrong_kind"
    says = Message("Loại lượt quét không hợp với bưu gửi này.")


class RoundOver(Conflict):
    code = "round_closed"
    says = Message("Chuyến đã khép; bưu gửi này không được giao cho bưu tá trong chuyến.")


@dataclass(frozen=True, kw_only=True)
class CourierScan:
    """One act at a door. ``scan_id`` is the device's own; ``sent_at`` is the device's time when it sent this.

    ``round_id`` is known where a round's own sheet is typed back; otherwise the round is found by item and day.
    ``clock_offset`` and ``heard_at`` are what the device last heard of our clock before the act
    (`postal.rules.clocks`); ``seq`` is its place among the acts of the device, ``not_before`` when the one before was,
    ``not_after`` when the next was, for an act of which the clock tells nothing.
    ``pictures`` are the device's ids of photos, which may arrive before the act or after it.
    ``is_paper``: somebody at the office typed it from the courier's sheet. ``held_since``: when a revoked phone handed
    it in, which the office accepted; how old an act may be is asked of that instant.
    """

    scan_id: str
    kind: EventKind
    happened_at: datetime
    s10: str | None = None
    dossier_code: str | None = None
    sent_at: datetime | None = None
    reason: str | None = None
    proof: ProofIn | None = None
    called_at: tuple[datetime, ...] = ()
    words: str = ""
    round_id: int | None = None
    pictures: tuple[str, ...] = ()
    is_paper: bool = False
    held_since: datetime | None = None
    clock_offset: timedelta | None = None
    heard_at: datetime | None = None
    seq: int | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None

    def __repr__(self) -> str:
        return f"<CourierScan {self.scan_id}>"


@dataclass(frozen=True, kw_only=True)
class ScanAnswer:
    """What became of one scan: recorded, held (waits for an earlier one), known (a repeat) or refused.

    The act is complete when ``missing_pictures``, photos it names that are not stored yet, are none.
    """

    scan_id: str
    status: str
    code: str = ""
    message: Message | None = None
    missing_pictures: tuple[str, ...] = ()
    field: str = ""


def record_scans(act: Act, scans: Sequence[CourierScan]) -> list[ScanAnswer]:
    """Record scans in the order they happened, each in a savepoint; answers come in the order given.

    One bad scan never keeps the others out. Raises TooManyScans, Forbidden.
    """
    if len(scans) > MAX_SCANS:
        raise TooManyScans(limit=MAX_SCANS)
    if not (act.by.may(Action.SCAN_OWN_ROUND) or act.by.may(Action.ENTER_ROUND_RESULTS)):
        raise Forbidden
    found = [_found(act.session, scan) for scan in scans]
    lock_items(act.session, [item for item in found if item is not None])
    answers: dict[int, ScanAnswer] = {}
    scans = _in_sequence(scans, act.now)
    is_numbered = all(scan.seq is not None for scan in scans)
    for index in sorted(range(len(scans)), key=lambda i: (is_numbered and scans[i].seq, scans[i].happened_at)):
        answers[index] = _record_one(act, scans[index], found[index])
    return [_complete(act, scan, answers[index]) for index, scan in enumerate(scans)]


def _complete(act: Act, scan: CourierScan, answer: ScanAnswer) -> ScanAnswer:
    if not scan.pictures or answer.status == "refused":
        return answer
    return replace(answer, missing_pictures=tuple(pictures.missing(act.session, act.by, scan.pictures)))


def _record_one(act: Act, scan: CourierScan, item: Item | None) -> ScanAnswer:
    for is_last in (False, True):
        try:
            with act.session.begin_nested():
                if item is None:
                    raise UnknownS10(s10=scan.s10 or "…")
                return _try(act, scan, item)
        except PostalError as refusal:
            return ScanAnswer(
                scan_id=scan.scan_id,
                status="refused",
                code=refusal.code,
                message=refusal.message,
                field=str(refusal.field or ""),
            )
        except IntegrityError:  # two phones sent one scan at once: the loser finds it recorded
            if is_last:
                raise
    raise AssertionError("unreachable")


def _try(act: Act, scan: CourierScan, item: Item) -> ScanAnswer:
    happened_at = corrected(scan, scan.held_since or act.now)
    if scan.not_before is not None:
        happened_at = max(happened_at, scan.not_before)
    if scan.not_after is not None:
        happened_at = min(happened_at, scan.not_after)
    found = _round_of(act, item, scan, happened_at)
    _check_kind(item, scan)
    named = pictures.check_ids(scan.pictures)
    scan_id = _scan_id(found, item, scan)
    known = act.session.scalar(select(TrackingEvent).where(TrackingEvent.scan_id == scan_id))
    if known is None and scan.kind in _LOADED:
        # Nobody publishes another plan between this look at the round and the scan.
        found = _round_of(act, item, scan, happened_at, is_locking=True)
        if found.status is RoundStatus.CLOSED:
            raise RoundOver(field="kind")
    told = _scan_of(scan, scan_id, happened_at, found, act.by)
    if known is not None and scan.kind not in _LOADED:
        record(act, item, told)  # refuses an id that was used for something else
    if known is not None or same_act(act, item, told) is not None:
        return ScanAnswer(scan_id=scan.scan_id, status="known")
    check_no_photo(item, scan)
    if act.by.phone_id is not None:
        check_at_the_door(act.session, item, scan)
    proof = keep_proof(act, check_proof(act.session, item, scan.proof)) if scan.kind in _DONE else None
    # Only a round that was counted back can be told money too late, and what is due asks its every stop.
    due = due_from_courier(act.session, found) if found.status is RoundStatus.CLOSED else {}
    event = record(act, item, replace(told, proof=proof))
    pictures.name_for(act, event, named)
    _follow(act, scan, event, found, due)
    return ScanAnswer(scan_id=scan.scan_id, status="recorded" if event.is_applied else "held")


def _follow(act: Act, scan: CourierScan, event: TrackingEvent, found: DeliveryRound, due: dict[str, Any]) -> None:
    """Keep what belongs to a new event: money told late, what fits no more, words, the signature."""
    if found.status is RoundStatus.CLOSED:
        note_late_money(act, found, event, due)
    if found.status is not RoundStatus.PLANNED:  # its load was counted: what does not fit now is for a person
        note_misfits(act.session, [event], now=act.now)
    if scan.words.strip() and scan.kind in _FAILURES:
        keep_words(act, event, scan.words)
    if event.proof_id is not None and scan.proof is not None and scan.proof.signature is not None:
        sign_delivery(act, event.proof_id, scan.proof.signature, device_at=scan.happened_at)


def _scan_id(delivery_round: DeliveryRound, item: Item, scan: CourierScan) -> str:
    """Return the id under which a scan is one act: of the device's own round; of the load, whoever counted it."""
    if scan.kind in _LOADED:
        return f"{act_id(delivery_round.id, scan.kind)}:{item.id}"
    if not _SCAN_ID.fullmatch(scan.scan_id):
        raise InvalidInput(field="scan_id")
    return f"r{delivery_round.id}:{scan.scan_id}"


def _scan_of(
    scan: CourierScan,
    scan_id: str,
    happened_at: datetime,
    delivery_round: DeliveryRound,
    actor: Actor,
) -> Scan:
    why = reasons.reason(scan.reason or "") if scan.kind in _FAILURES else None
    facts: dict[str, Any] = {"cost_bearer": why.cost_bearer} if why else {}
    if scan.called_at and scan.kind in _FAILURES:
        facts["called_at"] = [at.isoformat() for at in scan.called_at]
    if scan.proof is not None and scan.kind in _DONE:
        facts |= facts_of_proof(scan.proof)
    if delivery_round.status is RoundStatus.CLOSED and scan.kind in _OF_COLLECTIONS:
        facts[LATE] = True  # what the round collected was counted when it came back
    if actor.phone_id is not None:
        facts["phone_id"] = actor.phone_id
    if scan.pictures:
        facts[pictures.NAMED] = list(dict.fromkeys(scan.pictures))
    if scan.is_paper:
        facts["entered_from"] = "paper"
    if scan.clock_offset is not None:
        facts["clock_offset_s"] = round((happened_at - scan.happened_at).total_seconds())
    if scan.held_since is not None:
        facts["entered_from"] = "held"
    return Scan(
        kind=scan.kind,
        scan_id=scan_id,
        happened_at=happened_at,
        device_at=scan.happened_at,
        courier_id=delivery_round.courier_id,
        office_id=delivery_round.office_id,
        round_id=delivery_round.id,
        reason=why.code if why else None,
        facts=facts,
    )


def _found(session: Session, scan: CourierScan) -> Item | None:
    code = normal_s10(scan.s10 or "")
    if code and is_s10(code):
        return items.with_s10s(session, [code]).get(code)
    # A dossier may be collected first and its result delivered later: the kind says which is meant.
    direction = next((d for d, kinds in KINDS.items() if scan.kind in kinds), Direction.RESULT)
    return items.of_dossier(session, scan.dossier_code, direction) if scan.dossier_code else None


def _round_of(
    act: Act, item: Item, scan: CourierScan, happened_at: datetime, *, is_locking: bool = False
) -> DeliveryRound:
    """Return the published round the item was on that day, else the one before, else the next.

    Late scans may come when the item is already planned again; of two rounds of one day it is the one that had left
    last by then. A foreign round looks like an unknown item.
    """
    query = (
        select(DeliveryRound, DayPlan.day)
        .join(RoundStop, RoundStop.round_id == DeliveryRound.id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .where(RoundStop.consignment_id == item.consignment_id, DayPlan.status == PlanStatus.PUBLISHED)
        .order_by(DayPlan.day.desc(), DeliveryRound.id.desc())
        .execution_options(populate_existing=True)
    )
    if scan.round_id is not None:
        query = query.where(DeliveryRound.id == scan.round_id)
    if act.by.role is Role.COURIER:
        query = query.where(DeliveryRound.courier_id == act.by.courier_id)
    elif act.by.office_id is not None:
        query = query.where(DeliveryRound.office_id == act.by.office_id)
    if is_locking:
        query = query.with_for_update(of=DayPlan, read=True)
    found = [(one, day) for one, day in act.session.execute(query)]
    if not found:
        raise UnknownS10(s10=item.s10 or "…")
    on = local_day(happened_at)
    nearest = next((day for _, day in found if day <= on), found[-1][1])
    of_day = [one for one, day in found if day == nearest]
    left = [one for one in of_day if one.started_at is not None and one.started_at <= happened_at]
    return max(left, key=lambda one: one.started_at or happened_at) if left else of_day[-1]


def _in_sequence(scans: Sequence[CourierScan], now: datetime) -> list[CourierScan]:
    """Return scans of which none happened before the one that the device recorded before it.

    An instant that only lies between others moves none of them: it is put before the next that is known. Where the
    order is not told, nothing changes.
    """
    told, instants = list(scans), {}
    for n in sorted((n for n, scan in enumerate(told) if scan.seq is not None), key=lambda n: told[n].seq or 0):
        with suppress(BadInstant):  # refused by itself
            instants[n] = corrected(told[n], now)
    ceilings = _next_known({n: at for n, at in instants.items() if is_known(told[n], now)}, list(instants))
    floor: datetime | None = None
    for n, at in instants.items():
        told[n] = replace(told[n], not_before=floor, not_after=ceilings.get(n))
        floor = at if floor is None else max(floor, at)
        floor = min(floor, ceilings.get(n, floor))
    return told


def _next_known(known: dict[int, datetime], order: Sequence[int]) -> dict[int, datetime]:
    """Return when the next known act was for each unknown one. No known one was before a known one before it."""
    ceilings: dict[int, datetime] = {}
    waiting: list[int] = []
    floor: datetime | None = None
    for n in order:
        if n not in known:
            waiting.append(n)
            continue
        floor = known[n] if floor is None else max(floor, known[n])
        ceilings |= dict.fromkeys(waiting, floor)
        waiting.clear()
    return ceilings


def _check_kind(item: Item, scan: CourierScan) -> None:
    if scan.kind not in KINDS[item.direction] or (scan.kind in _LOADED and scan.pictures):
        raise WrongKind(field="kind")
    if scan.kind in _FAILURES and (scan.reason is None or reasons.reason(scan.reason) is None):
        raise UnknownReason(field="reason")
