"""The parent's side: long-lived child processes, each solve under a wall-clock limit enforced from outside."""

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
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from routing.solving.engines.search_parameters import Construction
from routing.solving.engines.set_partitioning import Partitioning
from routing.solving.merge import Merged
from routing.solving.piece import Orders, Piece
from routing.solving.port import Budget

GRACE_S = 1.0
"""A solve may take so much longer than its own limit before its child is killed."""
START_S = 10.0
"""Added to the limit of a child's first solve of a kind: it has to load the library."""
COMPILE_S = 60.0
"""Added to the limit of a child's first improvement: on a new machine Numba compiles the search then."""

ALLOCATOR = (
    "glibc.malloc.tcache_count=60000:glibc.malloc.mxfast=160:glibc.malloc.top_pad=67108864:"
    "glibc.malloc.trim_threshold=1073741824:glibc.malloc.hugetlb=1"
)
"""OR-Tools frees and allocates thousands of small blocks a step. An allocator that caches them makes every search a
seventh faster; other C libraries do not read this."""

ROOT = Path(__file__).resolve().parents[3]
BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from routing.solving.processes.child import main; main()"


# A child asks the kernel to end with its parent, and Linux takes the thread that started it for the parent. So all are
# started from one thread that lives as long as this process.
_STARTING = ThreadPoolExecutor(1, thread_name_prefix="start-solver")


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in a terminal reaches the parent only, and `kill` reaches all a child started.
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )


PieceSearchName = Literal["compiled", "ortools"]
"""Which search improves pieces inside the children."""


class ChildBroke(Exception):
    """A child died, hung, ran out of memory or answered nonsense; it has been killed."""


def child_command(memory_mb: int) -> list[str]:
    """Return the command of a solver child."""
    env = shutil.which("env")  # replaces itself by the child; without it the allocator keeps its defaults
    tuned = [env, f"GLIBC_TUNABLES={ALLOCATOR}"] if env else []
    return [*tuned, sys.executable, "-c", BOOT, str(ROOT), str(memory_mb)]


class Child:
    """One child process. Used by one thread at a time; only ``close`` may be called from another."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._n_sent = 0
        self._loaded: set[str] = set()  # the libraries the process has loaded
        self._is_closed = False

    def warm_up(self) -> None:
        """Start the process if it does not run, so that loading OR-Tools overlaps other work."""
        if self._is_closed:
            raise ChildBroke("closed")
        if self._process is None or self._process.poll() is not None:
            self._loaded.clear()
            self._process = _STARTING.submit(_started, self._command).result()
            # A child that stops reading must not block the parent: `_send` waits with a time limit.
            os.set_blocking(self._process.stdin.fileno(), False)  # type: ignore[union-attr]

    def improve(
        self, piece: Piece, initial: Orders, budget: Budget, search: PieceSearchName, deadline: float | None
    ) -> Orders | None:
        """Return the orders of ``PieceSearch.improve``, unverified. Raises ChildBroke, the child killed.

        ``deadline`` (monotonic) is never overrun; without it the limit is the budget's seconds plus a grace.
        """
        task = {"task": "improve", "search": search, "piece": piece.to_json(), "initial": initial}
        loads = {"solver": START_S, "search": COMPILE_S}
        return self._ask(task | {"budget": asdict(budget)}, budget.seconds, deadline, loads)

    def construct(self, merged: Merged, method: Construction, seconds: float, deadline: float | None) -> Orders | None:
        """Return OR-Tools' plan of a piece, unverified; None if it found none in time. Raises ChildBroke."""
        task: dict[str, Any] = {"task": "construct", "method": method, "seconds": seconds}
        task |= {"piece": merged.piece.to_json(), "initial": merged.initial}
        return self._ask(task, seconds, deadline, {"solver": START_S})

    def choose(self, partitioning: Partitioning, deadline: float | None) -> list[int]:
        """Return CP-SAT's choice of rounds, unverified; see ``choose_rounds``. Raises ChildBroke."""
        task = {"task": "choose", "partitioning": partitioning.to_json()}
        # CP-SAT is a library of its own: a child that has only routed so far has yet to load it.
        found = self._ask(task, partitioning.seconds, deadline, {"cp-sat": START_S})
        return found[0] if found else []

    def _ask(
        self, task: dict[str, Any], seconds: float, deadline: float | None, loads: dict[str, float]
    ) -> Orders | None:
        self.warm_up()
        self._n_sent += 1
        until = time.monotonic() + seconds + GRACE_S + sum(s for name, s in loads.items() if name not in self._loaded)
        until = until if deadline is None else min(until, deadline)
        try:
            self._send(json.dumps({"id": self._n_sent, **task}).encode() + b"\n", until)
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
            if len(parts) > 1 << 24:  # no plan is that long: 16 MB
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


def _orders(reply: object) -> Orders | None:
    """Return a reply's orders. Raises ChildBroke unless they are lists of whole numbers."""
    if reply is None:
        return None
    if not isinstance(reply, list) or not all(isinstance(order, list) for order in reply):
        raise ChildBroke("garbage")
    if not all(type(stop) is int for order in reply for stop in order):
        raise ChildBroke("garbage")
    return reply


class Children:
    """A few child processes, each lent to one thread at a time. Fulfils ``PieceSearch`` in another process."""

    def __init__(
        self, n: int, memory_mb: int, *, search: PieceSearchName = "compiled", command: Sequence[str] | None = None
    ) -> None:
        self._search: PieceSearchName = search
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

    def improve(self, piece: Piece, initial: Orders, budget: Budget, *, deadline: float | None = None) -> Orders:
        """Improve on any free child; see Child.improve. Raises ChildBroke."""
        with self._lent() as child:
            found = child.improve(piece, initial, budget, self._search, deadline)
        return initial if found is None else found

    def construct(
        self, merged: Merged, method: Construction, seconds: float, *, deadline: float | None = None
    ) -> Orders | None:
        """Let OR-Tools plan a piece on any free child; see Child.construct. Raises ChildBroke."""
        with self._lent() as child:
            return child.construct(merged, method, seconds, deadline)

    def choose(self, partitioning: Partitioning, *, deadline: float | None = None) -> list[int]:
        """Choose rounds on any free child; see Child.choose. Raises ChildBroke."""
        with self._lent() as child:
            return child.choose(partitioning, deadline)

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
