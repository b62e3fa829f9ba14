"""The child process: reads a piece as one line of JSON, solves it, writes one line of JSON, waits for the next.

Memory is limited by the kernel before OR-Tools is loaded. A child that breaks is the parent's to kill and replace.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from typing import Any, BinaryIO

from routing.solving.piece import Orders, Piece

STEPS_FOR_A_SOLUTION = 50


def limit_itself(memory_mb: int) -> None:
    """Let the kernel refuse more memory than agreed, write no core, and run behind the service itself."""
    try:
        import resource  # absent on Windows, where only the clock limits a child
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 1_048_576, memory_mb * 1_048_576))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        os.nice(5)


def end_with_parent() -> None:
    """Let the kernel kill this process when its parent dies: in the middle of a solve nobody reads the pipe's end."""
    if sys.platform == "linux":
        import ctypes

        parent, die_with_parent = os.getppid(), 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(die_with_parent, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def answer(told: dict[str, Any]) -> dict[str, Any]:
    """Return the orders found for a piece, or the chosen rounds as the only order."""
    from routing.solving.processes.model import Model  # OR-Tools is loaded once the limits hold
    from routing.solving.search.choice import choose

    if "choice" in told:
        return {"id": told["id"], "orders": [choose(told["choice"])]}
    piece, initial, options = Piece.from_json(told["piece"]), told.get("initial"), told["options"]
    orders = annealed(piece, initial, options) if options["method"] == "iterate" and initial is not None else None
    if orders is None:
        if "steps" in options:  # work that is bounded has to end the same way each time
            options = {"seconds": 60.0, "method": "gls", "solutions": 1 + options["steps"] // STEPS_FOR_A_SOLUTION}
        orders = Model(piece, initial).solve(options)
    return {"id": told["id"], "orders": orders}


def annealed(piece: Piece, initial: Orders, options: dict[str, Any]) -> Orders | None:
    """Return what the compiled search finds from ``initial``; None where nothing can be compiled."""
    try:
        from routing.solving.search.anneal import Annealing  # Numba is heavy as well
    except ImportError:  # no Numba for this machine yet: OR-Tools' own iterated search takes its place
        return None
    annealing = Annealing(piece, initial, options["seed"])
    if "steps" in options:
        annealing.run_steps(options["steps"], options["heat"])
    else:
        annealing.run(options["seconds"], options["heat"])
    return annealing.orders


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the parent closes the pipe."""
    for line in requests:
        told = json.loads(line)
        try:
            reply = answer(told)
        except Exception as exc:  # the parent decides what a failed solve means
            reply = {"id": told["id"], "orders": None, "error": type(exc).__name__}
        answers.write(json.dumps(reply).encode() + b"\n")
        answers.flush()


def main() -> None:
    """Run as a child: the only argument is the memory limit in megabytes."""
    end_with_parent()
    limit_itself(int(sys.argv[1]))
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not reach the pipe
    serve(sys.stdin.buffer, pipe)
