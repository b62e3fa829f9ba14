"""The page on which a dispatcher sees what passing stops on does to both rounds, and only then orders it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from postal import models, rounds, under_way
from postal.rules import local_seconds
from tests import builders as build
from tests import statements
from tests.postal import day as a_day

NOON = a_day.MORNING + timedelta(hours=3)


@pytest.fixture
def walked(database, house, clock):
    """Two rounds under way with four stops each; return their ids and the first one's stops."""
    clock.now = NOON
    with database.write() as session:
        build.accepted(session, build.result(99))  # the range of numbers is granted already
        a_day.handed_over(session, n=7)
        problem = rounds.planning_problem(session, a_day.DAY, now=a_day.MORNING)
        crew = [one for one in problem.couriers if one.office_id == problem.stops[0].office_id][:2]
        hand_made = a_day.hand_made_plan(replace(problem, couriers=tuple(crew)))
        plan = rounds.save_plan(build.act(session, a_day.MORNING), a_day.DAY, problem, hand_made)
        rounds.publish_plan(build.act(session, a_day.MORNING), plan.id)
        for one in plan.rounds:
            codes = [item.s10 for stop in one.stops for item in stop.consignment.items]
            rounds.start_round(build.act(session, a_day.MORNING), one.id, scanned=codes)
        giver, taker = plan.rounds
        return giver.id, taker.id, [stop.id for stop in giver.stops]


def asked(who, giver, taker, *stops):
    return who.get(f"/staff/rounds/{giver}/move?{urlencode([('stop', s) for s in stops] + [('to_round', taker)])}")


def seen_on(page):
    return re.search(r'name="seen" value="([0-9a-f]+)"', page.text)[1]


def moves(database):
    with database.read() as session:
        return [(move.reason, len(move.pieces)) for move in session.scalars(select(models.StopMove))]


def test_new_times_are_shown_before_anything_is_ordered_and_then_once(walked, sign_in, database):
    giver, taker, stops = walked
    desk = sign_in("dispatcher")
    assert f"/staff/rounds/{giver}/move" in desk.get(f"/staff/rounds/{giver}").text
    page = asked(desk, giver, taker, *stops[:2])
    assert page.status_code == 200
    for told in ("không phạm thêm quy tắc", "4 → 2", "4 → 6", "Giờ mới"):
        assert told in page.text, told
    assert moves(database) == []
    order = {"stop": [str(stop) for stop in stops[:2]], "to_round": str(taker), "seen": seen_on(page)}
    desk.post(f"/staff/rounds/{giver}/move", **order, reason=" ")
    assert moves(database) == []
    for _ in range(2):  # pressed twice
        desk.post(f"/staff/rounds/{giver}/move", **order, reason="xe hỏng")
    assert moves(database) == [("xe hỏng", 2)]


def test_a_broken_rule_is_named_and_passed_over_with_a_reason(walked, sign_in, database):
    giver, taker, stops = walked
    with database.write() as session:
        session.get_one(models.DeliveryRound, taker).courier.shift_until_s = local_seconds(NOON) + 60
    desk = sign_in("dispatcher")
    page = asked(desk, giver, taker, stops[0])
    assert "không phạm thêm" in page.text  # he is late home already
    with database.write() as session:
        one = session.get_one(models.DeliveryRound, taker)
        one.courier.shift_until_s, one.courier.capacity_ml = 86_000, 4 * 600
    page = asked(desk, giver, taker, stops[0])
    assert "chở quá sức chứa" in page.text
    assert "Vẫn chuyển, ghi lý do" in page.text
    desk.post(f"/staff/rounds/{giver}/move", stop=str(stops[0]), to_round=str(taker), seen=seen_on(page), reason="gấp")
    assert moves(database) == [("gấp", 1)]
    with database.read() as session:
        note = session.scalars(select(models.AuditEntry).where(models.AuditEntry.action == "move_stops")).one()
        assert note.facts["broken"] == "overloaded"


@pytest.mark.parametrize("seen", ["", "0" * 16, "như-cũ"])
def test_nothing_is_ordered_that_nobody_saw(walked, sign_in, database, seen):
    giver, taker, stops = walked
    desk = sign_in("dispatcher")
    answer = desk.post(f"/staff/rounds/{giver}/move", stop=str(stops[0]), to_round=str(taker), seen=seen, reason="gấp")
    assert "/move?" in answer.location
    assert moves(database) == []
    assert "Xem lại bên dưới" in desk.get(answer.location).text


