"""The demo's day on a small file: every step really happens, the account is right to the row, its pages open."""

import csv
import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from api.demo import accounts_file, serving
from api.demo.browser import Browser
from api.demo.clock import HUE
from api.demo.command import DAY, day_of, demo, play_day
from postal import ANONYMOUS, desk, models, phones
from routing import find_province

SAMPLE = Path(__file__).parents[1] / "data" / "results_day.csv"
N_ROWS = 60


def few_results(folder, n_rows):
    rows = SAMPLE.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    results = folder / "tep-khac.csv"
    results.write_text("".join(rows[: n_rows + 1]), encoding="utf-8")
    return results


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    results = few_results(folder, N_ROWS)
    done = CliRunner().invoke(demo, ["--results", str(results), "--out", str(folder / "out"), "--plan-seconds", "4"])
    assert done.exit_code == 0, (done.output, done.exception)
    return folder / "out", done.output


def test_the_last_line_is_one_json_object_that_balances(played):
    _, output = played
    counted = json.loads(output.strip().splitlines()[-1])
    assert list(counted) == ["in", "delivered", "returning", "waiting", "refused", "balanced"]
    assert counted["in"] == N_ROWS
    assert counted["balanced"] is True
    assert counted["delivered"] > N_ROWS / 2
    assert counted["in"] == sum(counted[name] for name in ("delivered", "returning", "waiting", "refused"))


def test_day_csv_has_one_line_for_each_row_and_says_why(played):
    out, output = played
    counted = json.loads(output.strip().splitlines()[-1])
    lines = list(csv.DictReader((out / "day.csv").open(encoding="utf-8")))
    assert list(lines[0]) == ["row", "ma_ho_so", "outcome", "reason", "s10"]
    assert [int(line["row"]) for line in lines] == list(range(2, N_ROWS + 2))
    piles = Counter(line["outcome"] for line in lines)
    assert all(piles[name] == counted[name] for name in ("delivered", "returning", "waiting", "refused"))
    assert all(line["reason"] for line in lines if line["outcome"] != "delivered")
    assert all(line["s10"] for line in lines if line["outcome"] in ("delivered", "returning"))


def test_most_couriers_act_by_enrolled_phones_and_the_others_by_password(played):
    out, output = played
    with sqlite3.connect(f"file:{out / 'demo.db'}?mode=ro", uri=True) as database:
        (n_phones,) = database.execute("SELECT count(*) FROM phones").fetchone()
        facts = [
            json.loads(row[0])
            for row in database.execute("SELECT facts FROM tracking_events WHERE kind = ?", ["delivered"])
        ]
        (n_counts,) = database.execute(
            "SELECT count(*) FROM cash_counts WHERE side = 'courier' AND is_blind"
        ).fetchone()
    told = [one for one in facts if "phone_id" in one]
    assert n_phones > 1
    assert len(facts) / 2 < len(told) < len(facts)
    assert n_counts == n_phones
    assert f"({n_phones} điện thoại đã đăng ký)" in output


def test_one_round_is_typed_back_from_its_sheet_with_the_marks_of_paper(played):
    out, output = played
    with sqlite3.connect(f"file:{out / 'demo.db'}?mode=ro", uri=True) as database:
        told = database.execute(
            "SELECT round_id, user_id, device_at, facts FROM tracking_events "
            "WHERE kind IN ('delivered', 'collected', 'attempt_failed') AND round_id IN "
            "(SELECT round_id FROM tracking_events WHERE facts LIKE '%paper%')"
        ).fetchall()
        (clerk,) = database.execute("SELECT id FROM users WHERE username = 'buuchinh'").fetchone()
        ways = {row[0] for row in database.execute("SELECT entered_from FROM proofs WHERE id IN "
                "(SELECT proof_id FROM tracking_events WHERE facts LIKE '%paper%')")}  # fmt: skip
    assert told
    assert len({row[0] for row in told}) == 1
    assert {row[1] for row in told} == {clerk}
    assert {json.loads(row[3])["entered_from"] for row in told} == {"paper"}
    assert ways == {"paper"}
    assert "điểm từ phiếu giấy" in output


def test_the_other_process_verified_every_callback_in_order(played):
    out, output = played
    counts = json.loads((out / "demo.receiver.json").read_text())
    assert counts["verified"] > 3 * N_ROWS
    assert counts.get("refused", 0) == counts.get("out_of_order", 0) == counts.get("repeated", 0) == 0
    assert "lỗi 0." in output


def test_the_papers_are_there_and_the_keys_are_their_owners(played):
    out, _ = played
    papers = sorted(path.name for path in (out / "papers").iterdir())
    assert "route-sheets.pdf" in papers
    assert any(name.startswith("labels-batch") for name in papers)
    assert any(name.startswith("handover") for name in papers)
    assert (out / "demo.env").stat().st_mode & 0o077 == 0


