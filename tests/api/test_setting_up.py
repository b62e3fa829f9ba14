"""Setting up and keeping up from a terminal, on both databases: provinces, offices, people, restored copies."""

import base64
import csv
import json

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from api.commands import tannha
from api.commands.upkeep.probing import answers
from postal.access import accounts
from postal.custody import numbers, serials
from postal.db import Database, make_engine
from postal.models import AuditEntry, Courier, Installation, Office, User
from postal.operation import presence
from tests import builders as build

KEY, LOOKUP = (base64.b64encode(letter * 32).decode() for letter in (b"k", b"l"))


@pytest.fixture
def run(database_url, monkeypatch):
    values = {"DATABASE_URL": database_url, "SECRET_KEY": "x" * 40, "VAULT_KEYS": KEY, "LOOKUP_KEY": LOOKUP}
    for name, value in values.items():
        monkeypatch.setenv(f"TANNHA_{name}", value)

    def run(*arguments, says=None, fails=False):
        done = CliRunner().invoke(tannha, [str(one) for one in arguments], input=says)
        assert (done.exit_code != 0) is fails, done.output or done.exception
        return done

    return run


@pytest.fixture
def database(run, database_url):
    database = Database(make_engine(database_url), build.vault())
    yield database
    database.engine.dispose()


def write(file, *rows):
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    return file


def count(database, model, *where):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where))


def test_any_province_is_seeded_exported_edited_and_seeded_again(run, database, tmp_path):
    said = run("seed", "--province", "da nang").stdout
    for words in ("BC-HAI-CHAU", "TTPVHCC-DA-NANG", "Bưu điện thành phố Đà Nẵng", "BẢN THẢO"):
        assert words in said
    for command in (["office", "list"], ["coverage"]):
        assert "BẢN THẢO" in run(*command).stdout
    assert "the network is a draft" in run("doctor", fails=True).stdout  # no S10 range yet
    folder = tmp_path / "mang-luoi"
    run("seed", "--export", folder)
    assert folder.stat().st_mode & 0o077 == 0
    rows = list(csv.DictReader((folder / "offices.csv").read_text(encoding="utf-8-sig").splitlines()))
    rows[0] |= {"name": "Bưu cục Trung tâm", "phone": "0236 3820000"}
    write(folder / "offices.csv", list(rows[0]), *(row.values() for row in rows))
    assert "sửa 1, đóng 0" in run("seed", "--from", folder, "--dry-run").stdout
    assert count(database, Office, Office.name == "Bưu cục Trung tâm") == 0
    assert "BẢN THẢO" not in run("seed", "--from", folder).stdout
    assert count(database, Office, Office.name == "Bưu cục Trung tâm") == 1
    assert len(run("coverage").stdout.splitlines()) > 94


def test_a_province_is_found_by_its_old_name_and_a_wrong_one_is_refused(run, database):
    run("seed", "--province", "tỉnh Bình Thuận")
    with database.read() as session:
        assert session.scalars(select(Installation)).one().post_name == "Bưu điện tỉnh Lâm Đồng"
    refused = run("seed", "--province", "Lâm Đồngg", fails=True)
    assert "Lâm Đồng" in str(refused.exception.message)
    assert run("seed", "--province", "Huế", fails=True).exception.code == "province_fixed"


def test_seeding_a_draft_again_brings_nothing_back_that_was_closed(run, database):
    run("seed", "--province", "Cần Thơ")
    n = count(database, Courier)
    assert "thêm 0 đơn vị" in run("seed", "--province", "Cần Thơ").stdout
    assert count(database, Courier) == n


def test_offices_are_listed_added_renamed_and_closed(run, database):
    run("seed")
    assert "--commune" in run("office", "add", "BC-MOI", "--name", "Bưu cục Mới", fails=True).stderr
    run("office", "add", "BC-MOI", "--name", "Bưu cục Mới", "--commune", "19753", "--zone", "Huế")
    assert "BC-MOI" in run("office", "list").stdout
    run("office", "rename", "BC-MOI", "Bưu cục Tây Lộc")
    assert count(database, Office, Office.name == "Bưu cục Tây Lộc") == 1
    for code in ("BC-MOI", "BC-PHU-XUAN"):
        assert run("office", "add", code, "--name", "Tên khác", "--commune", "19753", fails=True).exception.code in (
            "office_code_taken",
            "invalid",
        )
    taken = run("office", "rename", "BC-MOI", "Bưu cục Phú Xuân", fails=True)
    assert taken.exception.code == "office_name_taken"
    assert run("office", "close", "BC-PHU-XUAN", fails=True).exception.code == "office_in_use"
    run("office", "close", "BC-MOI")
    assert count(database, Office, Office.code == "BC-MOI", Office.is_active.is_(False)) == 1
    assert run("office", "close", "BC-KHONG", fails=True).exception.code == "not_found"
    assert count(database, AuditEntry, AuditEntry.action == "office_added") == 1
    assert count(database, AuditEntry, AuditEntry.action == "set_up_changed") == 2


