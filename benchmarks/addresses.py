"""Addresses a second on one core, beside `vietnamadminunits` on the same rows, with the accuracy of both.

usage: python benchmarks/addresses.py [--rows 20000]
The rows are the sample day's addresses and distinct variants of them (other house numbers). No address and no part
of one is remembered between rows; only how a single word folds, and what a set of the register's names leads to.
The peer is told to convert from the era before July 2025, its own recommended use.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from pathlib import Path

from routing import AddressResolver, Register

DATA = Path(__file__).resolve().parents[1] / "tests" / "data"


def main() -> None:
    """Measure both and print one JSON line at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    n_rows = parser.parse_args().rows
    given = [row["dia_chi"] for row in _read("results_day.csv")]
    truth = [(row["status"], frozenset(row["codes"].split())) for row in _read("results_day_truth.csv")]
    many = [f"Số {n}, {given[n % len(given)]}" for n in range(n_rows)]
    resolver = AddressResolver(Register.builtin())
    resolver.resolve(given[0])
    ours_s = min(_seconds(resolver, many) for _ in range(3))
    right, wrong = _accuracy([_ours(resolver, text) for text in given], truth)
    print(
        f"ours: {n_rows / ours_s:,.0f} addresses/s; sample day: {right} of {len(given)} as told, {wrong} wrong answers"
    )
    peer_rate, peer_right, peer_wrong = _peer(given, truth)
    print(f"peer: {peer_rate:,.0f} addresses/s; sample day: {peer_right} as told, {peer_wrong} wrong answers")
    print(
        json.dumps(
            {
                "ours": round(n_rows / ours_s),
                "peer": round(peer_rate),
                "ratio": round(n_rows / ours_s / peer_rate, 2) if peer_rate else None,
                "unit": "addresses/s",
                "ours_as_told": right,
                "ours_wrong": wrong,
                "peer_as_told": peer_right,
                "peer_wrong": peer_wrong,
                "seconds": round(ours_s, 2),
                "cores": 1,
            }
        )
    )


def _seconds(resolver: AddressResolver, many: list[str]) -> float:
    """Return the seconds of one core: the process's own, so that neighbours do not count."""
    began = time.process_time()
    for text in many:
        resolver.resolve(text)
    return time.process_time() - began


def _ours(resolver: AddressResolver, text: str) -> tuple[str, frozenset[str]]:
    answer = resolver.resolve(text)
    return ("auto" if answer.status.is_automatic else str(answer.status)), frozenset(answer.codes)


def _accuracy(answers: list[tuple[str, frozenset[str]]], truth: list[tuple[str, frozenset[str]]]) -> tuple[int, int]:
    right = sum(a == t for a, t in zip(answers, truth, strict=True))
    wrong = sum(a[0] == "auto" and a != t for a, t in zip(answers, truth, strict=True))
    return right, wrong


def _peer(given: list[str], truth: list[tuple[str, frozenset[str]]]) -> tuple[float, int, int]:
    """Return the peer's rate, right and wrong answers; zeros where it is not installed."""
    try:
        from vietnamadminunits import convert_address, parse_address
    except ImportError:
        print("peer: vietnamadminunits is not installed here (make bench installs it)")
        return 0.0, 0, 0
    codes = {f"{c.type} {c.name}".casefold(): c.code for c in Register.builtin()}
    began = time.process_time()
    found = []
    for text in given:
        try:
            unit = (
                convert_address(text)
                if "huyện" in text.casefold() or "thừa thiên" in text.casefold()
                else (parse_address(text))
            )
            code = codes.get(str(getattr(unit, "ward", None) or "").casefold())
        except Exception:
            code = None
        found.append(("auto", frozenset({code})) if code else ("unknown", frozenset()))
    took_s = time.process_time() - began
    right, wrong = _accuracy(found, truth)
    return len(given) / took_s, right, wrong


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig") as source:
        return list(csv.DictReader(source))


if __name__ == "__main__":
    main()
