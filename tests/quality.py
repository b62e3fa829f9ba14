"""`python -m tests.quality FIGURES.jsonl docs/quality.md [--keep]`: write what a long run of the tests measured.

With ``--keep`` the run was of some tests only: figures it does not name stay as they were, with their own day.
Everything from the marker line on belongs to the benchmarks and is kept as it was.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

MARKER = "<!-- benchmarks -->"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_HEAD = """# Measured quality

What the tests counted and timed in long runs, each figure with the day and the commit of its run.

| what | measured | when |
|---|--:|---|
{rows}

To repeat it: `make test-long` runs the whole suite with the promised counts and writes this table again. Times depend
on the machine; counts and faults do not. A figure that is missing belongs to a test that did not run, because a
service it needs did not answer or because only a part of the suite was asked for.
"""


def read_figures(path: Path) -> list[tuple[str, str]]:
    """Return name and value with unit of each figure by name; a name measured on both databases shows both values."""
    found: dict[str, dict[str, None]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            figure = json.loads(line)
            value = f"{_number(figure['value'])} {figure.get('unit', '')}".strip()
            found.setdefault(figure["name"], {})[value] = None
    return sorted(((name, "; ".join(values)) for name, values in found.items()), key=lambda row: row[0].casefold())


def page(figures: list[tuple[str, str]], *, day: str, commit: str, before: str = "", keep: bool = False) -> str:
    """Return the new page; what stood below the marker in the old one stays, with ``keep`` its other figures too."""
    head, marker, kept = before.partition(MARKER)
    rows = {row[0]: row for row in _rows(head)} if keep else {}
    rows |= {_cell(name): (_cell(name), _cell(value), f"{day}, {commit}") for name, value in figures}
    lines = [f"| {' | '.join(row)} |" for row in sorted(rows.values(), key=lambda row: row[0].casefold())]
    return _HEAD.format(rows="\n".join(lines)) + "\n" + MARKER + (kept if marker else "\n")


def _rows(head: str) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of a page's table of figures."""
    for line in head.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and cells[2][:2] == "20":
            yield cells[0], cells[1], cells[2]


def commit_of(folder: Path) -> str:
    """Return the short name of the commit that is checked out."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def main(figures: Path, target: Path, *, now: datetime, keep: bool = False) -> None:
    """Write the page; whole or not at all."""
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    day = f"{now.astimezone(ZONE):%Y-%m-%d}"
    text = page(read_figures(figures), day=day, commit=commit_of(Path(__file__).parent), before=before, keep=keep)
    part = target.with_name(target.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(target)


def _number(value: object) -> str:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return f"{value:,}" if is_count else str(value)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    paths = [word for word in sys.argv[1:] if word != "--keep"]
    if len(paths) != 2:
        sys.exit(__doc__)
    main(Path(paths[0]), Path(paths[1]), now=datetime.now(UTC), keep="--keep" in sys.argv)
