"""How far a count is: the codes scanned so far for one list, kept until the receipt they end in."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from postal.errors import Conflict
from postal.models import CountedScan, CountList, Manifest
from routing import Message


class NothingCounted(Conflict):
    code = "nothing_counted"
    says = Message("Chưa quét bưu gửi nào của danh sách này. Quét đếm xong mới bàn giao.")


def is_of_count(which: CountList, subject_id: int) -> ColumnElement[bool]:
    """Return the condition that finds the scans of a count under way.

    ``subject_id`` is the batch, the round or the agency the list belongs to.
    """
    if which is CountList.BATCH:
        manifest = select(Manifest.id).where(Manifest.batch_id == subject_id).scalar_subquery()
        of_subject = CountedScan.manifest_id == manifest
    elif which in (CountList.LOAD, CountList.BACK):
        of_subject = CountedScan.round_id == subject_id
    else:
        of_subject = CountedScan.office_id == subject_id
    return and_(of_subject, CountedScan.list_of == which, CountedScan.handover_id.is_(None))


def counted_codes(session: Session, which: CountList, subject_id: int) -> list[str]:
    """Return the codes counted so far for one list, in the order they were scanned."""
    query = select(CountedScan.code).where(is_of_count(which, subject_id)).order_by(CountedScan.id)
    return list(session.scalars(query))


def take_count(session: Session, which: CountList, subject_id: int, *, n_expected: int) -> list[str]:
    """Return what was counted, to be handed over. Raises NothingCounted where a list with pieces has no scan yet."""
    codes = counted_codes(session, which, subject_id)
    if n_expected and not codes:
        raise NothingCounted
    return codes


def end_count(session: Session, which: CountList, subject_id: int, handover_id: int) -> None:
    """Bind a count to its receipt; what is scanned later belongs to the next one."""
    session.execute(update(CountedScan).where(is_of_count(which, subject_id)).values(handover_id=handover_id))
