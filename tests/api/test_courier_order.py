"""A stop before its turn: what it costs by our own travel times, told by the courier, seen by the dispatcher."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from postal import doorstep, models
from postal.rules import local_seconds
from tests.api.conftest import NOW
from tests.api.test_courier_notes import note, tell
from tests.api.test_courier_phones import CourierPhone, code_for

NEAR, FAR, FURTHER = (16.4640, 107.5860), (16.6000, 107.7000), (16.6010, 107.7010)


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


@pytest.fixture
def spread(database, own_round):
    """Put the round's stops in a row, the first near, the others far away."""
    with database.write() as session:
        walked = session.get_one(models.DeliveryRound, own_round)
        walked.office.lat, walked.office.lon = 16.4632, 107.5862
        for stop, (lat, lon) in zip(walked.stops, [NEAR, FAR, FURTHER], strict=True):
            stop.consignment.lat, stop.consignment.lon = lat, lon
    return own_round


def cost(phone, *order, **changes):
    body = {"order": list(order), **changes}
    return phone.client.post("/v1/courier/order", json=body, headers={"X-Phone-Key": phone.key})


def test_the_planned_order_costs_nothing_and_riding_to_and_fro_costs_the_way(phone, spread):
    assert cost(phone, 1, 2, 3).json == {"more_s": 0, "more_m": 0, "missed": []}
    between = cost(phone, 2, 1, 3).json
    assert between["more_m"] > 10_000
    assert between["more_s"] > 600
    from_there = cost(phone, 2, 3, 1, lat=FAR[0], lon=FAR[1]).json
    assert from_there["more_m"] < 0


def test_whose_hours_are_missed_is_said(phone, spread, database):
    with database.write() as session:
        first = session.scalars(
            select(models.RoundStop.consignment_id).where(
                models.RoundStop.round_id == spread, models.RoundStop.position == 1
            )
        ).one()
        seconds = local_seconds(NOW)
        session.execute(
            update(models.Consignment)
            .where(models.Consignment.id == first)
            .values(window_from_s=seconds, window_until_s=seconds + 1_200)
        )
    assert cost(phone, 1, 2, 3).json["missed"] == []
    assert cost(phone, 2, 1, 3).json["missed"] == [1]


def test_a_position_that_is_not_on_the_round_is_named(phone, spread):
    for order in ([1, 99], [1, 1]):
        answer = cost(phone, *order)
        assert (answer.status_code, answer.json["code"]) == (400, "invalid"), answer.json
        assert "order" in answer.text
    assert phone.client.post("/v1/courier/order", json={"order": [1]}).status_code == 401


def facts_of_note(database):
    with database.read() as session:
        noted = session.scalars(select(models.CourierNote).where(models.CourierNote.kind == "reordered")).all()
        return [dict(doorstep.opened(session, one).facts) for one in noted]


def test_lunch_and_the_way_home_count_in_what_an_order_costs(phone, spread, database):
    plain = cost(phone, 2, 3, 1).json
    with database.write() as session:
        walked = session.get_one(models.DeliveryRound, spread)
        now_s = local_seconds(NOW)
        walked.courier.lunch_from_s, walked.courier.lunch_until_s = now_s + 300, now_s + 3_900
        first = next(stop for stop in walked.stops if stop.position == 1)
        first.consignment.window_from_s, first.consignment.window_until_s = now_s, now_s + 4_200
    assert cost(phone, 1, 2, 3).json == {"more_s": 0, "more_m": 0, "missed": []}
    # With lunch before it the first door is missed where it comes last; way and time beside are as without.
    eaten = cost(phone, 2, 3, 1).json
    assert (eaten["more_m"], eaten["missed"]) == (plain["more_m"], [1])
    with database.write() as session:
        walked = session.get_one(models.DeliveryRound, spread)
        walked.courier.lunch_from_s = walked.courier.lunch_until_s = None
        stop = next(one for one in walked.stops if one.position == 3)
        # Without lunch this door is reached before it closes, with it in neither order.
        stop.consignment.window_from_s, stop.consignment.window_until_s = now_s, now_s + 5_400
    assert cost(phone, 2, 3, 1).json["missed"] == [1]


@pytest.mark.parametrize("says", [{"order": [3, 1, 2]}, {}])
def test_the_server_keeps_its_own_figure_and_what_the_phone_estimated_beside_it(phone, spread, database, clock, says):
    asked = cost(phone, 3, 1, 2).json
    told = {"position": 3, "what": "road", "more_m": 77, "how": "straight", **says}
    clock.forward(hours=3)  # told when there was signal again: it is computed for when it was decided
    assert tell(phone, note("reordered", spread, **told)) == [("recorded", "")]
    (facts,) = facts_of_note(database)
    assert {name: facts[name] for name in asked} == asked
    assert (facts["how"], facts["told"]) == ("server", {"more_m": 77, "how": "straight"})
    assert tell(phone, note("reordered", spread, **told)) == [("known", "")]


def test_what_cannot_be_computed_stays_the_phones_estimate(phone, spread, database, sign_in):
    with database.write() as session:
        session.get_one(models.DeliveryRound, spread).office.lat = None
    told = {"position": 3, "what": "road", "more_m": 1_200, "how": "straight", "order": [3, 1, 2]}
    assert tell(phone, note("reordered", spread, **told)) == [("recorded", "")]
    (facts,) = facts_of_note(database)
    assert (facts["more_m"], facts["how"]) == (1_200, "straight")
    assert "Ước tính của máy" in sign_in("dispatcher").get("/staff/courier-notes").text


def test_the_dispatcher_sees_the_order_its_reason_and_its_cost(phone, spread, sign_in, database):
    says = {"position": 3, "what": "road", "words": "cầu ngập", "more_s": 900, "more_m": 12_400, "missed": [2]}
    assert tell(phone, note("reordered", spread, **says, how="asked")) == [("recorded", "")]
    assert tell(phone, note("reordered", spread, 2, position=3, what="bored")) == [("refused", "invalid")]
    clerk = sign_in("dispatcher")
    page = clerk.get("/staff/courier-notes").text
    ours = cost(phone, 3, 1, 2).json
    minutes, km = round(ours["more_s"] / 60), f"{ours['more_m'] / 1000:.1f}".replace(".", ",")
    for told in ("làm điểm 3 trước", "đường tắc, ngập, cấm", f"{km} km", f"{minutes} phút", "cầu ngập"):
        assert told in page, told
    assert "12,4 km" not in page  # the phone's word of what the server told it is no evidence
    assert "Ước tính" not in page
    assert "1 lần bưu tá đổi thứ tự" in clerk.get("/staff/day").text
    clerk.post("/staff/courier-notes/1/settle", settlement="seen")
    assert "làm điểm 3 trước" not in clerk.get("/staff/courier-notes").text
    with database.read() as session:
        actions = set(session.scalars(select(models.AuditEntry.action)))
    assert {"courier_reordered", "courier_note_seen"} <= actions
