"""Travel times without a map: the estimate, the lagoon, a file of measured legs, the gate of integers."""

import random
from importlib import resources

import numpy as np
import pytest

from routing import UNREACHABLE, BadTravelTimes, FileMatrix, Point, Register, StraightLine, great_circle_m, terrain_of

REGISTER = Register.builtin()
POINTS = {commune.code: commune.point for commune in REGISTER}
HUE = StraightLine(terrain=terrain_of(REGISTER.communes))
CROSSINGS = {  # spit, the shore opposite, a commune on the shore's own side as far away or farther
    "Phong Quảng over Tam Giang": ("19873", "19885", "19831"),
    "Phú Vinh over Thủy Tú": ("19945", "19942", "19918"),
    "Vinh Lộc over Cầu Hai": ("20122", "20131", "20140"),
    "Thuận An over Thủy Tú": ("19900", "19918", "19930"),
}


def factor(a, b):
    points = [POINTS[a], POINTS[b]]
    return HUE.matrix(points)[1][0, 1] / StraightLine(detour=1.0).matrix(points)[1][0, 1]


@pytest.mark.parametrize("name", CROSSINGS)
def test_the_lagoon_is_crossed_by_its_bridges_only(name):
    spit, shore, inland = CROSSINGS[name]
    assert factor(spit, shore) >= 1.9
    assert factor(spit, shore) == pytest.approx(factor(shore, spit), rel=1e-3)
    assert factor(shore, inland) < factor(spit, shore)


def test_along_the_spit_the_road_is_nearly_straight():
    assert factor("19900", "19945") == pytest.approx(1.3, rel=1e-3)


def test_the_way_up_the_mountains_is_longer_than_on_the_plain():
    assert 1.6 <= factor("19753", "20044") <= 1.9
    assert factor("19867", "19885") <= 1.4


def test_what_lies_in_a_commune_has_its_factors():
    door = Point(lat=POINTS["20122"].lat + 0.002, lon=POINTS["20122"].lon)
    opposite = POINTS["20131"]
    metres = HUE.matrix([door, opposite])[1][0, 1]
    assert metres > 2.5 * StraightLine(detour=1.0).matrix([door, opposite])[1][0, 1]


def test_every_pair_of_the_table_is_a_pair_of_the_register_told_once():
    rows = (resources.files("routing") / "data/detours.csv").read_text(encoding="utf-8").splitlines()[1:]
    pairs = [tuple(sorted(row.split(",")[:2])) for row in rows]
    assert len(set(pairs)) == len(pairs)
    assert all(code in POINTS for pair in pairs for code in pair)
    assert all("estimated" in row for row in rows)


def test_the_estimate_is_the_great_circle_from_next_door_to_the_other_end_of_the_earth():
    rng = random.Random(1)
    here = Point(lat=16.46, lon=107.58)
    points = [here, here, Point(lat=-16.46, lon=107.58 - 180)]
    for reach in (1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 30):
        points += [Point(lat=16.46 + rng.uniform(-reach, reach), lon=107.58 + rng.uniform(-reach, reach))] * 2
        points += [Point(lat=16.46 + rng.uniform(-reach, reach), lon=107.58 + rng.uniform(-reach, reach))]
    seconds, metres = StraightLine(detour=1.5, speed_kmh=30).matrix(points)
    for i, a in enumerate(points):
        for j, b in enumerate(points):
            road_m = 1.5 * great_circle_m(a, b)
            assert abs(metres[i, j] - min(road_m, UNREACHABLE)) <= 0.51
            assert abs(seconds[i, j] - min(road_m / 1_000 / 30 * 3_600, UNREACHABLE)) <= 0.51


def test_a_terrain_of_no_points_is_an_empty_table():
    assert HUE.matrix([])[0].shape == (0, 0)


A, B, C = Point(lat=16.46, lon=107.58), Point(lat=16.47, lon=107.59), Point(lat=16.48, lon=107.60)


def test_measured_legs_overrule_the_estimate_one_way_at_a_time(tmp_path):
    path = tmp_path / "legs.csv"
    path.write_text("from_lat,from_lon,to_lat,to_lon,seconds,metres\n16.46,107.58,16.47,107.59,999,8888\n")
    seconds, metres = FileMatrix.read(path, otherwise=HUE).matrix([A, B, C])
    estimated, _ = HUE.matrix([A, B, C])
    assert (seconds[0, 1], metres[0, 1]) == (999, 8888)
    assert seconds[1, 0] == estimated[1, 0]
    assert seconds[0, 2] == estimated[0, 2]


@pytest.mark.parametrize(
    "line", ["16.46,107.58,16.47,107.59,soon,1", "16.46", "x,1,2,3,4,5", "16.46,107.58,16.47,107.59,1.5,2"]
)
def test_a_line_of_legs_that_cannot_be_read_is_named(tmp_path, line):
    path = tmp_path / "legs.csv"
    path.write_text(f"from_lat,from_lon,to_lat,to_lon,seconds,metres\n{line}\n")
    with pytest.raises(BadTravelTimes, match="dòng 2"):
        FileMatrix.read(path)


@pytest.mark.parametrize("seconds", [-5, UNREACHABLE + 1])
def test_a_measured_leg_no_day_can_hold_is_refused(tmp_path, seconds):
    path = tmp_path / "legs.csv"
    path.write_text(f"from_lat,from_lon,to_lat,to_lon,seconds,metres\n16.46,107.58,16.47,107.59,{seconds},1\n")
    with pytest.raises(BadTravelTimes):
        FileMatrix.read(path).matrix([A, B])


def test_the_estimate_is_whole_seconds_with_nothing_on_the_diagonal():
    seconds, metres = HUE.matrix([A, B, C])
    assert seconds.dtype == metres.dtype == np.int32
    assert not seconds.diagonal().any()
