"""A dispatcher's whole day in a real browser: plan by hand, publish, re-plan, late items, close, give back, send on."""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from postal import Actor, ActorKind, Role, doorstep, models, rounds
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.browser.test_staff_day import start_worker
from tests.api.test_desk import hand_over, import_results
from tests.postal import day as a_day

__all__ = ["start_worker"]

LATE = (91, 92)
READ_ELSEWHERE = {
    "today",
    "day",
    "orders",
    "late",
    "plan-broken-rule",
    "bulk-2",
    "bulk-4",
    "count-back",
    "counted-back",
}
DESK = {"width": 1280, "height": 900}
LAST_WEEK = {"finished_at": "2026-11-12T15:00:00+07:00"}
ELSEWHERE = {"address": "12 Bạch Đằng, phường Hải Châu, thành phố Đà Nẵng", "lat": "", "lon": ""}
PHU_XUAN = {"address": "5 Đinh Tiên Hoàng, phường Phú Xuân, thành phố Huế", "lat": "16.4741", "lon": "107.5785"}


@pytest.fixture
def monday(sign_in, database, clock):
    """Eight results for two offices' rounds of Monday, one for another province, two that have lain since last week."""
    centre, postal = sign_in("centre"), sign_in("postal")
    clock.forward(days=-7)
    import_results(centre, *(build.result(n, **LAST_WEEK, **PHU_XUAN) for n in LATE))
    hand_over(centre, postal, database)
    clock.forward(days=7)
    near = [build.result(n, lat=f"16.46{n}2", lon=f"107.58{n}2") for n in range(1, 5)]
    import_results(centre, *near, *(build.result(n, **PHU_XUAN) for n in range(5, 9)), build.result(9, **ELSEWHERE))
    hand_over(centre, postal, database)
    clock.now = a_day.MORNING - timedelta(minutes=60)


@pytest.fixture
def page(enter, monday, start_worker):
    start_worker()
    return enter("dispatcher", "/staff/", DESK)


def looked_at(page, name):
    """Let axe read what no other journey does, hold the page to its width, leave a picture where one is wanted."""
    assert name in READ_ELSEWHERE or violations(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    if folder := os.environ.get("TANNHA_PICTURES"):
        page.screenshot(path=f"{folder}/dispatcher-{name}.png", full_page=True)


def in_all_rounds(page):
    return [order(one) for one in page.locator("[data-round]").all()]


def order(one):
    return one.locator("[data-stop]").evaluate_all("all => all.map(stop => stop.dataset.stop)")


def plans_from_the_figures_of_the_morning(page):
    expect(page.get_by_text("Xin chào Người dispatcher")).to_be_visible()
    looked_at(page, "today")
    page.get_by_role("link", name=re.compile("chờ xếp chuyến: lập phương án")).click()
    page.get_by_label("Ngày phát").fill("2026-11-23")
    page.get_by_label("Thời gian tính").fill("2")
    page.get_by_role("button", name="Lập phương án").dblclick()
    page.wait_for_url(re.compile(r"/staff/plans/1$"))
    expect(page.locator("[data-map] path.door")).to_have_count(10)


def moves_stops_and_is_told_what_that_breaks(page, database):
    first = page.locator("[data-round]").first
    before = order(first)
    stops = first.locator("[data-stop]")
    stops.nth(2).drag_to(stops.nth(0), target_position={"x": 20, "y": 4})
    expect(page.get_by_text("1 lần sửa tay")).to_be_visible()
    dragged = [before[2], before[0], before[1], *before[3:]]
    assert order(first) == dragged

    page.context.set_offline(True)  # the line is cut: nothing moves, and the screen says so
    page.locator(f'input[name=stop][value="{before[0]}"]').focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("[data-board] .notice.danger")).to_contain_text("Mất kết nối")
    assert order(first) == dragged
    looked_at(page, "plan-line-cut")
    page.context.set_offline(False)
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_text("2 lần sửa tay")).to_be_visible()
    expect(page.get_by_text("Mất kết nối")).to_have_count(0)
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_text("1 lần sửa tay")).to_be_visible()
    assert order(first) == dragged

    with database.write() as session:
        for one in session.scalars(select(models.Courier)):
            one.capacity_ml = 600 * (len(before) - 1)
    page.locator(f'input[name=stop][value="{before[1]}"]').check()
    page.get_by_label("Chuyển điểm đã chọn đến").select_option("off")
    page.get_by_role("button", name="Chuyển", exact=True).click()
    expect(page.locator("[data-left-over]")).to_have_count(1)
    page.locator(f'input[name=stop][value="{before[1]}"]').check()
    page.get_by_label("Chuyển điểm đã chọn đến").select_option(index=1)
    page.get_by_role("button", name="Chuyển", exact=True).click()
    expect(page.locator("[data-said] li")).to_contain_text("chở quá sức chứa của thùng")
    looked_at(page, "plan-broken-rule")
    page.get_by_label("Lý do vẫn xếp").fill("xe mượn thùng lớn")
    page.get_by_role("button", name="Vẫn xếp, ghi lý do").click()
    expect(page.get_by_text("1 lần xếp trái quy tắc, có lý do")).to_be_visible()


