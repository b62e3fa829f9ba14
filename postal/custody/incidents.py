"""Incidents: minutes, inventory, re-wrapping, and the compensation that is due.

Torn covers need inventory, minutes and a new wrapping (TT 17/2017/TT-BTTTT Đ11). For loss, total damage or a swap at
least four times the postage is due, and all costs of re-issue where the post is at fault (NĐ 47/2011/NĐ-CP Đ25,
QĐ 45/2016/QĐ-TTg Đ14); it is paid within 30 days (Đ26). A late item has its postage back (Đ25.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from postal.access.act import Act
from postal.custody.numbers import next_number
from postal.custody.office_day import declare_missing
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import Consignment, Incident, IncidentKind, Item, TrackingEvent
from postal.rules.lifecycle import MOVES, EventKind
from postal.rules.reasons import FORCE_MAJEURE
from postal.rules.working_days import local_day
from routing import Message

FAULTS = frozenset({"post", "agency", "recipient", "force_majeure", "unknown"})
POSTAGE_TIMES = 4
PAID_WITHIN = timedelta(days=30)
_WHOLLY_GONE = frozenset({IncidentKind.LOST, IncidentKind.SWAPPED})


class AlreadyPaid(Conflict):
    code = "incident_settled"
    says = Message("Biên bản {number} đã giải quyết xong.")


@dataclass(frozen=True, kw_only=True)
class InventoryLine:
    """One line of the inventory: a document of the list, and whether it is there and whole."""

    name: str
    is_there: bool
    is_whole: bool = True


@dataclass(frozen=True, kw_only=True)
class WhatWentWrong:
    """What staff found: the kind, whose fault it is (one of `FAULTS`), what is left, the seal of the new wrapping."""

    kind: IncidentKind
    fault: str
    inventory: Sequence[InventoryLine] = ()
    new_seal: str | None = None
    postage_vnd: int = 0


def note_incident(act: Act, item_id: int, found: WhatWentWrong) -> Incident:
    """Write numbered minutes; a lost piece is missing from then on.

    Raises NotFound; InvalidInput for a torn or short piece without an inventory, a torn one without its new seal, or
    an unknown fault.
    """
    item = act.session.get(Item, item_id)
    if item is None:
        raise NotFound(what=Message("bưu gửi"))
    if found.fault not in FAULTS:
        raise InvalidInput(field=Message("Bên có lỗi"))
    if found.kind in (IncidentKind.TORN, IncidentKind.SHORT) and not found.inventory:
        raise InvalidInput(field=Message("Kiểm kê nội dung"))
    new_seal = (found.new_seal or "").strip()[:60] or None
    if found.kind is IncidentKind.TORN and new_seal is None:
        raise InvalidInput(field=Message("Số niêm phong mới"))
    is_all_gone = _is_all_gone(found.inventory)
    due_vnd = compensation_vnd(found.kind, found.fault, found.postage_vnd, is_all_gone=is_all_gone)
    noted = Incident(
        number=next_number(act.session, "SV", now=act.now),
        kind=found.kind,
        item_id=item_id,
        noted_at=act.now,
        noted_by_id=act.by.user_id,
        fault=found.fault,
        inventory=[vars(line) for line in found.inventory],
        new_seal=new_seal,
        postage_vnd=found.postage_vnd,
        compensation_vnd=due_vnd,
        reissue_payer=reissue_payer(found.kind, found.fault),
        pay_by=local_day(act.now + PAID_WITHIN) if due_vnd else None,
    )
    act.session.add(noted)
    act.session.flush()
    if found.kind is IncidentKind.LOST and (item.state, EventKind.DECLARED_MISSING) in MOVES:
        # What the minutes call lost must not be planned, counted or looked for as if it were there.
        declare_missing(act, item_id, reason=f"biên bản {noted.number}")
    return noted


def settle_incident(act: Act, incident_id: int, *, settlement: str) -> Incident:
    """Say how it ended. Raises NotFound, AlreadyPaid, InvalidInput without words."""
    if not settlement.strip():
        raise InvalidInput(field=Message("Đã giải quyết thế nào"))
    found = act.session.get(Incident, incident_id)
    if found is None:
        raise NotFound(what=Message("biên bản sự vụ"))
    if found.settled_at is not None:
        raise AlreadyPaid(number=found.number)
    found.settled_at, found.settlement = act.now, settlement.strip()[:200]
    act.session.flush()
    return found


def compensation_vnd(kind: IncidentKind, fault: str, postage_vnd: int, *, is_all_gone: bool = False) -> int:
    """Return the least compensation in đồng, the postage's refund included; costs of re-issue come on top. Pure."""
    if fault != "post":
        return 0
    return POSTAGE_TIMES * postage_vnd if kind in _WHOLLY_GONE or is_all_gone else 0


def reissue_payer(kind: IncidentKind, fault: str) -> str:
    """Return who pays for making the papers again: the party at fault; nobody where nothing is gone. Pure."""
    if kind is IncidentKind.TORN:
        return "nobody"
    return {"post": "post", "agency": "agency", "recipient": "recipient"}.get(fault, "to_be_decided")


def is_refund_due(session: Session, consignment: Consignment, *, now: datetime) -> bool:
    """Say whether the postage goes back because the promise was broken; a flood suspends the clock.

    The first attempt stops the clock (TT 17/2017/TT-BTTTT Đ7), and so does the agency that takes its item back;
    force majeure is no delay of the post's.
    """
    query = select(Consignment.id).where(Consignment.id == consignment.id, *_refund_due(now))
    return session.scalar(query) is not None


def refunds_due(
    session: Session, *, now: datetime, office_id: int | None = None, limit: int = 200
) -> list[Consignment]:
    """Return consignments whose postage goes back because their promise was broken, the oldest promise first.

    ``office_id`` is the delivery office that has or had them; None is the whole province.
    """
    query = (
        select(Consignment)
        .where(*_refund_due(now))
        .options(selectinload(Consignment.items), joinedload(Consignment.issuing_office))
        .order_by(Consignment.promised_by, Consignment.id)
    )
    if office_id is not None:
        here = select(Item.id).where(Item.consignment_id == Consignment.id, Item.office_id == office_id)
        query = query.where(here.exists())
    return list(session.scalars(query.limit(limit)))


def _refund_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a consignment's postage goes back (`is_refund_due`)."""
    own = Item.consignment_id == Consignment.id
    first = select(func.min(Item.first_attempt_at)).where(own).scalar_subquery()
    happened = (
        select(TrackingEvent.id).join(Item, Item.id == TrackingEvent.item_id).where(own, TrackingEvent.is_applied)
    )
    taken_back = happened.where(
        TrackingEvent.kind.in_((EventKind.RETURN_STARTED, EventKind.CANCELLED)),
        TrackingEvent.happened_at <= Consignment.promised_by,
    )
    return (
        Consignment.promised_by < now,
        or_(first > Consignment.promised_by, and_(first.is_(None), ~taken_back.exists())),
        ~happened.where(TrackingEvent.reason == FORCE_MAJEURE).exists(),
    )


def _is_all_gone(inventory: Sequence[InventoryLine]) -> bool:
    return bool(inventory) and not any(line.is_there and line.is_whole for line in inventory)
