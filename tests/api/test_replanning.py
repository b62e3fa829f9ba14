"""The day planned again by forms: what changes is shown first, what has left stays, what a dispatcher keeps is kept."""

import dataclasses
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from api.work.worker import HouseWorker
from postal import models
from postal.jobs.table import claim_due
from postal.network import crew
from tests import builders as build
from tests.api.test_desk import hand_over, import_results

pytestmark = pytest.mark.journey  # each test plans a day, with a solver's process started for it


@pytest.fixture
def published(sign_in, database, clock):
    """Bring in six results, plan Monday and publish; return the dispatcher and the plan's page."""
    centre, dispatcher = sign_in("centre"), sign_in("dispatcher")
    import_results(centre, *(build.result(n) for n in range(1, 7)))
    hand_over(centre, sign_in("postal"), database)
    clock.forward(days=2, hours=15)  # Monday morning
    made = dispatcher.post("/staff/plans", day="2026-11-23", seconds="2")
    dispatcher.post(f"{made.location}/publish")
    return dispatcher, made.location


def wait_for(condition, seconds=60):
    until_s = time.monotonic() + seconds
    while not condition() and time.monotonic() < until_s:
        time.sleep(0.1)
    return condition()


def told(database, *columns):
    with database.read() as session:
        return session.execute(select(*columns).order_by(columns[0])).all()


def statuses(database):
    return [status for _, status in told(database, models.DayPlan.id, models.DayPlan.status)]


def test_a_road_closed_on_the_days_page_is_planned_around_in_the_same_step(published, database, sign_in):
    dispatcher, _plan = published
    day = {"from": "2026-11-23", "until": "2026-11-23"}
    page = dispatcher.get("/staff/day?day=2026-11-23").text
    assert 'name="plan_id" value="1"' in page
    road = {"one_end": "16.40, 107.5875", "other_end": "16.52, 107.5875", "reason": "ngập", "detour_min": "20"}
    draft = dispatcher.post("/staff/day-orders/road", page="day", plan_id="1", again="1", **day, **road)
    assert re.fullmatch(r"/staff/plans/2/compare/1", draft.location)
    assert statuses(database) == ["published", "draft"], "nobody is sent elsewhere before it was looked at"
    assert "1 đường đang bị chặn" in dispatcher.get("/staff/day?day=2026-11-23").text
    only = dispatcher.post("/staff/day-orders/road", page="day", plan_id="1", **day, **road)
    assert only.location.startswith("/staff/day?")
    assert len(statuses(database)) == 2
    assert "data-road-form" not in sign_in("stranger-clerk").get("/staff/day?day=2026-11-23").text


def test_a_replan_is_shown_beside_what_stands_before_it_is_accepted(published, database):
    dispatcher, plan = published
    assert "Lập lại từ bây giờ" in dispatcher.get(plan).text
    draft = dispatcher.post(f"{plan}/replan", seconds="2")
    assert re.fullmatch(r"/staff/plans/2/compare/1", draft.location)
    page = dispatcher.get(draft.location).text
    assert not re.search(r'<span class="tag [a-z]*">đổi bưu tá', page)
    assert re.search(r'<span class="tag ?">đổi giờ', page)  # it is eight already: nobody leaves at seven any more
    assert "Công bố bản 2" in page
    assert statuses(database) == ["published", "draft"]
    dispatcher.post("/staff/plans/2/publish")
    assert statuses(database) == ["superseded", "published"]
    assert "đã được thay" in dispatcher.get(plan).text
    assert "bản 1" in dispatcher.get("/staff/plans/2").text


def test_a_kept_stop_moves_to_its_courier_and_the_comparison_names_it(published, database):
    dispatcher, plan = published
    with database.read() as session:
        one = session.scalars(select(models.DeliveryRound)).first()
        codes = [c.code for c in session.scalars(select(models.Courier)) if c.office_id == one.office_id]
        had, stop_id, round_id = one.courier.code, one.stops[0].id, one.id
    other = next(code for code in codes if code != had)
    assert "Giữ hoặc chuyển điểm dừng" in dispatcher.get(f"/staff/rounds/{round_id}").text
    dispatcher.post(f"/staff/rounds/{round_id}/keep", stop_id=str(stop_id), courier=other)
    draft = dispatcher.post(f"{plan}/replan", seconds="2")
    page = dispatcher.get(draft.location).text
    assert "đổi bưu tá" in page
    with database.read() as session:
        assert crew.names_by_code(session, {other})[other] in page
    assert re.search("<tr><td[^>]*><a class=", page)


