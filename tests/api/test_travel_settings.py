"""Where travel times come from is a setting: each source is built, and a wrong one is named before anything runs."""

import base64
import json

import pytest

from api.settings import SettingsMissing, load_settings
from api.wiring import build_services
from routing import FileMatrix, Osrm, StraightLine

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def read(monkeypatch):
    def load(**told):
        for name, value in {"SECRET_KEY": "s" * 40, "VAULT_KEYS": KEY, "LOOKUP_KEY": KEY, **told}.items():
            monkeypatch.setenv(f"TANNHA_{name}", value)
        return load_settings()

    return load


def test_without_a_word_travel_is_estimated(read):
    built = build_services(read())
    assert isinstance(built.travel, StraightLine)
    assert built.travel.terrain is not None


def test_an_engine_of_ones_own_is_asked_by_its_address(read):
    built = build_services(read(TRAVEL="osrm", OSRM_URL="http://127.0.0.1:5000"))
    assert isinstance(built.travel, Osrm)
    assert built.estimate.name == "straight line"


def test_measured_legs_are_read_from_their_file(read, tmp_path):
    legs = tmp_path / "legs.csv"
    legs.write_text("from_lat,from_lon,to_lat,to_lon,seconds,metres\n16.4,107.5,16.5,107.6,900,9000\n")
    built = build_services(read(TRAVEL="file", TRAVEL_FILE=str(legs)))
    assert isinstance(built.travel, FileMatrix)
    assert built.travel.otherwise is built.estimate


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"TRAVEL": "osrm"}, "TANNHA_OSRM_URL"),
        ({"TRAVEL": "osrm", "OSRM_URL": "ftp://roads"}, "TANNHA_OSRM_URL"),
        ({"TRAVEL": "file"}, "TANNHA_TRAVEL_FILE"),
        ({"TRAVEL": "horse"}, "TANNHA_TRAVEL"),
    ],
)
def test_a_source_without_its_address_is_named(read, told, named):
    with pytest.raises(SettingsMissing, match=named):
        read(**told)


@pytest.mark.parametrize("text", [None, "from_lat\nx\n"])
def test_a_file_of_legs_that_cannot_be_read_is_named(read, tmp_path, text):
    legs = tmp_path / "legs.csv"
    if text is not None:
        legs.write_text(text)
    settings = read(TRAVEL="file", TRAVEL_FILE=str(legs))
    with pytest.raises(SettingsMissing, match="TANNHA_TRAVEL_FILE"):
        build_services(settings)


def test_calibrated_figures_are_read_from_their_file_and_wrong_ones_named(read, tmp_path):
    path = tmp_path / "terrain.json"
    kinds = ["town", "plain"]
    told = {
        "kinds": kinds,
        "communes": {},
        "speed_kmh": {"town": 10, "plain": 20},
        "detour": {kind: {"town": 2.0, "plain": 3.0} for kind in kinds},
    }
    path.write_text(json.dumps(told))
    built = build_services(read(TERRAIN_FILE=str(path)))
    assert {float(speed) for speed in built.estimate.terrain.speed_kmh} == {10, 20}
    for text in ("{", "{}", json.dumps(told | {"kinds": []})):
        path.write_text(text)
        with pytest.raises(SettingsMissing, match="TANNHA_TERRAIN_FILE"):
            build_services(read(TERRAIN_FILE=str(path)))
    with pytest.raises(SettingsMissing, match="TANNHA_TERRAIN_FILE"):
        build_services(read(TERRAIN_FILE=str(tmp_path / "nowhere.json")))
