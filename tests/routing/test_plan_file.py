"""Instance files: what cannot be read is refused by its place in the file, before anything is planned."""

import json

import pytest
from click.testing import CliRunner

from api.commands import tannha
from routing import BadPlanFile, plan_file_problem

STOP = {"id": 1, "commune": "x", "lat": 16.41, "lon": 107.51, "service_s": 120, "window": None}
OFFICE = {"code": "A", "lat": 16.4, "lon": 107.5, "couriers": 2}
GOOD = {"shift_s": 28_800, "speed_kmh": 28, "detour": 1.35, "offices": [OFFICE], "stops": [STOP]}
NAN, ENDLESS = float("nan"), float("inf")


def test_a_sound_file_is_read():
    problem, travel = plan_file_problem(json.dumps(GOOD))
    assert (len(problem.stops), len(problem.couriers), travel.speed_kmh) == (1, 2, 28)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"shift_s":' + "9" * 5_000 + "}"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(BadPlanFile, match="JSON"):
        plan_file_problem(text)


def test_a_file_of_other_letters_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "day.json"
    path.write_bytes(b"\xff\xfe{}")
    answer = CliRunner().invoke(tannha, ["plan-file", str(path), "-o", str(tmp_path / "plan.json")])
    assert answer.exit_code == 1
    assert "UTF-8" in answer.output


@pytest.mark.parametrize("text", ["[]", "null", "5", "{}"])
def test_what_is_no_instance_is_refused(text):
    with pytest.raises(BadPlanFile):
        plan_file_problem(text)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        *(({"shift_s": value}, "shift_s") for value in (NAN, ENDLESS, -1, "x", None, True, 10**9)),
        *(({"speed_kmh": value}, "speed_kmh") for value in (0, -5, NAN, ENDLESS, "fast", None)),
        *(({"detour": value}, "detour") for value in (-1, 0, NAN, 1e308)),
        *(({"offices": value}, r"offices\.") for value in ({}, None, "A", 5)),
        *(({"offices": [OFFICE | {"couriers": n}]}, r"offices\[0\]") for n in (10**9, -3, 1.5, NAN, ENDLESS, None)),
        ({"offices": [None]}, r"offices\[0\]"),
        ({"stops": {"0": STOP}}, "stops"),
        *(({"stops": [STOP, stop]}, r"stops\[1\]") for stop in (None, 7, "s", {}, [])),
        ({"stops": [{k: v for k, v in STOP.items() if k != "id"}]}, r"stops\[0\]"),
        *(({"stops": [STOP | {"id": value}]}, r"stops\[0\]") for value in (None, [], {}, "\ud800")),
        *(({"stops": [STOP | {"lat": value}]}, r"stops\[0\]") for value in ("north", None, [])),
        *(({"stops": [STOP | {"service_s": value}]}, r"stops\[0\]") for value in (ENDLESS, NAN, [1], "x")),
        *(({"stops": [STOP | {"window": value}]}, r"stops\[0\]") for value in ([1], "ab", {"from": 1}, [ENDLESS, 1])),
    ],
)
def test_what_cannot_be_planned_is_refused_by_its_place(changes, where):
    with pytest.raises(BadPlanFile, match=where):
        plan_file_problem(json.dumps(GOOD | changes))
