"""What most tests of pages and routes begin with: the offices and people, a published round, that round under way.

Each is laid on the one before; `tests.conftest` fills a database with it once in a session and gives every test a copy.
"""

from __future__ import annotations

from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import Dialect, Engine, select
from sqlalchemy.orm import Session
from sqlalchemy.util import LRUCache

from postal import Database, NewUser, Role, Scope, custody, make_engine, models, rounds
from postal.access import accounts
from postal.network import places, tables
from routing import Plan, PlannedRound, Register, Visit
from tests import builders as build

PASSWORD = "mot mat khau dai"
NOW = build.EVENING
_COMPILED: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}


def opened(url: str) -> Database:
    """Return the database at an address, which hashes passwords cheaply: what they cost is tested with the accounts."""
    return Database(engine_at(url), build.vault(), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def engine_at(url: str) -> Engine:
    """Return an engine that knows the statements which earlier tests compiled: half of a small test was compiling."""
    engine = make_engine(url)
    if engine.dialect.name not in _COMPILED:
        with engine.connect():  # the dialect learns from the server what it speaks with
            _COMPILED[engine.dialect.name] = (engine.dialect, LRUCache(5_000))
    engine.dialect, engine._compiled_cache = _COMPILED[engine.dialect.name]
    return engine


def fill_house(database: Database) -> dict[str, Any]:
    """Seed offices and couriers, add one person of each role and two systems' keys; return their ids by name."""
    ids: dict[str, Any] = {}
    with database.write() as session:
        places.seed(session, places.with_made_up_couriers(tables.shipped_tables(Register.builtin())), now=NOW)
        build.s10_range(session)
        courier = session.query(models.Courier).order_by(models.Courier.id).first()
        other = session.query(models.Courier).order_by(models.Courier.id.desc()).first()
        people = {
            "admin": (Role.ADMINISTRATOR, None, None),
            "centre": (Role.CENTRE_CLERK, None, None),
            "postal": (Role.POSTAL_CLERK, None, None),
            "dispatcher": (Role.DISPATCHER, None, None),
            "courier": (Role.COURIER, courier.office_id, courier.id),
            "stranger-clerk": (Role.POSTAL_CLERK, other.office_id, None),
            "other-courier": (Role.COURIER, other.office_id, other.id),
        }
        for username, (role, office_id, courier_id) in people.items():
            new = NewUser(
                username=username,
                password=PASSWORD,
                full_name=f"Người {username}",
                role=role,
                office_id=office_id,
                courier_id=courier_id,
            )
            ids[username] = accounts.add_user(session, new, now=NOW).id
        for name, system in (("key", build.SYSTEM), ("foreign-key", "he-thong-khac")):
            _, ids[name] = build.api_key(session, system, list(Scope), now=NOW)
    return ids


def fill_planned(database: Database) -> dict[str, Any]:
    """Publish a round of three results for the courier who has an account; return its id."""
    with database.write() as session:
        user = session.scalar(select(models.User).where(models.User.username == "courier"))
        courier_code = session.get_one(models.Courier, user.courier_id).code
        results = [build.result(1, fee_vnd="50000", id_number="046201009911"), build.result(2), build.result(3)]
        items = build.accepted(session, *results, now=NOW)
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        manifest = build.closed_batch(session, batch.id, now=NOW)
        party = custody.Party(name="Người Ký")
        codes = [line.s10 for line in manifest.lines]
        custody.hand_over(build.act(session, NOW), batch.id, scanned=codes, giver=party, receiver=party)
        return {"round": published(session, courier_code).rounds[0].id}


def fill_under_way(database: Database) -> dict[str, Any]:
    """Start that round with everything on it."""
    with database.write() as session:
        round_id = session.scalars(select(models.DeliveryRound.id)).one()
        codes = session.scalars(select(models.Item.s10)).all()
        rounds.start_round(build.act(session, NOW), round_id, scanned=[code for code in codes if code])
    return {}


def published(session: Session, courier_code: str) -> models.DayPlan:
    """Publish a plan of one round for a courier, a stop each ten minutes."""
    problem = rounds.planning_problem(session, NOW.date(), now=NOW)
    courier = next(c for c in problem.couriers if c.courier_id == courier_code)
    visits = tuple(
        Visit(stop_id=stop.stop_id, arrive_s=30_000 + n * 600, start_s=30_000 + n * 600, leave_s=30_300 + n * 600)
        for n, stop in enumerate(problem.stops)
    )
    walked = PlannedRound(
        courier_id=courier.courier_id,
        office_id=courier.office_id,
        leave_at_s=28_000,
        back_at_s=40_000,
        travel_s=3_000,
        travel_m=9_000,
        visits=visits,
    )
    plan = Plan(
        rounds=(walked,), unserved=(), travel_s=3_000, cost=3_000, travel_source="test", degraded=None, seconds=0.1
    )
    saved = rounds.save_plan(build.act(session, NOW), NOW.date(), problem, plan)
    return rounds.publish_plan(build.act(session, NOW), saved.id)


LAYERS = {"with_house": fill_house, "with_planned_round": fill_planned, "with_round_under_way": fill_under_way}
"""By the fixture that asks for it, from the ground up."""
