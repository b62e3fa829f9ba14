"""`tannha intake` as a clerk at a terminal uses it."""

import base64
import csv

import pytest
from click.testing import CliRunner

from api.commands.intake import intake, locate
from postal.intake import BadFile
from tests import builders as build


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a runner of the command with an empty database of its own."""
    build.sqlite_database(tmp_path).engine.dispose()
    monkeypatch.setenv("TANNHA_DATABASE_URL", f"sqlite:///{tmp_path / 'tannha.db'}")
    monkeypatch.setenv("TANNHA_SECRET_KEY", "x" * 40)
    monkeypatch.setenv("TANNHA_VAULT_KEYS", base64.b64encode(b"k" * 32).decode())
    monkeypatch.setenv("TANNHA_LOOKUP_KEY", base64.b64encode(b"l" * 32).decode())
    return lambda *arguments: CliRunner().invoke(intake, [str(a) for a in arguments])


@pytest.fixture
def results(tmp_path):
    """Return a file of three good rows and two that are not."""
    rows = [*(build.result(n) for n in (1, 2, 3)), build.result(4, recipient=""), build.result(1)]
    path = tmp_path / "ket-qua.csv"
    path.write_bytes(build.results_csv(rows))
    return path


def test_a_trial_records_nothing_and_an_import_says_what_it_took(run, results):
    trial, real = run(results, "--dry-run"), run(results)
    assert trial.exit_code == real.exit_code == 0
    assert "5 dòng: 3 tiếp nhận" in trial.stdout
    assert "chưa ghi gì" in trial.stdout
    assert "Lần nhập số 1" in real.stdout
    assert "thiếu giá trị" in real.stdout
    assert "đã nhập trước đó" in run(results).stdout


def test_the_report_has_every_row_and_runs_nothing_in_a_spreadsheet(run, results, tmp_path):
    path = tmp_path / "bao-cao.csv"
    odd = results.with_name("khac.csv")
    odd.write_bytes(results.read_bytes().replace(b"H57.15-261120-0003", b"=1+H57.15-261120-0003"))
    assert run(odd, "--report", path, "--source-system", "khac").exit_code == 0
    with path.open(encoding="utf-8-sig", newline="") as report:
        rows = list(csv.DictReader(report))
    assert [(row["row"], row["outcome"]) for row in rows] == [
        ("2", "accepted"), ("3", "accepted"), ("4", "refused"), ("5", "refused"), ("6", "duplicate"),
    ]  # fmt: skip
    assert rows[2]["ma_ho_so"] == "'=1+H57.15-261120-0003"
    assert rows[3]["code"] == "required"


def test_a_file_that_is_no_table_is_one_coded_refusal(run, tmp_path):
    path = tmp_path / "anh.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    answer = run(path)
    assert isinstance(answer.exception, BadFile)
    assert answer.exception.code == "not_a_table"


def test_nobody_is_named_on_the_screen(run, results):
    shown = run(results).output
    assert "Hằng" not in shown
    assert "Lê Lợi" not in shown
    assert "Đã hỏi 0" in CliRunner().invoke(locate, []).stdout
