"""Dossiers collected at home reach their agency: counted by their own codes, both sides named, one receipt.

The signing of this receipt is the legal time of submission (QĐ 45/2016/QĐ-TTg Đ7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.custody import Party
from postal.errors import NotFound
from postal.models import Consignment, CountList, Handover, Item
from postal.rules.lifecycle import EventKind, State
from postal.to_agency.passing import Passing, hand_to_agency

_DOSSIERS = Passing(list_of=CountList.DOSSIERS, kind=EventKind.SUBMITTED, what="dossiers", scan_prefix="submit")


class NothingToSubmit(NotFound):
    code = "nothing_to_submit"
    vi = "Không có hồ sơ nhận tại nhà nào chờ nộp cho cơ quan này."
    en = "No dossier collected at home waits to be submitted to this agency."


def dossiers_for(session: Session, agency_id: int) -> Sequence[Item]:
    """Return the collected dossiers at the post that an agency is to receive."""
    query = (
        select(Item)
        .join(Item.consignment)
        .where(Item.state == State.DOSSIER_AT_OFFICE, Consignment.issuing_office_id == agency_id)
        .order_by(Item.id)
    )
    return session.scalars(query).all()


def submit_counted(
    session: Session,
    agency_id: int,
    *,
    scanned: Iterable[str] | None,
    giver: Party,
    receiver: Party,
    user_id: int | None,
    now: datetime,
) -> Handover:
    """Hand counted dossiers to their agency; what was not scanned stays at the post and becomes a discrepancy.

    ``scanned`` None takes what was counted scan by scan. Raises NothingToSubmit, NothingCounted, InvalidInput.
    """
    pieces = {item.dossier_code: item for item in dossiers_for(session, agency_id)}
    if not pieces:
        raise NothingToSubmit
    return hand_to_agency(
        session, agency_id, pieces, _DOSSIERS, scanned=scanned, giver=giver, receiver=receiver, user_id=user_id, now=now
    )


def submit_all(session: Session, *, giver: Party, receiver: Party, user_id: int | None, now: datetime) -> list[Item]:
    """Hand everything collected to its agencies, all of it counted as there; return the items."""
    query = select(Item).where(Item.state == State.DOSSIER_AT_OFFICE).options(joinedload(Item.consignment))
    by_agency: dict[int, list[Item]] = {}
    for item in session.scalars(query.order_by(Item.id)):
        by_agency.setdefault(item.consignment.issuing_office_id, []).append(item)
    for agency_id, items in sorted(by_agency.items()):
        codes = [item.dossier_code for item in items]
        submit_counted(session, agency_id, scanned=codes, giver=giver, receiver=receiver, user_id=user_id, now=now)
    return [item for items in by_agency.values() for item in items]
