"""Speeds and detours out of driven legs: what was driven is found again, and what nobody drove stays estimated."""

import json
import random
from dataclasses import replace

import pytest
from click.testing import CliRunner

from api.commands import tannha
from routing import (
    BadTravelTimes,
    Point,
    Register,
    StraightLine,
    calibrate,
    estimated_figures,
    great_circle_m,
    read_figures,
    terrain_of,
)

COMMUNES = Register.builtin().communes
POINTS = {commune.code: commune.point for commune in COMMUNES}
SHIPPED = estimated_figures()
TRUE = replace(
    SHIPPED,
    speed_kmh=SHIPPED.speed_kmh | {"town": 17.0},
    detour=SHIPPED.detour | {"town": SHIPPED.detour["town"] | {"town": 1.55}},
    pairs=SHIPPED.pairs | {("19873", "19885"): 3.1},
)
TOWN = ("19753", "19789")
LAGOON = ("19873", "19885")


def near(rng, code):
    return Point(lat=POINTS[code].lat + rng.gauss(0, 0.002), lon=POINTS[code].lon + rng.gauss(0, 0.002))


def driven(pair, n, seed=1, figures=TRUE, noise=0.05):
    """Return legs between two communes as they are under the true figures, with traffic in them."""
    rng, source = random.Random(seed), StraightLine(terrain=terrain_of(COMMUNES, figures))
    legs = {}
    for _ in range(n):
        a, b = near(rng, pair[0]), near(rng, pair[1])
        seconds, metres = (int(table[0, 1]) for table in source.matrix([a, b]))
        legs[a, b] = max(1, round(seconds * rng.gauss(1, noise))), metres
    return legs


def line(found, what):
    return next(line for line in found.lines if line.what == what)


def test_what_was_driven_is_found_again_and_estimates_come_nearer():
    found = calibrate(driven(TOWN, 80) | driven(LAGOON, 40), COMMUNES, SHIPPED)
    assert found.figures.detour["town"]["town"] == pytest.approx(1.55, rel=0.01)
    assert found.figures.speed_kmh["town"] == pytest.approx(17.0, rel=0.03)
    assert found.figures.pairs[LAGOON] == pytest.approx(3.1, rel=0.01)
    assert found.error_before > 0.1
    assert found.error_after < 0.06
    assert found.n_used == 120


def test_what_nobody_drove_or_hardly_anybody_stays_as_it_was():
    found = calibrate(driven(TOWN, 80) | driven(LAGOON, 19), COMMUNES, SHIPPED)
    assert found.figures.pairs == {tuple(sorted(pair)): factor for pair, factor in SHIPPED.pairs.items()}
    assert found.figures.detour["mountain"] == SHIPPED.detour["mountain"]
    assert not line(found, "đi vòng 19873-19885").is_enough
    assert line(found, "đi vòng town-town").is_enough


def test_a_lunch_on_the_way_and_a_clock_gone_wrong_move_no_figure():
    legs = driven(TOWN, 60)
    plain = calibrate(legs, COMMUNES, SHIPPED)
    rng = random.Random(7)
    for _ in range(12):
        legs[near(rng, TOWN[0]), near(rng, TOWN[1])] = rng.choice([(9_000, 4_000), (1, 4_000), (0, 5), (60, 900_000)])
    here = POINTS[TOWN[0]]
    legs[here, here] = (300, 0)
    found = calibrate(legs, COMMUNES, SHIPPED)
    assert found.figures.speed_kmh["town"] == pytest.approx(plain.figures.speed_kmh["town"], rel=0.05)
    assert found.figures.detour["town"]["town"] == pytest.approx(1.55, rel=0.03)


@pytest.mark.parametrize("legs", [{}, {(POINTS["19753"], POINTS["19753"]): (60, 10)}], ids=["none", "of no length"])
def test_without_a_usable_leg_nothing_is_calibrated(legs):
    with pytest.raises(BadTravelTimes):
        calibrate(legs, COMMUNES, SHIPPED)


def test_the_command_writes_figures_that_the_estimate_reads(tmp_path):
    legs, out = tmp_path / "legs.csv", tmp_path / "terrain.json"
    rows = [f"{a.lat},{a.lon},{b.lat},{b.lon},{s},{m}" for (a, b), (s, m) in driven(TOWN, 40).items()]
    legs.write_text("from_lat,from_lon,to_lat,to_lon,seconds,metres\n" + "\n".join(rows))
    answer = CliRunner().invoke(tannha, ["calibrate", str(legs), "-o", str(out)])
    assert answer.exit_code == 0, answer.output
    assert "40 chặng" in answer.output
    figures = read_figures(out)
    a, b = POINTS[TOWN[0]], POINTS[TOWN[1]]
    metres = StraightLine(terrain=terrain_of(COMMUNES, figures)).matrix([a, b])[1][0, 1]
    assert metres == pytest.approx(1.55 * great_circle_m(a, b), rel=0.01)
    again = CliRunner().invoke(tannha, ["calibrate", str(legs), "--base", str(out), "-o", str(out)])
    assert again.exit_code == 0
    assert read_figures(out) == figures


def shipped():
    return {
        "kinds": list(SHIPPED.kinds),
        "communes": {k: list(v) for k, v in SHIPPED.communes.items()},
        "speed_kmh": dict(SHIPPED.speed_kmh),
        "detour": {a: dict(b) for a, b in SHIPPED.detour.items()},
        "pairs": [["19873", "19885", 2.6]],
    }


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"kinds": ["sea"]}, "kinds"),
        ({"communes": 5}, "communes"),
        ({"speed_kmh": {"town": 0}}, "speed_kmh"),
        ({"speed_kmh": {k: float("nan") for k in SHIPPED.kinds}}, "speed_kmh"),
        ({"detour": {}}, "detour"),
        ({"pairs": [["19873", "19885", 0.5]]}, "pairs"),
        ({"pairs": [["19873"]]}, "pairs"),
    ],
)
def test_figures_that_cannot_be_are_named(tmp_path, changes, named):
    path = tmp_path / "terrain.json"
    path.write_text(json.dumps(shipped()))
    assert read_figures(path).pairs == {LAGOON: 2.6}
    path.write_text(json.dumps(shipped() | changes))
    with pytest.raises(BadTravelTimes, match=named):
        read_figures(path)


def test_a_file_that_is_no_json_is_refused(tmp_path):
    path = tmp_path / "terrain.json"
    path.write_text("{")
    with pytest.raises(BadTravelTimes, match="JSON"):
        read_figures(path)
