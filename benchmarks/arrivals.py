"""Arrival windows judged on anybody's days: how many true times they held, and how wide they were.

The days come from a CSV file, one row a stop:

  day            any text that sorts as the days follow each other, 2026-11-23
  office         which office's days are learned from together; left out: one office
  courier        who walks the round; one round a courier and day
  leave          when the round was planned to leave
  lunch_from, lunch_until   the courier's lunch hours; empty: none
  arrive, done_planned      planned: at the door, and done with it; rows of a round are ordered by `arrive`
  left           when the round truly left; empty: as planned
  arrived        when the courier truly was at the door; empty: `done` less the planned time at the door
  done           when the door was scanned; empty: never that day

Times are local, HH:MM or HH:MM:SS. Each day is told by what the days before it in the file taught its office, as the
worker does; the first one by what is expected of offices at large, and so are all with `--cold`. Looks are taken at
08:00, at each full hour after, and as a quarter, half and three quarters of the stops are done; of every stop to which
the courier is still to come. The last line is one JSON object.

usage: python benchmarks/arrivals.py DAYS.csv [--cold]
       python benchmarks/arrivals.py --example "jams" [--days 20] > DAYS.csv
       python benchmarks/arrivals.py          (days of the tests' own generators, kind by kind)
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import TextIO

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from postal.citizen.arrivals import Leg, Lunch, Walked  # noqa: E402
from postal.citizen.experience import expect, learn  # noqa: E402
from tests.postal import other_days, replayed_days, unseen_days  # noqa: E402
from tests.postal.judged_days import EIGHT, Told, hours, share, told_at, width  # noqa: E402

NEEDED = ("day", "courier", "leave", "arrive", "done_planned", "done")
COLUMNS = ("day", "office", "courier", "leave", "lunch_from", "lunch_until", "arrive", "done_planned", "left",
           "arrived", "done")  # fmt: skip
GENERATORS = (replayed_days, other_days, unseen_days)
N_DAYS_LEARNED, LEAST, MOST, WIDEST_MIN = 15, 75, 90, 90


class BadRow(Exception):
    """A row of the file cannot be read."""


@dataclass(frozen=True)
class Round:
    """A round that is over, and when its courier was at each door."""

    walked: Walked
    true: Mapping[int, int]


def seconds(text: str) -> int | None:
    """Return a time as seconds of its day; None for an empty cell."""
    if not text.strip():
        return None
    parts = [int(part) for part in text.strip().split(":")]
    if not 2 <= len(parts) <= 3:
        raise ValueError(text)
    return sum(part * unit for part, unit in zip(parts, (3_600, 60, 1), strict=False))


def read(source: Iterable[str]) -> dict[str, dict[str, list[Round]]]:
    """Return the rounds of a file, by office and day."""
    rows = csv.DictReader(source)
    if lacking := [name for name in NEEDED if name not in (rows.fieldnames or [])]:
        raise BadRow(f"columns missing: {', '.join(lacking)}")
    rounds: dict[tuple[str, str, str], list[dict[str, int | None]]] = defaultdict(list)
    for number, row in enumerate(rows, 2):
        try:
            times = {name: seconds(row.get(name) or "") for name in COLUMNS[3:]}
        except ValueError as wrong:
            raise BadRow(f"row {number}: not a time: {wrong}") from wrong
        if times["leave"] is None or times["arrive"] is None or times["done_planned"] is None:
            raise BadRow(f"row {number}: a planned time is missing")
        rounds[row.get("office") or "", row["day"], row["courier"]].append(times)
    couriers = {name: n for n, name in enumerate(sorted({courier for _, _, courier in rounds}))}
    found: dict[str, dict[str, list[Round]]] = defaultdict(lambda: defaultdict(list))
    for (office, day, courier), stops in sorted(rounds.items()):
        found[office][day].append(_round(stops, couriers[courier]))
    return found


def _round(stops: list[dict[str, int | None]], courier: int) -> Round:
    stops = sorted(stops, key=lambda one: one["arrive"])
    first = stops[0]
    lunch = Lunch(from_s=first["lunch_from"] or 0, until_s=first["lunch_until"] or 0)
    before, legs, true = first["leave"], [], {}
    for position, stop in enumerate(stops, 1):
        service = stop["done_planned"] - stop["arrive"]
        work = stop["done_planned"] - before - lunch.within(before, stop["arrive"])
        legs.append(Leg(position=position, work_s=max(60.0, work), service_s=service, done_s=stop["done"]))
        if stop["done"] is not None:
            true[position] = stop["arrived"] if stop["arrived"] is not None else stop["done"] - service
        before = stop["done_planned"]
    left_s = first["left"] if first["left"] is not None else first["leave"]
    walked = Walked(legs=legs, leave_s=first["leave"], left_s=left_s, lunch=lunch if lunch.long_s > 0 else None,
                    courier=courier)  # fmt: skip
    return Round(walked, true)


def judged(days: Mapping[str, list[Round]], *, is_cold: bool) -> Iterator[tuple[str, Told]]:
    """Yield the looks of one office's days, each with which look it is."""
    past: deque = deque(maxlen=N_DAYS_LEARNED)
    for _, rounds in sorted(days.items()):
        expected = expect([] if is_cold else list(past))
        for one in rounds:
            for told in told_at(one.walked, one.true, expected, hours(one.true)):
                yield ("told at 08:00" if told.now_s == EIGHT else "at each full hour after"), told
            for part in (25, 50, 75):
                done = sorted(leg.done_s for leg in one.walked.legs if leg.done_s is not None)
                now_s = done[len(done) * part // 100 - 1] if len(done) * part >= 100 else None
                if now_s is not None and now_s >= EIGHT:
                    yield from ((f"after {part} % of the stops", one) for one in
                                told_at(one.walked, one.true, expected, [now_s]))  # fmt: skip
        past.append(learn([one.walked for one in rounds], expected))


def report(looks: Iterable[tuple[str, Told]], out: TextIO) -> dict[str, float]:
    """Print a line for each sort of look; return the figures of what was told at 08:00 and updated."""
    sorts: dict[str, list[Told]] = defaultdict(list)
    for name, told in looks:
        sorts[name].append(told)
    for name, found in sorted(sorts.items(), key=lambda one: (one[0] != "told at 08:00", one[0][:2] != "at", one[0])):
        early = 100 * sum(one.true_s < one.from_s for one in found) / len(found)
        wide = quantiles((one.wide_min for one in found), n=10)[-1] if len(found) > 1 else found[0].wide_min
        print(f"{name:26s} {len(found):7d} looks, held {share(found):5.1f} %, came before {early:4.1f} %, "
              f"width {width(found):4.0f} min (nine of ten up to {wide:.0f})", file=out)  # fmt: skip
    told, updated = sorts["told at 08:00"], sorts["at each full hour after"]
    figures = {}
    for name, found in (("told", told), ("updated", updated)):
        if found:
            figures[f"{name}_held"], figures[f"{name}_width_min"] = round(share(found), 1), width(found)
    return figures


def is_kept(figures: Mapping[str, float]) -> bool:
    """Say whether what was promised is kept: 75 to 90 % held, half of the windows at most 90 minutes wide."""
    held = all(LEAST <= value <= MOST for name, value in figures.items() if name.endswith("_held"))
    return held and all(value <= WIDEST_MIN for name, value in figures.items() if name.endswith("_min"))


def write_example(name: str, n_days: int, out: TextIO) -> None:
    """Write days of one of the tests' kinds of offices as such a file."""
    make, kind = next(((module.day, kind) for module in GENERATORS for kind in module.KINDS if kind.name == name),
                      (None, None))  # fmt: skip
    if make is None:
        sys.exit(f"unknown kind; known: {', '.join(kind.name for module in GENERATORS for kind in module.KINDS)}")
    chance, rows = random.Random(1), csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for day in range(1, n_days + 1):
        for one in make(kind, chance):
            eats = one.lunch[1] > one.lunch[0]
            lunch = [clock(at) if eats else "" for at in one.lunch]
            for door in one.doors:
                times = (door.start_s, door.leave_s, one.true_leave_s, door.true_start_s, door.true_leave_s)
                rows.writerow([f"{day:03d}", "1", one.courier, clock(one.leave_s), *lunch, *map(clock, times)])


def clock(at_s: int) -> str:
    """Return seconds of the day as HH:MM:SS."""
    return f"{at_s // 3600:02d}:{at_s // 60 % 60:02d}:{at_s % 60:02d}"


def own_days(n_days: int) -> Iterator[tuple[str, dict[str, list[Round]]]]:
    """Yield days of every kind of office that no figure was fitted to, by the kind's name."""
    for kind in unseen_days.KINDS:
        text: list[str] = []
        write_example(kind.name, n_days, _Lines(text))
        yield kind.name, read(text)["1"]


class _Lines:
    def __init__(self, text: list[str]) -> None:
        self._text = text

    def write(self, line: str) -> None:
        self._text.append(line)


def main(arguments: list[str] | None = None) -> None:
    """Judge the days of a file, write an example, or judge the tests' days."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("file", nargs="?", type=Path)
    asked.add_argument("--cold", action="store_true", help="every day as an office's first")
    asked.add_argument("--example", metavar="KIND", help="write days of a kind of the tests as such a file")
    asked.add_argument("--days", type=int, default=20)
    given = asked.parse_args(arguments)
    if given.example is not None:
        write_example(given.example, given.days, sys.stdout)
        return
    looks: list[tuple[str, Told]] = []
    if given.file is None:
        for name, days in own_days(given.days):
            print(f"-- {name}")
            found = list(judged(days, is_cold=given.cold))
            report(found, sys.stdout)
            looks += found
        print("-- all kinds")
    else:
        try:
            with given.file.open(encoding="utf-8-sig", newline="") as source:
                offices = read(source)
        except (BadRow, OSError, UnicodeDecodeError) as wrong:
            sys.exit(str(wrong))
        looks = [look for days in offices.values() for look in judged(days, is_cold=given.cold)]
    if not looks:
        sys.exit("no stop was still to come at 08:00 or later")
    figures = report(looks, sys.stdout)
    print(json.dumps({**figures, "is_kept": is_kept(figures)}))


if __name__ == "__main__":
    main()
