"""Which J+n a consignment has: zones are data, because no text has re-drawn them since districts vanished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.models import AddressStatus, CalendarDay, Consignment, Coverage, Office, TransitRule
from postal.network.closures import Calendars
from postal.network.closures import load_calendars as load_closed
from postal.readings import once
from postal.rules.lifecycle import Direction
from postal.rules.working_days import END_OF_DAY, WorkingDays, local_day, promised_by, suspended
from routing import Message

ANY_ZONE = "*"
OUTSIDE_ZONE = "ngoài tỉnh"
LEGAL_REF = "TT 17/2017/TT-BTTTT Điều 7"
# TT 17/2017 Đ7, used where no rule of the table says otherwise.
_SAME_ZONE_DAYS, _OTHER_ZONE_DAYS, _OTHER_PROVINCE_DAYS = 1, 2, 4
USUAL_DAYS = {
    Message("trong cùng vùng"): _SAME_ZONE_DAYS,
    Message("giữa hai vùng của tỉnh"): _OTHER_ZONE_DAYS,
    Message("ra ngoài tỉnh"): _OTHER_PROVINCE_DAYS,
}
"""Working days where no rule of the table says otherwise, as the law has them."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """J+n, the instant it ends (UTC), and the text it rests on."""

    days: int
    by: datetime
    legal_ref: str


class Promises:
    """The rules and the calendar, read once and asked many times."""

    def __init__(
        self,
        rules: Mapping[tuple[str, str], tuple[int, str]],
        calendars: Calendars,
        *,
        zones: Mapping[str, str] | None = None,
        closes_at: time = END_OF_DAY,
    ) -> None:
        self._rules = dict(rules)
        self._zones = dict(zones or {})
        self.calendars = calendars
        self._closes_at = closes_at

    def days(self, from_zone: str, to_zone: str) -> tuple[int, str]:
        """Return n and its legal source; the most particular rule wins."""
        for key in ((from_zone, to_zone), (from_zone, ANY_ZONE), (ANY_ZONE, to_zone)):
            if key in self._rules:
                return self._rules[key]
        if to_zone == OUTSIDE_ZONE:
            return _OTHER_PROVINCE_DAYS, LEGAL_REF
        if from_zone and from_zone == to_zone:
            return _SAME_ZONE_DAYS, LEGAL_REF
        return self._rules.get((ANY_ZONE, ANY_ZONE), (_OTHER_ZONE_DAYS, LEGAL_REF))

    def zone_of(self, commune_code: str | None) -> str:
        """Return the promise zone of a commune; "" where none is known."""
        return self._zones.get(commune_code or "", "")

    def make(
        self, from_zone: str, to_zone: str, handed_over_at: datetime, *, brings_slip_back: bool = False
    ) -> Promise:
        """Return the promise of something handed over at this instant.

        Where a paper appointment slip must be brought back to the citizen as well, n is doubled (Đ7).
        """
        days, legal_ref = self.days(from_zone, to_zone)
        days = days * 2 if brings_slip_back else days
        by = promised_by(handed_over_at, days, self.calendars.everywhere, closes_at=self._closes_at)
        return Promise(days=days, by=by, legal_ref=legal_ref)

    def of(self, consignment: Consignment, handed_over_at: datetime) -> Promise:
        """Return the promise of a consignment handed over at this instant, its commune never cut off."""
        there = self.zone_of(consignment.commune_code)
        if consignment.address_status is AddressStatus.OUTSIDE:
            there = OUTSIDE_ZONE
        office = consignment.issuing_office
        here = office.zone or self.zone_of(office.commune_code)
        if consignment.direction is Direction.COLLECTION:
            here, there = there, here
        return self.make(here, there, handed_over_at)

    def give(self, consignment: Consignment, began_at: datetime) -> None:
        """Promise a consignment of which the clock begins at this instant."""
        consignment.promised_at = began_at
        consignment.promised_first_by = self.of(consignment, began_at).by
        consignment.promised_by = suspended_by(consignment, self.calendars)


def suspended_by(consignment: Consignment, calendars: Calendars) -> datetime | None:
    """Return when a consignment's promise ends, its commune's days under water left out; None where none was given."""
    if consignment.promised_at is None or consignment.promised_first_by is None:
        return consignment.promised_by
    cut_off = calendars.closed(consignment.commune_code)
    if not cut_off:
        return consignment.promised_first_by
    began = local_day(consignment.promised_at)
    return suspended(consignment.promised_first_by, began, calendars.everywhere, cut_off)


def load_calendar(session: Session, *, is_saturday_working: bool = False) -> WorkingDays:
    """Return the calendar with the days staff noted as exceptions."""

    def noted() -> dict[date, bool]:
        return {day.on_date: day.is_working for day in session.scalars(select(CalendarDay))}

    overrides = once(session, "calendar", noted)
    return WorkingDays(overrides=overrides, is_saturday_working=is_saturday_working)


def load_calendars(session: Session, *, commune_code: str | None = None) -> Calendars:
    """Return the calendar of each commune, of one alone where it is named."""
    calendar = load_calendar(session)
    return once(session, ("closed", commune_code), lambda: load_closed(session, calendar, commune_code=commune_code))


def load_promises(session: Session, *, is_saturday_working: bool = False, closes_at: time = END_OF_DAY) -> Promises:
    """Read rules, zones and calendar once; keep the answer for one transaction."""
    rules = {(r.from_zone, r.to_zone): (r.days, r.legal_ref) for r in session.scalars(select(TransitRule))}
    zones = {row.commune_code: row.zone for row in session.scalars(select(Coverage))}
    calendar = load_calendar(session, is_saturday_working=is_saturday_working)
    return Promises(rules, load_closed(session, calendar), zones=zones, closes_at=closes_at)


def zone_of_office(session: Session, office: Office) -> str:
    """Return the promise zone an office hands over in."""
    if office.zone:
        return office.zone
    coverage = session.get(Coverage, office.commune_code) if office.commune_code else None
    return coverage.zone if coverage is not None else ""
