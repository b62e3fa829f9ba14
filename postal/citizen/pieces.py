"""What the page reads: one item with what belongs to it, its round. Statements of columns: objects would take longer.

The statements are made once: building one anew takes as long as asking it.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, func, literal, literal_column, select
from sqlalchemy.orm import Session

from postal.access import devices
from postal.models import (
    Consignment,
    Courier,
    Coverage,
    DayPlan,
    DeliveryRound,
    Dossier,
    Item,
    KnownDevice,
    Office,
    OfficeKind,
    Person,
    PersonKind,
    PlanStatus,
    RoundStatus,
    RoundStop,
    TrackingEvent,
)
from postal.people import SealedPerson
from postal.prepared import Prepared
from postal.rules.lifecycle import Direction, EventKind, State
from postal.rules.working_days import local_day

AT_THE_DOOR = (EventKind.DELIVERED, EventKind.ATTEMPT_FAILED, EventKind.COLLECTED, EventKind.COLLECTION_FAILED)


class Piece(NamedTuple):
    """An item with its consignment, its recipient, who issued it and the post office to ask, as one row.

    ``round_on`` is the day of the round it is on, ``stop_id`` its stop on a round of today's published plan that is
    not closed (the taker's where it was passed on), ``dossier_id`` the dossier whose steps were told before the result.
    ``post_*`` are of the post office that has it or, where none has it, of the one that serves the recipient.
    ``known_device_id`` is set where the browser that asks opened it before.
    """

    item_id: int
    consignment_id: int
    direction: Direction
    s10: str | None
    dossier_code: str
    dossier_id: int | None
    state: State
    state_since: datetime
    n_attempts: int
    first_attempt_at: datetime | None
    finished_at: datetime | None
    fee_vnd: int
    take_back: list[dict[str, str]]
    office_id: int | None
    commune_code: str | None
    promised_by: datetime | None
    promised_first_by: datetime | None
    issuer: str
    round_on: date | None
    stop_id: int | None
    person_id: int
    person_kind: PersonKind
    sealed: bytes | None
    key_id: str
    post_name: str | None
    post_address: str | None
    post_phone: str | None
    post_hours: str | None
    known_device_id: int | None

    @property
    def person(self) -> SealedPerson:
        """Return the recipient, still sealed."""
        return SealedPerson(self.person_id, self.person_kind, self.sealed, self.key_id)


class StopBeside(NamedTuple):
    """One stop of the round that an item's own stop is on, with what the round and its courier have in common.

    ``is_own`` is the item's. Times are seconds of the local day, lunch is None where none is planned.
    """

    is_own: bool
    consignment_id: int
    start_s: int
    leave_s: int
    round_id: int
    office_id: int
    courier_id: int
    leave_at_s: int
    started_at: datetime | None
    lunch_from_s: int | None
    lunch_until_s: int | None


def _written(value: StrEnum) -> ColumnElement[str]:
    """Write a constant out: SQLite plans a statement anew, each time, where a bound value decides if an index fits."""
    return literal_column(f"'{value.value}'")


_item, _consignment, _person, _dossier, _coverage, _stop, _device = (
    table.__table__.c for table in (Item, Consignment, Person, Dossier, Coverage, RoundStop, KnownDevice)
)
_issuing, _having, _asked = (Office.__table__.alias(name) for name in ("issuing", "having", "asked"))
_round, _planned_round = (DeliveryRound.__table__.alias(name) for name in ("round", "planned_round"))
_plan, _todays_plan = (DayPlan.__table__.alias(name) for name in ("plan", "todays_plan"))
_stop_today = (
    select(_stop.id)
    .join(_planned_round, _planned_round.c.id == _stop.round_id)
    .join(_todays_plan, _todays_plan.c.id == _planned_round.c.plan_id)
    .where(
        _stop.consignment_id == _item.consignment_id,
        _stop.passed_on_at.is_(None),
        _todays_plan.c.day == bindparam("today"),
        _todays_plan.c.status == _written(PlanStatus.PUBLISHED),
        _planned_round.c.status != _written(RoundStatus.CLOSED),
    )
    .limit(1)
    .correlate(Item.__table__)
    .scalar_subquery()
)
_COLUMNS: dict[str, ColumnElement[Any]] = {
    "issuer": _issuing.c.name,
    "round_on": _plan.c.day,
    "stop_id": _stop_today,
    "dossier_id": _dossier.id,
    "person_id": _person.id,
    "person_kind": _person.kind,
    "sealed": _person.sealed,
    "key_id": _person.key_id,
    "commune_code": _consignment.commune_code,
    "promised_by": _consignment.promised_by,
    "promised_first_by": _consignment.promised_first_by,
    "post_name": _asked.c.name,
    "post_address": _asked.c.address,
    "post_phone": _asked.c.phone,
    "post_hours": _asked.c.opening_hours,
    "known_device_id": _device.id,
    "item_id": _item.id,
}


def by_digest(session: Session, digest: str, *, now: datetime, device: str = "") -> Piece | None:
    """Return the item whose label's token has this digest, as the browser with this token of a device asks for it."""
    return _first(session, _BY_DIGEST, digest, now, device)


def by_id(session: Session, item_id: int, *, now: datetime) -> Piece | None:
    """Return the item with this id."""
    return _first(session, _BY_ID, item_id, now)


def stops_beside(session: Session, stop_id: int) -> list[StopBeside]:
    """Return the stops of the round that a stop is on as they are to be walked, but for those passed to another."""
    return [StopBeside._make(row) for row in _STOPS_BESIDE.rows(session, stop_id=stop_id)]


def done_on(session: Session, round_id: int) -> list[tuple[int, datetime]]:
    """Return consignments of a round's stops and when their doors were done with, the last first."""
    rows = _DONE.rows(session, round_id=round_id, of_round=f"r{round_id}:%")
    return [(consignment_id, at) for consignment_id, at in rows]


def _first(session: Session, query: Prepared, key: str | int, now: datetime, device: str = "") -> Piece | None:
    rows = query.rows(
        session,
        key=key,
        today=local_day(now),
        device=devices.hash_of(device) if device else None,
        known_since=now - devices.KNOWN_FOR,
    )
    return Piece._make(rows[0]) if rows else None


def _asking(where: ColumnElement[bool]) -> Prepared:
    is_its_dossier = (_dossier.source_system == _item.source_system) & (_dossier.dossier_key == _item.dossier_key)
    is_this_device = and_(
        _device.token_hash == bindparam("device", type_=String),
        _device.subject == literal("consignment:").concat(cast(_item.consignment_id, String)),
        _device.last_at > bindparam("known_since"),
    )
    tables = (
        Item.__table__.join(Consignment.__table__, _consignment.id == _item.consignment_id)
        .join(Person.__table__, _person.id == _consignment.person_id)
        .join(_issuing, _issuing.c.id == _consignment.issuing_office_id)
        .outerjoin(_having, (_having.c.id == _item.office_id) & (_having.c.kind == _written(OfficeKind.DELIVERY)))
        .outerjoin(Coverage.__table__, _coverage.commune_code == _consignment.commune_code)
        .outerjoin(_asked, _asked.c.id == func.coalesce(_having.c.id, _coverage.office_id))
        .outerjoin(_round, _round.c.id == _item.round_id)
        .outerjoin(_plan, _plan.c.id == _round.c.plan_id)
        .outerjoin(Dossier.__table__, is_its_dossier)
        .outerjoin(KnownDevice.__table__, is_this_device)
    )
    columns = [_COLUMNS[name] if name in _COLUMNS else _item[name] for name in Piece._fields]
    labelled = (column.label(name) for name, column in zip(Piece._fields, columns, strict=True))
    return Prepared(select(*labelled).select_from(tables).where(where))


_BY_DIGEST = _asking(_item.token_hash == bindparam("key"))
_BY_ID = _asking(_item.id == bindparam("key"))

_beside, _its_round, _courier = (
    RoundStop.__table__.alias("beside"),
    DeliveryRound.__table__.alias("its_round"),
    Courier.__table__,
)
_STOPS_BESIDE = Prepared(
    select(
        _beside.c.id == _stop.id,
        *(_beside.c[name] for name in ("consignment_id", "start_s", "leave_s", "round_id")),
        *(_its_round.c[name] for name in ("office_id", "courier_id", "leave_at_s", "started_at")),
        *(_courier.c[name] for name in ("lunch_from_s", "lunch_until_s")),
    )
    .select_from(RoundStop.__table__)
    .join(_its_round, _its_round.c.id == _stop.round_id)
    .join(_courier, _courier.c.id == _its_round.c.courier_id)
    .join(_beside, _beside.c.round_id == _stop.round_id)
    .where(_stop.id == bindparam("stop_id"), _beside.c.passed_on_at.is_(None))
    # One taken over has the last position, and its time in the midst of the others.
    .order_by(_beside.c.start_s, _beside.c.position)
)
_event = TrackingEvent.__table__.c
# By the pieces of the round's stops: of the events alone, every one there is would be looked at.
_DONE = Prepared(
    select(_item.consignment_id, _event.happened_at)
    .select_from(RoundStop.__table__)
    .join(Item.__table__, _item.consignment_id == _stop.consignment_id)
    .join(TrackingEvent.__table__, _event.item_id == _item.id)
    .where(
        _stop.round_id == bindparam("round_id"),
        (_event.round_id == bindparam("round_id")) | _event.scan_id.like(bindparam("of_round")),
        _event.kind.in_([_written(kind) for kind in AT_THE_DOOR]),
        _event.is_applied,
        _event.reason.is_distinct_from("NOT_VISITED"),
    )
    .order_by(_event.happened_at.desc())
)
