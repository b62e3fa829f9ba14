"""One small day: an office, two couriers, items handed over, and a plan made by hand. Grow it for tests of rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal import custody, doorstep, phones, rounds
from postal.access.policy import Actor, ActorKind
from postal.custody import Party
from postal.models import Courier, Coverage, DayPlan, Item, Office, OfficeKind, PersonKind, Phone, Role
from postal.people import PersonData, add_person
from postal.rules.lifecycle import EventKind
from routing import Plan, PlannedRound, Problem, Visit
from tests import builders as build

# Monday 23 November 2026, the working day after the handover of Friday evening.
DAY = date(2026, 11, 23)
MORNING = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 07:30 in Huế
EVENING = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # 18:00 in Huế
THUAN_HOA, PHU_XUAN = "19789", "19753"
GIVER, RECEIVER = Party(name="Lê Thị Giao", position="Cán bộ"), Party(name="Trần Văn Nhận", code="BC-1")
CLERK = Actor(kind=ActorKind.USER, role=Role.POSTAL_CLERK)


@dataclass
class Day:
    """What a test of rounds starts from."""

    office: Office
    couriers: list[Courier]
    items: list[Item]

    def actor(self, number: int = 0) -> Actor:
        """Return one of the couriers as an actor."""
        one = self.couriers[number]
        return Actor(kind=ActorKind.USER, role=Role.COURIER, courier_id=one.id, office_id=one.office_id)


def phone_of(session: Session, courier: Courier, name: str = "a") -> Actor:
    """Give a courier a phone; return who acts through it. ``name`` tells phones of one courier apart."""
    secret = f"{courier.id}-{name}"
    made = Phone(
        courier_id=courier.id, token_hash=secret, key_hash=secret, enrolled_at=MORNING, last_contact_at=MORNING
    )
    session.add(made)
    session.flush()
    return phones.actor_of(session, made)


def set_up(session: Session, *, n_couriers: int = 2) -> tuple[Office, list[Courier]]:
    """Make a delivery office that serves the two communes of the tests, and its couriers."""
    office = Office(
        code="BC-THU", kind=OfficeKind.DELIVERY, name="Bưu cục Thử", lat=16.46, lon=107.59, commune_code=THUAN_HOA
    )
    session.add(office)
    session.flush()
    session.add_all(
        Coverage(commune_code=code, office_id=office.id, weekdays="01234", zone="Huế") for code in (THUAN_HOA, PHU_XUAN)
    )
    couriers = []
    for number in range(1, n_couriers + 1):
        person = add_person(session, PersonKind.STAFF, PersonData(full_name=f"Bưu Tá {number}"), now=build.EVENING)
        couriers.append(Courier(code=f"BT-{number}", office_id=office.id, person_id=person.id))
    session.add_all(couriers)
    session.flush()
    return office, couriers


def handed_over(session: Session, *changes: dict[str, str], n: int = 0, now: datetime = build.EVENING) -> list[Item]:
    """Bring results in and hand them over; each mapping changes one result's cells."""
    if session.scalar(select(Item.id).limit(1)) is None:
        build.s10_range(session)
    wanted = changes or tuple({} for _ in range(n))
    items = build.accepted(session, *(build.result(i + 1, **cells) for i, cells in enumerate(wanted)), now=now)
    items[0].consignment.issuing_office.zone = "Huế"  # inside one zone: J+1
    batch = custody.open_batch(build.act(session, now), items[0].consignment.issuing_office_id)
    manifest = build.closed_batch(session, batch.id, now=now)
    codes = [line.s10 for line in manifest.lines]
    custody.hand_over(build.act(session, now), batch.id, scanned=codes, giver=GIVER, receiver=RECEIVER)
    return items


def build_day(session: Session, *changes: dict[str, str], n: int = 4) -> Day:
    """Return an office with its couriers and items the post holds."""
    office, couriers = set_up(session)
    return Day(office=office, couriers=couriers, items=handed_over(session, *changes, n=n))


def hand_made_plan(problem: Problem, shares: Sequence[Sequence[str]] | None = None) -> Plan:
    """Return a plan nobody optimised: stops in order, shared among the couriers in turn."""
    ids = [stop.stop_id for stop in problem.stops]
    n = len(problem.couriers)
    shares = shares if shares is not None else [ids[i::n] for i in range(n)]
    planned = []
    for one, share in zip(problem.couriers, shares, strict=False):
        visits = tuple(
            Visit(stop_id=s, arrive_s=28_800 + 600 * i, start_s=28_800 + 600 * i, leave_s=29_100 + 600 * i)
            for i, s in enumerate(share)
        )
        if visits:
            planned.append(
                PlannedRound(
                    courier_id=one.courier_id,
                    office_id=one.office_id,
                    leave_at_s=27_000,
                    back_at_s=60_000,
                    travel_s=900,
                    travel_m=5_000,
                    visits=visits,
                )
            )
    return Plan(
        rounds=tuple(planned),
        unserved=(),
        travel_s=900 * len(planned),
        cost=0,
        travel_source="thử",
        degraded=None,
        seconds=0.1,
    )


def saved_plan(session: Session, day: date = DAY, *, shares: Sequence[Sequence[str]] | None = None) -> DayPlan:
    """Plan a day by hand and save the draft."""
    problem = rounds.planning_problem(session, day, now=MORNING)
    return rounds.save_plan(build.act(session, MORNING), day, problem, hand_made_plan(problem, shares))


def walking(session: Session, day: date = DAY, *, shares: Sequence[Sequence[str]] | None = None) -> DayPlan:
    """Plan, publish and load everything; return the plan whose rounds are under way."""
    plan = saved_plan(session, day, shares=shares)
    rounds.publish_plan(build.act(session, MORNING), plan.id)
    at = MORNING + (day - DAY)
    for one in plan.rounds:
        codes = [i.s10 for stop in one.stops for i in stop.consignment.items if i.s10]
        rounds.start_round(build.act(session, at), one.id, scanned=codes)
    return plan


def close_all(session: Session, plan: DayPlan, *, now: datetime = EVENING) -> None:
    """Close every round of a plan."""
    for one in plan.rounds:
        rounds.close_round(build.act(session, now), one.id)


def proof(**changes: object) -> doorstep.ProofIn:
    """Return a proof that is enough for a result with one document and nothing to pay."""
    told: dict[str, object] = {"receiver_name": "Tôn Nữ Thị Diễm Hằng", "id_tail": "1234", "n_documents": 1} | changes
    return doorstep.ProofIn(**told)  # type: ignore[arg-type]


def delivered(item: Item, *, minutes: int = 60, scan_id: str = "", **changes: object) -> doorstep.CourierScan:
    """Return the scan of a delivery, so many minutes after the morning's load."""
    return doorstep.CourierScan(
        scan_id=scan_id or f"d-{item.id}-{minutes}",
        s10=item.s10,
        kind=EventKind.DELIVERED,
        happened_at=MORNING + timedelta(minutes=minutes),
        proof=proof(**changes),
    )


def failed(item: Item, reason: str = "VANG_NHA", *, at: datetime | None = None) -> doorstep.CourierScan:
    """Return the scan of an attempt that failed."""
    at = at or MORNING + timedelta(minutes=60)
    return doorstep.CourierScan(
        scan_id=f"f-{item.id}-{at:%d%H%M}", s10=item.s10, kind=EventKind.ATTEMPT_FAILED, happened_at=at, reason=reason
    )
