"""Closing an office's day: nothing that left may be unaccounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from postal.access.act import Act
from postal.access.audit import note
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.tracking import Scan, lock_items, record_strictly
from postal.models import (
    Courier,
    DayPlan,
    DeliveryRound,
    Discrepancy,
    Handover,
    Item,
    KeptOvernight,
    OfficeDay,
    PlanStatus,
    RoundStatus,
    SheetPrint,
)
from postal.rules.lifecycle import EventKind, State
from routing import Message

OUT = (State.ON_ROUND, State.ATTEMPTED, State.ON_COLLECTION_ROUND, State.COLLECTED)


class DayNotAccountedFor(Conflict):
    code = "day_not_accounted_for"
    says = Message("Chưa khép ngày được: còn {n} việc, trước hết là {first}.")


class DayClosed(Conflict):
    code = "day_closed"
    says = Message("Ngày {day} của bưu cục đã khép.")


class NotOut(Conflict):
    code = "not_out"
    says = Message("Bưu gửi {code} không ở trong tay bưu tá.")


@dataclass(frozen=True, kw_only=True)
class Open:
    """One thing that keeps the day open.

    A round not closed, a piece in a courier's hands, money of a late delivery, a sheet with telephones and no round.
    """

    what: str
    code: str
    courier_code: str
    item_id: int | None = None
    round_id: int | None = None
    sheet_id: int | None = None


def what_is_open(session: Session, office_id: int, day: date) -> list[Open]:
    """Return what left this office and is not delivered, returned, kept with permission or declared missing."""
    return open_at(session, [office_id], day)[office_id]


def open_at(session: Session, office_ids: Sequence[int], day: date) -> dict[int, list[Open]]:
    """Return the same of several offices: rounds, items, money and papers nobody settled, loose sheets."""
    found: dict[int, list[Open]] = {office_id: [] for office_id in office_ids}
    rounds = (
        select(DeliveryRound.office_id, DeliveryRound.id, DeliveryRound.number, Courier.code)
        .join(Courier, Courier.id == DeliveryRound.courier_id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .where(
            DeliveryRound.office_id.in_(office_ids),
            DeliveryRound.status == RoundStatus.STARTED,
            DayPlan.day <= day,
            DayPlan.status == PlanStatus.PUBLISHED,
        )
        .order_by(DeliveryRound.number)
    )
    for office_id, round_id, number, code in session.execute(rounds):
        found[office_id].append(Open(what="round", code=str(number), courier_code=code, round_id=round_id))
    permitted = select(KeptOvernight.item_id).where(KeptOvernight.day == day)
    items = (
        select(Item.office_id, Item.id, Item.s10, Item.dossier_code, Courier.code)
        .outerjoin(Courier, Courier.id == Item.courier_id)
        .outerjoin(DeliveryRound, DeliveryRound.id == Item.round_id)
        .outerjoin(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .where(Item.office_id.in_(office_ids), Item.state.in_(OUT), Item.id.not_in(permitted))
        # What left with a later day's round is that day's to account for.
        .where(or_(DayPlan.day.is_(None), DayPlan.day <= day))
        .order_by(Item.id)
    )
    for at_office, item_id, s10, dossier_code, courier_code in session.execute(items):
        code = s10 or dossier_code
        found[at_office or 0].append(Open(what="item", code=code, courier_code=courier_code or "", item_id=item_id))
    _add_unsettled(session, found, day)
    _add_loose_sheets(session, found, day)
    return found


def _add_loose_sheets(session: Session, found: dict[int, list[Open]], day: date) -> None:
    """Add numbered sheets nobody gave back whose courier has no round under way to give them back with.

    The day was planned again without him, or his round never left. What a closing noted as missing is a discrepancy.
    """
    walked, of = aliased(DeliveryRound), aliased(DayPlan)
    under_way = (
        select(walked.id)
        .join(of, of.id == walked.plan_id)
        .where(walked.courier_id == DeliveryRound.courier_id, of.day == DayPlan.day)
        .where(walked.status == RoundStatus.STARTED, of.status == PlanStatus.PUBLISHED)
    )
    noted = select(Discrepancy.id).where(Discrepancy.kind == "sheet", Discrepancy.detail == SheetPrint.number)
    query = (
        select(DeliveryRound.office_id, SheetPrint.id, SheetPrint.number, Courier.code)
        .select_from(SheetPrint)
        .join(DeliveryRound, DeliveryRound.id == SheetPrint.round_id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .join(Courier, Courier.id == DeliveryRound.courier_id)
        .where(SheetPrint.returned_at.is_(None), DeliveryRound.office_id.in_(found), DayPlan.day <= day)
        .where(~under_way.exists(), ~noted.exists())
        .order_by(SheetPrint.id)
    )
    for office_id, sheet_id, number, code in session.execute(query):
        found[office_id].append(Open(what="sheet", code=number, courier_code=code, sheet_id=sheet_id))


def _add_unsettled(session: Session, found: dict[int, list[Open]], day: date) -> None:
    """Add what was found paid or taken back after its round had been counted, and nobody has settled."""
    query = (
        select(DeliveryRound.office_id, Item.id, Item.s10, Item.dossier_code, Courier.code, DeliveryRound.id)
        .select_from(Discrepancy)
        .join(Handover, Handover.id == Discrepancy.handover_id)
        .join(DeliveryRound, DeliveryRound.id == Handover.round_id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .join(Courier, Courier.id == DeliveryRound.courier_id)
        .join(Item, Item.id == Discrepancy.item_id)
        .where(
            Discrepancy.kind.in_(("money", "papers")),
            Discrepancy.settled_at.is_(None),
            DeliveryRound.office_id.in_(found),
            DayPlan.day <= day,
        )
        .order_by(Discrepancy.id)
    )
    for office_id, item_id, s10, dossier, courier, round_id in session.execute(query):
        found[office_id].append(
            Open(what="money", code=s10 or dossier, courier_code=courier, item_id=item_id, round_id=round_id)
        )


def closed_day(session: Session, office_id: int, day: date) -> OfficeDay | None:
    """Return an office's day if it is closed."""
    return closed_days(session, [office_id], day).get(office_id)


