"""The lists of what goes back to agencies and to other provinces: steps, acts on many, and where they are counted."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import State, doorstep, models, rounds
from tests import builders as build
from tests.api.test_bulk_pages import exported
from tests.api.test_desk import hand_over, import_results
from tests.postal import day as a_day

ITEM = re.compile(r'name="item" value="(\d+)"')
CARD = re.compile(r'href="(/staff/(?:returns|outside)\?[^"]*step=(\w+)[^"]*)"')


@pytest.fixture
def refused(database, house, clock):
    """Items refused at their doors on Monday, all rounds closed; return their ids."""
    clock.now = a_day.EVENING
    with database.write() as session:
        build.accepted(session, build.result(99))  # the range of numbers is granted already
        a_day.handed_over(session, n=4)
        problem = rounds.planning_problem(session, a_day.DAY, now=a_day.MORNING)
        plan = rounds.save_plan(build.act(session, a_day.MORNING), a_day.DAY, problem, a_day.hand_made_plan(problem))
        rounds.publish_plan(build.act(session, a_day.MORNING), plan.id)
        ids = []
        for one in plan.rounds:
            items = [item for stop in one.stops for item in stop.consignment.items]
            rounds.start_round(build.act(session, a_day.MORNING), one.id, scanned=[item.s10 for item in items])
            scans = [a_day.failed(item, "TU_CHOI", at=a_day.MORNING + timedelta(hours=1)) for item in items]
            by = a_day.phone_of(session, one.courier)
            doorstep.record_scans(build.act(session, a_day.EVENING, by=by), scans)
            ids += [item.id for item in items]
        a_day.close_all(session, plan)
        return ids


def states(database, ids):
    with database.read() as session:
        return [session.get_one(models.Item, one).state for one in ids]


def rows(person, path):
    return sorted(map(int, ITEM.findall(person.get(path).text)))


def to_count(page):
    """Return where the first row of what is to be counted leads."""
    return re.search(r'<a href="([^"]+)" aria-label="Đếm và ký nhận tại', page)[1]


def test_what_is_due_back_is_ticked_started_counted_and_gone(refused, sign_in, database):
    desk = sign_in("postal")
    page = desk.get("/staff/returns").text
    assert rows(desk, "/staff/returns") == sorted(refused)
    assert "từ chối" in page.lower()
    assert 'value="batch"' not in page, "no deed that does not belong here"
    two = [str(one) for one in refused[:2]]
    shown = desk.post("/staff/bulk", list="returns", step="due", deed="return", item=two)
    desk.post(f"{shown.location}/confirm")
    assert set(states(database, refused)) == {State.AT_OFFICE}, "nobody said to be sure"
    desk.post(f"{shown.location}/confirm", sure="1")
    assert states(database, refused[:2]) == [State.RETURNING_TO_SENDER] * 2
    assert rows(desk, "/staff/returns") == sorted(refused[2:])
    assert rows(desk, "/staff/returns?step=returning") == sorted(refused[:2])
    everything = desk.post("/staff/bulk", list="returns", step="due", deed="return", all="1")
    desk.post(f"{everything.location}/confirm", sure="1")
    assert set(states(database, refused)) == {State.RETURNING_TO_SENDER}
    page = desk.get("/staff/returns").text
    assert "Không có bưu gửi nào đến hạn" in page
    assert "Đếm bưu gửi chuyển hoàn" in desk.get(to_count(page)).text


def test_a_clerk_of_another_office_sees_and_returns_nothing(refused, sign_in, database):
    stranger = sign_in("stranger-clerk")
    assert rows(stranger, "/staff/returns") == []
    shown = stranger.post("/staff/bulk", list="returns", deed="return", item=[str(one) for one in refused])
    stranger.post(f"{shown.location}/confirm", sure="1")
    assert set(states(database, refused)) == {State.AT_OFFICE}


def test_figures_filters_and_files_of_the_list_agree(refused, sign_in, database):
    desk = sign_in("postal")
    page = desk.get("/staff/returns").text
    assert {step for _url, step in CARD.findall(page)} == {"due", "returning"}
    with database.read() as session:
        item = session.get_one(models.Item, refused[0])
        commune = item.consignment.commune_code
        n = sum(session.get_one(models.Item, one).consignment.commune_code == commune for one in refused)
    assert len(rows(desk, f"/staff/returns?commune={commune}")) == n
    assert len(rows(desk, "/staff/returns?days=30")) == 0
    assert len(rows(desk, "/staff/returns?step=nonsense&commune=x")) == len(refused)
    lines = exported(desk, of="returns", step="due").data.decode("utf-8-sig").splitlines()
    assert len(lines) == len(refused) + 1
    assert "Vì sao chuyển hoàn" in lines[0]


def test_other_provinces_are_marked_in_bulk_and_followed_to_the_national_post(sign_in, database):
    centre, postal = sign_in("centre"), sign_in("postal")
    import_results(centre, *(build.result(n, address="12 Lê Lợi", lat="", lon="") for n in (1, 2, 3)), build.result(4))
    ids = rows(centre, "/staff/queue?bucket=address")
    assert len(ids) == 3
    shown = centre.post("/staff/bulk", list="queue", deed="outside", item=[str(one) for one in [*ids, 4]])
    assert "Không có câu hỏi về xã, phường" in centre.get(shown.location).text
    centre.post(f"{shown.location}/confirm", sure="1")
    assert rows(centre, "/staff/outside?step=agency") == ids
    with database.read() as session:
        assert session.scalars(
            select(models.AuditEntry.facts).where(models.AuditEntry.action == "bulk_outside")
        ).one() == {"n_done": 3, "n_refused": 1}
    hand_over(centre, postal, database)
    assert rows(postal, "/staff/outside") == ids, "what no office has scanned in may lie at any"
    page = postal.get("/staff/outside").text
    count = postal.get(to_count(page)).text
    assert "ngoài tỉnh" in count
    assert "Cán bộ Bộ phận Một cửa" not in count, "who takes it is of the national post"
    assert "Bưu chính đường trục không giữ bưu gửi nào" in postal.get("/staff/outside?step=carrier").text
