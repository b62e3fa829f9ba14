"""Seeding: a network's tables into the database, and out of it again.

The shipped layout of delivery offices and delivery days is an assumption for Huế to start from (docs/operations.md);
the zones are the nine former districts, because no text has re-drawn the zones of TT 17/2017 Đ7 since July 2025.
Another province starts from a draft (`postal.network.draft`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.models import CalendarDay, Courier, Coverage, Office, OfficeKind, Person, TransitRule
from postal.network.crew import NewCourier, WorkingTime, add_courier, set_time
from postal.network.offices import close_office
from postal.network.tables import CourierRow, CoverageRow, NetworkTables, OfficeRow, RuleRow
from postal.people import PersonData, open_person, replace_person

# Off since 2026 (Ngày Văn hóa Việt Nam); written down so that a calendar that does not know it yet is corrected.
_KNOWN_DAYS_OFF = ((date(2026, 11, 24), "Ngày Văn hóa Việt Nam"),)
_DEMO_NAMES = (
    "Nguyễn Văn An", "Trần Quốc Bảo", "Lê Hữu Cường", "Phan Đình Dũng", "Hồ Xuân Đức", "Võ Thị Giang",
    "Đặng Thị Hà", "Hoàng Minh Khang", "Tôn Thất Lâm", "Ngô Thị Mai", "Cao Văn Nam", "Bùi Thị Oanh",
    "Dương Quang Phúc", "Mai Thị Quỳnh", "Trương Công Sơn", "Huỳnh Thị Thu", "Châu Văn Út", "Đoàn Thị Xuân",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """How many rows a seeding added, how many it changed, how many offices and couriers it took out of use."""

    n_offices: int = 0
    n_communes: int = 0
    n_couriers: int = 0
    n_changed: int = 0
    n_closed: int = 0


def seed(session: Session, tables: NetworkTables, *, now: datetime, replaces: bool = False) -> Seeded:
    """Bring tables in; safe to repeat.

    Without ``replaces`` what is there already is left alone. With it the tables are the truth: rows of the same code
    follow them, and offices and couriers that no table names are taken out of use.
    """
    n_changed = 0
    wanted = [(row, OfficeKind.DELIVERY) for row in tables.offices]
    wanted += [(row, OfficeKind.ISSUING) for row in tables.agencies]
    n_offices, n = _offices(session, wanted, replaces=replaces)
    n_changed += n
    n_communes, n = _coverage(session, tables.coverage, replaces=replaces)
    n_changed += n + _rules(session, tables.rules, replaces=replaces)
    for day, note in _KNOWN_DAYS_OFF:
        if session.get(CalendarDay, day) is None:
            session.add(CalendarDay(on_date=day, is_working=False, note=note))
    n_couriers, n = seed_couriers(session, tables.couriers, now=now, replaces=replaces)
    n_closed = _take_out(session, tables) if replaces else 0
    session.flush()
    return Seeded(
        n_offices=n_offices, n_communes=n_communes, n_couriers=n_couriers, n_changed=n_changed + n, n_closed=n_closed
    )


def with_made_up_couriers(tables: NetworkTables) -> NetworkTables:
    """Return the tables with as many couriers as they say, under names nobody bears: for a demo or a test."""
    return replace(tables, couriers=_made_up(tables))


def _made_up(tables: NetworkTables) -> tuple[CourierRow, ...]:
    if tables.couriers:
        return tuple(
            CourierRow(code=row.code, office_code=row.office_code, beat=row.beat, full_name=_demo_name(number))
            for number, row in enumerate(tables.couriers, 1)
        )
    beats: dict[str, list[str]] = {}
    for row in sorted(tables.coverage, key=lambda row: row.commune_code):
        beats.setdefault(row.office_code, []).append(row.commune_code)
    places = [(office.code, nth) for office in tables.offices for nth in range(office.n_couriers)]
    return tuple(
        CourierRow(
            code=f"BT{number:03d}",
            office_code=office,
            full_name=_demo_name(number),
            beat=tuple(communes[nth % len(communes)] for communes in [beats.get(office, [])] if communes),
        )
        for number, (office, nth) in enumerate(places, 1)
    )


def _demo_name(number: int) -> str:
    return _DEMO_NAMES[number % len(_DEMO_NAMES)]


def seed_couriers(session: Session, rows: Iterable[CourierRow], *, now: datetime, replaces: bool) -> tuple[int, int]:
    """Add couriers that are not there yet; with ``replaces`` the others follow their row. Returns (added, changed)."""
    offices = {office.code: office for office in session.scalars(select(Office))}
    known = {courier.code: courier for courier in session.scalars(select(Courier))}
    n_added = n_changed = 0
    for row in rows:
        courier = known.get(row.code)
        if courier is None:
            add_courier(session, _new_courier(row, offices[row.office_code]), now=now)
            n_added += 1
        elif replaces:
            n_changed += _follow(session, courier, row, offices[row.office_code])
    return n_added, n_changed


def _new_courier(row: CourierRow, office: Office) -> NewCourier:
    return NewCourier(
        code=row.code,
        office=office,
        full_name=row.full_name,
        beat=row.beat,
        time=row.time,
        capacity_ml=row.capacity_ml,
        skills=row.skills,
    )


def _follow(session: Session, courier: Courier, row: CourierRow, office: Office) -> bool:
    """Bring a courier to what a row says; say whether anything was different."""
    before = _courier_row(session, courier)
    courier.office_id, courier.is_active = office.id, True
    courier.beat, courier.skills, courier.capacity_ml = list(row.beat), list(row.skills), row.capacity_ml
    set_time(courier, row.time)
    if before.full_name != row.full_name:
        replace_person(session, session.get_one(Person, courier.person_id), PersonData(full_name=row.full_name))
    session.flush()
    session.expire(courier, ["office"])
    return before != row


def exported(session: Session) -> NetworkTables:
    """Return the network as it is, as tables: what is in use, and couriers by their names."""
    offices = session.scalars(select(Office).where(Office.is_active).order_by(Office.code)).all()
    communes = session.scalars(select(Coverage).options(joinedload(Coverage.office)).order_by(Coverage.commune_code))
    rules = session.scalars(select(TransitRule).order_by(TransitRule.from_zone, TransitRule.to_zone))
    walking = select(Courier).where(Courier.is_active).options(joinedload(Courier.office)).order_by(Courier.code)
    return NetworkTables(
        offices=tuple(_office_row(one) for one in offices if one.kind is OfficeKind.DELIVERY),
        agencies=tuple(_office_row(one) for one in offices if one.kind is OfficeKind.ISSUING),
        coverage=tuple(
            CoverageRow(
                commune_code=one.commune_code, office_code=one.office.code, weekdays=one.weekdays, zone=one.zone
            )
            for one in communes
        ),
        rules=tuple(
            RuleRow(from_zone=one.from_zone, to_zone=one.to_zone, days=one.days, legal_ref=one.legal_ref)
            for one in rules
        ),
        couriers=tuple(_courier_row(session, one) for one in session.scalars(walking)),
    )


def _office_row(one: Office) -> OfficeRow:
    return OfficeRow(
        code=one.code,
        name=one.name,
        commune_code=one.commune_code or "",
        lat=one.lat,
        lon=one.lon,
        zone=one.zone,
        address=one.address,
        phone=one.phone,
        opening_hours=one.opening_hours,
    )


def _courier_row(session: Session, one: Courier) -> CourierRow:
    has_lunch = one.lunch_from_s is not None and one.lunch_until_s is not None
    return CourierRow(
        code=one.code,
        office_code=one.office.code,
        full_name=open_person(session, session.get_one(Person, one.person_id)).full_name,
        beat=tuple(one.beat),
        time=WorkingTime(
            from_s=one.shift_from_s,
            until_s=one.shift_until_s,
            lunch=(one.lunch_from_s or 0, one.lunch_until_s or 0) if has_lunch else None,
        ),
        capacity_ml=one.capacity_ml,
        skills=tuple(one.skills),
    )


def _offices(session: Session, wanted: Iterable[tuple[OfficeRow, OfficeKind]], *, replaces: bool) -> tuple[int, int]:
    by_code = {office.code: office for office in session.scalars(select(Office))}
    by_name = {office.name: office for office in by_code.values()}
    n_added = n_changed = 0
    for row, kind in wanted:
        office = by_code.get(row.code)
        if office is None and (row.name not in by_name or replaces):
            office = by_name.get(row.name)
            if office is None:
                session.add(_new_office(row, kind))
                n_added += 1
                continue
            office.code = row.code
        if office is not None and replaces:
            n_changed += _office_row(office) != _without_couriers(row) or not office.is_active
            for name in ("name", "lat", "lon", "zone", "address", "phone", "opening_hours"):
                setattr(office, name, getattr(row, name))
            office.commune_code, office.is_active = row.commune_code or None, True
    session.flush()
    return n_added, n_changed


def _without_couriers(row: OfficeRow) -> OfficeRow:
    return OfficeRow(**{name: getattr(row, name) for name in OfficeRow.__dataclass_fields__ if name != "n_couriers"})


def _new_office(row: OfficeRow, kind: OfficeKind) -> Office:
    return Office(
        code=row.code,
        kind=kind,
        name=row.name,
        address=row.address,
        phone=row.phone,
        opening_hours=row.opening_hours,
        commune_code=row.commune_code or None,
        lat=row.lat,
        lon=row.lon,
        zone=row.zone,
    )


def _coverage(session: Session, rows: Iterable[CoverageRow], *, replaces: bool) -> tuple[int, int]:
    offices = {office.code: office.id for office in session.scalars(select(Office))}
    known = {row.commune_code: row for row in session.scalars(select(Coverage))}
    n_added = n_changed = 0
    for row in rows:
        there, wanted = known.get(row.commune_code), (offices[row.office_code], row.weekdays, row.zone)
        if there is None:
            n_added += 1
            session.add(
                Coverage(commune_code=row.commune_code, office_id=wanted[0], weekdays=row.weekdays, zone=row.zone)
            )
        elif replaces:
            n_changed += (there.office_id, there.weekdays, there.zone) != wanted
            there.office_id, there.weekdays, there.zone = wanted
    session.flush()
    session.expire_all()
    return n_added, n_changed


def _rules(session: Session, rows: Iterable[RuleRow], *, replaces: bool) -> int:
    known = {(rule.from_zone, rule.to_zone): rule for rule in session.scalars(select(TransitRule))}
    n_changed = 0
    for row in rows:
        there = known.get((row.from_zone, row.to_zone))
        if there is None:
            session.add(
                TransitRule(from_zone=row.from_zone, to_zone=row.to_zone, days=row.days, legal_ref=row.legal_ref)
            )
        elif replaces:
            n_changed += (there.days, there.legal_ref) != (row.days, row.legal_ref)
            there.days, there.legal_ref = row.days, row.legal_ref
    session.flush()
    return n_changed


def _take_out(session: Session, tables: NetworkTables) -> int:
    """Take out of use what the tables do not name; what happened there stays. Raises OfficeInUse."""
    covered = {row.commune_code for row in tables.coverage}
    for row in session.scalars(select(Coverage)):
        if row.commune_code not in covered:
            session.delete(row)
    n_closed = 0
    if tables.couriers:
        walking = {row.code for row in tables.couriers}
        for courier in session.scalars(select(Courier).where(Courier.is_active)):
            if courier.code not in walking:
                courier.is_active, n_closed = False, n_closed + 1
    session.flush()
    named = {row.code for row in tables.offices}
    in_use = select(Office).where(Office.is_active, Office.kind == OfficeKind.DELIVERY)
    for office in session.scalars(in_use).all():
        if office.code not in named:
            close_office(session, office)
            n_closed += 1
    return n_closed
