"""The whole app over a test database, with people of every role and a system's key."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from api import create_app
from api.settings import Settings
from api.web.auth import SIGNED_IN
from api.web.observability import configure_logs
from api.wiring import EXTENSION, build_services
from api.work.works import all_works
from postal import models
from postal.access import accounts, sign_ins
from postal.jobs import Runner
from tests import builders as build
from tests.town import NOW, PASSWORD, opened

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
    """Hash passwords cheaply."""
    database = opened(database_url)
    yield database
    database.engine.dispose()


@pytest.fixture(scope="session")
def settings():
    """Return what every test begins with; a test that wants others takes a copy."""
    return Settings(
        secret_key="s" * 40,
        vault_keys=(b"k" * 32,),
        lookup_key=b"l" * 32,
        source_system=build.SYSTEM,
        rate_limits_enabled=False,
        second_factor_roles=(),  # what is required by default has tests of its own
        confirm_minutes=43_200,
        signed_in_hours=720,  # tests move their clock by days
        plan_cores=1,  # tests share the cores of their machine
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


@pytest.fixture(scope="session")
def apps():
    """Return a function that makes an app, or gives the one made of the same settings: making one takes a while."""
    made = {}

    def app_of(settings, services):
        if settings.rate_limits_enabled:  # it remembers who asked
            return create_app(settings, services)
        key = repr(settings.model_dump())
        if key not in made:
            made[key] = create_app(settings, services)
        configure_logs(settings.log_level)
        made[key].extensions[EXTENSION] = services
        return made[key]

    return app_of


@pytest.fixture
def app(apps, settings, services):
    return apps(settings, services)


@pytest.fixture
def house(with_house, services):
    """Begin with offices, couriers and one person of each role; return their ids by name."""
    assert services.guide.register  # asked once in a process: no test's request is the first
    return with_house


def work(app):
    """Do what a worker process would: run every job that is due."""
    services = app.extensions[EXTENSION]
    return Runner(services.database, all_works(services), clock=services.clock).run_due()


class Person:
    """A browser signed in as somebody, sending forms with their token."""

    def __init__(self, app, username=None, *, by_form=False):
        self.app = app
        self.client = app.test_client()
        self.csrf = ""
        if username and by_form:
            self.get("/staff/sign-in")
            answer = self.post("/staff/sign-in", username=username, password=PASSWORD)
            assert answer.status_code == 303, answer.text
        elif username:
            self._open_session(username)
        if username:
            self.get("/track")

    def _open_session(self, username):
        """Sign in without the form, which most tests are not about: it was a sixth of their time."""
        services = self.app.extensions[EXTENSION]
        with services.database.read() as session:
            user = session.scalars(select(models.User).where(models.User.username == username)).one()
            by = accounts.actor_of(user)
        with services.acting(by) as act:
            _, token = sign_ins.start(act, by.user_id, browser="Chrome")
        with self.client.session_transaction() as kept:
            kept[SIGNED_IN] = token
            kept.permanent = True

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
    return partial(Person, app)


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
def planned_round(house, with_planned_round):
    """Begin with a published round of three results for that courier; return its id."""
    return with_planned_round["round"]


@pytest.fixture
def own_round(planned_round, with_round_under_way):
    """Begin with that round under way, everything on it; return its id."""
    return planned_round
