"""Borders of communes: read from GeoJSON, refused by feature and reason, thinned, drawn by maps in place of cells."""

from __future__ import annotations

import cProfile
import io
import json
import math
import pstats
import random

import pytest

from postal.network import borders
from tests import builders as build
from tests.api.test_desk import import_results

CODES = ("19753", "19789")


@pytest.fixture(scope="module")
def register():
    return build.guide().register


def ring(commune, *, n=4, far=0.0, wide=0.01):
    """Return a closed ring of so many corners around a commune's centre, as GeoJSON has it: longitude first."""
    lat, lon = commune.point.lat + far, commune.point.lon
    turns = [2 * math.pi * k / n for k in range(n)]
    corners = [[lon + wide * math.cos(t), lat + wide * math.sin(t)] for t in turns]
    return [*corners, corners[0]]


def feature(register, code, *, named=None, kind="Polygon", **how):
    outer = ring(register.commune(code), **how)
    coordinates = [outer] if kind == "Polygon" else [[outer], [ring(register.commune(code), wide=0.001)]]
    return {
        "type": "Feature",
        "properties": named or {"code": code},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def file(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features)} | more).encode()


def test_borders_are_found_by_code_or_name_and_what_is_no_commune_is_counted(register):
    name = register.commune(CODES[1]).full_name
    found = borders.read_borders(
        file(
            feature(register, CODES[0], kind="MultiPolygon"),
            feature(register, CODES[1], named={"TEN_XA": name.upper()}),
            feature(register, CODES[1], named={"code": "00001", "name": "Nơi khác"}),
        ),
        register,
    )
    assert {code: len(rings) for code, rings in found.rings.items()} == {CODES[0]: 2, CODES[1]: 1}
    assert found.n_unknown == 1
    lat, lon = found.rings[CODES[1]][0][0]
    assert abs(lat - register.commune(CODES[1]).point.lat) < 0.02
    assert lon > 100


@pytest.mark.parametrize("n", [4, 119, 5_000, 60_000])
def test_however_many_corners_few_are_kept_and_they_lie_on_the_border(register, n):
    found = borders.read_borders(file(feature(register, CODES[0], n=n, wide=0.05)), register)
    (kept,) = found.rings[CODES[0]]
    assert 3 <= len(kept) <= borders.DRAWN_CORNERS
    centre = register.commune(CODES[0]).point
    assert all(abs(math.dist(corner, (centre.lat, centre.lon)) - 0.05) < 0.001 for corner in kept)


def test_a_border_that_winds_as_it_likes_is_thinned_within_few_looks_at_each_corner(register):
    """A spiral of 20,000 corners and a ring that is all noise: neither makes the work grow with its square."""
    centre, chance = register.commune(CODES[0]).point, random.Random(7)
    turns = [(k / 20_000) ** 0.5 * 60 for k in range(20_000)]
    spiral = [[centre.lon + t * math.cos(t) / 2_000, centre.lat + t * math.sin(t) / 2_000] for t in turns]
    noise = [[centre.lon + chance.gauss(0, 0.02), centre.lat + chance.gauss(0, 0.02)] for _k in range(20_000)]
    geometry = {"type": "MultiPolygon", "coordinates": [[[*one, one[0]]] for one in (spiral, noise)]}
    told = file({"type": "Feature", "properties": {"code": CODES[0]}, "geometry": geometry})
    counting = cProfile.Profile()
    found = counting.runcall(borders.read_borders, told, register)
    rings = found.rings[CODES[0]]
    assert all(len(one) >= 3 for one in rings)
    assert sum(map(len, rings)) <= borders.DRAWN_CORNERS
    calls = pstats.Stats(counting).get_stats_profile().func_profiles
    looks = [int(one.ncalls) for name, one in calls.items() if name == "_triangle"]
    assert looks
    assert sum(looks) <= 3 * 40_000


def test_of_islands_the_small_ones_go_first_and_the_largest_stays(register):
    centre = register.commune(CODES[0]).point
    whole = ring(register.commune(CODES[0]), n=60, wide=0.05)
    small = [
        [[centre.lon + dx + x * size, centre.lat + y * size] for x, y in ((0, 0), (1, 0), (0, 1), (0, 0))]
        for dx, size in [(n / 100, 0.001 * n) for n in range(1, 8)]
    ]
    geometry = {"type": "MultiPolygon", "coordinates": [[one] for one in (*small, whole)]}
    found = borders.read_borders(
        file({"type": "Feature", "properties": {"code": CODES[0]}, "geometry": geometry}), register
    )
    assert len(found.rings[CODES[0]]) == 8, "there is room for all of them"
    monstrous = ring(register.commune(CODES[0]), n=2_000, wide=0.05)
    geometry["coordinates"][-1] = [monstrous]
    found = borders.read_borders(
        file({"type": "Feature", "properties": {"code": CODES[0]}, "geometry": geometry}), register
    )
    assert len(found.rings[CODES[0]][0]) > 60


