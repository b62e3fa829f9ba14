"""The child process: reads a piece as one line of JSON, solves it, writes one line of JSON, waits for the next.

Memory is limited by the kernel before OR-Tools is loaded. A child that breaks is the parent's to kill and replace.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any, BinaryIO

from routing.solving.piece import Piece


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


def answer(told: dict[str, Any]) -> dict[str, Any]:
    """Return the orders found for a piece, or the chosen rounds as the only order."""
    from routing.solving.choice import choose
    from routing.solving.model import Model  # OR-Tools is loaded once the limits hold

    if "choice" in told:
        return {"id": told["id"], "orders": [choose(told["choice"])]}
    piece = Piece.from_json(told["piece"])
    orders = Model(piece, told.get("initial")).solve(told["options"])
    return {"id": told["id"], "orders": orders}


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
    limit_itself(int(sys.argv[1]))
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not reach the pipe
    serve(sys.stdin.buffer, pipe)
