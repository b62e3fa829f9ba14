"""`python -m tests.covered coverage.json docs/quality.md`: state what the tests run, and hold custody's rooms to it.

Ends with 1 where a module of those rooms has fewer than 95 of 100 lines run.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.quality import ZONE, commit_of

MARKER = "<!-- coverage -->"
HELD = ("postal/custody/", "postal/chain/", "postal/life/", "postal/doorstep/")
LEAST = 95.0
_SECTION = """{marker}

Lines and branches that the suite runs, by `make coverage`, {day}, commit {commit}. Compiled functions of the search
count as not run: no tracer sees them. `make coverage` fails where a module of {held} has fewer than {least:.0f} of 100
lines run.

| where | lines | branches | least module |
|---|--:|--:|---|
{rows}
"""


@dataclass(frozen=True)
class Counted:
    """Lines and branches of one module or room, and how many of them were run."""

    n_lines: int = 0
    n_lines_run: int = 0
    n_branches: int = 0
    n_branches_run: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            self.n_lines + other.n_lines,
            self.n_lines_run + other.n_lines_run,
            self.n_branches + other.n_branches,
            self.n_branches_run + other.n_branches_run,
        )

    @property
    def lines(self) -> float:
        """Return how many of 100 lines were run; 100 where there are none."""
        return 100 * self.n_lines_run / self.n_lines if self.n_lines else 100.0

    @property
    def branches(self) -> float:
        """Return how many of 100 branches were taken; 100 where there are none."""
        return 100 * self.n_branches_run / self.n_branches if self.n_branches else 100.0


def read(report: Path) -> dict[str, Counted]:
    """Return what was counted by module, from the JSON report of coverage.py."""
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    return {
        Path(name).as_posix(): Counted(
            n_lines=found["summary"]["num_statements"],
            n_lines_run=found["summary"]["covered_lines"],
            n_branches=found["summary"].get("num_branches", 0),
            n_branches_run=found["summary"].get("covered_branches", 0),
        )
        for name, found in files.items()
    }


def too_low(modules: dict[str, Counted]) -> list[str]:
    """Return a line for each module of the held rooms that is below the least."""
    return [
        f"{name}: {counted.lines:.1f} of 100 lines run, at least {LEAST:.0f} are promised"
        for name, counted in sorted(modules.items())
        if name.startswith(HELD) and counted.lines < LEAST
    ]


def section(modules: dict[str, Counted], *, day: str, commit: str) -> str:
    """Return the part of the page that belongs to coverage."""
    rooms: dict[str, dict[str, Counted]] = defaultdict(dict)
    for name, counted in modules.items():
        package = name.split("/")[0]
        rooms[f"`{package}/`"][name] = counted
        if name.startswith(HELD):
            rooms[f"`{'/'.join(name.split('/')[:2])}/`"][name] = counted
        rooms["everything"][name] = counted
    rows = []
    for room in sorted(rooms, key=lambda room: (room == "everything", room)):
        whole = sum(rooms[room].values(), Counted())
        least, lowest = min(rooms[room].items(), key=lambda pair: (pair[1].lines, pair[0]))
        rows.append(f"| {room} | {whole.lines:.1f} % | {whole.branches:.1f} % | `{least}` {lowest.lines:.0f} % |")
    held = ", ".join(f"`{room}`" for room in HELD[:-1]) + f" or `{HELD[-1]}`"
    return _SECTION.format(marker=MARKER, day=day, commit=commit, held=held, least=LEAST, rows="\n".join(rows))


def main(report: Path, target: Path, *, now: datetime) -> list[str]:
    """Write the section at the end of the page and return what is too low."""
    modules = read(report)
    before = target.read_text(encoding="utf-8").partition(MARKER)[0].rstrip()
    day, commit = f"{now.astimezone(ZONE):%Y-%m-%d}", commit_of(Path(__file__).parent)
    target.write_text(f"{before}\n\n{section(modules, day=day, commit=commit)}", encoding="utf-8")
    return too_low(modules)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    low = main(Path(sys.argv[1]), Path(sys.argv[2]), now=datetime.now(UTC))
    sys.exit("\n".join(low) or 0)
