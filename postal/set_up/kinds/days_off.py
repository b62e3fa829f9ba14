"""Days off: of couriers, of offices, of the whole post. What passed stays as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import Absence, CalendarDay, Courier, Office, OfficeClosure, OfficeKind
from postal.network import crew
from postal.network import days_off as off
from postal.rules.working_days import local_day
from routing import Message

OFF, WORKING = "off", "working"


class DayGone(Conflict):
    """Rounds, deadlines and lists of a day that passed were made by what held on it."""

    code = "day_gone"
    says = Message("Ngày {day} đã qua hoặc đã bắt đầu: giữ nguyên. Ghi thay đổi mới từ hôm nay.")


class OffLonger(Conflict):
    """Days off are shortened by taking them back, not by noting fewer: who notes may not know of those noted before."""

    code = "off_longer"
    says = Message("Đã ghi nghỉ từ ngày này đến hết {until}. Muốn nghỉ ngắn hơn thì bỏ ngày nghỉ đã ghi trước.")


def subject_of(code: str, first: date) -> str:
    """Return how days off are named: the courier's or office's code and the first day."""
    return f"{code} {first.isoformat()}"


def shortened(first: date, *, on: date) -> dict[str, Any]:
    """Return the values that end days off from a day on: those that began before last until then, others are gone."""
    return {"until": (on - timedelta(days=1)).isoformat()} if first < on else {"until": None}


def office_shortened(first: date, *, on: date) -> dict[str, Any]:
    """Return what `shortened` does for an office: with days off that are gone goes why, for whoever undoes it."""
    values = shortened(first, on=on)
    return values | {"why": None} if values["until"] is None else values


def noted(now: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what noting days off comes to: those noted before go on, for the reason noted first. Raises OffLonger."""
    if now.get("until") is None:
        return dict(after)
    if after["until"] < now["until"]:
        raise OffLonger(until=f"{date.fromisoformat(now['until']):%d/%m/%Y}")
    return {"until": after["until"]}


def check_absence(act: Act, subject: str, values: Mapping[str, Any]) -> None:
    """Refuse a courier's days off as `_check_span` does. Raises DayGone, BadPeriod."""
    _check_span(act, subject, read_absence(act.session, subject), values)


def check_office(act: Act, subject: str, values: Mapping[str, Any]) -> None:
    """Refuse an office's days off as `_check_span` does. Raises DayGone, BadPeriod."""
    _check_span(act, subject, read_office(act.session, subject), values)