def publishes_once(page, database):
    page.get_by_role("button", name="Công bố cho bưu tá").dblclick()
    expect(page.get_by_text(re.compile("Đã công bố phương án"))).to_be_visible()
    with database.read() as session:
        assert session.scalars(select(models.DayPlan.status)).all() == ["published"]


def the_round_with_what_is_late_leaves(database, clock):
    """Let the office hand that round over; return it, who was to walk the other one, and how many stops."""
    clock.now = a_day.MORNING
    with database.write() as session:
        late = models.Item.dossier_code == f"H57.15-261120-{LATE[0]:04d}"
        stop = select(models.RoundStop).join(models.Item, models.Item.consignment_id == models.RoundStop.consignment_id)
        leaves = session.scalars(stop.where(late)).one().round
        waits = session.scalars(select(models.DeliveryRound).where(models.DeliveryRound.id != leaves.id)).one()
        codes = [item.s10 for stop in leaves.stops for item in stop.consignment.items]
        rounds.start_round(build.act(session, clock.now), leaves.id, scanned=codes)
        return leaves.id, waits.courier.code, len(waits.stops)


def plans_again_around_a_road_and_without_a_courier(page, ill, n_stops):
    page.get_by_role("link", name="Theo dõi chuyến").click()
    expect(page.locator("svg.time-line")).to_have_count(2)
    looked_at(page, "day")
    page.goto("/staff/day-orders?day=2026-11-23")
    page.get_by_label("Bưu tá", exact=True).select_option(ill)
    name = page.get_by_label("Bưu tá", exact=True).locator("option:checked").inner_text().split(" · ")[0]
    page.get_by_role("button", name="Ghi nghỉ").click()
    expect(page.get_by_role("cell", name=f"{name} nghỉ", exact=True)).to_be_visible()
    looked_at(page, "orders")

    page.goto("/staff/day?day=2026-11-23")
    page.locator(".road-closing > summary").press("Enter")
    form = page.locator("[data-road-form]")
    form.get_by_label("Lý do").fill("cầu ngập")
    form.get_by_label("Điểm thứ nhất").fill("16,46")  # half a point
    form.get_by_label("Điểm thứ hai").fill("16,46; 107,59")
    form.get_by_role("button", name="Ghi đường bị chặn").click()
    expect(page.locator("#faults")).to_contain_text("Điểm thứ nhất: điểm ở ngoài tỉnh")
    expect(form.get_by_label("Lý do")).to_have_value("cầu ngập")
    expect(page.locator(".map path.commune")).to_have_count(40)
    looked_at(page, "road-refused")
    page.get_by_role("button", name="Kẻ trên bản đồ").press("Enter")
    for key in ("Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
        page.wait_for_timeout(400)  # the map moves
    expect(page.locator("[data-draw-told]")).to_have_text("Đã kẻ. Điền lý do rồi ghi.")
    page.get_by_role("button", name="Ghi rồi lập lại từ bây giờ").dblclick()
    page.wait_for_url(re.compile(r"/staff/plans/2/compare/1"))
    expect(page.get_by_text("1 chuyến đã xuất phát được giữ nguyên")).to_be_visible()
    expect(page.locator(".counter", has_text="đổi bưu tá")).to_contain_text(str(n_stops))
    looked_at(page, "compared")
    page.get_by_role("button", name="Công bố bản 2").click()
    expect(page.get_by_text(re.compile("Đã công bố phương án"))).to_be_visible()


def asks_who_is_late(page):
    """What is still out with nobody cannot be held: the preview says so, and nothing is done."""
    page.get_by_role("link", name="Trễ hạn").click()
    expect(page.locator("tbody tr")).to_have_count(len(LATE))
    expect(page.locator("tbody")).to_contain_text("Bưu cục Phú Xuân")
    looked_at(page, "late")
    page.locator("thead input[type=checkbox]").check()
    page.get_by_label("Làm hàng loạt").select_option(label="Giữ tại bưu cục chờ người nhận")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.locator(".counter", has_text="không làm được")).to_contain_text(str(len(LATE)))
    expect(page.get_by_role("button", name=re.compile("^Làm với"))).to_have_count(0)
    looked_at(page, "late-refused")
    page.get_by_role("link", name="Về danh sách").click()


def invites_and_holds_who_was_absent(page):
    page.get_by_role("link", name="Hàng chờ").click()
    for deed in ("In giấy mời", "Giữ tại bưu cục chờ người nhận"):
        for number in LATE:
            page.get_by_label(f"Chọn H57.15-261120-{number:04d}").check()
        does_in_bulk(page, deed, n=len(LATE))


