"""How many cases a test runs: few in `make test`, the counts the issues state in `make test-long`."""

import json
import os
import pathlib

IS_LONG = os.environ.get("TANNHA_TEST_LONG") == "1"
FIGURES = os.environ.get("TANNHA_FIGURES_FILE")


def scaled(short: int, long: int) -> int:
    """Return the number of cases to run now."""
    return long if IS_LONG else short


def record_figure(name: str, value: float | int | str, unit: str = "") -> None:
    """Append one measured figure for `docs/quality.md`; without a file to write to, do nothing."""
    if FIGURES is None:
        return
    with pathlib.Path(FIGURES).open("a", encoding="utf-8") as out:
        out.write(json.dumps({"name": name, "value": value, "unit": unit}, ensure_ascii=False) + "\n")