BAD = {
    "no json": b"{", "no utf-8": b"\xff\xfe", "a list": b"[]", "nothing": file(), "a number": b"1",
    "deep": b"[" * 100_000, "not a number": b'{"type": "FeatureCollection", "features": [NaN]}',
    "no features": b'{"type": "FeatureCollection"}', "text": b'{"type": "FeatureCollection", "features": ["x"]}',
}  # fmt: skip


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_a_file_that_is_none_is_refused_with_its_code(register, data):
    with pytest.raises(borders.BadBorders) as refused:
        borders.read_borders(data, register)
    assert refused.value.code == "bad_borders"


@pytest.mark.parametrize(
    "geometry",
    [None, {}, {"type": "Point", "coordinates": [107, 16]}, {"type": "Polygon", "coordinates": []},
     {"type": "Polygon", "coordinates": [[]]}, {"type": "Polygon", "coordinates": [[[107, 16], [107, 17], [107, 16]]]},
     {"type": "Polygon", "coordinates": [[[107, 16], [107, 17], [108, 17], [108, 16]]]},
     {"type": "Polygon", "coordinates": [[[16, 107], [17, 107], [17, 108], [16, 107]]]},
     {"type": "Polygon", "coordinates": [[["a", 16], [107, 17], [108, 17], ["a", 16]]]},
     {"type": "Polygon", "coordinates": [[[True, 16], [107, 17], [108, 17], [True, 16]]]},
     {"type": "Polygon", "coordinates": [[107, 16, 107, 16]]}, {"type": "MultiPolygon", "coordinates": [[107], [16]]},
     {"type": "Polygon", "coordinates": [[[590_000, 1_820_000], [590_000, 182], [59, 182], [590_000, 1_820_000]]]}],
)  # fmt: skip
def test_a_border_that_cannot_be_is_refused_by_its_place_in_the_file(register, geometry):
    good = feature(register, CODES[0])
    with pytest.raises(borders.BadBorders, match="mục 2"):
        borders.read_borders(file(good, good | {"properties": {"code": CODES[1]}, "geometry": geometry}), register)


def test_codes_of_another_list_and_a_commune_told_twice_are_refused(register):
    with pytest.raises(borders.BadBorders, match="không ở"):
        borders.read_borders(file(feature(register, CODES[0], far=1.0)), register)
    with pytest.raises(borders.BadBorders, match="hai lần"):
        borders.read_borders(file(*[feature(register, CODES[0])] * 2), register)
    with pytest.raises(borders.BadBorders, match="không mục nào"):
        borders.read_borders(file(feature(register, CODES[0], named={"code": "x"})), register)


def test_the_maps_draw_what_was_brought_in_and_cells_again_once_it_is_forgotten(register, sign_in, database):
    admin, dispatcher, path = sign_in("admin"), sign_in("dispatcher"), "/staff/set-up/borders"
    one = register.commune(CODES[0])
    mark = f"{one.point.lat:.5f},{one.point.lon + 0.01:.5f}"
    cells = dispatcher.get("/staff/flood").text
    assert mark not in cells
    sent = (io.BytesIO(file(feature(register, CODES[0], n=8))), "ranh-gioi.geojson")
    admin.post(path, source="Sở NN-MT 2026", file=sent)
    assert mark in dispatcher.get("/staff/flood").text
    page = admin.get(path).text
    assert "Sở NN-MT 2026" in page
    assert register.commune(CODES[1]).full_name in page, "drawn as a cell still"
    admin.post(path, source="khác", file=(io.BytesIO(b"{"), "hong.geojson"))
    assert "không phải GeoJSON" in admin.get(path).text
    assert mark in dispatcher.get("/staff/flood").text
    admin.post(f"{path}/forget")
    assert mark in dispatcher.get("/staff/flood").text, "nobody said to be sure"
    admin.post(f"{path}/forget", sure="1")
    assert dispatcher.get("/staff/flood").text.count("data-ring") == cells.count("data-ring")
    assert mark not in dispatcher.get("/staff/flood").text
    assert dispatcher.get(path).status_code == 403


def test_the_maps_a_door_is_pointed_at_on_and_addresses_are_asked_on_draw_them_as_well(register, sign_in):
    admin, clerk = sign_in("admin"), sign_in("centre")
    known = register.communes[:40]
    admin.post(
        "/staff/set-up/borders",
        source="Sở NN-MT 2026",
        file=(io.BytesIO(file(*(feature(register, one.code, n=8, kind="MultiPolygon") for one in known))), "a.geojson"),
    )
    marks = {one.code: f"{one.point.lat:.5f},{one.point.lon + 0.01:.5f}" for one in known}
    vague = {"lat": "", "lon": ""}
    import_results(
        clerk,
        build.result(1, address="Thôn Đông, xã Vinh Lộc", **vague),
        build.result(2, address="12 Lê Lợi, Quảng Điền, Huế", **vague),
    )
    pages = [clerk.get(path).text for path in ("/staff/queue?bucket=point", "/staff/consignments/1")]
    own = next(one.code for one in register if one.full_name == "xã Vinh Lộc" or one.name == "Vinh Lộc")
    for page in pages:
        assert f'data-code="{own}"' in page
        assert marks[own] in page
    asked = clerk.get("/staff/intake/1/addresses").text
    shown = [code for code in marks if marks[code] in asked]
    assert len(shown) == asked.count("data-ground") > 1, "the communes the address may mean, and no others"
