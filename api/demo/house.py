"""Builds the demo's house from nothing: keys of its own, a SQLite file, people who sign in, a server, a receiver."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
import threading
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from api import create_app
from api.demo import accounts_file
from api.demo.clock import DayClock
from api.settings import Settings, load_settings
from api.wiring import Services, build_services, system_clock
from postal import NewUser, Role, Scope, Session, command_actor, desk, models, outside, people, upgrade
from postal.access import accounts
from postal.custody import serials
from postal.network import draft, home, places
from routing import Province

SYSTEM = "motcua"
NOON, EVENING = "noon", "evening"
# A range that no post would grant: the indicator is for tests and every serial starts with 9.
RANGE_FIRST, RANGE_LAST = 90_000_000, 99_999_999
POLICY = outside.AddressPolicy(allow_http_hosts=frozenset({"127.0.0.1"}))


@dataclass
class House:
    """Everything that runs while the demo's day is played."""

    out: Path
    name: str
    clock: DayClock
    services: Services
    base_url: str
    passwords: dict[str, str] = field(default_factory=dict)
    user_ids: dict[str, int] = field(default_factory=dict)
    api_key: str = ""
    receiver: Receiver | None = None
    server: BaseWSGIServer | None = None

    def is_done(self) -> None:
        """Note that the day was played up to where it was to be."""
        day_file(self.out, self.name).write_text(self.clock.day.isoformat(), encoding="utf-8")

    def close(self) -> None:
        """Stop the server and the receiver."""
        if self.server is not None:
            self.server.shutdown()
        if self.receiver is not None:
            self.receiver.stop()
        self.services.database.engine.dispose()


class QuietHandler(WSGIRequestHandler):
    """Writes no access log: paths hold labels' links, and the app keeps its own log without them."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Stay quiet."""


class Receiver:
    """The centre's system: another process, which knows nothing but its secret."""

    def __init__(self, report: Path) -> None:
        self.report = report
        command = [sys.executable, "-m", "api.demo.receiver", "--report", str(report)]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.port}/callbacks"

    def learn(self, secret: str) -> None:
        """Tell it the secret it was given when its address was registered."""
        assert self._process.stdin is not None
        self._process.stdin.write(secret + "\n")
        self._process.stdin.flush()

    def counts(self) -> dict[str, int]:
        """Return what it verified, refused and saw twice."""
        with urllib.request.urlopen(self.url, timeout=10):
            pass
        counts: dict[str, int] = json.loads(self.report.read_text(encoding="utf-8"))
        return counts

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(timeout=10)


def write_settings(out: Path) -> Settings:
    """Make keys good for this demo only, keep them readable by their owner alone, and return the settings."""
    values = {
        "TANNHA_DATABASE_URL": f"sqlite:///{database_file(out, EVENING).resolve()}",
        "TANNHA_SECRET_KEY": secrets.token_urlsafe(48),
        "TANNHA_VAULT_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        "TANNHA_LOOKUP_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "TANNHA_PUBLIC_URL": "http://127.0.0.1:8460",
        "TANNHA_SOURCE_SYSTEM": SYSTEM,
        "TANNHA_RATE_LIMITS_ENABLED": "false",
        "TANNHA_LOG_LEVEL": "warning",
    }
    path = out / "demo.env"
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    return load_settings(path)


def database_file(out: Path, name: str) -> Path:
    """Return where the database of a moment lies: `demo.db` for the whole day, `demo.noon.db` for its half."""
    return out / ("demo.db" if name == EVENING else f"demo.{name}.db")


def day_file(out: Path, name: str) -> Path:
    """Return where the date of a day stands once it was played up to a moment."""
    return database_file(out, name).with_suffix(".day")


def read_settings(out: Path, name: str) -> Settings:
    """Return the settings of this folder's demo with the database of one moment; made where there are none."""
    settings = load_settings(out / "demo.env") if (out / "demo.env").exists() else write_settings(out)
    return settings.model_copy(update={"database_url": f"sqlite:///{database_file(out, name).resolve()}"})


def forget(out: Path, name: str) -> None:
    """Remove what an earlier demo left: of the evening everything, of another moment its database alone."""
    for old in out.glob("demo.*" if name == EVENING else f"demo.{name}.*"):
        old.unlink()


def build_house(out: Path, clock: DayClock, province: Province, name: str = EVENING) -> House:
    """Make the province's database, its people and the running server; the folder's old demo of this name goes."""
    out.mkdir(parents=True, exist_ok=True)
    forget(out, name)
    settings = read_settings(out, name)
    services = build_services(settings, clock=clock)
    upgrade(services.database.engine)
    server = make_server("127.0.0.1", 0, create_app(settings, services), threaded=True, request_handler=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base_url = f"http://127.0.0.1:{server.server_port}"
    house = House(out=out, name=name, clock=clock, services=services, base_url=base_url, server=server)
    with services.acting(command_actor("demo")) as act:
        home.serve(act.session, province)
        places.seed_made_up(
            act.session, draft.starting_tables(services.ground.register_of(province), province), now=act.now
        )
        grant = serials.Grant(
            indicator="EY", first=RANGE_FIRST, last=RANGE_LAST, granted_by="dải số giả của bản trình diễn", is_fake=True
        )
        serials.grant_range(act, grant)
        _add_people(house, act.session)
    return house


def _add_people(house: House, session: Session) -> None:
    known = accounts_file.read(house.out)
    found: list[accounts_file.Account] = []

    def add(new: NewUser) -> None:
        user = accounts.add_user(session, new, now=house.clock())
        house.user_ids[new.username] = user.id
        house.passwords[new.username] = new.password
        found.append(accounts_file.Account(new.username, new.password, new.role))

    staff = (
        ("quantri", "Quản trị viên trình diễn", Role.ADMINISTRATOR),
        ("motcua", "Lê Thị Hoài Thương", Role.CENTRE_CLERK),
        ("buuchinh", "Nguyễn Văn Thành", Role.POSTAL_CLERK),
        ("dieuphoi", "Trần Minh Khôi", Role.DISPATCHER),
    )
    for username, full_name, role in staff:
        add(NewUser(username=username, password=known.get(username) or _password(), full_name=full_name, role=role))
    for courier in desk.couriers(session):
        person = people.open_person(session, session.get_one(models.Person, courier.person_id))
        new = NewUser(
            username=courier.code.lower(),
            password=known.get(courier.code.lower()) or _password(),
            full_name=person.full_name,
            role=Role.COURIER,
            office_id=courier.office_id,
            courier_id=courier.id,
        )
        add(new)
    scopes = (Scope.RESULTS_WRITE, Scope.COLLECTIONS_WRITE, Scope.ITEMS_READ)
    _, house.api_key = accounts.add_api_key(session, SYSTEM, scopes, now=house.clock())
    accounts_file.write(house.out, found)


def _password() -> str:
    return secrets.token_urlsafe(12)


def start_receiver(house: House) -> Receiver:
    """Start the centre's system, register its address, and give it the secret of that registration."""
    report = "demo.receiver.json" if house.name == EVENING else f"demo.{house.name}.receiver.json"
    receiver = Receiver(house.out / report)
    house.receiver = receiver
    with house.services.database.write() as session:
        _, secret = outside.register_endpoint(session, SYSTEM, receiver.url, (), policy=POLICY, now=house.clock())
    receiver.learn(secret)
    return receiver


def sender() -> outside.RequestsSender:
    """Return a sender that may speak to this machine; it signs by the wall clock, as receivers check it."""
    return outside.RequestsSender.with_policy(POLICY, system_clock)