def closed_days(session: Session, office_ids: Sequence[int], day: date) -> dict[int, OfficeDay]:
    """Return the days that are closed of several offices."""
    query = select(OfficeDay).where(OfficeDay.office_id.in_(office_ids), OfficeDay.day == day)
    return {closed.office_id: closed for closed in session.scalars(query)}


def close_day(act: Act, office_id: int, day: date) -> OfficeDay:
    """Close a delivery office's day. Raises DayNotAccountedFor naming the first open thing, DayClosed."""
    still_open = what_is_open(act.session, office_id, day)
    if still_open:
        raise DayNotAccountedFor(n=len(still_open), first=still_open[0].code)
    permitted = select(KeptOvernight.item_id).join(Item).where(KeptOvernight.day == day, Item.office_id == office_id)
    closed = OfficeDay(
        office_id=office_id,
        day=day,
        closed_at=act.now,
        closed_by_id=act.by.user_id,
        facts={"kept": len(act.session.scalars(permitted).all())},
    )
    try:
        with act.session.begin_nested():
            act.session.add(closed)
    except IntegrityError as exc:
        raise DayClosed(day=day.isoformat()) from exc
    return closed


def keep_overnight(act: Act, item_id: int, day: date, *, reason: str) -> KeptOvernight:
    """Permit a courier to keep a piece until the next day. Raises NotFound, NotOut, InvalidInput without a reason."""
    if not reason.strip():
        raise InvalidInput(field=Message("Lý do giữ lại"))
    item = _item(act.session, item_id)
    lock_items(act.session, [item])
    if item.state not in OUT:
        raise NotOut(code=item.s10 or item.dossier_code)
    known = select(KeptOvernight).where(KeptOvernight.item_id == item_id, KeptOvernight.day == day)
    permission = act.session.scalar(known)
    if permission is None:
        permission = KeptOvernight(
            item_id=item_id, day=day, reason=reason.strip()[:200], permitted_at=act.now, permitted_by_id=act.by.user_id
        )
        act.session.add(permission)
        act.session.flush()
    return permission


def declare_missing(act: Act, item_id: int, *, reason: str) -> Item:
    """Say that a piece cannot be found. Raises NotFound, MoveNotAllowed, InvalidInput without a reason.

    What follows (minutes, who pays) is written with `incidents.note_incident`.
    """
    return _declare(act, item_id, EventKind.DECLARED_MISSING, reason)


def declare_found(act: Act, item_id: int, *, reason: str) -> Item:
    """Say that a missing piece is at the office again. Raises NotFound, MoveNotAllowed, InvalidInput."""
    return _declare(act, item_id, EventKind.FOUND, reason)


def _declare(act: Act, item_id: int, kind: EventKind, reason: str) -> Item:
    if not reason.strip():
        raise InvalidInput(field=Message("Lý do"))
    item = _item(act.session, item_id)
    scan_id = f"{kind}:{item_id}:{act.now.timestamp():.6f}"
    scan = Scan(kind=kind, scan_id=scan_id, happened_at=act.now, office_id=item.office_id)
    record_strictly(act, item, scan)
    # The words somebody wrote may name people: the audit keeps them, callbacks never see them.
    note(act, str(kind), "item", item_id, reason=reason[:200])
    return item


def _item(session: Session, item_id: int) -> Item:
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound(what=Message("bưu gửi"))
    return item
