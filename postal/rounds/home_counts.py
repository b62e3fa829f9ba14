"""What comes home on a round, scanned twice, blind: by the courier on the phone, by the office on its list.

Neither side sees the other's scans before its own count is in. A count is never edited: counting again is another
row. What differs is named piece by piece and must be explained before the round is closed
(`postal.rounds.close_round`); what a phone tells after that becomes a discrepancy beside the signed receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access import audit
from postal.access.act import Act
from postal.custody import clean_codes
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.items import with_s10s
from postal.models import (
    DeliveryRound,
    Discrepancy,
    Found,
    Handover,
    HandoverLine,
    HomeCount,
    Item,
    Leg,
    RoundStatus,
    RoundStop,
)
from postal.rules.s10 import normal_s10
from routing import Message

HOME = "home"  # the kind of the discrepancy that a piece is which only the courier counted
_MOST_CODES = 500


class HomeSide(StrEnum):
    """Who scanned."""

    COURIER = "courier"
    OFFICE = "office"


class HomeDiffers(Conflict):
    code = "home_differs"
    says = Message(
        "Hàng mang về hai bên đếm khác nhau. Chỉ bưu tá quét: {courier}. Chỉ bưu cục quét: {office}. Cùng tìm, đếm "
        "lại; nếu vẫn lệch thì ghi lời giải thích."
    )


@dataclass(frozen=True, kw_only=True)
class HomeSeen:
    """What one side may see: nothing of the other's before its own count is in. Codes in the form they are printed.

    ``own`` and ``other`` None: not counted yet, or not to be seen yet.
    """

    own: tuple[str, ...] | None = None
    other: tuple[str, ...] | None = None
    only_courier: tuple[str, ...] = ()
    only_office: tuple[str, ...] = ()


def note_home(
    act: Act, round_id: int, side: HomeSide, codes: Iterable[str], *, counted_at: datetime | None = None
) -> HomeCount:
    """Keep what a side scanned as come home; the same count again is the same row.

    After the round was closed a courier's count changes nothing that was signed: what differs becomes a discrepancy.
    Raises NotFound for a round that has not left, InvalidInput for more than 500 codes.
    """
    found = act.session.get(DeliveryRound, round_id, with_for_update={"key_share": True})
    if found is None or found.status is RoundStatus.PLANNED:
        raise NotFound(what=Message("chuyến đang đi"))
    clean = list(dict.fromkeys(clean_codes(codes)))
    if len(clean) > _MOST_CODES:
        raise InvalidInput(field="codes")
    before = last_home(act.session, round_id, side)
    if before is not None and set(before.codes) == set(clean):
        return before
    noted = HomeCount(
        round_id=round_id,
        side=side,
        codes=clean,
        is_blind=before is None,
        counted_at=counted_at or act.now,
        recorded_at=act.now,
        user_id=act.by.user_id,
        phone_id=act.by.phone_id,
    )
    act.session.add(noted)
    audit.note(act, "count_home", "round", round_id, side=str(side), n=len(clean), is_blind=before is None)
    act.session.flush()
    if found.status is RoundStatus.CLOSED and side is HomeSide.COURIER:
        _note_late(act, found, noted)
    return noted


def last_home(session: Session, round_id: int, side: HomeSide) -> HomeCount | None:
    """Return what a side counted last, None before its first count."""
    query = select(HomeCount).where(HomeCount.round_id == round_id, HomeCount.side == side)
    return session.scalar(query.order_by(HomeCount.counted_at.desc(), HomeCount.id.desc()).limit(1))


def home_seen(session: Session, round_id: int, side: HomeSide) -> HomeSeen:
    """Return what a side may see of what came home on a round."""
    own = last_home(session, round_id, side)
    if own is None:
        return HomeSeen()
    names = _names(session, round_id)
    other = last_home(session, round_id, HomeSide.OFFICE if side is HomeSide.COURIER else HomeSide.COURIER)
    told = tuple(names.get(code, code) for code in own.codes)
    if other is None:
        return HomeSeen(own=told)
    courier, office = (own, other) if side is HomeSide.COURIER else (other, own)
    return HomeSeen(
        own=told,
        other=tuple(names.get(code, code) for code in other.codes),
        only_courier=_only(courier.codes, office.codes, names),
        only_office=_only(office.codes, courier.codes, names),
    )


def check_home(
    session: Session, round_id: int, scanned: Sequence[str], *, why: str, may_differ: bool
) -> dict[str, Any]:
    """Return what the closing receipt says of the courier's own count, empty where there is none.

    ``scanned`` is what the office counted. Raises HomeDiffers for a difference nobody explains.
    """
    said = last_home(session, round_id, HomeSide.COURIER)
    if said is None:
        return {}
    names = _names(session, round_id)
    office = [normal_s10(code) for code in scanned]
    only_courier, only_office = _only(said.codes, office, names), _only(office, said.codes, names)
    why = why.strip()[:200]
    if (only_courier or only_office) and not (why or may_differ):
        raise HomeDiffers(courier=", ".join(only_courier) or "–", office=", ".join(only_office) or "–")
    facts: dict[str, Any] = {"home_courier": len(said.codes), "home_counted_at": said.counted_at.isoformat()}
    if only_courier or only_office:
        facts |= {"home_only_courier": list(only_courier), "home_only_office": list(only_office)}
        facts |= {"why": why} if why else {}
    return facts


def note_home_difference(act: Act, handover: Handover) -> None:
    """Leave a discrepancy for each piece that only the courier counted, unless it is missing anyway."""
    missing = {normal_s10(line.code) for line in handover.lines if line.found is Found.MISSING}
    only = [code for code in handover.facts.get("home_only_courier", ()) if normal_s10(code) not in missing]
    _note(act, handover, only)


def _note_late(act: Act, found: DeliveryRound, said: HomeCount) -> None:
    """Compare a count that came after the receipt with that receipt, which stays as it is."""
    back = select(Handover).where(Handover.round_id == found.id, Handover.leg == Leg.COURIER_TO_OFFICE)
    handover = act.session.scalars(back.order_by(Handover.id.desc()).limit(1)).first()
    if handover is None:
        return
    signed = select(HandoverLine.code).where(HandoverLine.handover_id == handover.id)
    seen = signed.where(HandoverLine.found.in_((Found.PRESENT, Found.EXTRA, Found.WRONG)))
    counted = {normal_s10(code) for code in act.session.scalars(seen)}
    known = select(Discrepancy.detail).where(Discrepancy.handover_id == handover.id, Discrepancy.kind == HOME)
    before = {normal_s10(detail) for detail in act.session.scalars(known)}
    names = _names(act.session, found.id)
    _note(act, handover, [names.get(code, code) for code in said.codes if code not in counted | before])


def _note(act: Act, handover: Handover, codes: Sequence[str]) -> None:
    items = with_s10s(act.session, [normal_s10(code) for code in codes])
    by_code = _items(act.session, handover.round_id) | items
    for code in codes:
        item = by_code.get(normal_s10(code))
        note = Discrepancy(
            kind=HOME,
            item_id=item.id if item is not None else None,
            handover_id=handover.id,
            noted_at=act.now,
            detail=code[:40],
        )
        act.session.add(note)
    act.session.flush()


def _only(of: Sequence[str], without: Sequence[str], names: dict[str, str]) -> tuple[str, ...]:
    others = set(without)
    return tuple(names.get(code, code) for code in of if code not in others)


def _names(session: Session, round_id: int) -> dict[str, str]:
    """Return how the codes of a round's pieces are written, by the one form they are compared in."""
    return {code: item.s10 or item.dossier_code for code, item in _items(session, round_id).items()}


def _items(session: Session, round_id: int | None) -> dict[str, Item]:
    query = (
        select(Item)
        .join(RoundStop, RoundStop.consignment_id == Item.consignment_id)
        .where(RoundStop.round_id == round_id)
    )
    return {normal_s10(item.s10 or item.dossier_code): item for item in session.scalars(query)}
