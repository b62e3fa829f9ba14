"""Couriers' scans, from a phone or typed from a paper sheet; late, repeated or shuffled scans end in the same state."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from postal.doorstep.at_the_door import check_at_the_door, photos_to_keep
from postal.doorstep.batch import KINDS, Batch
from postal.doorstep.instants import BadInstant, When, times_of
from postal.doorstep.proof import ProofIn, check_proof, facts_of_proof, keep_proof
from postal.doorstep.receipts import check_numbers, use_numbers, void_double
from postal.doorstep.said import keep_words
from postal.doorstep.same_act import same_act
from postal.errors import Conflict, Forbidden, InvalidInput, PostalError, ScanIdReused, UnknownS10
from postal.life.facts import LATE, PHONE, SEQ, UNTIMED
from postal.life.tracking import Scan, append, note_misfits, same_event
from postal.models import (
    DeliveryRound,
    Item,
    RoundStatus,
    TrackingEvent,
)
from postal.rounds import act_id, due_from_courier, note_late_money
from postal.rules import reasons
from postal.rules.lifecycle import EventKind
from routing import Message

MAX_SCANS = 500
_FAILURES = frozenset({EventKind.ATTEMPT_FAILED, EventKind.COLLECTION_FAILED})
_LOADED = frozenset({EventKind.OUT_FOR_DELIVERY, EventKind.OUT_FOR_COLLECTION})
_SCAN_ID = re.compile(r"[!-~]{1,60}")
_OF_COLLECTIONS = frozenset({EventKind.COLLECTED, EventKind.COLLECTION_FAILED})
_DONE = frozenset({EventKind.DELIVERED, EventKind.COLLECTED})
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
    (`postal.rules.clocks`); ``seq`` is its place among the acts of the device, which are ordered by it.
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

    One bad scan never keeps the others out, nor does one that never comes: acts of a phone are told apart by its own
    numbers, and each is taken when it comes (`postal.rules.lifecycle.fold`). Raises TooManyScans, Forbidden.
    """
    if len(scans) > MAX_SCANS:
        raise TooManyScans(limit=MAX_SCANS)
    if not (act.by.may(Action.SCAN_OWN_ROUND) or act.by.may(Action.ENTER_ROUND_RESULTS)):
        raise Forbidden
    batch = Batch(act, scans)
    answers: dict[int, ScanAnswer] = {}
    times = times_of(act, scans)
    is_numbered = all(scan.seq is not None for scan in scans)
    for index in sorted(range(len(scans)), key=lambda i: (is_numbered and scans[i].seq, scans[i].happened_at)):
        answers[index] = _record_one(act, batch, scans[index], batch.items[index], times[index])
    return _complete(act, [answers[index] for index in range(len(scans))])


def _complete(act: Act, answers: Sequence[ScanAnswer]) -> list[ScanAnswer]:
    """Return the answers, of the photos each act names those that it still waits for; all are asked for at once."""
    named = [one for answer in answers for one in answer.missing_pictures]
    missing = set(pictures.missing(act.session, act.by, named))
    return [
        replace(answer, missing_pictures=tuple(one for one in answer.missing_pictures if one in missing))
        for answer in answers
    ]


def _record_one(act: Act, batch: Batch, scan: CourierScan, item: Item | None, when: When | None) -> ScanAnswer:
    for is_last in (False, True):
        try:
            with act.session.begin_nested():
                if item is None:
                    raise UnknownS10(s10=scan.s10 or "…")
                if is_last:
                    _refuse_reused(act.session, batch, scan, item, when)
                return _try(act, batch, scan, item, when)
        except PostalError as refusal:
            batch.read_again(item)  # its event may have been added before it was refused
            return ScanAnswer(
                scan_id=scan.scan_id,
                status="refused",
                code=refusal.code,
                message=refusal.message,
                field=str(refusal.field or ""),
            )
        except IntegrityError:  # two phones sent one scan at once, or the id is another item's: the loser finds it
            if is_last:
                raise
            batch.read_again(item)
    raise AssertionError("unreachable")


