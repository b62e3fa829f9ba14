"""The page of a plan: rounds by names with the map's own data in the lists, areas of communes, what was left over."""

import re

import pytest
from sqlalchemy import event

from api.pages.dispatch.plans.cells import cells
from postal import models
from routing import Register
from tests import builders as build
from tests.api.test_desk import hand_over, import_results

DAY = "2026-11-23"


@pytest.fixture
def planned(sign_in, database, clock):
    """Bring in six results and plan Monday; return the dispatcher and the plan's page."""
    centre, dispatcher = sign_in("centre"), sign_in("dispatcher")
    import_results(centre, *(build.result(n) for n in range(1, 7)))
    hand_over(centre, sign_in("postal"), database)
    clock.forward(days=2, hours=15)  # Monday morning
    return dispatcher, dispatcher.post("/staff/plans", day=DAY, seconds="2").location


def test_rounds_are_shown_by_the_names_of_their_couriers_with_every_stop(planned, database):
    dispatcher, plan = planned
    page = dispatcher.get(plan).text
    with database.read() as session:
        stops = session.query(models.RoundStop).all()
        codes = {one.round.courier.code for one in stops}
        consignments = {one.consignment_id for one in stops}
    assert len(consignments) == 6
    assert set(map(int, re.findall(r'data-stop="(\d+)"', page))) == consignments
    assert re.search(r"data-map[ >]", page)
    assert all(
        re.fullmatch(r"16\.\d{5},10[78]\.\d{5}", at)
        for at in re.findall(r'class="plan-stop" [^>]*data-at="([^"]*)"', page)
    )
    assert not any(code in page for code in codes), "couriers have names"
    assert page.count("data-ring=") == 40
    assert sum(map(int, re.findall(r'data-load="(\d+)"', page))) == 6


@pytest.mark.parametrize("asks", [False, True])
def test_the_page_asks_the_database_as_often_for_six_stops_as_for_one(sign_in, database, clock, asks):
    centre, postal, dispatcher = sign_in("centre"), sign_in("postal"), sign_in("dispatcher")
    asked, counted = [], []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    clock.forward(days=2, hours=15)
    for results in ([build.result(1)], [build.result(n) for n in range(2, 7)]):
        import_results(centre, *results)
        hand_over(centre, postal, database)
        plan = dispatcher.post("/staff/plans", day=DAY, seconds="2").location
        page = dispatcher.get(plan).text
        stop, to = (re.search(rf'{what}="([0-9]+)"', page)[1] for what in ("data-stop", "data-round-id"))
        query = f"?stop={stop}&to={to}"
        asked.clear()
        shown = dispatcher.get(plan + (query if asks else "")).text
        counted.append((shown.count("data-stop="), len(asked)))
    (one, few), (six, many) = counted
    assert (one, six) == (1, 6)
    assert many == few, "\n".join(asked)
    assert few <= (45 if asks else 25)


def test_areas_of_communes_hold_their_centres_and_do_not_overlap():
    register = Register.builtin()
    found = cells(register.communes)
    assert set(found) == {commune.code for commune in register}
    for commune in register:
        holders = [code for code, ring in found.items() if _holds(ring, commune.point)]
        assert holders == [commune.code]
        assert len(found[commune.code]) >= 3


def _holds(ring, point):
    """Say whether a convex ring holds a point: it lies on the same side of every edge."""
    sides = set()
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        turn = (b.lon - a.lon) * (point.lat - a.lat) - (b.lat - a.lat) * (point.lon - a.lon)
        if abs(turn) > 1e-12:
            sides.add(turn > 0)
    return len(sides) == 1
