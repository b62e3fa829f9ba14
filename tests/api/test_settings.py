"""A missing or wrong setting is named at once, by every command, in a sentence: never a traceback, never a value."""

import base64
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from api import create_app
from api.settings import Settings, SettingsMissing, load_settings, unknown_settings
from api.wiring import build_services
from api.words import translate
from tests.scale import scaled

ROOT = Path(__file__).resolve().parents[2]
KEY = base64.b64encode(b"k" * 32).decode()
GOOD = {"TANNHA_SECRET_KEY": "s" * 40, "TANNHA_VAULT_KEYS": KEY, "TANNHA_LOOKUP_KEY": KEY}
SECRET = "bi-mat-khong-duoc-in"

WRONG = [
    ("TIMEZONE", "Mars/Olympus"),
    ("TIMEZONE", ""),
    ("TIMEZONE", "../etc/passwd"),
    ("TIMEZONE", "Asia"),
    ("DATABASE_URL", "mysql://root:bi-mat-khong-duoc-in@localhost/tannha"),
    ("DATABASE_URL", "tannha.db"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "postgresql://u:bi-mat-khong-duoc-in@db:54x2/tannha"),
    ("DATABASE_URL", "postgresql+psycopg://db"),
    ("DATABASE_URL", "postgresql+asyncpg://db/tannha"),
    ("HEADER_ALIASES", "Số hồ sơ=ma_ho_so"),
    ("HEADER_ALIASES", '["ma_ho_so"]'),
    ("HEADER_ALIASES", '{"Số hồ sơ": 3}'),
    ("PLAN_PERMISSIONS", "fee"),
    ("PLAN_PERMISSIONS", '{"phí": "tien-mat"}'),
    ("PUBLIC_URL", "tannha.vn"),
    ("PUBLIC_URL", "ftp://tannha.vn"),
    ("BIND", "8460"),
    ("BIND", "127.0.0.1:http"),
    ("BROKER_URL", "kafka://broker"),
    ("RATE_LIMIT_STORAGE_URL", "memcached://store"),
    ("GEOCODER", "nominatim"),
    ("PLAN_SECONDS", "hai mươi"),
    ("PLAN_SECONDS", "1"),
    ("RATE_LIMITS_ENABLED", "có"),
    ("LOG_LEVEL", "loud"),
    ("CALLBACK_CA_FILE", "/khong/co/tep.pem"),
    ("CALLBACK_CA_FILE", "/etc"),
    ("CALLBACK_CA_FILE", "/etc/hostname"),
    ("CALLBACK_CA_FILE", "a" * 5000),
    ("TRUSTED_HOSTS", "tannha.vn,../tannha"),
    ("CALLBACK_ALLOW_HOSTS", "a" * 70),
    ("SECRET_KEY", "ngắn"),
    ("LOOKUP_KEY", "không phải base64"),
    ("VAULT_KEYS", ""),
]


# What people and scripts write into a setting by mistake: nothing, another kind, broken addresses, odd letters.
STRANGE = [
    *("", " ", "x", "-1", "0", "1.5", "9" * 20, "1e400", "nan", "inf", "true", "null", "{", "{}", "[]", '"x"', "*"),
    *("/", "/etc", "/etc/hostname", "/khong/co", "../x", "Asia/../Asia/Ho_Chi_Minh", "localtime", "1,2,,3", "a" * 5000),
    *("http://", "http://[", "https://[::1", "http://h:99999", "http://h/ x", "://", "a:b:c", ":", "127.0.0.1:99999"),
    *(
        "redis://",
        "redis://h:x",
        "amqp://h:99999",
        "sqlite:///",
        "sqlite:////etc",
        "postgresql://",
        "postgresql://h:0/x",
    ),
    *("fee=a", '{"fee": ""}', '{"fee": null}', "ngắn ✓", "\udcff", "ｓｑｌｉｔｅ"),
]


@pytest.fixture
def environ(monkeypatch):
    for name in [name for name in os.environ if name.startswith("TANNHA_")]:
        monkeypatch.delenv(name)

    def give(**told):
        for name, value in (GOOD | {f"TANNHA_{name}": value for name, value in told.items()}).items():
            monkeypatch.setenv(name, value)

    return give


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_named_in_both_languages_without_its_value(environ, name, value):
    environ(**{name: value})
    with pytest.raises(SettingsMissing) as refused:
        load_settings()
    named = f"TANNHA_{'GEOCODER_URL' if name == 'GEOCODER' else name}"
    assert list(refused.value.problems) == [named]
    english = translate(refused.value.message, "en")
    assert english != str(refused.value.message)
    assert SECRET not in english + str(refused.value.message)


