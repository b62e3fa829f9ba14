"""Dossiers from the first day: the one-stop system tells their steps, the citizen sees them on the one page.

Statuses are those of the national list before a result is ready: 1 registered, 2 accepted, 3 not accepted, 4 in work,
5 papers asked for, 6 a payment asked for, 7 withdrawn by the citizen, 8 stopped. From 9 on there is a result, which
comes by `postal.intake`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from postal.access.act import Act
from postal.errors import InvalidInput
from postal.intake.guide import Guide
from postal.intake.known import office_ids
from postal.models import Dossier, DossierStep, PersonKind
from postal.people import PersonData, add_person, mask_name, open_person, replace_person, unseal
from postal.prepared import Prepared
from postal.rules.codes import bare_code
from postal.rules.working_days import local_day

STATUSES = range(1, 9)
# Nothing more comes of a dossier in these but by a new one.
OVER = frozenset({3, 7, 8})
_CLOCKS_DIFFER = timedelta(minutes=15)
# Made once: building a statement anew takes as long as asking it.
_STEPS_BEFORE = Prepared(
    select(DossierStep.status, DossierStep.happened_at)
    .where(DossierStep.dossier_id == bindparam("dossier_id"))
    .order_by(DossierStep.happened_at.desc(), DossierStep.id.desc())
)


@dataclass(frozen=True, kw_only=True)
class DossierIn:
    """What the one-stop system says of one dossier now."""

    dossier_code: str
    office: str
    recipient: str
    phone: str
    status: int
    status_at: datetime
    appointment_on: date | None = None

    def __repr__(self) -> str:
        return "<DossierIn>"


@dataclass(frozen=True, kw_only=True)
class DossierStatus:
    """One step as citizens see it."""

    status: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DossierHistory:
    """All that the page shows of a dossier without a result, newest step first; ``recipient`` is masked."""

    dossier_id: int
    dossier_code: str
    office_name: str
    recipient: str
    appointment_on: date | None
    is_late: bool
    steps: tuple[DossierStatus, ...]


def tell_dossier(act: Act, new: DossierIn, *, source_system: str, guide: Guide) -> Dossier:
    """Note a dossier's status; safe to repeat, and to tell late: steps are put in the order they happened.

    What is told of an instant before the last known step adds its step, and corrects neither the person nor the
    appointment: those of the newest status hold. Two first tells at once are one dossier.

    Raises InvalidInput naming the field: a code without letters and digits, a status the post is not told by this way,
    a time that is still to come.
    """
    if not 4 <= len(bare_code(new.dossier_code)) <= 80:
        raise InvalidInput(field="dossier_code")
    if new.status not in STATUSES:
        raise InvalidInput(field="status")
    if new.status_at > act.now + _CLOCKS_DIFFER:
        raise InvalidInput(field="status_at")
    data = PersonData(full_name=new.recipient, phone=new.phone or None)
    found = _known_or_added(act, new, data, source_system, guide)
    is_newest = all(one.happened_at <= new.status_at for one in found.steps)
    if is_newest and unseal(act.session, found.person) != data:
        replace_person(act.session, found.person, data)
    if is_newest or found.appointment_on is None:
        found.appointment_on = new.appointment_on or found.appointment_on
    if not any(one.status == new.status and one.happened_at == new.status_at for one in found.steps):
        step = DossierStep(status=new.status, happened_at=new.status_at, recorded_at=act.now)
        found.steps.append(step)
    act.session.flush()
    return found


def called(session: Session, code: str) -> list[Dossier]:
    """Return the dossiers with this code, however it was typed; two systems may use one code."""
    query = select(Dossier).where(Dossier.dossier_bare == bare_code(code)).order_by(Dossier.id.desc()).limit(10)
    return list(session.scalars(query.options(joinedload(Dossier.person), joinedload(Dossier.office))))


def by_dossier(session: Session, dossier_id: int, *, now: datetime) -> DossierHistory | None:
    """Return what the page shows of a dossier whose second factor this browser has just shown."""
    found = session.get(Dossier, dossier_id, options=[joinedload(Dossier.person), joinedload(Dossier.office)])
    return history_of_dossier(session, found, now) if found is not None else None


def history_of_dossier(session: Session, found: Dossier, now: datetime) -> DossierHistory:
    """Return what whoever handed a dossier in may see of it now."""
    steps = _steps(found)
    is_open = not steps or steps[0].status not in OVER
    return DossierHistory(
        dossier_id=found.id,
        dossier_code=found.dossier_code,
        office_name=found.office.name,
        recipient=mask_name(open_person(session, found.person).full_name),
        appointment_on=found.appointment_on,
        is_late=is_open and found.appointment_on is not None and found.appointment_on < local_day(now),
        steps=steps,
    )


def steps_before(session: Session, dossier_id: int) -> tuple[DossierStatus, ...]:
    """Return a dossier's steps before its result, newest first."""
    rows = _STEPS_BEFORE.rows(session, dossier_id=dossier_id)
    return tuple(DossierStatus(status=status, at=at) for status, at in rows)


def _steps(found: Dossier) -> tuple[DossierStatus, ...]:
    return tuple(DossierStatus(status=one.status, at=one.happened_at) for one in reversed(found.steps))


def _known(session: Session, source_system: str, code: str) -> Dossier | None:
    query = select(Dossier).where(
        Dossier.source_system == source_system, Dossier.dossier_key == code.strip().casefold()
    )
    # Locked, and all else is asked afterwards: of two told at once the second sees what the first did.
    held = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(held.options(selectinload(Dossier.person), selectinload(Dossier.steps)))


def _known_or_added(act: Act, new: DossierIn, data: PersonData, source_system: str, guide: Guide) -> Dossier:
    found = _known(act.session, source_system, new.dossier_code)
    if found is not None:
        return found
    try:
        with act.session.begin_nested():
            return _added(act, new, data, source_system, guide)
    except IntegrityError:  # somebody else told it first, at the same instant
        found = _known(act.session, source_system, new.dossier_code)
        if found is None:
            raise
        return found


def _added(act: Act, new: DossierIn, data: PersonData, source_system: str, guide: Guide) -> Dossier:
    person = add_person(act.session, PersonKind.RECIPIENT, data, now=act.now)
    found = Dossier(
        source_system=source_system,
        dossier_code=new.dossier_code.strip(),
        dossier_key=new.dossier_code.strip().casefold(),
        dossier_bare=bare_code(new.dossier_code),
        office_id=office_ids(act.session, [new.office], guide)[new.office],
        person_id=person.id,
        added_at=act.now,
        steps=[],
    )
    act.session.add(found)
    act.session.flush()
    return found
