"""What is set up and how much of it, counted for the first page of the set-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from postal.models import (
    Absence,
    ApiKey,
    AuditEntry,
    CallbackEndpoint,
    Courier,
    Coverage,
    EndpointState,
    Office,
    OfficeKind,
    Role,
    S10Range,
    TransitRule,
    User,
)
from postal.set_up.kinds import tariffs


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Counts of what is in use. ``n_unserved`` are communes of the register that no office serves."""

    n_users: Mapping[Role, int]
    n_without_factor: Mapping[Role, int]
    n_keys: int
    n_endpoints: int
    n_endpoints_off: int
    n_couriers: int
    n_couriers_without_beat: int
    n_away: int
    n_offices: int
    n_agencies: int
    n_offices_without_contact: int
    n_s10_left: int
    n_s10_made_up: int
    n_communes: int
    n_rules: int
    n_tariffs: int
    n_noted: int


def standing(session: Session, *, on: date, since: datetime) -> Standing:
    """Count what is set up on a day; ``since`` bounds the lines of the audit that are counted."""
    n_users: dict[Role, int] = {}
    n_without: dict[Role, int] = {}
    by_role = select(User.role, func.count(), func.count(User.second_factor_since)).where(User.is_active)
    for role, n, n_with in session.execute(by_role.group_by(User.role)):
        n_users[role], n_without[role] = n, n - n_with
    endpoints = dict(session.execute(_by(CallbackEndpoint.state)).all())
    offices = dict(session.execute(_by(Office.kind).where(Office.is_active)).all())
    beats = session.scalars(select(Courier.beat).where(Courier.is_active)).all()
    left = func.sum(S10Range.last_serial - S10Range.next_serial + 1)
    numbers = dict(session.execute(select(S10Range.is_fake, left).group_by(S10Range.is_fake)).all())
    away = select(func.count(func.distinct(Absence.courier_id))).join(Courier, Courier.id == Absence.courier_id)
    away = away.where(Absence.from_date <= on, Absence.until_date >= on, Courier.is_active)
    return Standing(
        n_users=n_users,
        n_without_factor=n_without,
        n_keys=_n(session, select(func.count()).where(ApiKey.revoked_at.is_(None))),
        n_endpoints=endpoints.get(EndpointState.ACTIVE, 0),
        n_endpoints_off=endpoints.get(EndpointState.PAUSED, 0) + endpoints.get(EndpointState.DISABLED, 0),
        n_couriers=len(beats),
        n_couriers_without_beat=sum(not beat for beat in beats),
        n_away=_n(session, away),
        n_offices=offices.get(OfficeKind.DELIVERY, 0),
        n_agencies=offices.get(OfficeKind.ISSUING, 0),
        n_offices_without_contact=_n(session, _without_contact()),
        n_s10_left=int(numbers.get(False) or 0),
        n_s10_made_up=int(numbers.get(True) or 0),
        n_communes=_n(session, select(func.count()).select_from(Coverage)),
        n_rules=_n(session, select(func.count()).select_from(TransitRule)),
        n_tariffs=len(tariffs.in_force(session, on=on)),
        n_noted=_n(session, select(func.count()).where(AuditEntry.at >= since)),
    )


def _by(column: object) -> Select[object, int]:
    return select(column, func.count()).group_by(column)  # type: ignore[call-overload,no-any-return]


def _without_contact() -> Select[int]:
    """Count the delivery offices of which a citizen would not learn where, when or whom to call."""
    missing = or_(Office.address == "", Office.phone == "", Office.opening_hours == "")
    return select(func.count()).where(Office.is_active, Office.kind == OfficeKind.DELIVERY, missing)


def _n(session: Session, query: Select[int]) -> int:
    return session.scalar(query) or 0
