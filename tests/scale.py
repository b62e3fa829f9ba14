"""How many cases a test runs: few in `make test`, the counts the issues state in `make test-long`."""

import json
import os
import pathlib
import zlib
from collections.abc import Iterable

import pytest

IS_LONG = os.environ.get("TANNHA_TEST_LONG") == "1"
FIGURES = os.environ.get("TANNHA_FIGURES_FILE")


def scaled(short: int, long: int) -> int:
    """Return the number of cases to run now."""
    return long if IS_LONG else short


def one_database_each(items: Iterable[pytest.Item]) -> None:
    """Leave out, in `make test`, one database of each journey that asks for both.

    A function's cases take turns, and functions begin by their names, so that half of all run on either. What a
    journey calls is tried on both by the tests of pages and routes; `make test-long` walks every journey on both.
    """
    _take_turns(items, 0, "make test walks each journey on one database; make test-long on both")


def first_on_both(items: Iterable[pytest.Item]) -> None:
    """Leave out, in `make test`, one database of each further case of a function: every function runs on both."""
    _take_turns(items, 1, "make test runs each test on both databases, its further cases in turns; make test-long all")


def _take_turns(items: Iterable[pytest.Item], n_on_both: int, reason: str) -> None:
    if IS_LONG:
        return
    cases: dict[str, dict[str, dict[str, pytest.Item]]] = {}
    for item in items:
        params = dict(item.callspec.params) if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if dialect := params.pop("database_url", None):
            function = item.nodeid.partition("[")[0]
            cases.setdefault(function, {}).setdefault(repr(sorted(params.items())), {})[dialect] = item
    left_out = pytest.mark.skip(reason=reason)
    for function, told in cases.items():
        for n, by_dialect in enumerate(list(told.values())[n_on_both:], zlib.crc32(function.encode())):
            if len(by_dialect) > 1:
                by_dialect[("sqlite", "postgresql")[n % 2]].add_marker(left_out)


def record_figure(name: str, value: float | int | str, unit: str = "") -> None:
    """Append one measured figure for `docs/quality.md`; without a file to write to, do nothing."""
    if FIGURES is None:
        return
    with pathlib.Path(FIGURES).open("a", encoding="utf-8") as out:
        out.write(json.dumps({"name": name, "value": value, "unit": unit}, ensure_ascii=False) + "\n")
