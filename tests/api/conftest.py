"""The whole app over a test database, with people of every role and a system's key."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from api import create_app
from api.settings import Settings
from api.wiring import EXTENSION, build_services
from api.work.works import all_works
from postal import Database, NewUser, Role, Scope, make_engine, models
from postal.access import accounts
from postal.jobs import Runner
from postal.network import places, tables
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
            _, ids[name] = accounts.add_api_key(session, system, list(Scope), now=NOW)
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
