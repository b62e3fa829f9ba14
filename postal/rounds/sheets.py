"""Route sheets with whole telephones: for stops known to the commune alone, numbered, counted back and destroyed.

A courier who knows only the commune must call; the telephone on paper is a look at a person's data (Luật 91/2025), so
that each print is a line of the audit, and the sheet itself comes back when the round is closed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from postal.access import audit
from postal.access.act import Act
from postal.custody.numbers import next_number
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import (
    Consignment,
    DayPlan,
    DeliveryRound,
    Discrepancy,
    PlanStatus,
    PointPrecision,
    RoundStatus,
    SheetPrint,
)
from routing import Message

SHEET = "sheet"  # the kind of the discrepancy that a missing sheet is
_LOCATED = frozenset({PointPrecision.DOOR, PointPrecision.REMEMBERED, PointPrecision.STREET})


class NoPhonesToShow(Conflict):
    code = "no_phones_to_show"
    says = Message("Chuyến này không có điểm nào chỉ biết đến xã, phường: in phiếu đi phát thường.")


class SheetsMissing(Conflict):
    code = "sheets_missing"
    says = Message(
        "Chưa nộp lại phiếu có số điện thoại: {numbers}. Nhận lại và hủy; nếu không còn thì ghi lời giải thích."
    )


class SheetSettled(Conflict):
    code = "sheet_settled"
    says = Message("Phiếu {number} đã nộp lại hoặc đã ghi là mất.")


def is_unlocated(consignment: Consignment) -> bool:
    """Say whether nothing but the commune is known of where a consignment goes."""
    return consignment.precision not in _LOCATED


def print_numbered(act: Act, round_id: int) -> SheetPrint:
    """Number one print of a round's sheet with the whole telephones of its unlocated stops, and note the look.

    Raises NotFound, Conflict for a round that is closed or not published, NoPhonesToShow.
    """
    found = act.session.get(DeliveryRound, round_id)
    if found is None:
        raise NotFound(what=Message("chuyến phát"))
    if found.plan.status is not PlanStatus.PUBLISHED or found.status is RoundStatus.CLOSED:
        raise Conflict
    shown = [stop.consignment for stop in found.stops if is_unlocated(stop.consignment)]
    if not shown:
        raise NoPhonesToShow
    printed = SheetPrint(
        number=next_number(act.session, "PD", now=act.now),
        round_id=round_id,
        printed_at=act.now,
        printed_by_id=act.by.user_id,
    )
    act.session.add(printed)
    consignments = [one.id for one in shown]
    audit.note(act, "phones_printed", "round", round_id, number=printed.number, consignments=consignments)
    act.session.flush()
    return printed


def sheets_out(session: Session, round_id: int) -> Sequence[SheetPrint]:
    """Return the numbered sheets of a round that did not come back yet.

    Those of the same courier and day count too: the sheet was printed, then the day was planned again. What the office
    noted as lost is not asked for again.
    """
    own, of = aliased(DeliveryRound), aliased(DayPlan)
    lost = select(Discrepancy.id).where(Discrepancy.kind == SHEET, Discrepancy.detail == SheetPrint.number)
    query = (
        select(SheetPrint)
        .join(DeliveryRound, DeliveryRound.id == SheetPrint.round_id)
        .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
        .join(own, own.courier_id == DeliveryRound.courier_id)
        .join(of, (of.id == own.plan_id) & (of.day == DayPlan.day))
        .where(own.id == round_id, SheetPrint.returned_at.is_(None))
        .where(~lost.where(Discrepancy.handover_id.is_(None)).exists())
    )
    return session.scalars(query.order_by(SheetPrint.id)).all()


def check_sheets(out: Sequence[SheetPrint], returned: Collection[str], *, may_differ: bool) -> dict[str, list[str]]:
    """Return what a closing receipt says of numbered sheets: those that came back and those that did not.

    Empty where none was printed. Raises SheetsMissing unless a difference may be recorded.
    """
    missing = [one.number for one in out if one.number not in returned]
    if missing and not may_differ:
        raise SheetsMissing(numbers=", ".join(missing))
    back = [one.number for one in out if one.number in returned]
    return {"sheets_destroyed": back, "sheets_missing": missing} if out else {}


def destroy_sheets(act: Act, out: Sequence[SheetPrint], returned: Collection[str]) -> None:
    """Note that these sheets came back and were destroyed."""
    for one in out:
        if one.number in returned:
            _destroy(act, one)


def take_back_sheet(act: Act, sheet_id: int, *, office_id: int) -> SheetPrint:
    """Note that a sheet of an office came back without its round and was destroyed. Raises NotFound, SheetSettled."""
    found = _loose(act, sheet_id, office_id)
    _destroy(act, found)
    act.session.flush()
    return found


def lose_sheet(act: Act, sheet_id: int, *, office_id: int, reason: str) -> SheetPrint:
    """Note that a sheet of an office is lost: a discrepancy with its number.

    Raises NotFound, SheetSettled, InvalidInput without a reason.
    """
    if not reason.strip():
        raise InvalidInput(field=Message("Lý do"))
    found = _loose(act, sheet_id, office_id)
    act.session.add(Discrepancy(kind=SHEET, noted_at=act.now, detail=found.number))
    audit.note(act, "sheet_lost", "round", found.round_id, reason=reason.strip()[:200], number=found.number)
    act.session.flush()
    return found


def _loose(act: Act, sheet_id: int, office_id: int) -> SheetPrint:
    """Return a sheet nobody else settles meanwhile."""
    found = act.session.get(SheetPrint, sheet_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None or act.session.get_one(DeliveryRound, found.round_id).office_id != office_id:
        raise NotFound(what=Message("phiếu đi phát"))
    noted = select(Discrepancy.id).where(Discrepancy.kind == SHEET, Discrepancy.detail == found.number)
    if found.returned_at is not None or act.session.scalar(noted) is not None:
        raise SheetSettled(number=found.number)
    return found


def _destroy(act: Act, sheet: SheetPrint) -> None:
    sheet.returned_at, sheet.returned_to_id = act.now, act.by.user_id
    audit.note(act, "sheet_destroyed", "round", sheet.round_id, number=sheet.number)