def test_no_stop_a_foreign_stop_and_another_office_are_turned_away(walked, sign_in, database):
    giver, taker, stops = walked
    desk = sign_in("dispatcher")
    assert desk.get(f"/staff/rounds/{giver}/move").status_code == 303
    assert "Chưa chọn điểm" in desk.get(f"/staff/rounds/{giver}").text
    assert asked(desk, giver, taker, 999).status_code == 404
    assert asked(desk, giver, giver, stops[0]).status_code == 303
    assert "cùng bưu cục" in desk.get(f"/staff/rounds/{giver}").text
    assert asked(sign_in("stranger-clerk"), giver, taker, stops[0]).status_code in (403, 404)
    assert moves(database) == []


def test_a_courier_without_a_round_gets_one_once_it_is_ordered(walked, sign_in, database):
    giver, _taker, stops = walked
    desk = sign_in("dispatcher")
    page = desk.get(f"/staff/rounds/{giver}").text
    code = re.search(r'value="(new:[^"]+)"', page)[1]
    asked_page = asked(desk, giver, code, stops[0])
    assert "chưa có chuyến" in asked_page.text
    assert "4 → 3" in asked_page.text
    assert "0 → 1" in asked_page.text

    def n_rounds():
        with database.read() as session:
            return session.scalar(select(func.count()).select_from(models.DeliveryRound))

    before = n_rounds()
    order = {"stop": str(stops[0]), "to_round": code, "seen": seen_on(asked_page)}
    for reason in ("", "xe hỏng", "xe hỏng"):  # forgotten, then pressed twice
        desk.post(f"/staff/rounds/{giver}/move", **order, reason=reason)
    assert moves(database) == [("xe hỏng", 1)]
    assert n_rounds() == before + 1
    assert code not in desk.get(f"/staff/rounds/{giver}").text
    for to in ("new:", "new:XX-0"):
        assert asked(desk, giver, to, stops[1]).location == f"/staff/rounds/{giver}"
    assert n_rounds() == before + 1


def test_a_round_emptied_by_calling_the_move_off_is_withdrawn_by_a_button(walked, sign_in, database):
    giver, _taker, stops = walked
    desk = sign_in("dispatcher")
    code = re.search(r'value="(new:[^"]+)"', desk.get(f"/staff/rounds/{giver}").text)[1]
    order = {"stop": str(stops[0]), "to_round": code, "seen": seen_on(asked(desk, giver, code, stops[0]))}
    move = desk.post(f"/staff/rounds/{giver}/move", **order, reason="xe hỏng").location
    with database.read() as session:
        made = session.scalar(select(models.StopMove.to_round_id))
    path = f"/staff/rounds/{made}"
    for office in (desk, sign_in("postal")):
        assert "Rút chuyến trống" not in office.get(path).text, "something is on its way to it"
    postal = sign_in("postal")
    postal.post(f"{move}/end")
    assert f'href="{path}">Chuyến' in postal.get(move).text
    assert "Rút chuyến trống" in postal.get(path).text
    postal.post(f"{path}/withdraw")
    assert "Đang đi" in postal.get(path).text, "nobody said to be sure"
    sign_in("stranger-clerk").post(f"{path}/withdraw", sure="1")
    assert "Đang đi" in postal.get(path).text, "another office's is no business of theirs"
    for _pressed in "twice":
        postal.post(f"{path}/withdraw", sure="1")
    page = postal.get(path).text
    assert "Đã khép" in page
    assert "Rút chuyến trống" not in page
    postal.post(f"/staff/rounds/{giver}/withdraw", sure="1")
    assert "không trống" in postal.get(f"/staff/rounds/{giver}").text


def test_a_move_that_is_asked_and_one_that_is_ordered_ask_no_more_for_more_pieces(walked, sign_in, database):
    giver, taker, stops = walked
    desk, counted = sign_in("dispatcher"), []
    asked(desk, giver, taker, stops[0])
    with statements.asked(database.engine) as found:
        assert asked(desk, giver, taker, *stops[:3]).status_code == 200
    assert len(found) <= 25, "\n".join(found)
    with database.write() as session:
        act = build.act(session, NOON)
        ids = [under_way.move_stops(act, some, taker, reason="xe hỏng").move.id for some in (stops[:1], stops[1:])]
    for move_id in ids:
        desk.get(f"/staff/moves/{move_id}")
        with statements.asked(database.engine) as found:
            page = desk.get(f"/staff/moves/{move_id}").text
        counted.append((page.count("<tr>") - 1, len(found)))
    (n_few, few), (n_many, many) = counted
    assert n_few < n_many
    assert few == many <= 25