def _check_span(act: Act, subject: str, now: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Refuse what lets a day that passed become a day off or none; days noted late may have begun before today."""
    _code, first = _parts(subject)
    today = local_day(act.now)
    was, until = (date.fromisoformat(text) if text else None for text in (now.get("until"), values.get("until")))
    if "until" not in values:
        return
    if until is not None and until < first:
        raise crew.BadPeriod
    if until is None and first < today:
        raise DayGone(day=f"{first:%d/%m/%Y}")
    if until is not None and was is None and until < today:
        raise DayGone(day=f"{until:%d/%m/%Y}")
    if until is not None and was is not None and (changed := min(was, until) + timedelta(days=1)) < today:
        raise DayGone(day=f"{changed:%d/%m/%Y}")


def read_absence(session: Session, subject: str) -> dict[str, Any]:
    """Return until when a courier is away from a day on, rows held for this transaction; nothing where not."""
    found = session.scalars(_absences(session, subject)).all()
    return {"until": max(one.until_date for one in found).isoformat()} if found else {}


def put_absence(session: Session, subject: str, values: Mapping[str, Any], _now: datetime) -> None:
    """Keep a courier away from a day until another; ``until`` None: not at all. Raises BadPeriod, NotFound."""
    code, first = _parts(subject)
    courier, found = crew.find_courier(session, code), session.scalars(_absences(session, subject)).all()
    if values.get("until") is None:
        _drop(session, found)
        return
    until = _until(values["until"], first)
    if not found:
        crew.note_absence(session, courier, first, until)
    for one in found:
        one.until_date = until
    session.flush()


def read_office(session: Session, subject: str) -> dict[str, Any]:
    """Return until when and why an office is off from a day on, rows held for this transaction; nothing where not."""
    found = session.scalars(_closures(session, subject)).all()
    if not found:
        return {}
    last = max(found, key=lambda one: one.until_date)
    return {"until": last.until_date.isoformat(), "why": last.reason}


def put_office(session: Session, subject: str, values: Mapping[str, Any], now: datetime) -> None:
    """Let an office be off from a day until another; ``until`` None: not at all. Raises BadPeriod, NotFound."""
    code, first = _parts(subject)
    office, found = crew.find_office(session, code), session.scalars(_closures(session, subject)).all()
    if "until" in values and values["until"] is None:
        _drop(session, found)
        return
    known = (read_office(session, subject) or {"why": ""}) | dict(values)
    until = _until(known.get("until"), first)
    if not found:
        off.close_office(session, office.id, (first, until), reason=known["why"], now=now)
    for one in found:
        one.until_date, one.reason = until, known["why"]
    session.flush()


def check_calendar(act: Act, day: str, _values: Mapping[str, Any]) -> None:
    """Refuse a day that passed: what was promised by it stands. Raises DayGone."""
    on = date.fromisoformat(day)
    if on < local_day(act.now):
        raise DayGone(day=f"{on:%d/%m/%Y}")


def read_calendar(session: Session, day: str) -> dict[str, Any]:
    """Return what a day is besides its weekday, the row held for this transaction; nothing where it is nothing."""
    query = select(CalendarDay).where(CalendarDay.on_date == date.fromisoformat(day)).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    return {"kind": WORKING if found.is_working else OFF, "note": found.note} if found is not None else {}


def put_calendar(session: Session, day: str, values: Mapping[str, Any], _now: datetime) -> None:
    """Make a day a holiday or a worked one; ``kind`` None: what its weekday is. Raises InvalidInput, NotFound."""
    on = date.fromisoformat(day)
    if "kind" in values and values["kind"] is None:
        off.drop_day(session, on)
        return
    known = ({"note": ""} | read_calendar(session, day)) | dict(values)
    if known.get("kind") not in (OFF, WORKING):
        raise InvalidInput(field="kind")
    off.note_day(session, on, is_working=known["kind"] == WORKING, note=known["note"] or "")


def _parts(subject: str) -> tuple[str, date]:
    code, _, first = subject.rpartition(" ")
    return code, date.fromisoformat(first)


def _until(text: str | None, first: date) -> date:
    if text is None:
        raise InvalidInput(field="until")
    until = date.fromisoformat(text)
    if until < first:
        raise crew.BadPeriod
    return until


def _drop(session: Session, found: Sequence[Absence | OfficeClosure]) -> None:
    if not found:
        raise NotFound(what=Message("ngày nghỉ"))
    for one in found:
        session.delete(one)
    session.flush()


def _absences(session: Session, subject: str) -> Select[Absence]:
    code, first = _parts(subject)
    courier = session.scalar(select(Courier.id).where(Courier.code == code).with_for_update())
    query = select(Absence).where(Absence.courier_id == courier, Absence.from_date == first)
    return query.order_by(Absence.id).with_for_update().execution_options(populate_existing=True)


def _closures(session: Session, subject: str) -> Select[OfficeClosure]:
    code, first = _parts(subject)
    mine = select(Office.id).where(Office.code == code, Office.kind == OfficeKind.DELIVERY)
    office = session.scalar(mine.with_for_update())
    query = select(OfficeClosure).where(OfficeClosure.office_id == office, OfficeClosure.from_date == first)
    return query.order_by(OfficeClosure.id).with_for_update().execution_options(populate_existing=True)