def faults_of_an_installation():
    """Return which settings stop the program from starting."""
    try:
        settings = load_settings()
        create_app(settings, build_services(settings))
    except SettingsMissing as refused:
        return set(refused.problems)
    return set()


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name not in {"database_url"}])
def test_any_value_of_any_setting_is_used_or_named(environ, tmp_path, name):
    values = random.Random(name).sample(STRANGE, scaled(6, len(STRANGE)))
    for value in values:
        environ(DATABASE_URL=f"sqlite:///{tmp_path / 'tannha.db'}", **{name.upper(): value})
        named = faults_of_an_installation()
        # Two settings ask for another one beside them, which is then what is missing.
        assert not named or f"TANNHA_{name.upper()}" in named or name in {"travel", "geocoder"}, value


def test_everything_that_is_wrong_is_named_at_once(environ, monkeypatch):
    environ(TIMEZONE="Mars/Olympus", DATABASE_URL="mysql://db/x", HEADER_ALIASES="{")
    monkeypatch.delenv("TANNHA_SECRET_KEY")
    with pytest.raises(SettingsMissing) as refused:
        load_settings()
    assert set(refused.value.problems) == {
        "TANNHA_TIMEZONE",
        "TANNHA_DATABASE_URL",
        "TANNHA_HEADER_ALIASES",
        "TANNHA_SECRET_KEY",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:////srv/tannha/tannha.db"),
        ("DATABASE_URL", "postgresql://tannha@/tannha?host=/run/postgresql"),
        ("DATABASE_URL", "postgresql+psycopg://tannha:mk@db:5432/tannha"),
        ("TIMEZONE", "UTC"),
        ("BIND", "[::1]:8460"),
        ("BIND", "0.0.0.0:80"),
        ("BROKER_URL", "amqp://guest:guest@127.0.0.1:5672/"),
        ("RATE_LIMIT_STORAGE_URL", "redis://127.0.0.1:6379/1"),
        ("HEADER_ALIASES", '{"Số hồ sơ": "ma_ho_so"}'),
        ("PUBLIC_URL", "https://tannha.hue.gov.vn/"),
    ],
)
def test_right_settings_are_taken(environ, name, value):
    environ(**{name: value})
    assert load_settings() is not None


def test_a_header_that_would_mean_no_column_of_ours_is_named(environ):
    environ(HEADER_ALIASES='{"Số hồ sơ": "mã hồ sơ"}')
    with pytest.raises(SettingsMissing, match="TANNHA_HEADER_ALIASES"):
        build_services(load_settings())


def test_resolutions_that_cannot_be_used_are_named(environ, tmp_path):
    file = tmp_path / "nghi-quyet.csv"
    environ(UNITS_FILE=str(file))
    with pytest.raises(SettingsMissing, match="TANNHA_UNITS_FILE"):
        build_services(load_settings())
    columns = "valid_from,code,type,name,lat,lon,radius_km,area_km2,from_codes,legal_ref"
    file.write_text(f"{columns}\n2025-08-01,90001,phường,Kinh Thành,16.47,107.57,3,20,19753;19789,NQ\n")
    environ(UNITS_FILE=str(file), DATABASE_URL=f"sqlite:///{tmp_path / 'tannha.db'}")
    register = build_services(load_settings()).guide.register
    assert "90001" in register
    assert "19753" not in register


def test_misspelt_settings_are_found(environ, monkeypatch):
    environ()
    monkeypatch.setenv("TANNHA_TIMZONE", "UTC")
    assert unknown_settings() == ["TANNHA_TIMZONE"]


@pytest.mark.parametrize("command", [["user", "list"], ["plan", "2026-11-23"], ["run"], ["migrate"], ["seed"]])
def test_commands_end_with_the_sentence(tmp_path, command):
    """The whole program, as an operator starts it: an exit code and two sentences, nothing of Python's."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **GOOD, "TANNHA_TIMEZONE": "Mars/Olympus"}
    script = "from api.commands import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, *command], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "TANNHA_TIMEZONE" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
