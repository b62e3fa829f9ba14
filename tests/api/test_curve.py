"""The curve of a search stays small, keeps its ends, and is drawn inside its frame."""

from random import Random

import pytest

from api.work.curve import MOST, Curve, drawn
from routing import Progress


def gains(n, seed=7):
    random, travel_s = Random(seed), 400_000
    for k in range(n):
        travel_s -= random.randrange(500)
        yield Progress(seconds=k * 0.13, travel_s=travel_s, n_unserved=0, n_pieces=k, gain_s=0)


@pytest.mark.parametrize("n", [0, 1, 2, MOST, MOST + 1, 97, 5_000])
def test_a_curve_keeps_its_first_and_last_point_whatever_comes(n):
    curve, lines = Curve(), list(gains(n))
    for line in lines:
        curve.add(line)
    assert len(curve.points) <= MOST
    assert curve.points == sorted(curve.points, key=lambda point: point[0])
    if lines:
        ends = (lines[0], lines[-1])
        assert (curve.points[0], curve.points[-1]) == tuple((round(one.seconds, 1), one.travel_s) for one in ends)


def test_a_curve_is_drawn_inside_its_frame_and_falls():
    curve = Curve()
    for line in gains(300):
        curve.add(line)
    corners = [
        tuple(map(float, corner.split(","))) for corner in drawn(curve.points, until_s=20, wide=100, high=40).split()
    ]
    assert all(0 <= x <= 100 and 0 <= y <= 40 for x, y in corners)
    assert (corners[0][1], corners[-1][1]) == (0, 40)
    assert [x for x, _ in corners] == sorted(x for x, _ in corners)


@pytest.mark.parametrize("points", [[], [(0.0, 5)]])
def test_nothing_is_drawn_of_less_than_two_points(points):
    assert drawn(points, until_s=20, wide=100, high=40) == ""


def test_a_search_without_gains_is_a_level_line():
    assert drawn([(0.0, 5), (10.0, 5)], until_s=10, wide=100, high=40) == "0.0,40.0 100.0,40.0"
