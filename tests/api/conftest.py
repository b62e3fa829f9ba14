"""The whole app over a test database, with people of every role and a system's key."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from api import create_app
from api.settings import Settings
from api.wiring import EXTENSION, build_services
from api.work.works import all_works
from postal import Database, NewUser, Role, Scope, custody, make_engine, models, rounds
from postal.access import accounts, keys
from postal.jobs import Runner
from postal.network import places, tables
from routing import Plan, PlannedRound, Visit
from tests import builders as build

PASSWORD = "mot mat khau dai"
NOW = build.EVENING
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Clock:
    """A clock the test moves."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now

    def forward(self, **by):
        self.now += timedelta(**by)


@pytest.fixture
def database(database_url):
    """Hash passwords cheaply: what they cost is tested with the accounts."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    database = Database(make_engine(database_url), build.vault(), cheap)
    yield database
    database.engine.dispose()


@pytest.fixture
def settings():
    return Settings(
        secret_key="s" * 40,
        vault_keys=(b"k" * 32,),
        lookup_key=b"l" * 32,
        source_system=build.SYSTEM,
        rate_limits_enabled=False,
        second_factor_roles=(),  # what is required by default has tests of its own
        confirm_minutes=43_200,
        signed_in_hours=720,  # tests move their clock by days
        log_level="error",
        public_url="http://localhost",
    )


@pytest.fixture
def clock():
    return Clock(NOW)


@pytest.fixture
def services(settings, database, clock):
    built = build_services(settings, clock=clock)
    built.database.engine.dispose()
    return dataclasses.replace(built, database=database)


@pytest.fixture
def app(settings, services):
    return create_app(settings, services)


@pytest.fixture
def house(database, services):
    """Seed offices and couriers and add one person of each role; return their ids by name."""
    ids = {}
    with database.write() as session:
        shipped = tables.shipped_tables(services.guide.register)
        places.seed(session, places.with_made_up_couriers(shipped), now=NOW)
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
            _, ids[name] = keys.add_api_key(session, system, list(Scope), now=NOW)
    return ids


def work(app):
    """Do what a worker process would: run every job that is due."""
    services = app.extensions[EXTENSION]
    return Runner(services.database, all_works(services), clock=services.clock).run_due()


class Person:
    """A browser signed in as somebody, sending forms with their token."""

    def __init__(self, app, username=None):
        self.app = app
        self.client = app.test_client()
        self.csrf = ""
        if username:
            self.get("/staff/sign-in")
            answer = self.post("/staff/sign-in", username=username, password=PASSWORD)
            assert answer.status_code == 303, answer.text
            self.get("/track")

    def _note(self, answer):
        if found := TOKEN.search(answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""):
            self.csrf = found[1]
        return answer

    def get(self, path, **options):
        return self._note(self.client.get(path, headers={"Accept": "text/html"}, **options))

    def post(self, path, **fields):
        """Send a form; work it starts is done by a worker at once, and the answer is the page it ends on."""
        data = {"csrf_token": self.csrf, **fields}
        answer = self._note(self.client.post(path, data=data, headers={"Accept": "text/html"}))
        if answer.status_code == 303 and "/staff/jobs/" in answer.location and "/stop" not in path:
            work(self.app)
            return self.get(answer.location)
        return answer

    def json(self, path, body):
        return self.client.post(path, json=body, headers={"X-CSRFToken": self.csrf})


@pytest.fixture
def sign_in(app, house):
    return lambda username=None: Person(app, username)


class System:
    """Another system with its key."""

    def __init__(self, app, key):
        self.client = app.test_client()
        self.key = key

    def headers(self, **more):
        return {"Authorization": f"Bearer {self.key}"} | more

    def get(self, path):
        return self.client.get(path, headers=self.headers())

    def post(self, path, body=None, *, key=None, **options):
        more = {"Idempotency-Key": key} if key else {}
        return self.client.post(path, json=body, headers=self.headers(**more), **options)


@pytest.fixture
def system(app, house):
    return System(app, house["key"])


@pytest.fixture
def foreign_system(app, house):
    return System(app, house["foreign-key"])


@pytest.fixture
def own_courier(database, house):
    """Return id, code and office of the courier who has an account named courier."""
    with database.read() as session:
        found = session.scalar(select(models.User).where(models.User.username == "courier"))
        courier = session.get_one(models.Courier, found.courier_id)
        return courier.id, courier.code, courier.office_id


@pytest.fixture
def planned_round(database, own_courier):
    """Publish a round of three results for that courier; return its id."""
    _, code, _ = own_courier
    with database.write() as session:
        results = [build.result(1, fee_vnd="50000", id_number="046201009911"), build.result(2), build.result(3)]
        items = build.accepted(session, *results, now=NOW)
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        manifest = build.closed_batch(session, batch.id, now=NOW)
        party = custody.Party(name="Người Ký")
        codes = [line.s10 for line in manifest.lines]
        custody.hand_over(build.act(session, NOW), batch.id, scanned=codes, giver=party, receiver=party)
        return _published(session, code).rounds[0].id


@pytest.fixture
def own_round(database, planned_round):
    """Start that round with everything on it; return its id."""
    with database.write() as session:
        codes = session.scalars(select(models.Item.s10)).all()
        rounds.start_round(build.act(session, NOW), planned_round, scanned=[code for code in codes if code])
    return planned_round


def _published(session, courier_code):
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
