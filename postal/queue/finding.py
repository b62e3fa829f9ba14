"""Finding items wherever they are, delivered ones too: by S10, dossier code, phone or words of a name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy.orm import Session, joinedload

from postal.access import ownership
from postal.life.items import as_written, is_called
from postal.models import Consignment, Item
from postal.models.keys import BLOCK
from postal.people import bare_phone, find_by_phone, named
from postal.rules.lifecycle import State
from postal.rules.s10 import is_s10, normal_s10

_OVER = (State.DELIVERED, State.RETURNED_TO_SENDER, State.SUBMITTED, State.CANCELLED)
_SHORTEST_PHONE = 9


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody searches for: ``office_id`` keeps what is that office's, as its page would open.

    ``by_person`` lets the text be a phone or a name: false for who may not see people.
    """

    text: str
    office_id: int | None = None
    by_person: bool = True

    def __repr__(self) -> str:  # what is searched for may be somebody's name
        return f"<Asked office={self.office_id}>"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search found; exact where a whole code or a whole phone was given, not some words of a name."""

    items: list[Item]
    is_exact: bool


def find(session: Session, asked: Asked, *, limit: int = 100) -> Found:
    """Return items with their people: what is under way first, then the newest."""
    text = " ".join(asked.text.split())
    if not text:
        return Found(items=[], is_exact=False)
    query = select(Item).join(Item.consignment)
    query = query.options(joinedload(Item.consignment).joinedload(Consignment.person))
    if asked.office_id is not None:
        query = query.where(ownership.is_offices(asked.office_id))
    by_code = list(
        session.scalars(query.where(is_called(text)).order_by(as_written(text), Item.id.desc()).limit(limit))
    )
    if by_code or is_s10(normal_s10(text)) or not asked.by_person:
        return Found(items=by_code, is_exact=True)
    is_phone = len(bare_phone(text)) >= _SHORTEST_PHONE and not any(c.isalpha() for c in text)
    meant = find_by_phone(session, text)[:BLOCK] if is_phone else named(session, text)
    query = query.where(Consignment.person_id.in_(meant))
    found = session.scalars(query.order_by(case((Item.state.in_(_OVER), 1), else_=0), Item.id.desc()).limit(limit))
    return Found(items=list(found), is_exact=is_phone)
