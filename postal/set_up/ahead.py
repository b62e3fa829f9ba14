"""How things of the network will be on a day to come, with the changes that wait for it; for plans made before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from postal.models import Courier, Coverage, Office, SetUpArea
from postal.set_up.changes import foreseen
from postal.set_up.kinds import couriers as of_couriers
from postal.set_up.kinds import coverage as of_coverage


def couriers_on(session: Session, couriers: Iterable[Courier], day: date) -> Sequence[Courier]:
    """Return couriers as they will be on a day: those who change by then as copies that no session keeps."""
    coming = foreseen(session, SetUpArea.COURIER, day)
    return [_courier(session, one, coming[one.code]) if one.code in coming else one for one in couriers]


def coverage_on(session: Session, coverage: Iterable[Coverage], day: date) -> Sequence[Coverage]:
    """Return who serves which commune on a day: what changes by then as copies that no session keeps."""
    coming = foreseen(session, SetUpArea.COVERAGE, day)
    found = [one for one in coverage if one.commune_code not in coming]
    for commune_code, values in coming.items():
        now = session.get(Coverage, commune_code)
        if values.get("office", now is not None):
            columns = _columns(now) if now is not None else {"commune_code": commune_code}
            copy = Coverage(**columns | of_coverage.columns_of(session, values))
            set_committed_value(copy, "office", session.get_one(Office, copy.office_id))
            found.append(copy)
    return found


def _courier(session: Session, courier: Courier, values: dict[str, object]) -> Courier:
    copy = Courier(**_columns(courier) | of_couriers.columns_of(session, courier, values))
    set_committed_value(copy, "office", session.get_one(Office, copy.office_id))
    return copy


def _columns(row: Courier | Coverage) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in type(row).__mapper__.column_attrs}
