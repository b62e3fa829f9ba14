"""Who serves a commune, on which weekdays, in which promise zone: from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.errors import InvalidInput
from postal.models import Coverage
from postal.network import crew

_LONGEST_ZONE = 60
_NEW = {"weekdays": "01234", "zone": ""}


def values_of(coverage: Coverage) -> dict[str, Any]:
    """Return what of a commune's service can change: the office by its code, weekdays as "01234" (0 = Monday)."""
    return {"office": coverage.office.code, "weekdays": coverage.weekdays, "zone": coverage.zone}


def read(session: Session, commune_code: str) -> dict[str, Any]:
    """Return a commune's values, the row held for this transaction; nothing where no office serves it."""
    found = _coverage(session, commune_code)
    return values_of(found) if found is not None else {}


def put(session: Session, commune_code: str, values: Mapping[str, Any]) -> None:
    """Bring a commune to some values; without an office nobody serves it. Raises InvalidInput, NotFound.

    The caller has looked the code up in the register.
    """
    found = _coverage(session, commune_code)
    if "office" in values and not values["office"]:
        if found is not None:
            session.delete(found)
            session.flush()
        return
    columns = columns_of(session, values)
    if found is None:
        if "office_id" not in columns:
            raise InvalidInput(field="office")
        session.add(Coverage(commune_code=commune_code, **_NEW | columns))
    else:
        for name, value in columns.items():
            setattr(found, name, value)
        session.flush()
        session.expire(found, ["office"])
    session.flush()


def columns_of(session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the columns of a commune's service are with some values. Raises InvalidInput, NotFound."""
    found: dict[str, Any] = {}
    if "office" in values:
        found["office_id"] = crew.find_office(session, values["office"]).id
    if "weekdays" in values:
        days = values["weekdays"]
        if not days or set(days) - set("0123456") or len(set(days)) != len(days):
            raise InvalidInput(field="weekdays")
        found["weekdays"] = "".join(sorted(days))
    if "zone" in values:
        if not 0 < len(values["zone"]) <= _LONGEST_ZONE:
            raise InvalidInput(field="zone")
        found["zone"] = values["zone"]
    return found


def _coverage(session: Session, commune_code: str) -> Coverage | None:
    query = select(Coverage).where(Coverage.commune_code == commune_code).options(joinedload(Coverage.office))
    query = query.with_for_update(of=Coverage).execution_options(populate_existing=True)
    return session.scalar(query)
