"""The evening by forms: nothing out unaccounted for, papers and money back to their agency."""

import re

import pytest
from sqlalchemy import select

from postal import custody, doorstep, models, rounds
from postal.access.policy import Actor, ActorKind
from tests import builders as build
from tests.postal import day as a_day
from tests.town import published

PARTY = custody.Party(name="Người Ký")


@pytest.fixture
def out(database, house, clock):
    """Hand three over, load them on one round, deliver the first two; return (office, round, codes, agency)."""
    clock.now = a_day.MORNING
    with database.write() as session:
        cells = ({"take_back": "Giấy cũ (bản chính)", "fee_vnd": "135000"}, {}, {})
        items = build.accepted(session, *(build.result(n, **one) for n, one in enumerate(cells, start=1)))
        agency_id = items[0].consignment.issuing_office_id
        batch = custody.open_batch(build.act(session, build.EVENING), agency_id)
        codes = [line.s10 for line in build.closed_batch(session, batch.id).lines]
        custody.hand_over(build.act(session, build.EVENING), batch.id, scanned=codes, giver=PARTY, receiver=PARTY)
        walked = published(session, "BT001").rounds[0]
        rounds.start_round(build.act(session, clock.now), walked.id, scanned=codes)
        own = Actor(kind=ActorKind.USER, role=models.Role.COURIER, courier_id=walked.courier_id)
        scans = [
            a_day.delivered(items[0], fee_vnd=135_000, fee_receipt="TH-1", taken_back=["Giấy cũ"]),
            a_day.delivered(items[1]),
        ]
        answers = doorstep.record_scans(build.act(session, a_day.EVENING, by=own), scans)
        assert {answer.status for answer in answers} == {"recorded"}, answers
        return walked.office_id, walked.id, codes, agency_id, items[2].id


def test_a_day_stays_open_until_the_last_piece_has_a_word(out, sign_in, clock, database):
    office_id, round_id, _, _, item_id = out
    postal = sign_in("postal")
    clock.now = a_day.EVENING
    page = "/staff/office-days"
    shown = postal.get(page).text
    assert "chưa khép" in shown
    first, folded = shown.split("trên các chuyến chưa khép")
    assert (first.count('name="item_id"'), folded.count('name="item_id"')) == (0, 2), "the count settles these"
    postal.post(f"{page}/{office_id}/close", day="2026-11-23", sure="1")
    assert "Chưa khép ngày được" in postal.get(page).text
    postal.post(f"{page}/{office_id}/keep", day="2026-11-23", item_id=str(item_id), what="keep", reason="")
    assert "Lý do giữ lại" in postal.get(page).text
    kept = {"day": "2026-11-23", "item_id": str(item_id), "what": "keep", "reason": "đường ngập"}
    postal.post(f"{page}/{office_id}/keep", **kept)
    with database.write() as session:
        rounds.close_round(build.act(session, clock.now), round_id)
    postal.post(f"{page}/{office_id}/close", day="2026-11-23", sure="1")
    assert "Đã khép" in postal.get(page).text
    with database.read() as session:
        assert session.scalars(select(models.OfficeDay.office_id)).all() == [office_id]


def test_a_missing_piece_is_declared_with_a_reason(out, sign_in, clock, database):
    office_id, _, _, _, item_id = out
    postal = sign_in("postal")
    lost = {"day": "2026-11-23", "item_id": str(item_id), "what": "missing", "reason": "rơi trên đường"}
    postal.post(f"/staff/office-days/{office_id}/keep", **lost)
    with database.read() as session:
        assert session.get_one(models.Item, item_id).state != "missing"  # nobody said that it is meant
    lost |= {"sure": "1"}
    postal.post(f"/staff/office-days/{office_id}/keep", **lost)
    with database.read() as session:
        assert session.get_one(models.Item, item_id).state == "missing"


def test_papers_and_money_go_back_with_a_receipt(out, sign_in, clock):
    _, _, codes, agency_id, _ = out
    clock.now = a_day.EVENING
    postal = sign_in("postal")
    assert "Giấy cũ" in postal.get("/staff/giving-back").text
    both = {"giver_name": "Nguyễn Văn Thành", "receiver_name": "Lê Thị Giao"}
    page = f"/staff/agencies/{agency_id}/papers"
    postal.post(page, code=codes[0])
    postal.post(f"{page}/hand-over", money_vnd="135001", **both)
    assert "đếm được 135001 đồng" in postal.get("/staff/giving-back").text
    done = postal.post(f"{page}/hand-over", money_vnd="135000", **both)
    assert "/staff/handovers/" in done.location
    assert "Không còn giấy tờ" in postal.get("/staff/giving-back").text


@pytest.mark.parametrize("who", ["stranger-clerk", "courier", "centre"])
def test_nobody_else_closes_an_offices_day(out, sign_in, who):
    office_id, *_, item_id = out
    stranger = sign_in(who)
    kept = {"day": "2026-11-23", "item_id": str(item_id), "what": "keep", "reason": "không phải việc mình"}
    for path, fields in ((f"{office_id}/close", {"day": "2026-11-23"}), (f"{office_id}/keep", kept)):
        answer = stranger.post(f"/staff/office-days/{path}", **fields)
        assert answer.status_code in (303, 403, 404)
        assert answer.status_code != 303 or "Không tìm thấy" in stranger.get("/staff/office-days").text


def test_offices_that_are_accounted_for_close_together_and_the_others_are_named(out, sign_in, clock, database):
    office_id = out[0]
    postal = sign_in("postal")
    clock.now = a_day.EVENING
    page = "/staff/office-days"
    ready = re.findall(r'name="office" value="(\d+)"', postal.get(page).text)
    assert str(office_id) not in ready
    every = {"day": "2026-11-23", "office": [*ready, str(office_id), "x", "9" * 30]}
    postal.post(f"{page}/close", **every)
    with database.read() as session:
        assert session.scalars(select(models.OfficeDay.id)).all() == [], "nobody said to be sure"
    postal.post(f"{page}/close", **every, sure="1")
    shown = postal.get(page).text
    assert f"Đã khép ngày của {len(ready)} bưu cục" in shown
    assert "Chưa khép được, xem lại" in shown
    with database.read() as session:
        assert sorted(session.scalars(select(models.OfficeDay.office_id))) == sorted(map(int, ready))
    stranger = sign_in("stranger-clerk").post(f"{page}/close", day="2026-11-24", office=[str(office_id)], sure="1")
    assert stranger.status_code in (403, 404)
    postal.post(f"{page}/close", day="2026-11-23", sure="1")
    assert "Bưu cục" in postal.get(page).text
