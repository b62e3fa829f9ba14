"""The parent's side: long-lived solver children, each solve under a wall-clock limit enforced from outside."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from routing.solving.piece import Orders, Piece

GRACE_S = 1.0
"""How much longer than its own limit a solve may take before its child is killed."""
START_S = 10.0
"""How long a new child may take to load OR-Tools, on top, with its first solve."""
COMPILE_S = 60.0
"""How long a child's first compiled search may take longer: the first one ever on a machine is compiled for it."""

ALLOCATOR = (
    "glibc.malloc.tcache_count=60000:glibc.malloc.mxfast=160:glibc.malloc.top_pad=67108864:"
    "glibc.malloc.trim_threshold=1073741824:glibc.malloc.hugetlb=1"
)
"""OR-Tools gives back and asks for thousands of small blocks a step. An allocator told to keep them makes every search
a seventh faster; other C libraries do not read this."""

ROOT = Path(__file__).resolve().parents[2]
BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from routing.solving.processes.child import main; main()"


# A child asks the kernel to end with its parent, and Linux takes the thread that started it for the parent. So all are
# started from one thread that lives as long as this process.
_STARTING = ThreadPoolExecutor(1, thread_name_prefix="start-solver")


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )


class ChildBroke(Exception):
    """A child died, hung, ran out of memory or answered nonsense; it has been killed."""


def child_command(memory_mb: int) -> list[str]:
    """Return the command of a solver child."""
    env = shutil.which("env")  # it becomes the child; where there is none, the allocator stays as it is
    told = [env, f"GLIBC_TUNABLES={ALLOCATOR}"] if env else []
    return [*told, sys.executable, "-c", BOOT, str(ROOT), str(memory_mb)]


class Child:
    """One solver process. Not shared between threads; ``abort`` may be called from any."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._n_sent = 0
        self._loaded: set[str] = set()  # what the process has at hand already
        self._is_closed = False

    def warm_up(self) -> None:
        """Start the process if it does not run, so that loading OR-Tools overlaps other work."""
        if self._is_closed:
            raise ChildBroke("closed")
        if self._process is None or self._process.poll() is not None:
            self._loaded.clear()
            self._process = _STARTING.submit(_started, self._command).result()
            os.set_blocking(self._process.stdin.fileno(), False)  # type: ignore[union-attr]

    def solve(
        self, piece: Piece, initial: Orders | None, options: dict[str, Any], *, deadline: float | None = None
    ) -> Orders | None:
        """Return the child's orders, unverified; None if it found none. Raises ChildBroke, the child killed.

        ``deadline`` (monotonic) is never overrun; without it the limit is the options' seconds plus a grace.
        """
        told = {"piece": piece.to_json(), "initial": initial, "options": options}
        loads = {"solver": START_S} | ({"search": COMPILE_S} if options["method"] == "iterate" else {})
        return self._ask(told, options["seconds"], deadline, loads)

    def choose(self, told: dict[str, Any], *, deadline: float | None = None) -> list[int]:
        """Return the child's choice of rounds, unverified; see ``choice.choose``. Raises ChildBroke."""
        found = self._ask({"choice": told}, told["seconds"], deadline, {"solver": START_S})
        return found[0] if found else []

    def _ask(
        self, told: dict[str, Any], seconds: float, deadline: float | None, loads: dict[str, float]
    ) -> Orders | None:
        self.warm_up()
        self._n_sent += 1
        until = time.monotonic() + seconds + GRACE_S + sum(s for name, s in loads.items() if name not in self._loaded)
        until = until if deadline is None else min(until, deadline)
        try:
            self._send(json.dumps({"id": self._n_sent, **told}).encode() + b"\n", until)
            reply = json.loads(self._receive(until))
            if reply["id"] != self._n_sent or reply.get("error"):
                raise ChildBroke(str(reply.get("error", "an answer to another question")))
            self._loaded |= set(loads)
            return _orders(reply["orders"])
        except (OSError, ValueError, KeyError, TypeError) as exc:
            self.kill()
            raise ChildBroke(type(exc).__name__) from exc
        except ChildBroke:
            self.kill()
            raise

    def _send(self, data: bytes, until: float) -> None:
        pipe = self._process.stdin.fileno()  # type: ignore[union-attr]
        while data:
            if not select.select([], [pipe], [], max(0.0, until - time.monotonic()))[1]:
                raise ChildBroke("did not listen in time")
            data = data[os.write(pipe, data) :]

    def _receive(self, until: float) -> bytes:
        pipe, parts = self._process.stdout.fileno(), bytearray()  # type: ignore[union-attr]
        while not parts.endswith(b"\n"):
            if not select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
                raise ChildBroke("no answer in time")
            part = os.read(pipe, 1 << 20)
            if not part:
                raise ChildBroke("died")
            parts += part
            if len(parts) > 1 << 24:
                raise ChildBroke("an endless answer")
        return bytes(parts)

    def kill(self) -> None:
        """End the process and whatever it started."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def close(self) -> None:
        """End the process for good."""
        self._is_closed = True
        self.kill()


def _orders(told: object) -> Orders | None:
    if told is None:
        return None
    if not isinstance(told, list) or not all(isinstance(order, list) for order in told):
        raise ChildBroke("garbage")
    if not all(type(stop) is int for order in told for stop in order):
        raise ChildBroke("garbage")
    return told


class Children:
    """A few children, lent to one thread at a time."""

    def __init__(self, n: int, memory_mb: int, *, command: Sequence[str] | None = None) -> None:
        self._all = [Child(command or child_command(memory_mb)) for _ in range(max(1, n))]
        self._free = list(self._all)
        self._lock = threading.Condition()

    def __enter__(self) -> Children:
        for child in self._all:
            with contextlib.suppress(OSError):
                child.warm_up()
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._all:
            child.close()

    def __len__(self) -> int:
        return len(self._all)

    def solve(
        self, piece: Piece, initial: Orders | None, options: dict[str, Any], *, deadline: float | None = None
    ) -> Orders | None:
        """Solve on any free child; see Child.solve."""
        with self._lent() as child:
            return child.solve(piece, initial, options, deadline=deadline)

    def choose(self, told: dict[str, Any], *, deadline: float | None = None) -> list[int]:
        """Choose on any free child; see Child.choose."""
        with self._lent() as child:
            return child.choose(told, deadline=deadline)

    @contextlib.contextmanager
    def _lent(self) -> Iterator[Child]:
        with self._lock:
            while not self._free:
                self._lock.wait()
            child = self._free.pop()
        try:
            yield child
        finally:
            with self._lock:
                self._free.append(child)
                self._lock.notify()