def test_what_cannot_be_kept_is_said(published, database):
    dispatcher, _ = published
    stop_id, round_id = told(database, models.RoundStop.id, models.RoundStop.round_id)[0]
    dispatcher.post(f"/staff/rounds/{round_id}/keep", stop_id="999", courier="BT001")
    assert "điểm dừng" in dispatcher.get(f"/staff/rounds/{round_id}").text
    dispatcher.post(f"/staff/rounds/{round_id}/keep", stop_id=str(stop_id), courier="GHOST")
    assert "bưu tá" in dispatcher.get(f"/staff/rounds/{round_id}").text
    assert all(kept is None for _, kept in told(database, models.RoundStop.id, models.RoundStop.kept_for_id))


@pytest.mark.parametrize("seconds", ["1", "601", "soon"])
def test_a_replan_takes_no_other_time_than_offered(published, database, seconds):
    dispatcher, plan = published
    assert dispatcher.post(f"{plan}/replan", seconds=seconds).location == plan
    assert statuses(database) == ["published"]


def test_plans_of_two_days_are_not_compared(published, clock):
    dispatcher, plan = published
    other = dispatcher.post("/staff/plans", day="2026-11-25", seconds="2").location
    assert dispatcher.get(f"{plan}/compare/{other.rsplit('/', 1)[1]}").status_code == 404


def test_a_draft_is_planned_on_from_where_it_is(published, database):
    dispatcher, _ = published
    other = dispatcher.post("/staff/plans", day="2026-11-25", seconds="2").location
    assert "Tính tiếp từ bản này" in dispatcher.get(other).text
    again = dispatcher.post(f"{other}/replan", seconds="2").location
    assert re.fullmatch(r"/staff/plans/3/compare/2", again)
    assert "6 điểm giữ nguyên" in " ".join(re.sub("<[^>]*>", " ", dispatcher.get(again).text).split())
    assert statuses(database) == ["published", "draft", "draft"]


def test_a_plan_that_was_replaced_is_planned_on_by_nobody(published, database):
    dispatcher, plan = published
    dispatcher.post(f"{plan}/replan", seconds="2")
    dispatcher.post("/staff/plans/2/publish")
    assert "Lập lại từ bây giờ" not in dispatcher.get(plan).text


def order(dispatcher, day="2026-11-25", seconds="300"):
    """Press the button as a browser does, with no worker beside it; return the page it leads to."""
    form = {"csrf_token": dispatcher.csrf, "day": day, "seconds": seconds}
    return dispatcher.client.post("/staff/plans", data=form, headers={"Accept": "text/html"}).location


@pytest.fixture
def worker(services):
    """Return a worker as `tannha worker` runs it, started by the test, stopped after it."""
    working = HouseWorker(dataclasses.replace(services, clock=lambda: datetime.now(UTC)))
    yield working
    working.stop(20)


def test_a_long_search_tells_how_far_it_is_and_stops_when_asked(published, worker):
    dispatcher, _ = published
    page_of_job = order(dispatcher)
    assert re.fullmatch(r"/staff/jobs/\d+", page_of_job)
    page = dispatcher.get(page_of_job)
    assert page.headers["Refresh"] == "2"
    assert "Đang chờ đến lượt" in page.text
    assert order(dispatcher) == "/staff/plans"
    assert "đang được lập phương án" in dispatcher.get("/staff/plans").text
    worker.start()
    assert wait_for(lambda: "giờ đi đường" in dispatcher.get(page_of_job).text)
    dispatcher.post(f"{page_of_job}/stop")
    assert wait_for(lambda: dispatcher.get(page_of_job).status_code == 303)
    assert dispatcher.get(page_of_job).location == "/staff/plans/2"
    assert "6 điểm dừng" in " ".join(re.sub("<[^>]*>", " ", dispatcher.get("/staff/plans/2").text).split())


def test_a_search_whose_worker_died_says_so_and_is_begun_again(published, database, worker):
    dispatcher, _ = published
    page_of_job = order(dispatcher, seconds="2")
    with database.write() as session:  # a worker that claims and dies
        (ticket,) = claim_due(session, now=datetime.now(UTC) - timedelta(minutes=1), n=1, kinds={"plan_day"})
    assert ticket.n_attempts == 1
    worker.start()
    assert wait_for(lambda: dispatcher.get(page_of_job).status_code == 303)
    assert dispatcher.get(page_of_job).location == "/staff/plans/2"


def test_a_search_not_begun_is_struck_off(published, database):
    dispatcher, _ = published
    page_of_job = order(dispatcher)
    dispatcher.post(f"{page_of_job}/stop")
    assert dispatcher.get(page_of_job).location == "/staff/plans"
    assert "Đã dừng trước khi bắt đầu" in dispatcher.get("/staff/plans").text
    assert order(dispatcher) != page_of_job
    assert dispatcher.get("/staff/jobs/9999").status_code == 404


def test_a_stranger_to_planning_sees_no_job(published, sign_in):
    dispatcher, _ = published
    page_of_job = order(dispatcher)
    assert sign_in("courier").get(page_of_job).status_code in (403, 404)
