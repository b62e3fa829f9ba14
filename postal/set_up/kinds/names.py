"""What couriers are called, from a day on. A change holds no name: it names the sealed rows that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.errors import InvalidInput, NotFound
from postal.models import Courier, Person, PersonKind
from postal.network import crew
from postal.people import PersonData, add_person, open_person
from routing import Message

_LONGEST_NAME = 120


def read(session: Session, code: str) -> dict[str, Any]:
    """Return a courier's full name, the row held for this transaction. Raises NotFound."""
    person = session.get_one(Person, _courier(session, code).person_id)
    return {"full_name": open_person(session, person).full_name}


def put(session: Session, code: str, values: Mapping[str, Any], _now: datetime) -> None:
    """Give a courier a name. Raises InvalidInput, NotFound."""
    if len(values["full_name"]) > _LONGEST_NAME:
        raise InvalidInput(field="full_name")
    crew.rename(session, _courier(session, code), values["full_name"])


def seal(session: Session, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return what a change keeps instead of names: the rows they are sealed in."""
    return {
        name: add_person(session, PersonKind.STAFF, PersonData(full_name=full_name), now=now).id
        for name, full_name in values.items()
    }


def unseal(session: Session, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names that a change keeps."""
    return {name: open_person(session, session.get_one(Person, row)).full_name for name, row in kept.items()}


def read_together(session: Session, kept: Sequence[Mapping[str, Any]]) -> Sequence[Person]:
    """Read the rows of many changes at once; while the answer is kept, `unseal` asks the database for none of them."""
    ids = {row for one in kept for row in one.values()}
    return session.scalars(select(Person).where(Person.id.in_(ids))).all() if ids else ()


def _courier(session: Session, code: str) -> Courier:
    query = select(Courier).where(Courier.code == code).with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound(what=Message("bưu tá {code}").filled(code=code))
    return found