def test_no_name_stands_in_the_files_of_the_database(played):
    out, _ = played
    stored = b"".join(path.read_bytes() for path in out.glob("demo.db*"))
    with SAMPLE.open(encoding="utf-8-sig") as source:
        rows = [row for row, _ in zip(csv.DictReader(source), range(N_ROWS), strict=False)]
    for row in rows:
        for secret in (row["nguoi_nhan"].strip("\u200b "), row["dia_chi"], row["dien_thoai"].replace(" ", "")):
            assert len(secret) < 6 or secret.encode() not in stored


def test_nothing_personal_and_no_link_was_printed(played):
    _, output = played
    assert "/t/" not in output
    assert "Công Tằng" not in output


def test_the_day_is_the_first_working_day_after_the_results(tmp_path):
    assert day_of(SAMPLE) == DAY
    later = tmp_path / "sau.csv"
    later.write_text(SAMPLE.read_text(encoding="utf-8-sig").replace("2026-11-20T", "2026-11-27T"), encoding="utf-8")
    assert day_of(later).isoformat() == "2026-11-30"


def test_a_day_on_which_every_row_is_refused_is_played_to_its_end(tmp_path):
    header, row, *_ = SAMPLE.read_text(encoding="utf-8-sig").splitlines()
    cells = dict(zip(header.split(","), next(csv.reader([row])), strict=True)) | {"dia_chi": "", "nguoi_nhan": ""}
    results = tmp_path / "hong.csv"
    with results.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(cells))
        writer.writeheader()
        writer.writerow(cells)
    done = CliRunner().invoke(demo, ["--results", str(results), "--out", str(tmp_path / "out"), "--plan-seconds", "2"])
    assert done.exit_code == 0, (done.output, done.exception)
    counted = json.loads(done.output.strip().splitlines()[-1])
    assert counted == {"in": 1, "delivered": 0, "returning": 0, "waiting": 0, "refused": 1, "balanced": True}


def test_at_noon_half_of_the_rounds_are_under_way_and_every_start_finds_the_same_noon(tmp_path):
    out, started = tmp_path / "out", datetime(2027, 3, 1, 5, 0, tzinfo=UTC)
    play_day(Console(quiet=True), find_province("Huế"), few_results(tmp_path, 40), out, "noon", 2)
    for _ in range(2):
        serving.copy_day(out, "noon", now=started)
        services = serving.open_day(out, real_clock=lambda: started + timedelta(minutes=5))
        assert f"{services.now().astimezone(HUE):%Y-%m-%d %H:%M}" == f"{DAY} 12:05"
        with services.database.write() as session:
            rounds = desk.published_rounds(session, DAY)
            under_way = [found for found in rounds if found.status is models.RoundStatus.STARTED]
            assert len(under_way) == (len(rounds) + 1) // 2 >= 2
            under_way[0].status = models.RoundStatus.CLOSED  # as if somebody pressed it; gone at the next start
        walking = [line for line in serving.note_accounts(services, out, "http://127.0.0.1:8470") if line.note]
        assert [line.role for line in walking] == ["courier"] * (len(under_way) - 1)
        word, address, pin = (out / accounts_file.NAME).read_text(encoding="utf-8").splitlines()[-1].split()
        assert (word, len(pin), pin.isdecimal()) == ("courier", 6, True)
        for _ in range(2):  # any number of browsers may open the address
            with services.acting(ANONYMOUS) as act:
                phone = phones.enrol(act, address.partition("/courier/#")[2]).phone
                day = phones.day_of(act.session, phone.courier_id, now=act.now)
                assert day.round.status is models.RoundStatus.STARTED
                assert any(piece.acts for stop in day.stops for piece in stop.pieces)
        services.database.engine.dispose()
    passwords = accounts_file.read(out)
    with services.database.read() as session:
        scanned = session.query(models.TrackingEvent).filter(models.TrackingEvent.kind == "delivered").all()
        assert scanned
        assert all(event.happened_at.astimezone(HUE).hour < 12 for event in scanned)
    assert {"quantri", "motcua", "buuchinh", "dieuphoi", "bt001"} <= set(passwords)


def test_the_evening_opens_in_a_browser_until_it_is_interrupted(played):
    out, _ = played
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "from api.commands import main; main()", "demo", "pages", "--at", "evening"]
    served = subprocess.Popen([*command, "--out", out, "--port", str(port)], stdout=subprocess.PIPE, text=True)
    try:
        printed = list(takewhile(lambda line: "/staff/" not in line, served.stdout))
        assert any(line.startswith("centre_clerk") for line in printed)
        desk_of_clerk = Browser(f"http://127.0.0.1:{port}")
        desk_of_clerk.sign_in("motcua", accounts_file.read(out)["motcua"])
        assert "Đăng xuất" in desk_of_clerk.get("/staff/")
    finally:
        served.send_signal(signal.SIGINT)
    assert served.wait(timeout=60) == 0
