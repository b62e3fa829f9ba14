"""The page of a plan: rounds by names with the map's own data in the lists, areas of communes, what was left over."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.pages.dispatch.plans import board
from api.pages.dispatch.plans.cells import cells
from postal import EventKind, intake, models, rounds
from routing import Register
from tests import builders as build
from tests.api.conftest import NOW
from tests.api.test_desk import hand_over, import_results
from tests.statements import asked

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


def bring_in(database, centre, postal, first, n):
    """Bring in ``n`` stops of two pieces, as many of one, one left without a point and one to collect at."""
    several = {"phone": "0905777666", "recipient": "Tôn Nữ Thị Diễm Hằng"}
    pieces = [build.result(first + 2 * k + i, **several, address=f"{first + k} Lê Lợi, phường Thuận Hóa, Huế")
              for k in range(n) for i in (0, 1)]  # fmt: skip
    import_results(centre, *pieces, *(build.result(first + 50 + k) for k in range(n + 1)))
    hand_over(centre, postal, database)
    with database.write() as session:
        order = intake.CollectionIn(
            dossier_code=f"H57.15-261123-9{first:03d}", office=build.CENTRE, recipient="Trần Đình Phước",
            address=f"{first} An Dương Vương, phường Thuận Hóa, thành phố Huế", phone="0905110003",
            documents="Đơn đề nghị (bản chính)", lat="16.4632", lon="107.5862")  # fmt: skip
        told = {"source_system": build.SYSTEM, "guide": build.guide()}
        intake.order_collections(build.act(session, NOW + timedelta(days=2)), [order], **told)
        newest = session.scalars(select(models.Item).where(models.Item.s10.is_not(None)).order_by(models.Item.id)).all()
        newest[-1].consignment.lat = None
        tried = newest[-2]
        session.add(
            models.TrackingEvent(item_id=tried.id, kind=EventKind.ATTEMPT_FAILED, scan_id=f"tried:{first}",
                                 happened_at=NOW, recorded_at=NOW, reason="HEN_LAI", is_applied=True,
                                 sequence=90 + first))  # fmt: skip
        tried.n_attempts = 1


@pytest.mark.parametrize("asks", [False, True])
def test_the_page_asks_the_database_as_often_for_many_stops_as_for_few(sign_in, database, clock, asks):
    centre, postal, dispatcher = sign_in("centre"), sign_in("postal"), sign_in("dispatcher")
    counted = []
    clock.forward(days=2, hours=15)
    for first, n in ((1, 1), (100, 4)):
        bring_in(database, centre, postal, first, n)
        plan = dispatcher.post("/staff/plans", day=DAY, seconds="2").location
        page = dispatcher.get(plan).text
        stop, to = (re.search(rf'{what}="([0-9]+)"', page)[1] for what in ("data-stop", "data-round-id"))
        with asked(database.engine) as statements:
            shown = dispatcher.get(plan + (f"?stop={stop}&to={to}" if asks else "")).text
        assert "2 bưu gửi" in shown
        assert "data-left-over" in shown
        counted.append((shown.count("data-stop="), statements))
    (n_few, few), (n_many, many) = counted
    assert n_many > n_few
    assert len(many) == len(few), "\n".join(many)
    assert len(few) <= 25, "\n".join(few)


def test_a_move_is_judged_without_all_that_waits_besides(sign_in, database, clock):
    centre, postal, dispatcher = sign_in("centre"), sign_in("postal"), sign_in("dispatcher")
    clock.forward(days=2, hours=15)
    import_results(centre, *(build.result(n, lat=f"16.4{n}", lon="107.58") for n in range(1, 7)))
    hand_over(centre, postal, database)
    dispatcher.post("/staff/plans", day=DAY, seconds="2")
    with database.read() as session:
        plan = session.scalars(select(models.DayPlan)).one()
        stop = plan.rounds[0].stops[0]
        asked_for = {"plan_id": plan.id, "edit": 0, "consignment_id": stop.consignment_id}
        move = rounds.Move(**asked_for, to_round_id=plan.rounds[0].id, position=2)
        found = rounds.asked_move(session, move, now=clock.now)
        here = {str(one.consignment_id) for one in plan.rounds[0].stops}
    import_results(centre, *(build.result(n) for n in range(20, 24)))
    hand_over(centre, postal, database)
    with database.read() as session:
        again = rounds.asked_move(session, move, now=clock.now)
    assert {one.stop_id for one in found.problem.stops} == here
    assert again == found


def test_a_comparison_asks_as_often_for_many_changed_stops_as_for_few(sign_in, database, clock):
    centre, postal, dispatcher = sign_in("centre"), sign_in("postal"), sign_in("dispatcher")
    clock.forward(days=2, hours=15)
    counted, plans = [], []
    for results in ([build.result(1)], [build.result(2)], [build.result(n) for n in range(3, 9)]):
        import_results(centre, *results)
        hand_over(centre, postal, database)
        dispatcher.post("/staff/plans", day=DAY, seconds="2")
        with database.read() as session:
            plans = session.scalars(select(models.DayPlan.id).order_by(models.DayPlan.id)).all()
        if len(plans) > 1:
            with asked(database.engine) as statements:
                page = dispatcher.get(f"/staff/plans/{plans[-1]}/compare/{plans[0]}").text
            counted.append((len(set(re.findall(r"/staff/consignments/(\d+)", page))), len(statements)))
    (n_few, few), (n_many, many) = counted
    assert n_few < n_many
    assert few == many <= 25


def test_of_very_many_stops_left_over_the_first_are_listed_and_all_are_counted(planned, database):
    dispatcher, plan = planned
    n_all = board.N_LEFT + 4
    with database.write() as session:
        found = session.scalars(select(models.DayPlan)).one()
        items = build.accepted(session, *(build.result(n) for n in range(300, 300 + n_all)), now=NOW)
        ids = sorted({item.consignment_id for item in items})
        session.add_all(models.PlanUnserved(plan_id=found.id, consignment_id=one, reason="no_time") for one in ids)
    assert len(ids) == n_all
    page = dispatcher.get(plan).text
    assert page.count("data-left-over") == board.N_LEFT
    assert f"{n_all} điểm chưa xếp được" in page
    assert f"{board.N_LEFT} điểm đầu" in page
    asked_for = dispatcher.get(f"{plan}?stop={ids[-1]}&to=off").text
    assert asked_for.count("data-left-over") == board.N_LEFT + 1, "whatever is asked about is listed"


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
