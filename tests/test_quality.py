"""The page of measured quality is written from figures and leaves the benchmarks alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import covered, quality, scale

ROOT = Path(__file__).resolve().parents[1]
COUNTED = ("num_statements", "covered_lines", "num_branches", "covered_branches")
EVENING = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # already the 24th in Huế


@pytest.fixture
def figures(tmp_path, monkeypatch):
    monkeypatch.setattr(scale, "FIGURES", str(tmp_path / "figures.jsonl"))
    scale.record_figure("thời gian cấp số hiệu", 1.5, "s")
    scale.record_figure("Số hiệu", 100000, "số, 0 trùng")
    scale.record_figure("đúng | sai", "40/40")
    return tmp_path / "figures.jsonl"


def write(figures, target):
    quality.main(figures, target, now=EVENING)
    return target.read_text(encoding="utf-8")


def test_figures_become_a_table_with_day_and_commit(figures, tmp_path):
    text = write(figures, tmp_path / "quality.md")
    assert "2026-11-24" in text
    assert quality.commit_of(ROOT) in text
    assert "| Số hiệu | 100,000 số, 0 trùng |" in text
    assert "| thời gian cấp số hiệu | 1.5 s |" in text
    assert "| đúng \\| sai | 40/40 |" in text
    assert "make test-long" in text


def test_a_figure_measured_on_both_databases_shows_both_values_once_each(figures, tmp_path):
    scale.record_figure("thời gian cấp số hiệu", 4.2, "s")
    scale.record_figure("thời gian cấp số hiệu", 4.2, "s")
    assert "| thời gian cấp số hiệu | 1.5 s; 4.2 s |" in write(figures, tmp_path / "quality.md")


def test_benchmarks_stay_as_they_were_and_writing_again_changes_nothing(figures, tmp_path):
    target = tmp_path / "quality.md"
    kept = "\n\n## Beside their peers\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    target.write_text("# Old\n\n| gone | 1 |\n\n" + quality.MARKER + kept, encoding="utf-8")
    first = write(figures, target)
    assert first.endswith(quality.MARKER + kept)
    assert "gone" not in first
    assert write(figures, target) == first


def test_a_run_of_some_tests_keeps_the_other_figures_with_their_day(figures, tmp_path):
    target = tmp_path / "quality.md"
    write(figures, target)
    (tmp_path / "later.jsonl").write_text(
        '{"name": "Số hiệu", "value": 7}\n{"name": "tên | hỏng", "value": "0 / 400"}\n', encoding="utf-8"
    )
    for _ in range(2):
        later = EVENING.replace(day=29)
        quality.main(tmp_path / "later.jsonl", target, now=later, keep=True)
    text = target.read_text(encoding="utf-8")
    assert text.count("| Số hiệu | 7 | 2026-11-30, ") == 1
    assert text.count("| tên \\| hỏng | 0 / 400 | 2026-11-30, ") == 1
    assert text.count("| thời gian cấp số hiệu | 1.5 s | 2026-11-24, ") == 1
    assert text.count("| đúng \\| sai | 40/40 | 2026-11-24, ") == 1


def test_a_page_without_marker_gets_one(figures, tmp_path):
    target = tmp_path / "quality.md"
    target.write_text("# Old\n", encoding="utf-8")
    assert write(figures, target).endswith(quality.MARKER + "\n")


def test_a_folder_that_is_no_repository_has_no_commit(tmp_path):
    assert quality.commit_of(tmp_path) == "unknown"


def test_the_command_of_the_makefile_writes_the_page(figures, tmp_path):
    target = tmp_path / "quality.md"
    command = [sys.executable, "-m", "tests.quality", str(figures), str(target)]
    subprocess.run(command, cwd=ROOT, check=True)
    assert quality.MARKER in target.read_text(encoding="utf-8")
    assert subprocess.run(command[:3], cwd=ROOT, capture_output=True, check=False).returncode != 0


def coverage_report(tmp_path, **modules):
    """Write a report of coverage.py with lines and branches of each module and how many of them were run."""
    files = {name: {"summary": dict(zip(COUNTED, n, strict=True))} for name, n in modules.items()}
    (tmp_path / "coverage.json").write_text(json.dumps({"files": files}), encoding="utf-8")
    return tmp_path / "coverage.json"


def test_a_module_of_custody_that_is_not_tested_enough_is_named(tmp_path):
    page = tmp_path / "quality.md"
    page.write_text("# Measured\n\n<!-- coverage -->\nold words\n", encoding="utf-8")
    modules = {
        "postal/custody/batches.py": (100, 94, 10, 5),
        "postal/custody/counting.py": (100, 95, 10, 10),
        "postal/life/tracking.py": (0, 0, 0, 0),
        "postal/queue/waiting.py": (100, 10, 0, 0),
    }
    low = covered.main(coverage_report(tmp_path, **modules), page, now=EVENING)
    assert low == ["postal/custody/batches.py: 94.0 of 100 lines run, at least 95 are promised"]
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Measured\n\n<!-- coverage -->\n")
    assert "old words" not in text
    assert "2026-11-24" in text
    assert "| `postal/custody/` | 94.5 % | 75.0 % | `postal/custody/batches.py` 94 % |" in text
    assert "| everything | 66.3 % | 75.0 % | `postal/queue/waiting.py` 10 % |" in text


def test_a_long_run_keeps_what_coverage_wrote_below_the_marker(figures, tmp_path):
    target = tmp_path / "quality.md"
    target.write_text(f"old\n{quality.MARKER}\nbenchmarks\n{covered.MARKER}\nlines\n", encoding="utf-8")
    assert write(figures, target).endswith(f"{quality.MARKER}\nbenchmarks\n{covered.MARKER}\nlines\n")


@pytest.mark.parametrize("target", re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
def test_every_target_of_the_makefile_has_its_sentence_and_its_line_in_the_guide(target):
    made = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^  {target} +[a-z].{{15,}}", made, re.MULTILINE)
    guide = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    assert target == "help" or f"| `make {target}` |" in guide


def test_the_makefile_names_only_files_that_are_there():
    named = re.findall(r"\b(?:tests|docs)/[\w/-]+\.\w+", (ROOT / "Makefile").read_text())
    assert len(named) > 10
    assert not [name for name in named if not (ROOT / name).exists()]
