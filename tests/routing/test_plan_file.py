"""Instance files: what cannot be read is refused by entry and field, before anything is planned."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from api.commands import tannha
from routing import BadPlanFile, Limits, check, plan, plan_file_problem, plan_file_text

STOP = {"id": 1, "commune": "x", "lat": 16.41, "lon": 107.51, "service_s": 120, "window": None}
OFFICE = {"code": "A", "lat": 16.4, "lon": 107.5, "couriers": 2}
GOOD = {"shift_s": 28_800, "speed_kmh": 28, "detour": 1.35, "offices": [OFFICE], "stops": [STOP]}
NAN, ENDLESS = float("nan"), float("inf")
NO_NUMBERS = ("16.4", "x", "", None, True, False, [], {}, [16.4], 10**400)
NO_NAMES = (None, True, False, 1.5, [], {}, [1], "", "  ")
QUICK = Limits(seconds=5, pieces=1, steps=50)


def refused(instance):
    """Return how a refusal of an instance reads."""
    with pytest.raises(BadPlanFile) as refusal:
        plan_file_problem(instance if isinstance(instance, str) else json.dumps(instance))
    return str(refusal.value.message)


def with_stops(*changes):
    return GOOD | {"stops": [STOP | {"id": n} | change for n, change in enumerate(changes, start=1)]}


def test_a_sound_file_is_read():
    problem, travel = plan_file_problem(json.dumps(GOOD))
    assert (len(problem.stops), len(problem.couriers), travel.speed_kmh) == (1, 2, 28)


def test_window_and_commune_may_be_absent_and_other_fields_are_allowed():
    bare = {k: v for k, v in STOP.items() if k not in ("window", "commune")} | {"note": "x"}
    problem, _ = plan_file_problem(json.dumps(GOOD | {"stops": [bare], "made_by": "hand"}))
    assert (problem.stops[0].window, problem.stops[0].commune_code) == (None, "")


def test_a_whole_number_may_be_written_with_a_point():
    problem, _ = plan_file_problem(json.dumps(with_stops({"service_s": 120.0, "window": [0, 3600.0]})))
    assert (problem.stops[0].service_s, problem.stops[0].window.until_s) == (120, 3600)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"shift_s":' + "9" * 5_000 + "}", '"\\ud800"', "\ud800"])
def test_what_is_no_json_is_refused(text):
    assert "JSON" in refused(text)


@pytest.mark.parametrize("value", [NAN, ENDLESS, -ENDLESS])
def test_a_number_that_json_does_not_have_is_named(value):
    assert "không phải là số" in refused(GOOD | {"detour": value})


def test_a_field_that_stands_twice_in_one_entry_is_named():
    assert "speed_kmh" in refused(json.dumps(GOOD)[:-1] + ', "speed_kmh": 30}')


def test_a_file_of_other_letters_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "day.json"
    path.write_bytes(b"\xff\xfe{}")
    answer = CliRunner().invoke(tannha, ["plan-file", str(path), "-o", str(tmp_path / "plan.json")])
    assert answer.exit_code == 1
    assert "UTF-8" in answer.output


@pytest.mark.parametrize("text", ["[]", "null", "5", '"x"', "true", "{}"])
def test_what_is_no_instance_is_refused(text):
    assert refused(text).strip()


@pytest.mark.parametrize("field", list(GOOD))
def test_a_missing_part_is_named(field):
    assert f"ở {field}: thiếu" in refused({k: v for k, v in GOOD.items() if k != field})


@pytest.mark.parametrize("field", ["code", "lat", "lon", "couriers"])
def test_a_missing_field_of_an_office_is_named_with_the_office(field):
    second = {k: v for k, v in (OFFICE | {"code": "B"}).items() if k != field}
    said = refused(GOOD | {"offices": [OFFICE, second]})
    assert f".{field}: thiếu" in said
    assert "offices[1]" in said
    assert field == "code" or "offices[1] (B)" in said


@pytest.mark.parametrize("field", ["id", "lat", "lon", "service_s"])
def test_a_missing_field_of_a_stop_is_named_with_the_stop(field):
    second = {k: v for k, v in (STOP | {"id": 2}).items() if k != field}
    said = refused(GOOD | {"stops": [STOP, second]})
    assert f".{field}: thiếu" in said
    assert "stops[1]" in said
    assert field == "id" or "stops[1] (2)" in said


@pytest.mark.parametrize("value", [*NO_NUMBERS, -1, 10**9])
def test_a_shift_that_cannot_be_is_named(value):
    assert "shift_s" in refused(GOOD | {"shift_s": value})


@pytest.mark.parametrize("field", ["speed_kmh", "detour"])
@pytest.mark.parametrize("value", [*NO_NUMBERS, 0, -5, 1e308])
def test_a_speed_or_detour_that_cannot_be_is_named(field, value):
    assert f"ở {field}:" in refused(GOOD | {field: value})


@pytest.mark.parametrize("value", [*NO_NUMBERS, -3, 1.5, 10**9])
def test_a_count_of_couriers_that_cannot_be_is_named(value):
    assert "offices[0] (A).couriers" in refused(GOOD | {"offices": [OFFICE | {"couriers": value}]})


@pytest.mark.parametrize("field", ["lat", "lon"])
@pytest.mark.parametrize("value", NO_NUMBERS)
def test_a_coordinate_that_is_no_number_is_named(field, value):
    assert f"offices[0] (A).{field}" in refused(GOOD | {"offices": [OFFICE | {field: value}]})
    assert f"stops[0] (1).{field}" in refused(with_stops({field: value}))


@pytest.mark.parametrize("value", [*NO_NUMBERS, 0.5])
def test_a_time_at_the_door_that_is_no_whole_number_is_named(value):
    assert "stops[1] (2).service_s" in refused(with_stops({}, {"service_s": value}))


@pytest.mark.parametrize("name", ["offices", "stops"])
@pytest.mark.parametrize("value", [{}, {"0": STOP}, None, "A", 5, True])
def test_a_list_that_is_none_is_named(name, value):
    assert f"ở {name}:" in refused(GOOD | {name: value})


@pytest.mark.parametrize("name", ["offices", "stops"])
@pytest.mark.parametrize("value", [None, 7, "s", [], True, [STOP], [[]]])
def test_an_entry_that_is_no_object_is_named(name, value):
    assert f"{name}[1]" in refused(GOOD | {name: [*GOOD[name], value]})


@pytest.mark.parametrize(
    "window",
    [
        [0, 3600, 7200], [1], [], "ab", "07:30-11:30", {"from": 1}, 5, True, [None, 1], [0, True], ["0", "3600"],
        [[0, 1]], [0.5, 1], [10**400, 1],
    ],
)  # fmt: skip
def test_a_window_is_two_whole_numbers_or_null(window):
    assert "stops[1] (2).window" in refused(with_stops({}, {"window": window}))


@pytest.mark.parametrize("value", NO_NAMES)
def test_an_id_or_code_is_a_text_or_a_whole_number(value):
    assert "stops[0].id" in refused(with_stops({"id": value}))
    assert "offices[0].code" in refused(GOOD | {"offices": [OFFICE | {"code": value}]})


@pytest.mark.parametrize("ids", [(7, 7, 8), ("a", "b", "a"), (1, 2, 3, 4, 2)])
def test_an_id_given_twice_is_named_with_both_places(ids):
    said = refused(with_stops(*({"id": name} for name in ids)))
    last = len(ids) - 1 if len(ids) > 3 else next(n for n, name in enumerate(ids) if name in ids[:n])
    assert f"stops[{last}] ({ids[last]}).id" in said
    assert f"stops[{ids.index(ids[last])}]" in said


@pytest.mark.parametrize("ids", [(7, "7"), ("a", 5), (1, 2, "3")])
def test_ids_of_two_types_are_refused(ids):
    assert f"stops[{len(ids) - 1}]" in refused(with_stops(*({"id": name} for name in ids)))


@pytest.mark.parametrize("codes", [("A", "A"), (1, 1), ("A", 1), ("A", " A ")])
def test_an_office_stands_once_and_codes_are_of_one_type(codes):
    said = refused(GOOD | {"offices": [OFFICE | {"code": code} for code in codes]})
    assert "offices[1]" in said
    assert "offices[0]" in said
    assert ".code" in said


def test_stops_without_any_office_are_refused():
    assert "offices" in refused(GOOD | {"offices": []})


@given(
    entry=st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(STOP)), inner, max_size=6),
        max_leaves=8,
    ),
    name=st.sampled_from(["offices", "stops"]),
)
def test_any_entry_is_read_or_refused_by_its_place(entry, name):
    text = json.dumps(GOOD | {name: [*GOOD[name], entry]})
    try:
        problem, where = plan_file_problem(text)[0], f"{name}[1]"
    except BadPlanFile as refusal:
        problem, where = None, refusal.where
    assert where.startswith((f"{name}[1]", "JSON"))
    assert problem is None or len(problem.offices) + len(problem.stops) == 3


@pytest.mark.parametrize(
    ("change", "field"), [({"service_s": -5}, "service_s"), ({"lat": 91}, "point"), ({"lat": 0, "lon": 0}, "point")]
)
def test_a_stop_that_no_plan_can_use_is_set_aside_by_its_own_id_and_field(change, field):
    text = json.dumps(with_stops({}, {"id": 77} | change))
    problem, travel = plan_file_problem(text)
    told = json.loads(plan_file_text(text, plan(problem, travel=travel, limits=QUICK)))
    assert told["unserved"] == [{"id": 77, "reason": "bad_data", "remedy": {"change": "fix_field", "field": field}}]


@pytest.mark.parametrize("near", ["A", "B"])
def test_a_day_without_couriers_says_which_office_lacks_one(near):
    there = {"A": {"lat": 16.4, "lon": 107.5}, "B": {"lat": 16.6, "lon": 107.4}}
    offices = [{"code": code, "couriers": 0} | point for code, point in there.items()]
    text = json.dumps(GOOD | {"offices": offices, "stops": [STOP | there[near]]})
    problem, travel = plan_file_problem(text)
    (left,) = plan(problem, travel=travel, limits=QUICK).unserved
    assert left.reason == "no_courier"
    (more,) = left.remedy.changes
    assert (more.kind, more.office_id, more.like) == ("extra_courier", near, None)
    helped = left.remedy.apply(problem)
    again = plan(helped, travel=travel, limits=QUICK)
    assert check(helped, again, travel) == []
    assert [v.stop_id for r in again.rounds for v in r.visits] == [left.stop_id]
