"""How far a plan may be from the best there is: hours on the road that no plan of a day can do without.

usage: python -m benchmarks.days.bound INSTANCE.json PLAN.json [--steps 300]
A plan's legs, without one leg at an office for each round, are a spanning tree of the stops and one node for all the
offices together, each stop as far from that node as from the nearest office. So no plan drives less than the shortest
such tree and as many of the shortest legs to an office as the day needs rounds (its service and this travel, a shift a
round). As every stop has two legs, a price may be put on each and taken back twice: prices are raised at stops with
more legs in the tree than two, lowered at those with one, which pushes the bound up (Held and Karp, The
Traveling-Salesman Problem and Minimum Spanning Trees: Part II, 1971). Windows and the length of a shift are left out:
the truth lies above the bound. Tables take 4 bytes for each pair of stops. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from benchmarks.days.judge import judge

Table = NDArray[np.int32]
Prices = NDArray[np.float64]
BOLD, CALM, PATIENCE = 1.0, 0.7, 8
"""The first step as a share of what is missing; what a step becomes after so many in vain."""
KEPT = 0.6
"""The share of a step's direction that is its own; the rest is the direction of the step before."""
BLOCK = 500


def tables(day: dict[str, Any]) -> tuple[Table, Table]:
    """Return whole seconds from each stop to every other, and to the nearest office."""
    stops, home = _radians(day["stops"]), _radians(day["offices"])
    parts = [_seconds(stops[i : i + BLOCK], stops, day) for i in range(0, len(stops), BLOCK)]
    return np.concatenate(parts), _seconds(stops, home, day).min(axis=1)


def _radians(places: list[dict[str, Any]]) -> Prices:
    return np.radians(np.array([[p["lat"], p["lon"]] for p in places], dtype=np.float64))


def _seconds(some: Prices, others: Prices, day: dict[str, Any]) -> Table:
    half = np.sin((some[:, None, :] - others[None, :, :]) / 2) ** 2
    chord = half[:, :, 0] + np.cos(some[:, None, 0]) * np.cos(others[None, :, 0]) * half[:, :, 1]
    km = 2 * 6371 * np.arcsin(np.sqrt(chord))
    return np.rint(km * day["detour"] / day["speed_kmh"] * 3600).astype(np.int32)


@njit(error_model="numpy")
def spanning(legs: Table, home: Table, prices: Prices) -> tuple[float, Prices]:
    """Return the length of the shortest spanning tree at these prices, and how many legs each stop has in it."""
    n = len(home)
    away, via, is_in = home + prices, np.full(n, -1), np.zeros(n, dtype=np.bool_)
    n_legs, length = np.zeros(n), 0.0
    for _ in range(n):
        here, least = -1, np.inf
        for i in range(n):
            if not is_in[i] and away[i] < least:
                here, least = i, away[i]
        is_in[here] = True
        length += least
        n_legs[here] += 1
        if via[here] >= 0:
            n_legs[via[here]] += 1
        for i in range(n):
            way = legs[here, i] + prices[here] + prices[i]
            if not is_in[i] and way < away[i]:
                away[i], via[i] = way, here
    return length, n_legs


def _least_ends(ways: Prices, n_rounds: int) -> float:
    """Return the sum of the shortest ways, one for each round; at a negative price more rounds than needed are less."""
    ways = np.sort(ways)
    return float(ways[:n_rounds].sum() + np.minimum(ways[n_rounds:], 0).sum())


def bound_s(day: dict[str, Any], reached_s: float, n_steps: int) -> float:
    """Return seconds of travel below which no plan can be; ``reached_s`` is what some plan reaches."""
    legs, home = tables(day)
    service_s, shift_s = sum(s["service_s"] for s in day["stops"]), day["shift_s"]
    prices, before = np.zeros(len(home)), np.zeros(len(home))
    best, bold, in_vain = 0.0, BOLD, 0
    for step in range(n_steps):
        n_rounds = min(len(home), max(1, math.ceil((service_s + best) / shift_s)))
        length, n_legs = spanning(legs, home, prices)
        ends = home + prices <= max(0.0, np.partition(home + prices, n_rounds - 1)[n_rounds - 1])
        found = length + _least_ends(home + prices, n_rounds) - 2 * prices.sum()
        n_legs[ends] += 1
        in_vain = 0 if found > best else in_vain + 1
        best = max(best, found)
        if in_vain >= PATIENCE:
            bold, in_vain = bold * CALM, 0
        print(f"  {step:4} {found / 3600:10.3f} h  {best / 3600:10.3f} h", flush=True)
        towards = KEPT * (n_legs - 2) + (1 - KEPT) * before
        prices, before = prices + bold * (reached_s - found) / max(1.0, (towards**2).sum()) * towards, towards
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instance", type=Path)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--steps", type=int, default=300)
    args = parser.parse_args()
    day = json.loads(args.instance.read_text(encoding="utf-8"))
    verdict = judge(day, json.loads(args.plan.read_text(encoding="utf-8")))
    least = bound_s(day, verdict.travel_s, args.steps)
    hours = {"travel_h": round(verdict.travel_h, 3), "bound_h": round(least / 3600, 3)}
    print(json.dumps({"stops": len(day["stops"]), **hours, "above": round(verdict.travel_s / least - 1, 4)}))


if __name__ == "__main__":
    main()