def _try(act: Act, batch: Batch, scan: CourierScan, item: Item, when: When | None) -> ScanAnswer:
    if when is None:
        raise BadInstant(field="happened_at")
    found = batch.round_of(item, scan, when.at)
    _check_kind(item, scan)
    pictures.check_ids(scan.pictures)
    scan = replace(scan, pictures=photos_to_keep(item, replace(scan, happened_at=when.at), batch.ruled))
    named = tuple(dict.fromkeys(scan.pictures))
    scan_id, life = _scan_id(found, item, scan), batch.life(item)
    known = next((event for event in life.events if event.scan_id == scan_id), None)
    if known is None and scan.kind in _LOADED:
        # Nobody publishes another plan between this look at the round and the scan.
        found = batch.round_of(item, scan, when.at, is_locking=True)
        if found.status is RoundStatus.CLOSED:
            raise RoundOver(field="kind")
    told = _scan_of(scan, scan_id, when, found, act.by)
    if known is not None and scan.kind not in _LOADED:
        same_event(known, item, told)  # refuses an id that was used for something else
    before = known or same_act(act, life.events, told)
    if before is not None:
        void_double(act, scan.proof, before)
        return ScanAnswer(scan_id=scan.scan_id, status="known", missing_pictures=named)
    if act.by.phone_id is not None:
        calls = tuple(when.at_before(at) for at in scan.called_at)
        check_at_the_door(act.session, item, replace(scan, happened_at=when.at, called_at=calls), batch.ruled)
    proof = keep_proof(act, check_proof(act.session, item, scan.proof)) if scan.kind in _DONE else None
    check_numbers(act.session, scan.proof if proof is not None else None, found.courier_id)
    # Only a round that was counted back can be told money too late, and what is due asks its every proof.
    is_late = found.status is RoundStatus.CLOSED and proof is not None and bool(proof.fee_vnd or proof.taken_back)
    due = due_from_courier(act.session, found) if is_late else None
    event = append(act, item, replace(told, proof=proof), life)
    pictures.name_for(act, event, named)
    _follow(act, scan, event, found, due)
    status = "recorded" if event.is_applied else "held"
    return ScanAnswer(scan_id=scan.scan_id, status=status, missing_pictures=named)


def _refuse_reused(session: Session, batch: Batch, scan: CourierScan, item: Item, when: When | None) -> None:
    """Refuse a scan id under which another item has an event. Raises ScanIdReused."""
    scan_id = _scan_id(batch.round_of(item, scan, when.at), item, scan) if when is not None else ""
    known = session.scalar(select(TrackingEvent).where(TrackingEvent.scan_id == scan_id))
    if known is not None and known.item_id != item.id:
        raise ScanIdReused(scan_id=scan_id)


def _follow(
    act: Act, scan: CourierScan, event: TrackingEvent, found: DeliveryRound, due: dict[str, Any] | None
) -> None:
    """Keep what belongs to a new event: money told late, what fits no more, words, the signature."""
    if due is not None:
        note_late_money(act, found, event, due)
    if found.status is not RoundStatus.PLANNED:  # its load was counted: what does not fit now is for a person
        note_misfits(act.session, [event], now=act.now)
    if scan.words.strip() and scan.kind in _FAILURES:
        keep_words(act, event, scan.words)
    use_numbers(act, scan.proof, event)
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
    when: When,
    delivery_round: DeliveryRound,
    actor: Actor,
) -> Scan:
    why = reasons.reason(scan.reason or "") if scan.kind in _FAILURES else None
    facts: dict[str, Any] = {"cost_bearer": why.cost_bearer} if why else {}
    if scan.proof is not None and scan.kind in _DONE:
        facts |= facts_of_proof(scan.proof)
    if delivery_round.status is RoundStatus.CLOSED and scan.kind in _OF_COLLECTIONS:
        facts[LATE] = True  # what the round collected was counted when it came back
    if scan.pictures:
        facts[pictures.NAMED] = list(dict.fromkeys(scan.pictures))
    if scan.is_paper:
        facts["entered_from"] = "paper"
    if scan.held_since is not None:
        facts["entered_from"] = "held"
    facts |= _of_device(scan, when, actor)
    return Scan(
        kind=scan.kind,
        scan_id=scan_id,
        happened_at=when.at,
        device_at=scan.happened_at,
        courier_id=delivery_round.courier_id,
        office_id=delivery_round.office_id,
        round_id=delivery_round.id,
        reason=why.code if why else None,
        facts=facts,
        seq=facts.get(SEQ),
    )


def _of_device(scan: CourierScan, when: When, actor: Actor) -> dict[str, Any]:
    """Return what an event keeps of the device that told it: which, in which turn, how far off, whom it called when."""
    facts: dict[str, Any] = {}
    if actor.phone_id is not None:
        facts[PHONE] = actor.phone_id
        facts |= {SEQ: scan.seq} if scan.seq is not None else {}
    if not when.is_known:
        facts[UNTIMED] = True
    if scan.clock_offset is not None:
        facts["clock_offset_s"] = round((when.at - scan.happened_at).total_seconds())
    if scan.called_at and scan.kind in _FAILURES:
        calls = [when.at_before(at) for at in scan.called_at]
        facts["called_at"] = [at.isoformat() for at in calls]
        if calls != list(scan.called_at):
            facts["called_at_device"] = [at.isoformat() for at in scan.called_at]
    return facts


def _check_kind(item: Item, scan: CourierScan) -> None:
    if scan.kind not in KINDS[item.direction] or (scan.kind in _LOADED and scan.pictures):
        raise WrongKind(field="kind")
    if scan.kind in _FAILURES and (scan.reason is None or reasons.reason(scan.reason) is None):
        raise UnknownReason(field="reason")
