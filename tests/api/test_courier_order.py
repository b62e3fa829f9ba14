"""A stop before its turn: what it costs by our own travel times, told by the courier, seen by the dispatcher."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from postal import models
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


def test_the_dispatcher_sees_the_order_its_reason_and_its_cost(phone, spread, sign_in, database):
    says = {"position": 3, "what": "road", "words": "cầu ngập", "more_s": 900, "more_m": 12_400, "missed": [2]}
    assert tell(phone, note("reordered", spread, **says, how="asked")) == [("recorded", "")]
    assert tell(phone, note("reordered", spread, 2, position=3, what="bored")) == [("refused", "invalid")]
    clerk = sign_in("dispatcher")
    page = clerk.get("/staff/courier-notes").text
    for told in ("làm điểm 3 trước", "đường tắc, ngập, cấm", "12,4 km", "15 phút", "Lỡ giờ hẹn ở điểm 2", "cầu ngập"):
        assert told in page
    assert "chim bay" not in page
    assert "1 lần bưu tá đổi thứ tự" in clerk.get("/staff/day").text
    clerk.post("/staff/courier-notes/1/settle", settlement="seen")
    assert "làm điểm 3 trước" not in clerk.get("/staff/courier-notes").text
    with database.read() as session:
        actions = set(session.scalars(select(models.AuditEntry.action)))
    assert {"courier_reordered", "courier_note_seen"} <= actions
