"""What of a courier can change from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.errors import InvalidInput, NotFound
from postal.models import Courier
from postal.network import crew
from routing import Message


def values_of(courier: Courier) -> dict[str, Any]:
    """Return what of a courier can change from a day on; times are seconds from midnight, no name."""
    has_lunch = courier.lunch_from_s is not None and courier.lunch_until_s is not None
    return {
        "office": courier.office.code,
        "shift": [courier.shift_from_s, courier.shift_until_s],
        "lunch": [courier.lunch_from_s, courier.lunch_until_s] if has_lunch else None,
        "litres": courier.capacity_ml // 1_000,
        "longest_min": courier.longest_s // 60 if courier.longest_s else None,
        "skills": list(courier.skills),
        "beat": list(courier.beat),
        "start": _ends(courier.start_lat, courier.start_lon),
        "end": _ends(courier.end_lat, courier.end_lon),
        "is_active": courier.is_active,
    }


def columns_of(session: Session, courier: Courier, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a courier's columns are with some of these values.

    Raises BadWorkingTime, InvalidInput, NotFound for what cannot be.
    """
    found: dict[str, Any] = {}
    if "office" in values:
        found["office_id"] = crew.find_office(session, values["office"]).id
    if "shift" in values or "lunch" in values:
        known = values_of(courier) | dict(values)
        lunch = tuple(known["lunch"]) if known["lunch"] else None
        found |= crew.time_columns(crew.WorkingTime(from_s=known["shift"][0], until_s=known["shift"][1], lunch=lunch))
    for end in ("start", "end"):
        if end in values:
            found[f"{end}_lat"], found[f"{end}_lon"] = values[end] or (None, None)
    if "litres" in values:
        found["capacity_ml"] = _within("litres", values["litres"], 1, 2_000) * 1_000
    if "longest_min" in values:
        found["longest_s"] = _within("longest_min", values["longest_min"] or 0, 0, 1_440) * 60 or None
    return found | {name: values[name] for name in ("skills", "beat", "is_active") if name in values}


def read(session: Session, code: str) -> dict[str, Any]:
    """Return a courier's values, the row held for this transaction. Raises NotFound."""
    return values_of(_courier(session, code))


def put(session: Session, code: str, values: Mapping[str, Any]) -> None:
    """Bring a courier to some values. Raises BadWorkingTime, InvalidInput, NotFound."""
    courier = _courier(session, code)
    for name, value in columns_of(session, courier, values).items():
        setattr(courier, name, value)
    session.flush()
    session.expire(courier, ["office"])


def _courier(session: Session, code: str) -> Courier:
    query = select(Courier).where(Courier.code == code).with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound(what=Message("bưu tá {code}").filled(code=code))
    return found


def _ends(lat: float | None, lon: float | None) -> list[float] | None:
    return None if lat is None or lon is None else [lat, lon]


def _within(name: str, value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise InvalidInput(field=name)
    return value
