"""`python -m tests.quality FIGURES.jsonl docs/quality.md`: write what a long run of the tests measured.

Everything from the marker line on belongs to the benchmarks and is kept as it was.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

MARKER = "<!-- benchmarks -->"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_HEAD = """# Measured quality

What the tests counted and timed in their last long run: {day}, commit {commit}.

| what | measured |
|---|--:|
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


def page(figures: list[tuple[str, str]], *, day: str, commit: str, before: str = "") -> str:
    """Return the new page; what stood below the marker in the old one stays."""
    rows = "\n".join(f"| {_cell(name)} | {_cell(value)} |" for name, value in figures)
    _, marker, kept = before.partition(MARKER)
    return _HEAD.format(day=day, commit=commit, rows=rows) + "\n" + MARKER + (kept if marker else "\n")


def commit_of(folder: Path) -> str:
    """Return the short name of the commit that is checked out."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def main(figures: Path, target: Path, *, now: datetime) -> None:
    """Write the page; whole or not at all."""
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    day = f"{now.astimezone(ZONE):%Y-%m-%d}"
    text = page(read_figures(figures), day=day, commit=commit_of(Path(__file__).parent), before=before)
    part = target.with_name(target.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(target)


def _number(value: object) -> str:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return f"{value:,}" if is_count else str(value)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), now=datetime.now(UTC))
