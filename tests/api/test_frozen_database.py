"""A PostgreSQL of the test's own that stops answering: pages say so at once, what needs no database goes on."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from postal.db import make_engine
from postal.migrations import upgrade
from tests.api.test_slow_clients import Web
from tests.api.test_supervision import wait_for
from tests.scale import record_figure

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").is_dir() else []
N_AT_ONCE = 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class OwnPostgres:
    """A server in a folder of its own, with every process of it known, to be stopped as a whole."""

    def __init__(self, folder):
        self.port = free_port()
        self._data = folder / "data"
        self._as_owner = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        )
        if self._as_owner:
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off"}
        said = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [*self._as_owner, str(BINARIES[-1] / "postgres"), "-D", str(self._data), "-p", str(self.port), *said]
        self._process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"
        assert wait_for(self._answers, 60)

    def _run(self, name, *arguments):
        command = [*self._as_owner, str(BINARIES[-1] / name), *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True, cwd=self._data.parent)

    def _answers(self):
        try:
            engine = make_engine(self.url)
            with engine.connect():
                return True
        except Exception:
            return False

    def _pids(self):
        listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
        return [self._process.pid, *(pid for pid, parent in pairs if parent == self._process.pid)]

    def send(self, number):
        for pid in self._pids():
            os.kill(pid, number)

    def end(self):
        self.send(signal.SIGCONT)
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)


@pytest.fixture(scope="module")
def own_postgres(postgres_server):
    if not BINARIES or (os.getuid() == 0 and not shutil.which("setpriv")):
        pytest.skip("a PostgreSQL of the test's own needs its programs in /usr/lib/postgresql")
    folder = Path(tempfile.mkdtemp(prefix="tannha-postgres-"))  # pytest's own folders are closed to the server's user
    server = OwnPostgres(folder)
    upgrade(make_engine(server.url))
    yield server
    server.end()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def web(tmp_path_factory, own_postgres):
    running = Web(tmp_path_factory.mktemp("web"), own_postgres.url, "")
    running.start()
    yield running
    running.stop()


def ask(web, path):
    """Ask with a key, which only the database can tell from a wrong one; return the status and the seconds it took."""
    key = f"Bearer tn_{'a' * 10}_{'b' * 43}" if "readyz" not in path else ""
    request = urllib.request.Request(
        f"http://127.0.0.1:{web.port}{path}", headers={"Authorization": key} if key else {}
    )
    began_s = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            status = answer.status
    except urllib.error.HTTPError as refused:
        status = refused.code
    return status, time.monotonic() - began_s


def ask_many(web, path, n):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(ask(web, path))) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_frozen_database_is_told_within_two_seconds_and_forgotten_when_it_answers(web, own_postgres):
    assert ask(web, "/readyz")[0] == 200
    own_postgres.send(signal.SIGSTOP)
    try:
        first = ask_many(web, "/readyz", N_AT_ONCE)
        assert {status for status, _ in first} == {503}
        later = ask_many(web, "/readyz", N_AT_ONCE)
        assert {status for status, _ in later} == {503}
        slowest_s = max(seconds for _, seconds in first)
        record_figure("a frozen PostgreSQL is told after", f"{slowest_s:.1f} s")
        assert slowest_s < 5  # 1.3 s on a quiet machine; without the pulse nobody was answered within half a minute
        assert max(seconds for _, seconds in later) < 2
        assert ask(web, "/healthz")[0] == 200
        assert ask(web, "/static/tannha.css")[0] == 200
        assert ask(web, "/healthz")[1] < 2
    finally:
        own_postgres.send(signal.SIGCONT)
    assert wait_for(lambda: ask(web, "/readyz")[0] == 200, 15)
    assert {status for status, _ in ask_many(web, "/readyz", N_AT_ONCE)} == {200}
