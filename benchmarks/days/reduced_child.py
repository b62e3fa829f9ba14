"""A solver child that leaves one kind of task out, to measure what that part of the search is worth.

usage: python -c … MEMORY_MB TASK, started by the planner in place of its own child (`Limits.child_command`).
TASK: choose (CP-SAT's recombination) or construct (OR-Tools' first plans).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from benchmarks.days.reduced_child import main; main()"


def command(memory_mb: int, task: str) -> tuple[str, ...]:
    """Return the command of a child without one kind of task."""
    from routing.solving.processes.children import child_command

    own = child_command(memory_mb)  # its allocator settings are ours too
    return (*own[: own.index("-c")], "-c", BOOT, str(ROOT), str(memory_mb), task)


def main() -> None:
    import os

    from routing.solving.processes import child

    memory_mb, left_out = sys.argv[1:]
    child.end_with_parent()
    child.limit_itself(int(memory_mb))
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def others() -> Iterator[bytes]:
        for line in sys.stdin.buffer:
            request = json.loads(line)
            if request["task"] == left_out:  # answered here: nothing found
                pipe.write(json.dumps({"id": request["id"], "orders": None}).encode() + b"\n")
                pipe.flush()
            else:
                yield line

    child.serve(others(), pipe)
