"""Dossiers collected at home reach their agency: counted by their own codes, both sides named, one receipt.

The signing of this receipt is the legal time of submission (QĐ 45/2016/QĐ-TTg Đ7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.custody import Party
from postal.errors import NotFound
from postal.models import Consignment, Handover, Item
from postal.rules.lifecycle import EventKind, State
from postal.to_agency.agency_handover import Passing, count_by_agency, hand_to_agency
from routing import Message


class NothingToSubmit(NotFound):
    code = "nothing_to_submit"
    says = Message("Không có hồ sơ nhận tại nhà nào chờ nộp cho cơ quan này.")


def dossiers_for(session: Session, agency_id: int) -> Sequence[Item]:
    """Return the collected dossiers at the post that an agency is to receive."""
    query = (
        select(Item)
        .join(Item.consignment)
        .where(Item.state == State.DOSSIER_AT_OFFICE, Consignment.issuing_office_id == agency_id)
        .order_by(Item.id)
    )
    return session.scalars(query).all()


def n_dossiers(session: Session) -> dict[int, int]:
    """Return how many collected dossiers wait at the post for each agency; agencies without any are left out."""
    return count_by_agency(session, State.DOSSIER_AT_OFFICE)


def submit_counted(act: Act, agency_id: int, *, scanned: Iterable[str], giver: Party, receiver: Party) -> Handover:
    """Hand counted dossiers to their agency; what was not scanned stays at the post and becomes a discrepancy.

    Raises NothingToSubmit, InvalidInput.
    """
    return hand_to_agency(act, agency_id, _DOSSIERS, scanned=scanned, giver=giver, receiver=receiver)


def _pieces(session: Session, agency_id: int) -> dict[str, Item]:
    return {item.dossier_code: item for item in dossiers_for(session, agency_id)}


_DOSSIERS = Passing(
    pieces_for=_pieces,
    nothing=NothingToSubmit,
    kind=EventKind.SUBMITTED,
    what="dossiers",
    scan_prefix="submit",
)
