"""What of an office can change from a day on; nothing here is about a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.errors import InvalidInput, NotFound
from postal.models import Office, OfficeKind
from postal.network import offices
from routing import Message

_TEXTS = ("address", "phone", "opening_hours", "zone")


def values_of(office: Office) -> dict[str, Any]:
    """Return what of an office can change; ``point`` is latitude and longitude in degrees, ``commune`` a code."""
    point = None if office.lat is None or office.lon is None else [office.lat, office.lon]
    told = {name: getattr(office, name) for name in _TEXTS}
    return told | {
        "name": office.name,
        "commune": office.commune_code,
        "point": point,
        "is_active": office.is_active,
    }


def read(session: Session, code: str) -> dict[str, Any]:
    """Return an office's values, the row held for this transaction. Raises NotFound."""
    return values_of(_office(session, code))


def put(session: Session, code: str, values: Mapping[str, Any]) -> None:
    """Bring an office to some values. Raises OfficeNameTaken, OfficeInUse, InvalidInput, NotFound."""
    office = _office(session, code)
    if "name" in values:
        offices.rename_office(session, office, values["name"])
    for name in _TEXTS:
        if name in values:
            setattr(office, name, values[name])
    if "commune" in values:
        office.commune_code = values["commune"] or None
    if "point" in values:
        if values["point"] is None and office.kind is OfficeKind.DELIVERY:
            raise InvalidInput(field="point")  # rounds start there
        office.lat, office.lon = values["point"] or (None, None)
    if values.get("is_active") is False:
        offices.close_office(session, office)
    elif values.get("is_active"):
        office.is_active = True


def _office(session: Session, code: str) -> Office:
    query = select(Office).where(Office.code == code).with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound(what=Message("đơn vị {code}").filled(code=code))
    return found
