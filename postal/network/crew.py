"""Who walks from which office, when and with what, and which days or communes fall out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import Absence, CommuneClosure, Courier, Office, OfficeKind, Person, PersonKind
from postal.models.keys import blocks
from postal.people import PersonData, add_person, open_person
from postal.rules.working_days import local_day
from routing import Commune, Message, Register

DAY_S = 86_400


class CourierCodeTaken(Conflict):
    code = "courier_code_taken"
    says = Message("Mã bưu tá {courier} đã có.")


class BadWorkingTime(InvalidInput):
    code = "bad_working_time"
    says = Message("Ca làm phải bắt đầu trước khi kết thúc; giờ nghỉ phải nằm trong ca.")


class BadPeriod(InvalidInput):
    code = "bad_period"
    says = Message("Ngày cuối phải không trước ngày đầu.")


@dataclass(frozen=True, kw_only=True)
class WorkingTime:
    """A shift and the break in it, in seconds from midnight, local time; no break: None."""

    from_s: int = 27_000
    until_s: int = 63_000
    lunch: tuple[int, int] | None = (41_400, 48_600)


@dataclass(frozen=True, kw_only=True)
class NewCourier:
    """A courier to be added: ``beat`` are commune codes, ``capacity_ml`` the volume the bike carries."""

    code: str
    office: Office
    full_name: str
    beat: Sequence[str]
    time: WorkingTime = WorkingTime()
    capacity_ml: int = 80_000
    skills: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"<NewCourier {self.code}>"


def add_courier(session: Session, new: NewCourier, *, now: datetime) -> Courier:
    """Add a courier of an office; the name is sealed with the people. Raises CourierCodeTaken, BadWorkingTime."""
    if session.scalar(select(Courier.id).where(Courier.code == new.code)) is not None:
        raise CourierCodeTaken(courier=new.code)
    person = add_person(session, PersonKind.STAFF, PersonData(full_name=new.full_name), now=now)
    courier = Courier(
        code=new.code,
        office_id=new.office.id,
        person_id=person.id,
        beat=list(new.beat),
        skills=list(new.skills),
        capacity_ml=new.capacity_ml,
    )
    set_time(courier, new.time)
    session.add(courier)
    session.flush()
    return courier


def set_time(courier: Courier, time: WorkingTime) -> None:
    """Give a courier other working hours, from the next plan on. Raises BadWorkingTime."""
    lunch_from, lunch_until = time.lunch or (None, None)
    is_shift = 0 <= time.from_s < time.until_s <= DAY_S
    if not is_shift or (time.lunch and not time.from_s <= time.lunch[0] < time.lunch[1] <= time.until_s):
        raise BadWorkingTime
    courier.shift_from_s, courier.shift_until_s = time.from_s, time.until_s
    courier.lunch_from_s, courier.lunch_until_s = lunch_from, lunch_until


def couriers(session: Session) -> Sequence[Courier]:
    """Return every courier, those who left included, by code."""
    return session.scalars(select(Courier).options(joinedload(Courier.office)).order_by(Courier.code)).all()


def names_of(session: Session, courier_ids: Collection[int]) -> dict[int, str]:
    """Return the full names of couriers by their ids."""
    found: dict[int, str] = {}
    for some in blocks(sorted(courier_ids)):
        query = select(Courier.id, Person).join(Person, Person.id == Courier.person_id).where(Courier.id.in_(some))
        found |= {courier_id: open_person(session, person).full_name for courier_id, person in session.execute(query)}
    return found


def find_courier(session: Session, code: str) -> Courier:
    """Return a courier by code. Raises NotFound."""
    found = session.scalar(select(Courier).where(Courier.code == code))
    if found is None:
        raise NotFound(what=Message("bưu tá {code}").filled(code=code))
    return found


def find_office(session: Session, code: str) -> Office:
    """Return a delivery office by code. Raises NotFound."""
    found = session.scalar(select(Office).where(Office.code == code, Office.kind == OfficeKind.DELIVERY))
    if found is None:
        raise NotFound(what=Message("bưu cục {code}").filled(code=code))
    return found


def find_commune(register: Register, code: str) -> Commune:
    """Return a commune of the register by code. Raises NotFound."""
    found = register.find(code)
    if found is None:
        raise NotFound(what=Message("xã, phường {code}").filled(code=code))
    return found


def note_absence(session: Session, courier: Courier, from_date: date, until_date: date) -> Absence:
    """Keep a courier out of the plans of these days, both included. Raises BadPeriod."""
    _require_order(from_date, until_date)
    absence = Absence(courier_id=courier.id, from_date=from_date, until_date=until_date)
    session.add(absence)
    session.flush()
    return absence


def end_absence(session: Session, absence_id: int, *, on: date) -> Courier:
    """Let a courier walk again from a day on; an absence that had not begun by then is gone. Raises NotFound."""
    absence = session.get(Absence, absence_id)
    if absence is None:
        raise NotFound(what=Message("ngày nghỉ"))
    courier = session.get_one(Courier, absence.courier_id)
    if absence.from_date < on:
        absence.until_date = on - timedelta(days=1)
    else:
        session.delete(absence)
    session.flush()
    return courier


def absences(session: Session, *, on: date) -> list[tuple[Absence, str]]:
    """Return who is away on a day: the absence, and the courier's code."""
    query = (
        select(Absence, Courier.code)
        .join(Courier, Courier.id == Absence.courier_id)
        .where(Absence.from_date <= on, Absence.until_date >= on, Courier.is_active)
        .order_by(Courier.code)
    )
    return [(absence, code) for absence, code in session.execute(query)]


def close_commune(
    session: Session, commune_code: str, from_date: date, until_date: date, *, reason: str, now: datetime
) -> CommuneClosure:
    """Plan no stop in a commune that is cut off on these days, both included. Raises BadPeriod.

    The caller has looked the code up in the register.
    """
    _require_order(from_date, until_date)
    closure = CommuneClosure(
        commune_code=commune_code, from_date=from_date, until_date=until_date, reason=reason, noted_at=now
    )
    session.add(closure)
    session.flush()
    return closure


def closures(session: Session, *, on: date) -> Sequence[CommuneClosure]:
    """Return the closures that hold on a day or later, the earliest first."""
    query = select(CommuneClosure).where(CommuneClosure.until_date >= on).order_by(CommuneClosure.from_date)
    return session.scalars(query).all()


def open_commune(session: Session, commune_code: str, *, on: date) -> int:
    """End the closures of a commune that hold on a day: it is reachable from that day. Returns how many."""
    query = select(CommuneClosure).where(CommuneClosure.commune_code == commune_code, CommuneClosure.until_date >= on)
    found = session.scalars(query).all()
    for closure in found:
        if closure.from_date < on:
            closure.until_date = on - timedelta(days=1)
        else:
            session.delete(closure)
    return len(found)


def today(now: datetime) -> date:
    """Return the local day of an instant."""
    return local_day(now)


def _require_order(from_date: date, until_date: date) -> None:
    if until_date < from_date:
        raise BadPeriod
