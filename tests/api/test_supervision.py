"""`tannha run` as the operator starts it: web and worker die and come back, plans go on, nothing is left behind."""

import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.work.planning import Way, order_plan
from postal import models
from postal.jobs import ask_stop, find_job
from tests import builders as build
from tests.api.test_desk import hand_over, import_results
from tests.scale import record_figure, scaled

ROOT = Path(__file__).resolve().parents[2]
KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
DAY = datetime(2026, 11, 23, tzinfo=UTC).date()


def wait_for(condition, seconds=60.0):
    until_s = time.monotonic() + seconds
    while not condition() and time.monotonic() < until_s:
        time.sleep(0.1)
    return condition()


def family(pid):
    """Return the ids of a process and of everything it started."""
    listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children = {}
    for line in listed.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found, look = [], [pid]
    while look:
        found += (more := children.get(look.pop(), []))
        look += more
    return [pid, *found]


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def is_alive(pid):
    try:
        return "Z" not in re.findall(r"^State:\s+(\S)", Path(f"/proc/{pid}/status").read_text(), re.M)
    except OSError:
        return False


class Running:
    """A `tannha run` of the test's own, on a port of its own."""

    part = "run"

    def __init__(self, folder, database_url, broker_url):
        self.port = 20_000 + os.getpid() % 20_000
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TANNHA_")},
            "PYTHONPATH": str(ROOT),
            "TANNHA_DATABASE_URL": database_url,
            "TANNHA_SECRET_KEY": "s" * 40,
            "TANNHA_VAULT_KEYS": KEY,
            "TANNHA_LOOKUP_KEY": KEY.replace("a2", "bG", 1),
            "TANNHA_BIND": f"127.0.0.1:{self.port}",
            "TANNHA_BROKER_URL": broker_url,
            "TANNHA_N_WEB_PROCESSES": "1",
            "TANNHA_RATE_LIMITS_ENABLED": "false",
        }
        self._log = (folder / "run.log").open("wb")
        self._process = None

    def start(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "api.commands", self.part],
            cwd=ROOT,
            env=self._environment,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        assert wait_for(self.answers, 90), Path(self._log.name).read_text()

    def answers(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2).status == 200
        except OSError:
            return False

    def pid_of(self, part):
        parts = [pid for pid in family(self._process.pid) if f"api.commands {part} " in command_of(pid)]
        return min(parts, default=None)

    def pids(self):
        return family(self._process.pid)

    def kill_all(self):
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def stop(self):
        """Stop as systemd does; return the seconds it took."""
        if self._process is None or self._process.poll() is not None:
            return 0.0
        began_s = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)
        return time.monotonic() - began_s


@pytest.fixture(params=["", "redis", "rabbitmq"])
def broker_url(request, database_url):
    """Return no broker, and with PostgreSQL each of the two as well."""
    is_sqlite = database_url.startswith("sqlite")
    if request.param and is_sqlite:
        pytest.skip("several machines need PostgreSQL")
    victim = request.node.callspec.params.get("victim")
    is_share = victim == "worker" and (is_sqlite or bool(request.param)) if victim else not request.param
    if not is_share and scaled(1, 2) == 1:
        pytest.skip("make test runs a share of the kills, which wait for leases; make test-long runs all")
    return request.getfixturevalue(f"{request.param}_url") if request.param else ""


@pytest.fixture
def running(tmp_path, database_url, broker_url):
    running = Running(tmp_path, database_url, broker_url)
    yield running
    pids = running.pids() if running._process is not None else []
    running.stop()
    for pid in pids:
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def handed_over(sign_in, database, clock):
    """Hand over enough results, spread over the city, that a search of twelve seconds has something to do."""
    centre, chance = sign_in("centre"), random.Random(7)

    def spread(n):
        lat, lon = 16.4632 + chance.uniform(-0.02, 0.02), 107.5862 + chance.uniform(-0.02, 0.02)
        return build.result(n, lat=f"{lat:.5f}", lon=f"{lon:.5f}")

    import_results(centre, *(spread(n) for n in range(1, 121)))
    hand_over(centre, sign_in("postal"), database)


