"""The page of discrepancies: a scan that came after a signed count is settled, or said to be true."""

import pytest
from sqlalchemy import select

from postal import doorstep, models, rounds
from postal.access.policy import Actor, ActorKind
from tests import builders as build
from tests.api.test_office_day import out  # noqa: F401 - a fixture
from tests.postal import day as a_day

WHY = "đã gọi người nhận"


@pytest.fixture
def late(out, database, clock):  # noqa: F811
    """Count the third piece back and let its delivery of the morning come; return item, consignment and note."""
    _, round_id, codes, _, item_id = out
    clock.now = a_day.EVENING
    with database.write() as session:
        walked = session.get_one(models.DeliveryRound, round_id)
        brought = rounds.Brought(money_vnd=135_000, n_papers=1)
        rounds.close_round(build.act(session, clock.now), round_id, scanned=[codes[2]], brought=brought)
        item = session.get_one(models.Item, item_id)
        own = Actor(kind=ActorKind.USER, role=models.Role.COURIER, courier_id=walked.courier_id)
        (answer,) = doorstep.record_scans(build.act(session, clock.now, by=own), [a_day.delivered(item, minutes=150)])
        assert answer.status == "held"
        note = session.scalars(select(models.Discrepancy.id).where(models.Discrepancy.item_id == item_id)).one()
        return item_id, item.consignment_id, note


def state_of(database, item_id):
    with database.read() as session:
        return str(session.get_one(models.Item, item_id).state)


def test_a_true_scan_is_accepted_once_with_its_grounds_and_the_item_shows_both(late, sign_in, database):
    item_id, consignment_id, note = late
    postal, path = sign_in("postal"), f"/staff/discrepancies/{note}/accept"
    assert "Bưu gửi thành “Đã phát tận tay”" in postal.get("/staff/discrepancies").text
    for wrong in ({"settlement": WHY}, {"sure": "1"}, {"settlement": "x" * 501, "sure": "1"}):
        postal.post(path, **wrong)
        assert 'class="notice danger' in postal.get("/staff/discrepancies").text, wrong
        assert state_of(database, item_id) == "at_office"
    postal.post(path, settlement=WHY, sure="1")
    assert "Đã công nhận lượt quét" in postal.get("/staff/discrepancies").text
    assert state_of(database, item_id) == "delivered"
    page = postal.get(f"/staff/consignments/{consignment_id}").text
    assert "được công nhận sau khi không khớp" in page
    assert f"{WHY} (postal," in page
    postal.post(path, settlement=WHY, sure="1")
    assert "đã được giải quyết" in postal.get("/staff/discrepancies").text


def test_a_wrong_scan_is_settled_and_its_words_stand_on_the_item(late, sign_in, database):
    item_id, consignment_id, note = late
    postal = sign_in("postal")
    assert "chưa khớp" in postal.get(f"/staff/consignments/{consignment_id}").text
    postal.post(f"/staff/discrepancies/{note}/settle", settlement="quét nhầm")
    page = postal.get(f"/staff/consignments/{consignment_id}").text
    assert "quét nhầm (postal," in page
    assert "chưa khớp" not in page
    assert state_of(database, item_id) == "at_office"


@pytest.mark.parametrize("who", ["courier", "admin"])
def test_who_settles_nothing_accepts_nothing(late, sign_in, database, who):
    item_id, _, note = late
    answer = sign_in(who).post(f"/staff/discrepancies/{note}/accept", settlement=WHY, sure="1")
    assert answer.status_code in (303, 403, 404)
    assert state_of(database, item_id) == "at_office"
