"""A played day in the browser: a copy of it on a clock that runs on, with callbacks and jobs beside the pages."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from api.demo import accounts_file
from api.demo.clock import HUE, DayClock, RunningClock
from api.demo.day import NOON_AT
from api.demo.house import EVENING, NOON, SYSTEM, Receiver, database_file, day_file, read_settings, run_command
from api.wiring import Services, build_services, system_clock
from api.work.worker import HouseWorker
from postal import Act, command_actor, desk, models, outside, phones
from postal.access import accounts

SERVED = "served"
STARTS_AT = {NOON: NOON_AT, EVENING: "19:30"}


def is_played(out: Path, at: str) -> bool:
    """Say whether this folder holds the day up to that moment, played to its end."""
    return day_file(out, at).exists() and database_file(out, at).exists()


def copy_day(out: Path, at: str, *, now: datetime) -> None:
    """Make a fresh copy of the played day to serve, and let its clock run from its moment as of the real ``now``.

    The day itself stays as it was played, so that every start begins alike.
    """
    for old in out.glob(f"demo.{SERVED}.*"):
        old.unlink()
    with (
        closing(sqlite3.connect(database_file(out, at))) as played,
        closing(sqlite3.connect(database_file(out, SERVED))) as copy,
    ):
        played.backup(copy)
    day = date.fromisoformat(day_file(out, at).read_text(encoding="utf-8"))
    started = {"from": DayClock(day).at(STARTS_AT[at]).isoformat(), "at": now.isoformat()}
    _start_file(out).write_text(json.dumps(started), encoding="utf-8")


def open_day(out: Path, *, real_clock: Callable[[], datetime] = system_clock) -> Services:
    """Return services on the copy, on its running clock; callbacks may go to this machine."""
    started = json.loads(_start_file(out).read_text(encoding="utf-8"))
    clock = RunningClock(datetime.fromisoformat(started["from"]), datetime.fromisoformat(started["at"]), real_clock)
    services = build_services(read_settings(out, SERVED), clock=clock)
    run_command(services, "migrate")  # a day played by an older version is brought up to date
    return services


def note_accounts(services: Services, out: Path, address: str) -> list[accounts_file.Account]:
    """Write the accounts anew, couriers whose round is under way first among couriers; return all of them.

    ``address`` is where the pages are served. The last line enrols phones for a courier who is on the way.
    """
    passwords = accounts_file.read(out)
    with services.database.read() as session:
        day = services.now().astimezone(HUE).date()
        walking = {
            found.courier_id
            for found in desk.published_rounds(session, day)
            if found.status is models.RoundStatus.STARTED
        }
        found = [
            accounts_file.Account(
                user.username, passwords[user.username], user.role, "round under way" * (user.courier_id in walking)
            )
            for user in accounts.users(session)
            if user.username in passwords
        ]
    found.sort(key=lambda account: (account.role == models.Role.COURIER, not account.note))
    accounts_file.write(out, found, _phone_line(services, address, walking))
    return found


def _phone_line(services: Services, address: str, walking: set[int]) -> accounts_file.PhoneLine | None:
    """Return how any browser becomes the phone of who has most left to do on the way; None where nobody is."""
    if not walking:
        return None
    with services.acting(command_actor("demo pages")) as act:
        busiest = max(sorted(walking), key=lambda courier_id: _n_open(act, courier_id))
        # Whoever tries the demo opens it in several browsers, and later than ten minutes after its start.
        code = phones.make_code(act, busiest, lasts=timedelta(days=1), n_uses=10_000)
    return accounts_file.PhoneLine(f"{address}/courier/#{code}", f"{secrets.randbelow(10**6):06}")


def _n_open(act: Act, courier_id: int) -> int:
    """Return how many pieces a courier can still act on today."""
    day = phones.day_of(act.session, courier_id, now=act.now)
    return sum(bool(piece.acts) for stop in day.stops for piece in stop.pieces)


@contextmanager
def working(services: Services, out: Path) -> Iterator[None]:
    """Run the centre's receiver, the sending of callbacks and the jobs until left."""
    receiver = Receiver(out / f"demo.{SERVED}.receiver.json")
    try:
        with services.database.read() as session:
            endpoint_ids = [str(endpoint.id) for endpoint in outside.endpoints_of(session, SYSTEM)]
        for endpoint_id in endpoint_ids:
            run_command(services, "endpoint", "change", endpoint_id, "--url", receiver.url)
            receiver.learn(run_command(services, "endpoint", "rotate", endpoint_id).split()[-1])
        worker = HouseWorker(services)
        worker.start()
        try:
            yield
        finally:
            worker.stop(5)
    finally:
        receiver.stop()


def _start_file(out: Path) -> Path:
    return out / f"demo.{SERVED}.json"
