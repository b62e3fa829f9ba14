"""The child process: reads a task as one line of JSON, solves it, writes one line of JSON, waits for the next.

The kernel limits its memory before OR-Tools is loaded. A child that breaks is the parent's to kill and replace.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from typing import Any, BinaryIO

from routing.solving.engines.set_partitioning import Partitioning, choose_rounds
from routing.solving.piece import Orders, Piece
from routing.solving.port import Budget, PieceSearch


def limit_itself(memory_mb: int) -> None:
    """Let the kernel refuse more memory than agreed, write no core dump, and run at a lower priority than the pages."""
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


def piece_search(name: str) -> PieceSearch:
    """Return the search of a name; OR-Tools also where Numba cannot be imported on this machine."""
    if name == "compiled":
        with contextlib.suppress(ImportError):
            from routing.solving.engines.compiled import CompiledSearch

            return CompiledSearch()
    from routing.solving.engines.ortools_search import OrToolsSearch

    return OrToolsSearch()


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return the reply to a request: orders of a piece; for ``choose`` the numbers of rounds as the only order."""
    return {"id": request["id"], "orders": _orders(request)}


def _orders(request: dict[str, Any]) -> Orders | None:
    # Imports wait until the limits hold: OR-Tools and Numba take most of a child's memory.
    task = request["task"]
    if task == "choose":
        return [choose_rounds(Partitioning(**request["partitioning"]))]
    piece = Piece.from_json(request["piece"])
    if task == "construct":
        from routing.solving.engines.ortools_search import construct

        return construct(piece, request["initial"], request["method"], request["seconds"])
    return piece_search(request["search"]).improve(piece, request["initial"], Budget(**request["budget"]))


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the parent closes the pipe."""
    for line in requests:
        request = json.loads(line)
        try:
            reply = answer(request)
        except Exception as exc:  # the parent decides what a failed solve means
            reply = {"id": request["id"], "orders": None, "error": type(exc).__name__}
        answers.write(json.dumps(reply).encode() + b"\n")
        answers.flush()


def main() -> None:
    """Run as a child: the only argument is the memory limit in megabytes."""
    end_with_parent()
    limit_itself(int(sys.argv[1]))
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not reach the pipe
    serve(sys.stdin.buffer, pipe)
