"""The page of measured quality is written from figures and leaves the benchmarks alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import quality, scale

ROOT = Path(__file__).resolve().parents[1]
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
