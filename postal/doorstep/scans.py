"""Couriers' scans, from a phone or typed from a paper sheet; late, repeated or shuffled scans end in the same state."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.policy import Action, Actor
from postal.custody import sign_delivery
from postal.doorstep.proof import ProofIn, check_proof, keep_proof
from postal.errors import Conflict, Forbidden, InvalidInput, PostalError, UnknownS10
from postal.life import items
from postal.life.tracking import Scan, record
from postal.models import (
    DayPlan,
    DeliveryRound,
    Item,
    PlanStatus,
    ProofOfDelivery,
    Role,
    RoundStatus,
    RoundStop,
    TrackingEvent,
)
from postal.rounds import act_id
from postal.rules import reasons
from postal.rules.lifecycle import Direction, EventKind
from postal.rules.s10 import is_s10, normal_s10
from postal.rules.working_days import local_day
from routing import Message

MAX_SCANS = 500
# A phone's clock may run a little fast; a fact from the future is no fact.
AHEAD_AT_MOST = timedelta(minutes=5)
OLD_AT_MOST = timedelta(days=31)
_OFFSET_IGNORED = timedelta(seconds=90)
_FAILURES = frozenset({EventKind.ATTEMPT_FAILED, EventKind.COLLECTION_FAILED})
_LOADED = frozenset({EventKind.OUT_FOR_DELIVERY, EventKind.OUT_FOR_COLLECTION})
_SCAN_ID = re.compile(r"[!-~]{1,60}")
_DONE = frozenset({EventKind.DELIVERED, EventKind.COLLECTED})
KINDS = {
    Direction.RESULT: frozenset({EventKind.OUT_FOR_DELIVERY, EventKind.DELIVERED, EventKind.ATTEMPT_FAILED}),
    Direction.COLLECTION: frozenset({EventKind.OUT_FOR_COLLECTION, EventKind.COLLECTED, EventKind.COLLECTION_FAILED}),
}

__all__ = ["KINDS", "MAX_SCANS", "CourierScan", "ProofIn", "ScanAnswer", "TooManyScans", "record_scans"]


class TooManyScans(InvalidInput):
    code = "too_many"
    says = Message("Mỗi lần gửi tối đa {limit} lượt quét.")


class BadInstant(InvalidInput):
    code = "bad_happened_at"
    says = Message("Giờ của lượt quét nằm ở tương lai hoặc quá cũ. Kiểm tra đồng hồ của máy.")


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
    """One act at a door. ``scan_id`` is the device's own; ``sent_at`` is the device's time when it sent this."""

    scan_id: str
    kind: EventKind
    happened_at: datetime
    s10: str | None = None
    dossier_code: str | None = None
    sent_at: datetime | None = None
    reason: str | None = None
    proof: ProofIn | None = None

    def __repr__(self) -> str:
        return f"<CourierScan {self.scan_id}>"


@dataclass(frozen=True, kw_only=True)
class ScanAnswer:
    """What became of one scan: recorded, held (waits for an earlier one), known (a repeat) or refused."""

    scan_id: str
    status: str
    code: str = ""
    message: Message | None = None


def record_scans(act: Act, scans: Sequence[CourierScan]) -> list[ScanAnswer]:
    """Record scans in the order they happened, each in a savepoint; answers come in the order given.

    One bad scan never keeps the others out. Raises TooManyScans, Forbidden.
    """
    if len(scans) > MAX_SCANS:
        raise TooManyScans(limit=MAX_SCANS)
    if not (act.by.may(Action.SCAN_OWN_ROUND) or act.by.may(Action.ENTER_ROUND_RESULTS)):
        raise Forbidden
    answers: dict[int, ScanAnswer] = {}
    for index in sorted(range(len(scans)), key=lambda i: scans[i].happened_at):
        answers[index] = _record_one(act, scans[index])
    return [answers[index] for index in range(len(scans))]


def _record_one(act: Act, scan: CourierScan) -> ScanAnswer:
    for is_last in (False, True):
        try:
            with act.session.begin_nested():
                return _try(act, scan)
        except PostalError as refusal:
            return ScanAnswer(
                scan_id=scan.scan_id,
                status="refused",
                code=refusal.code,
                message=refusal.message,
            )
        except IntegrityError:  # two phones sent one scan at once: the loser finds it recorded
            if is_last:
                raise
    raise AssertionError("unreachable")


def _try(act: Act, scan: CourierScan) -> ScanAnswer:
    item = _item(act.session, scan)
    happened_at = _corrected(scan, act.now)
    delivery_round = _round_of(act, item, local_day(happened_at))
    _check_kind(item, scan)
    scan_id = _scan_id(delivery_round, item, scan)
    known = act.session.scalar(select(TrackingEvent).where(TrackingEvent.scan_id == scan_id))
    if known is not None and scan.kind in _LOADED:
        return ScanAnswer(scan_id=scan.scan_id, status="known")
    if known is None and scan.kind in _LOADED and delivery_round.status is RoundStatus.CLOSED:
        raise RoundOver(field="kind")
    proof = None
    if known is None and scan.kind in _DONE:
        proof = keep_proof(act, check_proof(item, scan.proof))
    event = record(act, item, _scan_of(scan, scan_id, happened_at, delivery_round, act.by, proof))
    if proof is not None and scan.proof is not None and scan.proof.signature is not None:
        image = scan.proof.signature
        sign_delivery(act, proof.id, image, device_at=scan.happened_at)
    status = "known" if known is not None else ("recorded" if event.is_applied else "held")
    return ScanAnswer(scan_id=scan.scan_id, status=status)


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
    proof: ProofOfDelivery | None,
) -> Scan:
    why = reasons.reason(scan.reason or "") if scan.kind in _FAILURES else None
    return Scan(
        kind=scan.kind,
        scan_id=scan_id,
        happened_at=happened_at,
        device_at=scan.happened_at,
        courier_id=delivery_round.courier_id,
        office_id=delivery_round.office_id,
        reason=why.code if why else None,
        facts={"cost_bearer": why.cost_bearer} if why else {},
        proof=proof,
    )


def _item(session: Session, scan: CourierScan) -> Item:
    code = normal_s10(scan.s10 or "")
    if code and is_s10(code):
        return items.with_s10(session, code)
    # A dossier may be collected first and its result delivered later: the kind says which is meant.
    direction = next((d for d, kinds in KINDS.items() if scan.kind in kinds), Direction.RESULT)
    item = items.of_dossier(session, scan.dossier_code, direction) if scan.dossier_code else None
    if item is None:
        raise UnknownS10(s10=code or "…")
    return item


def _round_of(act: Act, item: Item, on: date) -> DeliveryRound:
    """Return the published round the item was on that day, else the one before, else the next.

    Late scans may come when the item is already planned again. A foreign round looks like an unknown item.
    """
    query = (
        select(DeliveryRound, DayPlan.day)
        .join(RoundStop, RoundStop.round_id == DeliveryRound.id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .where(RoundStop.consignment_id == item.consignment_id, DayPlan.status == PlanStatus.PUBLISHED)
        .order_by(DayPlan.day.desc(), DeliveryRound.id.desc())
    )
    if act.by.role is Role.COURIER:
        query = query.where(DeliveryRound.courier_id == act.by.courier_id)
    elif act.by.office_id is not None:
        query = query.where(DeliveryRound.office_id == act.by.office_id)
    delivery_round = act.session.execute(query).all()
    if not delivery_round:
        raise UnknownS10(s10=item.s10 or "…")
    return next((found for found, day in delivery_round if day <= on), delivery_round[-1][0])


def _corrected(scan: CourierScan, now: datetime) -> datetime:
    """Return when it happened by our clock: the device's clock may be wrong, its differences are not."""
    offset = now - scan.sent_at if scan.sent_at is not None else timedelta(0)
    happened_at = scan.happened_at + (offset if abs(offset) > _OFFSET_IGNORED else timedelta(0))
    if not now - OLD_AT_MOST <= happened_at <= now + AHEAD_AT_MOST:
        raise BadInstant(field="happened_at")
    return min(happened_at, now)


def _check_kind(item: Item, scan: CourierScan) -> None:
    if scan.kind not in KINDS[item.direction]:
        raise WrongKind(field="kind")
    if scan.kind in _FAILURES and (scan.reason is None or reasons.reason(scan.reason) is None):
        raise UnknownReason(field="reason")