def does_in_bulk(page, deed, *, n):
    page.get_by_label("Làm hàng loạt").select_option(label=deed)
    page.get_by_role("button", name="Xem trước").click()
    expect(page.locator(".counter", has_text="sẽ làm")).to_contain_text(str(n))
    looked_at(page, f"bulk-{n}")
    if page.get_by_label("Tôi chắc chắn").count():
        page.get_by_label("Tôi chắc chắn").check()
    page.get_by_role("button", name=f"Làm với {n} bưu gửi").dblclick()
    expect(page.get_by_text("Đã làm xong lúc")).to_be_visible()
    expect(page.locator(".counter", has_text="đã làm")).to_contain_text(str(n))
    page.get_by_role("link", name="Về danh sách").click()


def two_are_absent_and_the_others_refuse(database, clock, round_id):
    clock.now = a_day.EVENING
    with database.write() as session:
        found = session.get_one(models.DeliveryRound, round_id)
        items = [item for stop in found.stops for item in stop.consignment.items if item.round_id == round_id]
        why = dict.fromkeys(LATE, "VANG_NHA")
        scans = [a_day.failed(item, why.get(int(item.dossier_code[-4:]), "TU_CHOI")) for item in items]
        courier = {"courier_id": found.courier_id, "office_id": found.office_id}
        by = Actor(kind=ActorKind.USER, role=Role.COURIER, **courier)  # whose phone would bring along that he called
        answers = doorstep.record_scans(build.act(session, clock.now, by=by), scans)
        assert {one.status for one in answers} == {"recorded"}, answers
        return [item.s10 for item in items]


def counts_home_what_keeps_the_day_open(page, codes):
    page.get_by_role("link", name="Khép ngày").click()
    expect(page.get_by_text(f"Còn {len(codes) + 1} việc")).to_be_visible()
    expect(page.get_by_text(f"{len(codes)} bưu gửi trên các chuyến chưa khép")).to_be_visible()
    looked_at(page, "close-blocked")
    page.get_by_role("link", name="Đếm bưu gửi đem về và khép chuyến").click()
    page.get_by_text("Dán nhiều mã một lần").click()
    page.get_by_label("Mỗi dòng một mã").fill("\n".join(codes))
    page.get_by_role("button", name="Đếm các mã này").click()
    expect(page.locator("[data-missing-count]").first).to_have_text("0")
    page.get_by_label("Tiền đếm được").fill("0")
    page.get_by_label("Giấy tờ thu hồi đếm được").fill("0")
    looked_at(page, "count-back")
    page.locator("form", has=page.get_by_label("Tiền đếm được")).get_by_role("button").click()
    expect(page.get_by_text("Chuyến").first).to_be_visible()
    looked_at(page, "counted-back")


def closes_the_day(page, database):
    page.get_by_role("link", name="Khép ngày").click()
    page.get_by_label("Bưu cục A Lưới").uncheck()
    page.get_by_role("button", name="Khép ngày các bưu cục đã chọn").click()
    expect(page.get_by_label("Tôi chắc chắn")).to_be_focused()  # the browser itself asks
    page.get_by_label("Tôi chắc chắn").check()
    page.get_by_role("button", name="Khép ngày các bưu cục đã chọn").dblclick()
    expect(page.get_by_text(re.compile(r"Đã khép ngày của \d+ bưu cục"))).to_be_visible()
    looked_at(page, "closed")
    with database.read() as session:
        closed = session.scalars(select(models.Office.name).join(models.OfficeDay)).all()
    assert "Bưu cục Phú Xuân" in closed
    assert "Bưu cục A Lưới" not in closed


def gives_back_and_sends_on_in_bulk(page, n_refused):
    page.get_by_role("link", name="Trả cơ quan").click()
    page.get_by_role("link", name="Danh sách chuyển hoàn").click()
    looked_at(page, "returns")
    page.locator("thead input[type=checkbox]").check()
    does_in_bulk(page, "Chuyển hoàn vì không phát được", n=n_refused)
    expect(page.get_by_text("Không có bưu gửi nào đến hạn chuyển hoàn")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Đếm và ký nhận tại"))).to_have_count(1)
    page.goto("/staff/outside")
    looked_at(page, "outside")
    page.get_by_role("link", name=re.compile("Đếm và ký nhận tại")).first.click()
    looked_at(page, "outside-count")


def test_a_dispatchers_whole_day(page, database, clock):
    plans_from_the_figures_of_the_morning(page)
    moves_stops_and_is_told_what_that_breaks(page, database)
    publishes_once(page, database)
    asks_who_is_late(page)
    round_id, ill, n_stops = the_round_with_what_is_late_leaves(database, clock)
    plans_again_around_a_road_and_without_a_courier(page, ill, n_stops)
    codes = two_are_absent_and_the_others_refuse(database, clock, round_id)
    counts_home_what_keeps_the_day_open(page, codes)
    closes_the_day(page, database)
    invites_and_holds_who_was_absent(page)
    gives_back_and_sends_on_in_bulk(page, n_refused=len(codes) - len(LATE))