COURIERS = ("code", "office_code", "full_name", "beat", "shift", "lunch", "litres", "skills")


def test_couriers_come_as_a_table_wholly_or_not_at_all(run, database, tmp_path):
    run("seed")
    good = ("BT-01", "BC-PHU-XUAN", "Trần Thị Bình", "19753 19774", "07:00-16:00", "11:30-13:00", "60", "fee")
    bad = [
        ("BT-01", "BC-PHU-XUAN", "Trùng mã", "", "", "", "", ""),
        ("BT-02", "BC-KHONG", "", "99999", "16:00-07:00", "-", "nhiều", ""),
    ]
    file = write(tmp_path / "buu-ta.csv", COURIERS, good, *bad)
    wrong = run("courier", "import", file, fails=True).exception
    named = {(one.line, one.column) for one in wrong.wrong}
    assert named == {(3, "code"), (4, "office_code"), (4, "full_name"), (4, "beat"), (4, "shift"), (4, "litres")}
    assert "Trùng mã" not in str(wrong)
    assert count(database, Courier) == 0
    write(file, COURIERS, good, ("BT-02", "BC-VY-DA", "Lê Văn Cường"))
    assert "thêm 2 bưu tá" in run("courier", "import", file, "--dry-run").stdout
    assert count(database, Courier) == 0
    run("courier", "import", file)
    listed = run("courier", "list").stdout
    assert "07:00–16:00" in listed
    assert "Bình" not in listed
    write(file, COURIERS, (*good[:4], "08:00-17:00", *good[5:]))
    assert "sửa 0, giữ nguyên 1" in run("courier", "import", file).stdout
    assert "sửa 1, giữ nguyên 0" in run("courier", "import", file, "--replace").stdout


PEOPLE = ("username", "role", "full_name", "office_code", "courier_code")


def test_people_come_as_a_table_and_sign_in_with_the_passwords_written(run, database, tmp_path):
    run("seed")
    run("courier", "add", "BT-01", "--office", "BC-PHU-XUAN", "--name", "Trần Thị Bình")
    file = write(
        tmp_path / "nguoi.csv",
        PEOPLE,
        ("Hằng", "giao dịch", "", "BC-KHONG", ""),
        ("binh", "courier", "Trần Thị Bình", "", ""),
        ("khoi", "dispatcher", "Trần Minh Khôi", "", "BT-01"),
        ("khoi", "dispatcher", "Trần Minh Khôi", "", ""),
    )
    wrong = run("user", "import", file, "--dry-run", fails=True).exception
    assert {(one.line, one.column) for one in wrong.wrong} == {
        (2, "username"), (2, "role"), (2, "full_name"), (2, "office_code"),
        (3, "courier_code"), (4, "courier_code"), (5, "username"),
    }  # fmt: skip
    write(
        file,
        PEOPLE,
        ("binh", "courier", "Trần Thị Bình", "BC-PHU-XUAN", "BT-01"),
        ("khoi", "dispatcher", "Trần Minh Khôi", "", ""),
    )
    passwords = tmp_path / "mat-khau.csv"
    assert "sẽ thêm 2 người" in run("user", "import", file, "--dry-run").stdout
    run("user", "import", file, fails=True)
    assert count(database, User) == 0
    said = run("user", "import", file, "--passwords", passwords).output
    assert passwords.stat().st_mode & 0o077 == 0
    for row in csv.DictReader(passwords.read_text(encoding="utf-8").splitlines()):
        assert row["password"] not in said
        assert accounts.sign_in(database, now=build.EVENING, **row)
    again = run("user", "import", file, "--passwords", tmp_path / "nua.csv", fails=True).exception
    assert {one.column for one in again.wrong} == {"username", "courier_code"}
    assert not (tmp_path / "nua.csv").exists()


