"""Our planner beside its peers: the same days, the same seconds, the same cores, one judge.

usage: python benchmarks/planning.py [--full | --stops N --seeds S,S --seconds T] [--cores 2] [--peers a,b] [--keep DIR]
       python benchmarks/planning.py --ablation [--sizes N,N] [--again]
       python benchmarks/planning.py --curve [--budgets T,T] [--again]
       python benchmarks/planning.py --stops 1200 --seeds 7,21,22 --seconds 30 --against OTHER_CHECKOUT

The short run takes three minutes; --full is the table of docs/planning.md and takes two hours. Ours runs as
`tannha plan-file`, every peer in a process of its own. A peer counts only where it serves at least as many stops.
The last line is one JSON object: hours on the road (mean over all days), ratio the mean of each day's ours / best peer.

--ablation measures what each part of our search is worth: everything, without CP-SAT's recombination, without OR-Tools'
first plans, OR-Tools as the only search (25 minutes), and writes the table into docs/planning.md. --curve prints travel
against time for ours and PyVRP (70 minutes). Both append to benchmarks/days/*.csv and go on where they were
interrupted; the last column is the load of the machine, our own run included: far above the number of cores a figure is
not to be trusted, and --again measures it anew. --against compares with another checkout.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks.days.planners import Day, Result  # noqa: E402
from benchmarks.days.series import (  # noqa: E402
    ABLATION,
    ABLATION_SIZES,
    CURVE,
    CURVE_BUDGETS,
    CURVE_SEEDS,
    CURVE_STOPS,
    HERE,
    Series,
    ablation_table,
    curve_table,
)

TABLE_FROM, TABLE_UNTIL = "<!-- ablation: from -->", "<!-- ablation: until -->"
"""Between these marks of docs/planning.md stands the table."""


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


def compete(contest: Contest, seed: int, cores: int, folder: Path) -> list[Result]:
    """Return ours and the peers' results for one day, printing each."""
    print(f"{contest.n_stops} stops, seed {seed}, {contest.seconds:g} s, {cores} cores", flush=True)
    day = Day(contest.n_stops, seed, contest.seconds, cores)
    results = []
    for planner in ("ours", *contest.peers):
        results.append(day.plan_with(planner, folder))
        print(results[-1].line(), flush=True)
    return results


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


def chosen(args: argparse.Namespace) -> tuple[Contest, ...]:
    """Return the contests asked for."""
    if not args.stops:
        contests = FULL if args.full else SHORT
    else:
        contests = (Contest(args.stops, args.seconds, _numbers(args.seeds), (WHOLE, BY_OFFICE)),)
    peers = None if args.peers is None else tuple(p for p in args.peers.split(",") if p)
    if args.against is not None:
        peers = (f"at:{args.against.resolve()}",)
    return contests if peers is None else tuple(replace(c, peers=peers) for c in contests)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


def measure_ablation(args: argparse.Namespace, folder: Path) -> None:
    """Measure what each part of the search is worth, and print the table of docs/planning.md."""
    series = Series(HERE / "ablation.csv", folder, args.cores, again=args.again)
    sizes = [size for size in ABLATION_SIZES if args.sizes is None or size[0] in _numbers(args.sizes)]
    series.run([Day(n, seed, seconds, args.cores) for n, seed, seconds in sizes], ABLATION)
    print(ablation_table(series))
    page = ROOT / "docs" / "planning.md"
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(TABLE_FROM, 1)
    _, after = rest.split(TABLE_UNTIL, 1)
    table = f"{TABLE_FROM}\n{ablation_table(series)}\n{TABLE_UNTIL}"
    page.write_text(before + table + after, encoding="utf-8")


def measure_curve(args: argparse.Namespace, folder: Path) -> None:
    """Measure travel against time for ours and the peer, and print the table."""
    series = Series(HERE / "curve.csv", folder, args.cores, again=args.again)
    budgets = CURVE_BUDGETS if args.budgets is None else tuple(map(float, args.budgets.split(",")))
    series.run([Day(CURVE_STOPS, s, b, args.cores) for b in budgets for s in CURVE_SEEDS], CURVE)
    print(curve_table(series))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--stops", type=int)
    parser.add_argument("--seeds", default="7")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--peers", help="comma separated; empty: none")
    parser.add_argument("--against", type=Path, help="another checkout of ours, as the only peer")
    parser.add_argument("--ablation", action="store_true")
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--sizes", help="of the ablation, comma separated")
    parser.add_argument("--budgets", help="of the curve, in seconds, comma separated")
    parser.add_argument("--again", action="store_true", help="measure what is in the file already once more")
    parser.add_argument("--keep", type=Path, help="folder for instances and plans")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if args.ablation:
            measure_ablation(args, folder)
        elif args.curve:
            measure_curve(args, folder)
        else:
            run_contests(args, folder)


def run_contests(args: argparse.Namespace, folder: Path) -> None:
    """Run the contests, and print their summary as the last line."""
    sizes = []
    for contest in chosen(args):
        days = [compete(contest, seed, args.cores, folder) for seed in contest.seeds]
        sizes.append(summary(contest, days))
        print(f"  ratio {sizes[-1]['ratio']}", flush=True)
    ratios = [s["ratio"] for s in sizes]
    line = {
        "ours": _mean([s["ours"] for s in sizes]),
        "peer": _mean([s["peer"] for s in sizes]),
        "ratio": None if None in ratios else round(mean(ratios), 4),
        "seconds": max(s["seconds"] for s in sizes),
        "cores": args.cores,
        "sizes": sizes,
    }
    print(json.dumps(line))


def _mean(values: list[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return round(mean(known), 3) if known else None


if __name__ == "__main__":
    main()
