"""The dispatcher's orders by forms: what is blocked, who is away, and a remedy chosen by its button."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import models
from postal.network import crew
from tests import builders as build
from tests.api.test_desk import hand_over, import_results

pytestmark = pytest.mark.journey  # each test plans a day, with a solver's process started for it

DAY = "2026-11-23"
SPAN = {"from": DAY, "until": DAY}
ROAD = {"one_end": "16.40, 107.5875", "other_end": "16.52, 107.5875", "reason": "ngập"}


@pytest.fixture
def dispatcher(sign_in, database, clock):
    """Bring in three results, one to be handed over only at five in the morning; return the dispatcher on Monday."""
    centre, dispatcher = sign_in("centre"), sign_in("dispatcher")
    import_results(centre, *(build.result(n) for n in (1, 2, 3)))
    hand_over(centre, sign_in("postal"), database)
    clock.forward(days=2, hours=13)
    with database.write() as session:
        one = session.scalars(select(models.Consignment).order_by(models.Consignment.id)).first()
        one.window_from_s, one.window_until_s = 3 * 3600, 5 * 3600
    return dispatcher


def text(page):
    return " ".join(re.sub("<[^>]*>", " ", page.text).split())


def unserved(database):
    with database.read() as session:
        newest = session.scalar(select(models.DayPlan.id).order_by(models.DayPlan.id.desc()))
        return session.scalars(select(models.PlanUnserved.reason).where(models.PlanUnserved.plan_id == newest)).all()


def test_a_remedy_is_chosen_by_its_button_and_the_next_plan_serves_the_stop(dispatcher, database, clock):
    plan = dispatcher.post("/staff/plans", day=DAY, seconds="2").location
    assert unserved(database) == ["window_closed"]
    page = dispatcher.get(plan).text
    assert "Không bưu tá nào đến kịp khung giờ hẹn" in page
    action, button = re.search(r'action="([^"]*/remedy)".*?<button[^>]*>([^<]*)', page, re.DOTALL).groups()
    assert button.startswith("Hỏi người nhận có thể nhận từ 03:00 đến")
    clock.forward(minutes=1)
    assert dispatcher.post(action).location == plan
    page = text(dispatcher.get(plan))
    assert "Đã chọn cách gỡ, chờ lập lại" in page
    assert "1 lệnh điều hành ghi sau khi lập bản này" in page
    clock.forward(minutes=1)
    beside = dispatcher.post(f"{plan}/replan", seconds="2").location
    assert unserved(database) == []
    assert "1 mới xếp được" in text(dispatcher.get(beside))
    assert "Hỏi người nhận" in text(dispatcher.get(f"/staff/day-orders?day={DAY}"))


def test_a_blocked_road_is_listed_and_taken_back(dispatcher, database):
    dispatcher.post("/staff/day-orders/road", **ROAD, **SPAN, detour_min="20")
    page = dispatcher.get(f"/staff/day-orders?day={DAY}")
    assert "đi vòng 20 phút" in text(page)
    assert "Đường bị chặn, không có" not in text(page)
    dispatcher.post(re.search(r'action="([^"]*/end)"', page.text).group(1))
    assert "đi vòng 20 phút" not in text(dispatcher.get(f"/staff/day-orders?day={DAY}"))
    dispatcher.post("/staff/day-orders/road", **ROAD, **SPAN, detour_min="")
    assert "Đường bị chặn, không có đường vòng" in text(dispatcher.get(f"/staff/day-orders?day={DAY}"))


@pytest.mark.parametrize("page", ["flood"])
@pytest.mark.parametrize("why", ["another planning runs", "another day", "nothing"])
def test_a_road_stays_closed_whatever_becomes_of_the_planning_ordered_with_it(dispatcher, database, clock, why, page):
    plan = dispatcher.post("/staff/plans", day=DAY, seconds="2").location.rsplit("/", 1)[1]
    dispatcher.post(f"/staff/plans/{plan}/publish")
    span = {"from": "2026-11-24", "until": "2026-11-25"} if why == "another day" else SPAN
    if why == "another planning runs":
        with database.write() as session:
            session.add(
                models.Job(kind="plan_day", payload={"day": DAY}, state=models.JobState.RUNNING, run_at=clock.now,
                           queued_at=clock.now, leased_until=clock.now + timedelta(hours=9), dedupe_key=f"plan:{DAY}")
            )  # fmt: skip
    answer = dispatcher.post(
        "/staff/day-orders/road", **ROAD, **span, detour_min="", page=page, plan_id=plan, again="1"
    )
    assert answer.status_code == 303, answer.text
    with database.read() as session:
        kinds = session.scalars(select(models.DayOrder.kind).where(models.DayOrder.ended_at.is_(None))).all()
        n_plans = len(session.scalars(select(models.DayPlan.id)).all())
    assert kinds == ["closed_road"]
    shown = text(dispatcher.get(answer.location))
    said = {
        "another planning runs": "Chưa lập lại: Ngày này đang được lập phương án.",
        "another day": "Chưa lập lại: ngày 23/11/2026 không nằm trong những ngày đường bị chặn.",
        "nothing": "",
    }[why]
    assert said in shown
    assert ("Chưa lập lại" in shown) == bool(said)
    assert "Đã ghi đường bị chặn." in shown or not said
    assert n_plans == (1 if said else 2)


def test_the_first_button_of_the_form_only_closes_the_road(dispatcher):
    plan = dispatcher.post("/staff/plans", day=DAY, seconds="2").location
    dispatcher.post(f"{plan}/publish")
    page = dispatcher.get(f"/staff/day?day={DAY}").text
    form = re.search(r"<form[^>]*data-road-form.*?</form>", page, re.DOTALL).group()
    assert [bool(re.search('name="again"', one)) for one in re.findall('<button[^>]*type="submit"[^>]*>', form)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"one_end": "bến đò"}, "Điểm thứ nhất"),
        ({"other_end": "16.4"}, "Điểm thứ hai"),
        ({"other_end": "nan,nan"}, "Điểm thứ hai"),
        ({"until": "2026-11-20"}, "Đến hết ngày"),
        ({"detour_min": "9999"}, "Đi vòng thêm"),
        ({"one_end": "16,46"}, "điểm ở ngoài tỉnh"),  # half a point reads as 16 degrees north, 46 east
        ({"other_end": "21.03, 105.85"}, "điểm ở ngoài tỉnh"),
    ],
)
def test_a_road_that_cannot_be_is_refused_by_its_field(dispatcher, changed, named):
    dispatcher.post("/staff/day-orders/road", **({**ROAD, **SPAN, "detour_min": ""} | changed))
    page = text(dispatcher.get("/staff/day-orders"))
    assert named in page
    assert "Ngày này chưa có lệnh nào" in page


def named(database, code):
    with database.read() as session:
        return crew.names_by_code(session, {code})[code]


def test_a_courier_fallen_ill_and_a_flooded_commune_are_noted_for_the_next_plan(dispatcher, database):
    plan = dispatcher.post("/staff/plans", day=DAY, seconds="2").location
    with database.read() as session:
        ill = session.scalars(select(models.DeliveryRound)).first().courier.code
        commune = session.scalars(select(models.Consignment.commune_code)).first()
    dispatcher.post("/staff/day-orders/away", courier=ill, **SPAN)
    assert f"{named(database, ill)} nghỉ" in text(dispatcher.get(f"/staff/day-orders?day={DAY}"))
    dispatcher.post(f"{plan}/replan", seconds="2")
    with database.read() as session:
        newest = session.get(models.DayPlan, 2)
        assert ill not in {r.courier.code for r in newest.rounds}
        assert newest.rounds
    dispatcher.post("/staff/day-orders/commune", commune=commune, reason="lũ", **SPAN)
    assert "bị chia cắt" in text(dispatcher.get(f"/staff/day-orders?day={DAY}"))
    dispatcher.post("/staff/plans/2/replan", seconds="2")
    assert set(unserved(database)) == {"commune_closed"}


def test_an_office_that_does_not_work_sends_nobody_out_and_says_when_it_does(dispatcher, database):
    plan = dispatcher.post("/staff/plans", day=DAY, seconds="2").location
    with database.read() as session:
        office_id, name = session.execute(
            select(models.Office.id, models.Office.name).join(
                models.DeliveryRound, models.DeliveryRound.office_id == models.Office.id
            )
        ).first()
    two_days = {"from": DAY, "until": "2026-11-24"}
    answer = dispatcher.post("/staff/day-orders/office", office=str(office_id), reason="sửa điện", **two_days)
    page = dispatcher.get(answer.location)
    assert f"Đã ghi {name} nghỉ." in text(page)
    dispatcher.post(f"{plan}/replan", seconds="2")
    with database.read() as session:
        newest = session.scalars(select(models.DayPlan).order_by(models.DayPlan.id.desc())).first()
        newest_id = newest.id
        assert office_id not in {one.office_id for one in newest.rounds}
        waiting = [one for one in newest.unserved if one.reason == "not_a_delivery_day"]
        assert waiting
        assert all(one.detail["day"] > "2026-11-24" for one in waiting)
    dispatcher.post(re.search(r'action="([^"]*/day-orders/office/[0-9]+/end)"', page.text)[1], day=DAY)
    assert "chưa có lệnh nào" in text(dispatcher.get(f"/staff/day-orders?day={DAY}"))
    dispatcher.post(f"/staff/plans/{newest_id}/replan", seconds="2")
    assert "not_a_delivery_day" not in set(unserved(database))


@pytest.mark.parametrize(
    "changed", [{"office": ""}, {"office": "999999"}, {"office": "x"}, {"until": "2026-11-01"}, {"from": "hôm nay"}]
)
def test_days_off_that_cannot_be_are_refused(dispatcher, database, changed):
    with database.read() as session:
        office_id = session.scalar(select(models.Office.id).where(models.Office.kind == models.OfficeKind.DELIVERY))
    dispatcher.post("/staff/day-orders/office", **({"office": str(office_id), "reason": "x", **SPAN} | changed))
    assert "chưa có lệnh nào" in text(dispatcher.get(f"/staff/day-orders?day={DAY}"))
    with database.read() as session:
        assert session.scalars(select(models.OfficeClosure)).all() == []


def test_a_round_is_kept_in_its_order_by_a_button(dispatcher, database):
    plan = dispatcher.post("/staff/plans", day=DAY, seconds="2").location
    with database.read() as session:
        one = session.scalars(select(models.DeliveryRound)).first()
        round_id, n_stops = one.id, len(one.stops)
    dispatcher.post(f"/staff/rounds/{round_id}/keep-order")
    assert f"giữ nguyên thứ tự {n_stops} điểm dừng" in text(dispatcher.get(f"/staff/day-orders?day={DAY}"))
    beside = dispatcher.post(f"{plan}/replan", seconds="2").location
    assert f"{n_stops} điểm giữ nguyên" in text(dispatcher.get(beside))


def test_a_round_is_locked_and_let_go_on_the_page_of_its_plan(dispatcher, database):
    plan = dispatcher.post("/staff/plans", day=DAY, seconds="2").location
    page = dispatcher.get(plan).text
    action, plan_id = re.search(r'action="([^"]*/keep-order)".*?name="plan" value="(\d+)"', page, re.DOTALL).groups()
    assert dispatcher.post(action, plan=plan_id).location == plan
    page = dispatcher.get(plan)
    assert "Giữ nguyên khi lập lại" in text(page)
    end = re.search(r'action="(/staff/day-orders/\d+/end)"', page.text)[1]
    assert dispatcher.post(end, plan=plan_id).location == plan
    assert "Giữ nguyên khi lập lại" not in text(dispatcher.get(plan))


def test_a_clerk_sees_the_orders_and_gives_none(dispatcher, sign_in):
    clerk = sign_in("postal")
    page = clerk.get("/staff/day-orders?day=soon").text
    assert "Ghi đường bị chặn" not in page
    assert clerk.post("/staff/day-orders/road", **ROAD, **SPAN).status_code == 403


def test_somebody_away_is_recorded_said_and_taken_back(dispatcher, database):
    answer = dispatcher.post("/staff/day-orders/away", courier="BT001", **SPAN)
    assert answer.status_code in (302, 303)
    page = dispatcher.get(answer.location)
    name = named(database, "BT001")
    assert f"Đã ghi {name} nghỉ." in text(page)
    dispatcher.post(re.search(r'action="([^"]*/away/[0-9]+/end)"', page.text)[1], day=DAY)
    page = text(dispatcher.get(f"/staff/day-orders?day={DAY}"))
    assert f"Đã bỏ ngày nghỉ của {name}." in page
    assert "chưa có lệnh nào" in page


def test_a_commune_cut_off_is_opened_again(dispatcher):
    answer = dispatcher.post("/staff/day-orders/commune", commune="19789", reason="ngập", **SPAN)
    page = dispatcher.get(answer.location)
    assert "thuận hóa bị chia cắt" in text(page).casefold()
    dispatcher.post(re.search(r'action="([^"]*/commune/19789/open)"', page.text)[1], day=DAY)
    assert "chưa có lệnh nào" in text(dispatcher.get(f"/staff/day-orders?day={DAY}"))


@pytest.mark.parametrize(("path", "named"), [("away", "Bưu tá"), ("commune", "Xã, phường"), ("office", "Bưu cục")])
def test_nobody_and_nothing_is_chosen_beforehand(dispatcher, path, named):
    page = dispatcher.get(f"/staff/day-orders?day={DAY}").text
    assert page.count('<option value="">Chọn</option>') == 3
    dispatcher.post(f"/staff/day-orders/{path}", courier="", commune="", office="", reason="", **SPAN)
    page = text(dispatcher.get(f"/staff/day-orders?day={DAY}"))
    assert named in page
    assert "chưa có lệnh nào" in page


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2126-11-23", "31/02/2026"])
def test_a_day_nobody_can_mean_is_refused_wherever_a_day_is_asked(dispatcher, day):
    for path in ("day-orders", "rounds", "office-days"):
        page = dispatcher.get(f"/staff/{path}?day={day}")
        assert page.status_code == 200
        assert "Ngày không đúng dạng" in text(page)
    dispatcher.post("/staff/plans", day=day, seconds="2")
    assert "day" in text(dispatcher.get("/staff/plans"))
    for path in ("away", "commune", "road"):
        fields = {"from": day, "until": day, "courier": "BT001", "commune": "19789"} | ROAD
        assert dispatcher.post(f"/staff/day-orders/{path}", **fields).status_code in (302, 303)


def test_a_holiday_is_planned_only_with_a_word_about_it(dispatcher):
    dispatcher.post("/staff/plans", day="2026-11-24", seconds="2")
    assert "thứ Ba 24/11/2026 là ngày nghỉ" in text(dispatcher.get("/staff/plans"))
