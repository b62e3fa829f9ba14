"""Who walks from which office, when and with what, and which days fall out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import Absence, Courier, Office, OfficeKind, Person, PersonKind
from postal.models.keys import blocks
from postal.people import PersonData, add_person, open_person, replace_person
from postal.readings import once
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
    for name, value in time_columns(time).items():
        setattr(courier, name, value)


def time_columns(time: WorkingTime) -> dict[str, int | None]:
    """Return working hours as a courier's columns. Raises BadWorkingTime."""
    lunch_from, lunch_until = time.lunch or (None, None)
    is_shift = 0 <= time.from_s < time.until_s <= DAY_S
    if not is_shift or (time.lunch and not time.from_s <= time.lunch[0] < time.lunch[1] <= time.until_s):
        raise BadWorkingTime
    return {
        "shift_from_s": time.from_s,
        "shift_until_s": time.until_s,
        "lunch_from_s": lunch_from,
        "lunch_until_s": lunch_until,
    }


def rename(session: Session, courier: Courier, full_name: str) -> None:
    """Give a courier another name, sealed with the people. Raises InvalidInput for an empty one."""
    if not full_name.strip():
        raise InvalidInput(field="full_name")
    person = session.get_one(Person, courier.person_id)
    replace_person(session, person, PersonData(full_name=full_name.strip()))
    session.flush()


def couriers(
    session: Session, *, office_id: int | None = None, after: str = "", limit: int | None = None
) -> Sequence[Courier]:
    """Return couriers, those who left included, by code; with a limit those behind the code ``after``."""
    query = select(Courier).options(joinedload(Courier.office)).where(Courier.code > after).order_by(Courier.code)
    if office_id is not None:
        query = query.where(Courier.office_id == office_id)
    return session.scalars(query.limit(limit)).all()


def names_of(session: Session, courier_ids: Collection[int]) -> dict[int, str]:
    """Return the full names of couriers by their ids; a reading transaction looks each of them up once."""
    known = once(session, "names of couriers", dict[int, str])
    for some in blocks(sorted(set(courier_ids) - known.keys())):
        query = select(Courier.id, Person).join(Person, Person.id == Courier.person_id).where(Courier.id.in_(some))
        known |= {courier_id: open_person(session, person).full_name for courier_id, person in session.execute(query)}
    return {courier_id: known[courier_id] for courier_id in courier_ids if courier_id in known}


def names_by_code(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the full names of couriers by their codes; a code nobody has is left out."""
    found: dict[str, str] = {}
    for some in blocks(sorted(codes)):
        query = select(Courier.code, Person).join(Person, Person.id == Courier.person_id).where(Courier.code.in_(some))
        found |= {code: open_person(session, person).full_name for code, person in session.execute(query)}
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


def find_absence(session: Session, absence_id: int) -> Absence:
    """Return days off of a courier by their id. Raises NotFound."""
    absence = session.get(Absence, absence_id)
    if absence is None:
        raise NotFound(what=Message("ngày nghỉ"))
    return absence


def absences(session: Session, *, on: date) -> list[tuple[Absence, str]]:
    """Return who is away on a day: the absence, and the courier's code."""
    query = (
        select(Absence, Courier.code)
        .join(Courier, Courier.id == Absence.courier_id)
        .where(Absence.from_date <= on, Absence.until_date >= on, Courier.is_active)
        .order_by(Courier.code)
    )
    return [(absence, code) for absence, code in session.execute(query)]


def coming_absences(session: Session, courier_ids: Collection[int], *, on: date) -> Sequence[Absence]:
    """Return the absences of couriers that hold on a day or later, the earliest first."""
    query = select(Absence).where(Absence.courier_id.in_(courier_ids), Absence.until_date >= on)
    return session.scalars(query.order_by(Absence.from_date, Absence.id)).all()


def today(now: datetime) -> date:
    """Return the local day of an instant."""
    return local_day(now)


def _require_order(from_date: date, until_date: date) -> None:
    if until_date < from_date:
        raise BadPeriod