def order(database, seconds):
    with database.write() as session:
        return order_plan(build.act(session, datetime.now(UTC)), DAY, Way.ANEW, seconds=seconds).id


def job(database, job_id):
    with database.read() as session:
        found = find_job(session, job_id, kinds=["plan_day"])
        session.expunge(found)
        return found


def solvers(running):
    return [pid for pid in running.pids() if "routing.solving" in command_of(pid)]


DEATHS = ("web", "worker", "both", "all")
WITHIN_S = 30
AGAIN = "Tiến trình trước đã dừng giữa chừng; việc đang được làm lại."


@pytest.mark.parametrize("victim", DEATHS)
def test_a_plan_goes_on_whoever_dies_in_the_middle_of_it(running, handed_over, database, sign_in, victim):
    running.start()
    job_id = order(database, 300)
    assert wait_for(lambda: job(database, job_id).progress.get("travel_s"), 180)  # the first plan, on any machine
    left, page = solvers(running), sign_in("dispatcher")
    assert left
    assert AGAIN not in page.get(f"/staff/jobs/{job_id}").text
    killed_s = time.monotonic()
    if victim == "all":
        running.kill_all()
        running.start()
        killed_s = time.monotonic()  # from here on, when pages answer again, it can be made good
    else:
        for part in ("web", "worker") if victim == "both" else (victim,):
            os.kill(running.pid_of(part), signal.SIGKILL)
    if victim != "web":
        assert wait_for(lambda: not any(is_alive(pid) for pid in left), 5), "a solver outlived its worker"
        assert wait_for(lambda: job(database, job_id).n_attempts == 2, 60)
        took_s = time.monotonic() - killed_s
        record_figure(f"plan begun again after {victim} died", round(took_s, 1), "s")
        assert took_s < WITHIN_S
        assert AGAIN in page.get(f"/staff/jobs/{job_id}").text
    assert job(database, job_id).result is None
    assert wait_for(lambda: solvers(running), 60)  # it is planned again, from the beginning
    with database.write() as session:
        ask_stop(session, job_id, kinds=["plan_day"], now=datetime.now(UTC))
    assert wait_for(lambda: (job(database, job_id).result or {}).get("plan_id"), 60)
    assert wait_for(running.answers, WITHIN_S)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(models.DayPlan)) == 1


def test_a_stop_in_the_middle_of_a_plan_ends_within_five_seconds_and_leaves_no_orphan(running, handed_over, database):
    running.start()
    job_id = order(database, 120)
    assert wait_for(lambda: job(database, job_id).progress.get("travel_s"), 180)  # the first plan, on any machine
    pids = running.pids()
    took_s = running.stop()
    assert took_s < 5
    assert not wait_for(lambda: [pid for pid in pids if is_alive(pid)] and False, 0.5)
    assert wait_for(lambda: not any(is_alive(pid) for pid in pids), 2)
    left = job(database, job_id)
    assert (left.state, left.result) == (models.JobState.WAITING, None) or left.leased_until is not None
    record_figure("stop by SIGTERM in the middle of a plan", round(took_s, 1), "s")


def test_a_clock_set_back_an_hour_keeps_no_dead_workers_plan(running, handed_over, database):
    """The dead worker's lease ends an hour from now: only watching tells that nobody renews it."""
    job_id = order(database, 3)
    with database.write() as session:
        found = session.get_one(models.Job, job_id)
        ahead = datetime.now(UTC) + timedelta(hours=1)
        found.state, found.leased_until, found.fence, found.n_attempts = models.JobState.RUNNING, ahead, 1, 1
        found.queued_at = found.started_at = ahead
    running.start()
    began_s = time.monotonic()
    assert wait_for(lambda: job(database, job_id).n_attempts == 2, 45)
    took_s = time.monotonic() - began_s
    record_figure("plan of a dead worker whose clock was an hour ahead taken over", round(took_s, 1), "s")
    assert took_s < WITHIN_S
    assert wait_for(lambda: (job(database, job_id).result or {}).get("plan_id"), 60)
