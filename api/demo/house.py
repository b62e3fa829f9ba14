"""Builds the demo's house from nothing: keys of its own, a SQLite file, people who sign in, a server, a receiver."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import secrets
import subprocess
import sys
import tempfile
import threading
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from api import create_app
from api.commands import tannha
from api.demo import accounts_file
from api.demo.browser import Browser
from api.demo.clock import DayClock
from api.demo.couriers import CourierPhone
from api.settings import Settings, load_settings
from api.wiring import Services, build_services
from postal import Role, desk, models, people
from postal.network import draft, places, tables
from routing import Province

SYSTEM = "motcua"
_HERE = ("127.0.0.1",)
NOON, EVENING = "noon", "evening"
# A range that no post would grant: the indicator is for tests and every serial starts with 9.
RANGE_FIRST, RANGE_LAST = 90_000_000, 99_999_999
SCOPES = ("results:write", "collections:write", "items:read")


@dataclass
class House:
    """Everything that runs while the demo's day is played."""

    out: Path
    name: str
    clock: DayClock
    services: Services
    base_url: str
    passwords: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)
    phones: dict[int, CourierPhone] = field(default_factory=dict)
    api_key: str = ""
    receiver: Receiver | None = None
    server: BaseWSGIServer | None = None

    def at_desk(self, username: str) -> Browser:
        """Return somebody's browser, signed in."""
        if username not in self.browsers:
            browser = Browser(self.base_url)
            browser.sign_in(username, self.passwords[username])
            self.browsers[username] = browser
        return self.browsers[username]

    def let_nights_pass(self) -> None:
        """Sign everybody out, as their sessions have ended by the next day: whoever works again signs in anew."""
        self.browsers.clear()

    def run(self, *arguments: str, stdin: str = "") -> str:
        """Run an operator's command on this house, at its own time, and return what it printed."""
        return run_command(self.services, *arguments, stdin=stdin)

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
        "TANNHA_CALLBACK_ALLOW_HTTP_HOSTS": "127.0.0.1",
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
    here = {"database_url": f"sqlite:///{database_file(out, name).resolve()}", "callback_allow_http_hosts": _HERE}
    # Whoever tries the demo has its accounts' passwords and no more.
    return settings.model_copy(update=here | {"second_factor_roles": ()})


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
    server = make_server("127.0.0.1", 0, create_app(settings, services), threaded=True, request_handler=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base_url = f"http://127.0.0.1:{server.server_port}"
    house = House(out=out, name=name, clock=clock, services=services, base_url=base_url, server=server)
    house.run("migrate")
    _set_up(house, province)
    _add_people(house)
    scopes = [word for scope in SCOPES for word in ("--scope", scope)]
    house.api_key = house.run("api-key", "add", SYSTEM, *scopes).split()[-1]
    return house


def _set_up(house: House, province: Province) -> None:
    """Bring in the province's network with couriers of made-up names, and a range of numbers that no post grants."""
    starting = draft.starting_tables(house.services.ground.register_of(province), province)
    with tempfile.TemporaryDirectory() as folder:
        tables.write_tables(Path(folder), places.with_made_up_couriers(starting))
        house.run("seed", "--province", province.name, "--from", folder)
    granted_by = "dải số giả của bản trình diễn"
    house.run("range", "add", "EY", str(RANGE_FIRST), str(RANGE_LAST), "--granted-by", granted_by, "--fake")


def _add_people(house: House) -> None:
    known = accounts_file.read(house.out)
    found: list[accounts_file.Account] = []
    staff = (
        ("quantri", "Quản trị viên trình diễn", Role.ADMINISTRATOR, ()),
        ("motcua", "Lê Thị Hoài Thương", Role.CENTRE_CLERK, ()),
        ("buuchinh", "Nguyễn Văn Thành", Role.POSTAL_CLERK, ()),
        ("dieuphoi", "Trần Minh Khôi", Role.DISPATCHER, ()),
    )
    with house.services.database.read() as session:
        names = {c.code: people.open_person(session, session.get_one(models.Person, c.person_id)).full_name
                 for c in desk.couriers(session)}  # fmt: skip
        offices = {c.code: c.office.code for c in desk.couriers(session)}
    crew = ((code.lower(), names[code], Role.COURIER, ("--office", offices[code], "--courier", code)) for code in names)
    for username, full_name, role, more in (*staff, *crew):
        password = known.get(username) or _password()
        asked = ("user", "add", username, "--role", str(role), "--name", full_name, *more)
        house.run(*asked, stdin=f"{password}\n")
        house.passwords[username] = password
        found.append(accounts_file.Account(username, password, role))
    accounts_file.write(house.out, found)


def run_command(services: Services, *arguments: str, stdin: str = "") -> str:
    """Run one of the operator's commands in this process, with these services instead of those of the settings."""
    printed, before = io.StringIO(), sys.stdin
    sys.stdin = io.StringIO(stdin)
    try:
        with contextlib.redirect_stdout(printed):
            tannha(list(arguments), standalone_mode=False, obj=services)
    finally:
        sys.stdin = before
    return printed.getvalue()


def _password() -> str:
    return secrets.token_urlsafe(12)


def start_receiver(house: House) -> Receiver:
    """Start the centre's system, register its address, and give it the secret of that registration."""
    report = "demo.receiver.json" if house.name == EVENING else f"demo.{house.name}.receiver.json"
    receiver = Receiver(house.out / report)
    house.receiver = receiver
    receiver.learn(house.run("endpoint", "add", SYSTEM, receiver.url).split()[-1])
    return receiver
