"""Settling discrepancies: staff add how it ended; what was counted is never edited."""

from __future__ import annotations

from postal.access import audit, ownership
from postal.access.act import Act
from postal.access.policy import Action, require_for
from postal.errors import Conflict, InvalidInput, MoveNotAllowed, NotFound
from postal.life.facts import ACCEPTS
from postal.life.tracking import Scan, lock_items, record
from postal.models import Discrepancy, TrackingEvent
from postal.rules.lifecycle import DECISIONS, State
from routing import Message


class AlreadySettled(Conflict):
    code = "already_settled"
    says = Message("Chênh lệch này đã được giải quyết.")


def settle_discrepancy(act: Act, discrepancy_id: int, *, settlement: str) -> Discrepancy:
    """Close one discrepancy with a note. Raises NotFound, AlreadySettled, InvalidInput without a note,
    Forbidden for another office's.

    An event that does not fit when a person settles it moves nothing from then on, whatever comes later.
    """
    found, event = _open(act, discrepancy_id, settlement)
    found.is_voided = event is not None and not event.is_applied
    _settle(act, found, settlement)
    return found


def accept_scan(act: Act, discrepancy_id: int, *, settlement: str) -> Discrepancy:
    """Settle a scan that did not fit by deciding that it is true; the piece follows from now on.

    The signed count and the scan stay as they are. The decision is an event of its own, by whoever decided, with the
    scan's instant, courier, round and proof; it lies behind all that was signed before it. `decided_state` says where
    it leads. Raises NotFound, AlreadySettled, InvalidInput without a note, MoveNotAllowed where no decision can move
    the piece, and then settles nothing.
    """
    found, event = _open(act, discrepancy_id, settlement)
    if event is None:
        raise NotFound(what=Message("lượt quét"))
    item = event.item
    if decided_state(event) is None:
        raise MoveNotAllowed(state=item.state, kind=event.kind, s10=item.s10)
    found.is_voided = True  # the decision moves the piece, once
    _settle(act, found, settlement)
    decision = Scan(
        kind=event.kind,
        scan_id=f"accept:{found.id}",
        happened_at=event.happened_at,
        device_at=event.device_at,
        courier_id=event.courier_id,
        office_id=event.office_id,
        round_id=event.round_id,
        reason=event.reason,
        facts={ACCEPTS: event.scan_id},
        proof=event.proof,
    )
    record(act, item, decision)
    audit.note(act, "scan_accepted", "discrepancy", found.id, reason=found.settlement, item_id=item.id)
    return found


def decided_state(event: TrackingEvent) -> State | None:
    """Return the state an item gets when a person decides that this event is true, None where none can."""
    return None if event.is_applied else DECISIONS.get((event.item.state, event.kind))


def _open(act: Act, discrepancy_id: int, settlement: str) -> tuple[Discrepancy, TrackingEvent | None]:
    """Return a discrepancy nobody else settles meanwhile, and the event it is about."""
    if not settlement.strip():
        raise InvalidInput(field=Message("Đã giải quyết thế nào"))
    found = act.session.get(Discrepancy, discrepancy_id)
    event = act.session.get(TrackingEvent, found.event_id) if found is not None and found.event_id else None
    if event is not None:  # the item before the discrepancy, as whoever records a scan does
        lock_items(act.session, [event.item])
        act.session.refresh(event, ["is_applied"])
    found = act.session.get(Discrepancy, discrepancy_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound(what=Message("chênh lệch"))
    require_for(act.by, Action.SETTLE_DISCREPANCY, ownership.subject_of_discrepancy(act.session, found))
    if found.settled_at is not None:
        raise AlreadySettled
    return found, event


def _settle(act: Act, found: Discrepancy, settlement: str) -> None:
    found.settled_at, found.settled_by_id, found.settlement = act.now, act.by.user_id, settlement.strip()
    act.session.flush()