@pytest.mark.parametrize("command", [["user", "add", "hang", "--role", "dispatcher"], ["courier", "add", "BT-9"]])
def test_a_piped_password_never_becomes_a_name(run, database, command):
    run("seed")
    more = ["--office", "BC-PHU-XUAN"] if command[0] == "courier" else []
    refused = run(*command, *more, says="một câu mật khẩu rất dài\n", fails=True)
    assert "--name" in refused.output
    assert "mật khẩu rất dài" not in refused.output
    assert count(database, User) == count(database, Courier) == 0


def test_a_restored_copy_says_what_it_waits_for_and_goes_on_when_told(run, database, tmp_path):
    file = tmp_path / "sao-luu.bak"
    with database.write() as session:
        build.s10_range(session)
        serials.claim(session, 3)
        numbers.next_number(session, "BB", now=build.EVENING)
    run("backup", file)
    database.engine.dispose()
    with presence.serving(database.engine):
        assert run("restore", "--yes", file, fails=True).exception.code == "service_running"
    database.engine.dispose()
    assert "tannha restored" in run("restore", "--yes", file).stdout
    waits = run("restored").stdout
    assert "EY90000000" in waits
    assert "restored confirm" in waits
    assert "không gửi tin báo" in run("doctor", fails=True).stdout
    run("restored", "last", "EY900000099VN", fails=True)
    run("restored", "last", "EY900000036VN", "BB-2026-000009")
    with database.write() as session:
        assert serials.claim(session, 1) == ["EY900000040VN"]
    run("restored", "skip", "--by", "50")
    assert "restored confirm" in run("restored").stdout
    assert "Không còn gì phải chờ" in run("restored", "confirm").stdout
    assert count(database, AuditEntry, AuditEntry.action.in_(["restored", "copy_confirmed", "numbers_told"])) == 4


def test_the_doctor_names_the_zone_servers_that_are_silent_and_misspelt_settings(run, monkeypatch):
    monkeypatch.setenv("TANNHA_TIMEZONE", "Europe/Paris")
    monkeypatch.setenv("TANNHA_RATE_LIMIT_STORAGE_URL", "redis://127.0.0.1:1")
    monkeypatch.setenv("TANNHA_BROKER_URL", "amqp://127.0.0.1:1")
    monkeypatch.setenv("TANNHA_TIMZONE", "Asia/Ho_Chi_Minh")
    said = run("doctor", fails=True).stdout
    for words in ("Europe/Paris", "Redis is silent", "the broker is silent", "TANNHA_TIMZONE"):
        assert words in said


def test_real_servers_answer(redis_url, rabbitmq_url):
    assert answers(redis_url)
    assert answers(rabbitmq_url)
    assert not answers(redis_url.replace("redis://", "amqp://"))


def test_a_database_that_is_not_there_is_one_sentence(monkeypatch, capsys):
    from api.commands import main

    values = {
        "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "SECRET_KEY": "x" * 40,
        "VAULT_KEYS": KEY,
        "LOOKUP_KEY": LOOKUP,
    }
    for name, value in values.items():
        monkeypatch.setenv(f"TANNHA_{name}", value)
    monkeypatch.setattr("sys.argv", ["tannha", "user", "list"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "TANNHA_DATABASE_URL" in capsys.readouterr().err


def test_a_played_day_elsewhere_has_addresses_of_its_own_province(tmp_path):
    from datetime import date

    from api.demo.made_up import MadeUpDay
    from routing import AddressResolver, find_province, register_of

    for name in ("Đà Nẵng", "Cần Thơ", "Lâm Đồng"):
        province = find_province(name)
        day = MadeUpDay(province, date(2026, 11, 23))
        file = day.write_results(tmp_path / "ket-qua.csv", 120)
        assert MadeUpDay(province, date(2026, 11, 23)).write_results(tmp_path / "nua.csv", 120).read_bytes() == (
            file.read_bytes()
        )
        resolver = AddressResolver(register_of(province))
        found = [resolver.resolve(row["dia_chi"]) for row in csv.DictReader(file.open(encoding="utf-8-sig"))]
        assert sum(one.status.is_automatic for one in found) > 90
        assert all(
            order["lat"] and province.name in order["address"] for order in json.loads(json.dumps(day.collections()))
        )
