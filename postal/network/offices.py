"""Offices one by one: added, renamed, closed. Many at once come as tables (`postal.network.places`)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from postal.errors import Conflict, InvalidInput
from postal.models import Consignment, Courier, Coverage, DeliveryRound, Item, Office, OfficeKind, RoundStop, User
from postal.rules.lifecycle import FINAL, State
from routing import Message

_AT_OFFICE_OR_OUT = (State.AT_OFFICE, State.HELD, State.ON_ROUND, State.ATTEMPTED)


class OfficeCodeTaken(Conflict):
    code = "office_code_taken"
    says = Message("Mã {office} đã có.")


class OfficeNameTaken(Conflict):
    code = "office_name_taken"
    says = Message("Tên này là của {office}.")


class OfficeInUse(Conflict):
    """An office that still holds something cannot close: the sentence says what goes elsewhere first."""

    code = "office_in_use"
    says = Message(
        "Chưa đóng được {office}: còn {n_communes} xã, phường phục vụ, {n_couriers} bưu tá, {n_users} tài khoản, "
        "{n_items} bưu gửi chưa xong. Chuyển chúng đi trước."
    )


@dataclass(frozen=True, kw_only=True)
class NewOffice:
    """An office to be added; a delivery office needs its point, because rounds start there."""

    code: str
    name: str
    kind: OfficeKind
    commune_code: str | None = None
    lat: float | None = None
    lon: float | None = None
    zone: str = ""
    address: str = ""
    phone: str = ""
    opening_hours: str = ""


def offices(session: Session) -> Sequence[Office]:
    """Return every office, delivery offices first, each kind by code; closed ones included."""
    return session.scalars(select(Office).order_by(Office.kind, Office.code)).all()


def add_office(session: Session, new: NewOffice) -> Office:
    """Add an office. Raises OfficeCodeTaken, OfficeNameTaken, InvalidInput."""
    code, name = new.code.strip(), unicodedata.normalize("NFC", new.name.strip())
    if not code or len(code) > 40 or any(char.isspace() for char in code):
        raise InvalidInput(field="code")
    if session.scalar(select(Office.id).where(Office.code == code)) is not None:
        raise OfficeCodeTaken(office=code)
    _check_name(session, name)
    if new.kind is OfficeKind.DELIVERY and (new.lat is None or new.lon is None):
        raise InvalidInput(field="lat, lon")
    office = Office(
        code=code,
        name=name,
        kind=new.kind,
        commune_code=new.commune_code,
        lat=new.lat,
        lon=new.lon,
        zone=new.zone,
        address=new.address,
        phone=new.phone,
        opening_hours=new.opening_hours,
    )
    session.add(office)
    session.flush()
    return office


def rename_office(session: Session, office: Office, name: str) -> None:
    """Give an office another name, on papers from now on. Raises OfficeNameTaken, InvalidInput."""
    name = unicodedata.normalize("NFC", name.strip())
    if name != office.name:
        _check_name(session, name)
        office.name = name
    session.flush()


def close_office(session: Session, office: Office) -> None:
    """Take an office out of use; what happened there stays. Raises OfficeInUse. Safe to repeat."""
    if not office.is_active:
        return
    holds = {
        "n_communes": select(func.count()).select_from(Coverage).where(Coverage.office_id == office.id),
        "n_couriers": select(func.count()).where(Courier.office_id == office.id, Courier.is_active),
        "n_users": select(func.count()).where(User.office_id == office.id, User.is_active),
        "n_items": _open_items(office),
    }
    counts: dict[str, Any] = {name: session.scalar(query) or 0 for name, query in holds.items()}
    if any(counts.values()):
        raise OfficeInUse(office=office.code, **counts)
    office.is_active = False
    session.flush()


def _open_items(office: Office) -> Select[int]:
    """Count what this office sent or took on a round and is not at its end yet."""
    query = select(func.count(func.distinct(Item.id))).join(Consignment, Consignment.id == Item.consignment_id)
    if office.kind is OfficeKind.ISSUING:
        return query.where(Item.state.not_in(FINAL), Consignment.issuing_office_id == office.id)
    query = query.join(RoundStop, RoundStop.consignment_id == Consignment.id)
    query = query.join(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
    return query.where(Item.state.in_(_AT_OFFICE_OR_OUT), DeliveryRound.office_id == office.id)


def _check_name(session: Session, name: str) -> None:
    if not name or len(name) > 200:
        raise InvalidInput(field="name")
    taken = session.scalar(select(Office.code).where(Office.name == name))
    if taken is not None:
        raise OfficeNameTaken(office=taken)
