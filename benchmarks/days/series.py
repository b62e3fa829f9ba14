"""Series of runs whose results are appended to a file one by one, so that an interrupted series goes on where it was.

ablation.csv and curve.csv beside this file hold what docs/planning.md states. Columns: planner, stops, seed, limit_s,
seconds, travel_h, n_unserved, measured_on, load (the machine's, in the last minute of the run, the run included).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import mean

from benchmarks.days.planners import Day

HERE = Path(__file__).resolve().parent
COLUMNS = ("planner", "stops", "seed", "limit_s", "seconds", "travel_h", "n_unserved", "measured_on", "load")

ABLATION = ("ours", "ours-no-recombination", "ours-no-first-plans", "ours-ortools")
ABLATION_SIZES = ((300, 5, 10), (1_200, 7, 40), (5_000, 8, 90), (20_000, 9, 240))
"""Stops, seed and seconds: 25 minutes for all four planners."""
CURVE = ("ours", "pyvrp")
CURVE_STOPS, CURVE_SEEDS, CURVE_BUDGETS = 1_200, (7, 21, 22), (6.0, 15.0, 60.0, 600.0)

Key = tuple[str, int, int, float]


@dataclass(frozen=True)
class Series:
    """A file of results; ``again`` measures what is in it already once more, and replaces it."""

    path: Path
    folder: Path
    cores: int
    again: bool = False

    def run(self, days: Iterable[Day], planners: Sequence[str]) -> None:
        """Let every planner plan every day, the planners of one day directly one after the other."""
        known = self.rows() if not self.again else {}
        for day in days:
            for planner in planners:
                if (planner, day.n_stops, day.seed, day.seconds) in known:
                    continue
                result = day.plan_with(planner, self.folder)
                print(f"{day.n_stops} stops, seed {day.seed}, {day.seconds:g} s {result.line()}", flush=True)
                if result.is_sound and result.verdict is not None:
                    found = result.verdict
                    figures = round(result.run.seconds, 1), round(found.travel_h, 3), found.n_unserved
                    self._append(planner, day, figures)

    def _append(self, planner: str, day: Day, figures: tuple[float, float, int]) -> None:
        is_new = not self.path.exists()
        with self.path.open("a", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            if is_new:
                writer.writerow(COLUMNS)
            today = date.today().isoformat()  # noqa: DTZ011 - a note for readers
            writer.writerow(
                (planner, day.n_stops, day.seed, f"{day.seconds:g}", *figures, today, f"{os.getloadavg()[0]:.1f}")
            )

    def rows(self) -> dict[Key, dict[str, str]]:
        """Return the results by planner, stops, seed and limit; the last of each."""
        if not self.path.exists():
            return {}
        with self.path.open(encoding="utf-8", newline="") as lines:
            return {
                (row["planner"], int(row["stops"]), int(row["seed"]), float(row["limit_s"])): row
                for row in csv.DictReader(lines)
            }


def ablation_table(series: Series) -> str:
    """Return the ablation as a Markdown table: hours on the road, and how much more than with every part."""
    rows = series.rows()
    lines = ["| stops, limit | everything | without recombination | without OR-Tools' first plans | OR-Tools alone |"]
    lines.append("|---|---|---|---|---|")
    for stops, seed, seconds in ABLATION_SIZES:
        cells = []
        whole = rows.get((ABLATION[0], stops, seed, float(seconds)))
        for planner in ABLATION:
            row = rows.get((planner, stops, seed, float(seconds)))
            if row is None or whole is None:
                cells.append("–")
                continue
            more = 100 * (float(row["travel_h"]) / float(whole["travel_h"]) - 1)
            left = f", {row['n_unserved']} unserved" if int(row["n_unserved"]) else ""
            cells.append(row["travel_h"] + (f" ({more:+.2f} %)" if planner != ABLATION[0] else "") + left)
        lines.append(f"| {stops:,} ({seed}), {seconds} s | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def curve_table(series: Series) -> str:
    """Return travel against time as a Markdown table: the mean over the days that both planned in each limit."""
    rows = series.rows()
    limits = sorted({key[3] for key in rows})
    lines = ["| planner | " + " | ".join(f"{limit:g} s" for limit in limits) + " |", "|---" * (len(limits) + 1) + "|"]
    for planner in CURVE:
        cells = []
        for limit in limits:
            found = [row for key, row in rows.items() if key[0] == planner and key[3] == limit]
            cells.append(f"{mean(float(r['travel_h']) for r in found):.3f} ({len(found)} days)" if found else "–")
        lines.append(f"| {planner} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
