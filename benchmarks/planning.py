"""Our planner beside its peers: the same days, the same seconds, the same cores, one judge.

usage: python benchmarks/planning.py [--full | --stops N --seeds S,S --seconds T] [--cores 2] [--peers a,b] [--keep DIR]
The short run takes three minutes; --full is the table of docs/planning.md and takes two hours. Ours runs as
`tannha plan-file`, every peer in a process of its own. A peer counts only where it serves at least as many stops.
The last line is one JSON object: hours on the road (mean over all days), ratio the mean of each day's ours / best peer.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks.days.instances import make_day  # noqa: E402
from benchmarks.days.judge import Verdict, judge  # noqa: E402
from benchmarks.days.running import Run, run_measured  # noqa: E402

PATIENCE = 2.0
"""A peer may take so many times the limit (VROOM has none of its own) before it is killed."""


@dataclass(frozen=True)
class Contest:
    """One size of day: its seeds, the limit, and the peers that can take part at that size."""

    n_stops: int
    seconds: float
    seeds: tuple[int, ...]
    peers: tuple[str, ...]


WHOLE, BY_OFFICE, VROOM = "pyvrp", "pyvrp-offices", "vroom-offices"
SHORT = (Contest(300, 20, (5,), (WHOLE, BY_OFFICE, VROOM)), Contest(600, 30, (6,), (WHOLE, BY_OFFICE)))
# PyVRP on a whole province of 20,000 stops needs tables of more than 6 GB; VROOM takes 400 s for 5,000 stops.
FULL = (
    Contest(300, 20, (5, 51, 52), (WHOLE, BY_OFFICE, VROOM)),
    Contest(1_200, 60, (7, 21, 22), (WHOLE, BY_OFFICE, VROOM)),
    Contest(5_000, 120, (8, 31, 32), (WHOLE, BY_OFFICE)),
    Contest(20_000, 300, (9, 91, 92), (BY_OFFICE,)),
)


@dataclass(frozen=True)
class Result:
    """One planner on one day."""

    planner: str
    verdict: Verdict | None
    run: Run

    @property
    def is_sound(self) -> bool:
        """Return whether there is a plan and it breaks no rule."""
        return self.verdict is not None and not self.verdict.faults

    def line(self) -> str:
        """Return the row of the table."""
        cost = f"{self.run.seconds:6.1f} s  {self.run.peak_mb:6.0f} MB"
        if self.verdict is None:
            return f"  {self.planner:14} no plan                                {cost}"
        found = self.verdict
        told = f"{found.travel_h:9.3f} h  {found.n_served:6} served  {found.n_unserved:5} left  {cost}"
        return f"  {self.planner:14} {told}" + (f"  FAULTS {found.faults[:2]}" if found.faults else "")


def compete(contest: Contest, seed: int, cores: int, folder: Path) -> list[Result]:
    """Return ours and the peers' results for one day, printing each."""
    day = make_day(contest.n_stops, seed)
    instance = folder / f"day-{contest.n_stops}-{seed}.json"
    instance.write_text(json.dumps(day), encoding="utf-8")
    print(f"{contest.n_stops} stops, seed {seed}, {contest.seconds:g} s, {cores} cores", flush=True)
    results = []
    for planner in ("ours", *contest.peers):
        output = folder / f"plan-{contest.n_stops}-{seed}-{planner}.json"
        output.unlink(missing_ok=True)
        told = command(planner, instance, contest.seconds, cores, output)
        run = run_measured(told, cores=cores, timeout_s=contest.seconds * PATIENCE + 30)
        plan = json.loads(output.read_text(encoding="utf-8")) if output.exists() and run.code == 0 else None
        results.append(Result(planner, None if plan is None else judge(day, plan), run))
        print(results[-1].line(), flush=True)
    return results


def command(planner: str, instance: Path, seconds: float, cores: int, output: Path) -> list[str]:
    """Return the command line of a planner."""
    if planner != "ours":
        script = "import sys; sys.path.insert(0, sys.argv.pop(1)); from benchmarks.days.peers import main; main()"
        return [sys.executable, "-c", script, str(ROOT), planner, str(instance), str(seconds), str(output)]
    ours = "import sys; sys.path.insert(0, sys.argv.pop(1)); from api.commands import main; main()"
    told = [sys.executable, "-c", ours, str(ROOT), "plan-file", str(instance)]
    return [*told, "--seconds", str(seconds), "--cores", str(cores), "-o", str(output)]


def best_peer(results: list[Result]) -> Result | None:
    """Return the peer with the least travel among those serving at least as many stops as ours."""
    ours = results[0].verdict
    n_served = ours.n_served if ours is not None else 0
    fair = [r for r in results[1:] if r.verdict is not None and r.is_sound and r.verdict.n_served >= n_served]
    return min(fair, key=lambda r: r.verdict.travel_s if r.verdict else 0, default=None)


def summary(contest: Contest, days: list[list[Result]]) -> dict[str, Any]:
    """Return the mean over the days of one size; the ratio is None where ours or every peer failed."""
    pairs = [(results[0], best_peer(results)) for results in days]
    sound = [(a.verdict, b.verdict) for a, b in pairs if a.is_sound and a.verdict and b is not None and b.verdict]
    ratio = round(mean(a.travel_s / b.travel_s for a, b in sound), 4) if len(sound) == len(days) else None
    return {
        "stops": contest.n_stops,
        "limit": contest.seconds,
        "ours": round(mean(a.travel_h for a, _ in sound), 3) if sound else None,
        "peer": round(mean(b.travel_h for _, b in sound), 3) if sound else None,
        "ratio": ratio,
        "seconds": round(max(results[0].run.seconds for results in days), 1),
        "mb": round(max(results[0].run.peak_mb for results in days)),
    }


def chosen(told: argparse.Namespace) -> tuple[Contest, ...]:
    """Return the contests asked for."""
    if not told.stops:
        contests = FULL if told.full else SHORT
    else:
        seeds = tuple(int(s) for s in told.seeds.split(","))
        contests = (Contest(told.stops, told.seconds, seeds, (WHOLE, BY_OFFICE)),)
    if told.peers is None:
        return contests
    peers = tuple(p for p in told.peers.split(",") if p)
    return tuple(Contest(c.n_stops, c.seconds, c.seeds, peers) for c in contests)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--stops", type=int)
    parser.add_argument("--seeds", default="7")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--peers", help="comma separated; empty: none")
    parser.add_argument("--keep", type=Path, help="folder for instances and plans")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = told.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        sizes = []
        for contest in chosen(told):
            days = [compete(contest, seed, told.cores, folder) for seed in contest.seeds]
            sizes.append(summary(contest, days))
            print(f"  ratio {sizes[-1]['ratio']}", flush=True)
    ratios = [s["ratio"] for s in sizes]
    line = {
        "ours": _mean([s["ours"] for s in sizes]),
        "peer": _mean([s["peer"] for s in sizes]),
        "ratio": None if None in ratios else round(mean(ratios), 4),
        "seconds": max(s["seconds"] for s in sizes),
        "cores": told.cores,
        "sizes": sizes,
    }
    print(json.dumps(line))


def _mean(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return round(mean(known), 3) if known else None


if __name__ == "__main__":
    main()
