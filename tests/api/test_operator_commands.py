"""The operator's commands as somebody at a terminal uses them."""

import base64
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from standardwebhooks import Webhook

from api.commands import main, tannha
from postal import rounds
from postal.access import accounts, keys
from postal.db import Database, make_engine
from postal.models import AuditEntry, CallbackEndpoint, Person
from postal.people.vault import Vault
from routing import Point
from tests import builders as build
from tests.receiver import Receiver

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "bưu tá đi sớm"
OLD, NEW, LOOKUP = (base64.b64encode(letter * 32).decode() for letter in (b"k", b"n", b"l"))


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Set the environment of an installation with an empty database of its own."""
    values = {
        "TANNHA_DATABASE_URL": f"sqlite:///{tmp_path / 'tannha.db'}",
        "TANNHA_SECRET_KEY": "x" * 40,
        "TANNHA_VAULT_KEYS": OLD,
        "TANNHA_LOOKUP_KEY": LOOKUP,
        "TANNHA_CALLBACK_ALLOW_HTTP_HOSTS": "127.0.0.1",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def run(settings):
    def run(*arguments, says=None):
        return CliRunner().invoke(tannha, [str(one) for one in arguments], input=says)

    assert run("migrate").exit_code == 0
    return run


@pytest.fixture
def database(run, settings):
    database = Database(make_engine(settings["TANNHA_DATABASE_URL"]), build.vault())
    yield database
    database.engine.dispose()


def last_line(result):
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()[-1]


def add_user(run, username="hang", password=PASSWORD, role="centre_clerk"):
    return run("user", "add", username, "--role", role, "--name", "Nguyễn Thị Hằng", says=password + "\n")


def test_a_user_is_added_by_standard_input_signs_in_and_is_shut_out_again(run, database):
    assert add_user(run).exit_code == 0
    now = build.EVENING
    assert accounts.sign_in(database, username="hang", password=PASSWORD, now=now)
    listed = run("user", "list").stdout
    assert "hang" in listed
    assert "Hằng" not in listed
    assert run("user", "password", "hang", says="một câu khác hẳn\n").exit_code == 0
    assert not accounts.sign_in(database, username="hang", password=PASSWORD, now=now)
    assert accounts.sign_in(database, username="hang", password="một câu khác hẳn", now=now)
    assert run("user", "disable", "hang").exit_code == 0
    assert not accounts.sign_in(database, username="hang", password="một câu khác hẳn", now=now)
    with database.read() as session:
        entries = session.execute(select(AuditEntry.action, AuditEntry.command).order_by(AuditEntry.id)).all()
    assert [tuple(entry) for entry in entries if entry.command != "migrate"] == [
        ("user_added", "user add"),
        ("password_set", "user password"),
        ("set_up_changed", "user disable"),
    ]


def test_no_command_takes_a_password_or_key_as_an_argument(run):
    for words in (["user", "add"], ["user", "password"], ["api-key", "add"], ["endpoint", "add"], ["rotate-keys"]):
        usage = run(*words, "--help").stdout
        assert not re.search(r"--(password|secret|token|key)\b", usage)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["user", "disable", "ai"], "not_found"),
        (["user", "add", "x y", "--role", "dispatcher", "--name", "A"], "invalid"),
        (["user", "add", "tho", "--role", "courier", "--name", "A", "--courier", "BT-1"], "not_found"),
        (["user", "add", "thu", "--role", "postal_clerk", "--name", "A", "--office", "BC-0"], "not_found"),
        (["api-key", "revoke", "tn_abc_def"], "not_found"),
        (["endpoint", "add", "motcua", "http://example.vn/"], "https_required"),
        (["endpoint", "add", "motcua", "https://10.0.0.1/"], "address_not_allowed"),
        (["endpoint", "add", "motcua", "https://a.example.vn/", "--kind", "x"], "invalid"),
        (["endpoint", "rotate", "7"], "not_found"),
        (["restore", "khong-co.bak"], "backup_broken"),
    ],
)
def test_an_expected_refusal_is_one_coded_sentence_in_both_languages(run, monkeypatch, capsys, arguments, code):
    monkeypatch.setattr(sys, "argv", ["tannha", *arguments, *(["--yes"] if arguments[0] == "restore" else [])])
    monkeypatch.setattr(sys, "stdin", StringIO(f"{PASSWORD}\n"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert said[0].startswith(code + ": ")


def test_a_key_is_shown_once_opens_and_is_revoked(run, database):
    text = last_line(run("api-key", "add", "motcua", "--scope", "results:write"))
    with database.read() as session:
        assert keys.api_key_for(session, text).source_system == "motcua"
    listed = run("api-key", "list").stdout
    prefix = text.split("_")[1]
    assert prefix in listed
    assert text not in listed
    assert run("api-key", "revoke", prefix).exit_code == 0
    with database.read() as session:
        assert keys.api_key_for(session, text) is None


def test_an_endpoint_is_added_told_and_rotated(run, database):
    receiver = Receiver()
    secret = last_line(run("endpoint", "add", build.SYSTEM, receiver.url))
    with database.write() as session:
        build.accepted(session)
    assert "Đã gửi 1, lỗi 0" in run("send-callbacks").stdout
    assert Webhook(secret).verify(receiver.got[0].body, receiver.got[0].headers)["type"] == "item.accepted"
    new = last_line(run("endpoint", "rotate", "1"))
    assert new != secret
    assert secret not in run("endpoint", "list").stdout
    for word, state in (("pause", "paused"), ("resume", "active")):
        assert run("endpoint", word, "1").exit_code == 0
        with database.read() as session:
            assert session.scalars(select(CallbackEndpoint.state)).one() == state
    receiver.close()


def test_a_backup_is_restored_only_when_meant(run, database, tmp_path):
    add_user(run)
    file = tmp_path / "a.bak"
    assert run("backup", file).exit_code == 0
    add_user(run, "thu")
    assert run("restore", "--check", file).exit_code == 0
    refused = run("restore", file)
    assert refused.exit_code == 1
    assert "--yes" in refused.stderr
    assert "thu" in run("user", "list").stdout
    assert run("restore", "--yes", file).exit_code == 0
    listed = run("user", "list").stdout
    assert "hang" in listed
    assert "thu" not in listed


def test_restoring_onto_nothing_needs_no_yes(run, tmp_path, monkeypatch):
    add_user(run)
    file = tmp_path / "a.bak"
    run("backup", file)
    monkeypatch.setenv("TANNHA_DATABASE_URL", f"sqlite:///{tmp_path / 'moi.db'}")
    assert run("restore", file).exit_code == 0
    assert "hang" in run("user", "list").stdout


def test_migrating_twice_is_migrating_once(run):
    assert "Nothing to do" in run("migrate").stdout


def test_the_doctor_prints_a_line_for_each_thing_and_an_exit_code(run, monkeypatch):
    found = run("doctor")
    assert found.exit_code == 1  # no S10 range yet
    assert re.search(r"HỎNG bad\s+s10", found.stdout)
    assert re.search(r"tốt\s+ok\s+revision", found.stdout)
    assert re.search(r"chú ý warn\s+settings\s+TANNHA_CALLBACK_ALLOW_HTTP_HOSTS", found.stdout)
    assert all(" / " in line for line in found.stdout.splitlines())
    monkeypatch.delenv("TANNHA_VAULT_KEYS")
    broken = run("doctor")
    assert broken.exit_code == 1
    assert "TANNHA_VAULT_KEYS" in broken.stdout


def test_the_doctor_says_that_the_road_engine_is_silent(run, monkeypatch):
    monkeypatch.setenv("TANNHA_TRAVEL", "osrm")
    monkeypatch.setenv("TANNHA_OSRM_URL", "http://127.0.0.1:9")
    run("seed")
    assert re.search(r"chú ý warn\s+roads\s+OSRM chưa trả lời", run("doctor").stdout)


def test_a_rotation_is_finished_by_running_it_again(run, database, monkeypatch):
    with database.write() as session:
        build.accepted(session, *(build.result(i + 1) for i in range(5)))
    monkeypatch.setenv("TANNHA_VAULT_KEYS", f"{NEW},{OLD}")
    assert "rotate-keys" in run("doctor").stdout
    done = run("rotate-keys", "--batch", "2")
    assert done.exit_code == 0, done.output
    # Five recipients, and the private half of the key that signs receipts.
    assert "Đã mã hóa lại 6 bản ghi" in done.stdout
    assert "Đã mã hóa lại 0 bản ghi" in run("rotate-keys").stdout
    newest = Vault([b"n" * 32], b"l" * 32).newest_key_id
    with database.read() as session:
        assert set(session.scalars(select(Person.key_id))) == {newest}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_sends_runs_jobs_and_stops_cleanly(run, database, settings, number):
    receiver = Receiver()
    run("endpoint", "add", build.SYSTEM, receiver.url)
    worker = subprocess.Popen(
        [sys.executable, "-c", "from api.commands import main; main()", "worker"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout.readline().startswith("Đang chạy")
        with database.write() as session:
            build.accepted(session)
        committed_s = time.monotonic()
        while not receiver.got and time.monotonic() - committed_s < 120:
            time.sleep(0.02)
        assert len(receiver.got) == 1
    finally:
        worker.send_signal(number)
    rest, _ = worker.communicate(timeout=120)
    assert "Đã dừng gọn gàng" in rest
    assert worker.returncode == 0
    receiver.close()


def test_a_courier_is_added_with_hours_and_listed_without_a_name(run):
    run("seed")
    code = "BC-PHU-XUAN"
    added = run(
        "courier", "add", "BT-9", "--office", code, "--name", "Trần Thị Bưởi", "--shift", "06:30-16:00", "--lunch", "-"
    )
    assert added.exit_code == 0, added.output
    told = run("courier", "list").output
    assert "BT-9" in told
    assert "06:30–16:00" in told
    assert "Bưởi" not in told
    assert run("courier", "hours", "BT-9", "--shift", "08:00-17:00", "--lunch", "11:30-13:00").exit_code == 0
    assert "11:30–13:00" in run("courier", "list").output
    assert run("courier", "away", "BT-9", "2099-11-23", "2099-11-24").exit_code == 0
    assert run("courier", "retire", "BT-9").exit_code == 0
    assert "đã nghỉ" in run("courier", "list").output


def test_a_courier_who_starts_at_home_and_may_take_money_is_planned_so_until_it_is_taken_back(run, database):
    def planned():
        with database.read() as session:
            told = rounds.planning_problem(session, date(2026, 11, 23), now=build.EVENING).couriers
        return next(c for c in told if c.courier_id == "BT-9")

    run("seed")
    assert run("courier", "add", "BT-9", "--office", "BC-PHU-XUAN", "--name", "A").exit_code == 0
    plain = planned()
    told = ("--start", "16.45,107.55", "--end", "16.5,107.6", "--longest-minutes", "390", "--skill", "cash")
    assert run("courier", "set", "BT-9", *told, "--beat", "19753", "--litres", "40").exit_code == 0
    one = planned()
    assert (one.start, one.end) == (Point(lat=16.45, lon=107.55), Point(lat=16.5, lon=107.6))
    assert (one.longest_s, one.skills, one.familiar, one.capacity_ml) == (390 * 60, {"cash"}, {"19753"}, 40_000)
    assert run("courier", "set", "BT-9", "--end", "-").exit_code == 0
    assert planned().end is None
    assert planned().start == one.start
    back = ("--start", "-", "--longest-minutes", "0", "--skill", "-", "--beat", "-", "--litres", "80")
    assert run("courier", "set", "BT-9", *back).exit_code == 0
    assert planned() == plain
    for wrong in ("north", "91,107", "16.4"):
        assert run("courier", "set", "BT-9", "--start", wrong).exit_code == 2
    assert run("courier", "set", "BT-9", "--beat", "99999").exception.code == "not_found"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (("courier", "add", "BT-9", "--office", "KHONG_CO", "--name", "A"), "not_found"),
        (("courier", "add", "BT-9", "--office", "@", "--name", "A", "--beat", "99999"), "not_found"),
        (("courier", "add", "BT-9", "--office", "@", "--name", "A", "--shift", "17:00-08:00"), "bad_working_time"),
        (("courier", "add", "BT-9", "--office", "@", "--name", "A", "--lunch", "05:00-06:00"), "bad_working_time"),
        (("courier", "away", "BT-8", "2099-11-24", "2099-11-23"), "bad_period"),
        (("courier", "add", "BT-8", "--office", "@", "--name", "A"), "courier_code_taken"),
        (("closure", "add", "99999", "2026-11-23", "2026-11-24", "--reason", "lũ"), "not_found"),
    ],
)
def test_what_does_not_fit_a_courier_is_refused_by_its_code(run, wrong, code):
    run("seed")
    office = "BC-PHU-XUAN"
    assert run("courier", "add", "BT-8", "--office", office, "--name", "A").exit_code == 0
    refused = run(*(office if word == "@" else word for word in wrong))
    assert refused.exit_code != 0
    assert refused.exception.code == code


def test_a_flooded_commune_is_closed_and_opened_again(run):
    run("seed")
    commune = "19753"
    today = datetime.now(UTC).date()
    span = (today.isoformat(), (today + timedelta(days=30)).isoformat())
    assert run("closure", "add", commune, *span, "--reason", "lũ lụt").exit_code == 0
    assert "lũ lụt" in run("closure", "list").output
    assert "1" in run("closure", "end", commune).output
    assert "lũ lụt" not in run("closure", "list").output
