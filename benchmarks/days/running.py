"""One measured run: a command on so many cores, its seconds and the memory of all its processes together."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

EVERY_S = 0.5


@dataclass(frozen=True)
class Run:
    """How a command went; ``out`` is what it printed."""

    out: str
    code: int
    seconds: float
    peak_mb: float


def run_measured(command: Sequence[str], *, cores: int, timeout_s: float) -> Run:
    """Run a command on the first ``cores`` cores; after ``timeout_s`` it is killed, its code then not 0."""
    began = time.monotonic()
    allowed = set(sorted(os.sched_getaffinity(0))[:cores])
    process = subprocess.Popen(
        list(command),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, allowed),
    )
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watcher.start()
    try:
        out, _ = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        out, _ = process.communicate()
    return Run(out, process.returncode, time.monotonic() - began, peak[0])


def _watch(process: subprocess.Popen[str], peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_resident_mb(pid) for pid in _family(process.pid)))
        time.sleep(EVERY_S)


def _family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):  # it may end while it is looked at
            for task in Path(f"/proc/{parent}/task").glob("*/children"):
                found += [int(word) for word in task.read_text().split()]
    return found


def _resident_mb(pid: int) -> float:
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0
