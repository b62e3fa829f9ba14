"""`tannha run`: web and worker as processes of their own, each started again when it dies."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

import click

from api.settings import load_settings
from api.wiring import build_services
from postal import make_ready

log = logging.getLogger("tannha.run")
STOP_S = 4.2
"""How long the processes get to end by themselves; then they are killed: within five seconds nothing runs."""
_LOOK_EVERY_S = 0.2
_FIRST_WAIT_S, _LONGEST_WAIT_S, _STEADY_S = 0.5, 15.0, 60.0
_EARLY_DEATHS = 5


class Supervised:
    """One process: started, looked after, started again with growing waits."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._command = [sys.executable, "-m", "api.commands", name, "--supervised"]
        self._process: subprocess.Popen[bytes] | None = None
        self._started_s = 0.0
        self._start_at_s = 0.0
        self._wait_s = _FIRST_WAIT_S
        self.n_early_deaths = 0

    def look(self) -> None:
        """Start the process where it does not run and its wait is over; note a death."""
        now_s = time.monotonic()
        if self._process is None:
            if now_s >= self._start_at_s:
                self._process = subprocess.Popen(self._command)  # noqa: S603 - our own interpreter and module
                self._started_s = now_s
            return
        code = self._process.poll()
        if code is None:
            if now_s - self._started_s > _STEADY_S:
                self._wait_s, self.n_early_deaths = _FIRST_WAIT_S, 0
            return
        self._process = None
        self.n_early_deaths = self.n_early_deaths + 1 if now_s - self._started_s < _STEADY_S else 0
        self._start_at_s = now_s + self._wait_s
        click.echo(
            f"{self.name}: tiến trình dừng (mã {code}), chạy lại sau {self._wait_s:g} s"
            f" / ended with {code}, starting again in {self._wait_s:g} s",
            err=True,
        )
        self._wait_s = min(self._wait_s * 2, _LONGEST_WAIT_S)

    def end(self, number: signal.Signals) -> None:
        """Send a signal to the process, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def has_ended(self) -> bool:
        """Return whether nothing runs."""
        return self._process is None or self._process.poll() is not None


def supervise(parts: list[Supervised], stop: threading.Event) -> int:
    """Keep the processes running until ``stop`` is set; return the exit code.

    Where one dies again and again within a minute of its start, something is wrong that starting does not mend: all
    end, and the caller's own supervisor (systemd, a container) decides.
    """
    code = 0
    while not stop.wait(_LOOK_EVERY_S):
        for part in parts:
            part.look()
        if any(part.n_early_deaths >= _EARLY_DEATHS for part in parts):
            code = 1
            break
    for part in parts:
        part.end(signal.SIGTERM)
    until_s = time.monotonic() + STOP_S
    while time.monotonic() < until_s and not all(part.has_ended() for part in parts):
        time.sleep(0.05)
    for part in parts:
        part.end(signal.SIGKILL)
    return code


@click.command()
def run() -> None:
    """Serve until stopped. An empty database gets its tables; an older one needs `tannha migrate` first."""
    settings = load_settings()
    database = build_services(settings).database
    make_ready(database.engine)
    database.engine.dispose()
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    parts = [Supervised("web")]
    if settings.is_worker_embedded:
        parts.append(Supervised("worker"))
    click.echo(f"http://{settings.bind}/staff/")
    code = supervise(parts, stop)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # unloading hundreds of modules takes a busy machine seconds
