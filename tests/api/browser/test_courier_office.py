"""Between a round and the office, on two phones: stops change hands by scans, words go both ways, money is counted."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from postal import custody, models, rounds
from routing import Plan, PlannedRound, Visit
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.browser.phone import CAMERA, PHONE, enter_pin, fits, scan_as_keyboard
from tests.api.conftest import NOW
from tests.api.test_courier_phones import code_for


def by_camera(page, code):
    """Leave the screen and open it again with a camera, which then sees the label."""
    page.get_by_role("button", name="Quay lại chuyến").click()
    page.evaluate(CAMERA, code)
    page.get_by_role("button", name="Nhận bưu gửi của").click()
    page.get_by_role("button", name="Mở máy ảnh").click()


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"vietqr_bank": "970415", "vietqr_account": "0011001932418"})


@pytest.fixture
def two_rounds(database, own_courier):
    """Start two rounds of one office, two stops each, the first with a fee; return their ids and couriers."""
    with database.write() as session:
        first = session.get_one(models.Courier, own_courier[0])
        other = session.scalars(
            select(models.Courier).where(
                models.Courier.office_id == first.office_id, models.Courier.id != first.id, models.Courier.is_active
            )
        ).first()
        results = [build.result(n, fee_vnd="50000" if n == 1 else "0") for n in range(1, 5)]
        items = build.accepted(session, *results, now=NOW)
        batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
        manifest = build.closed_batch(session, batch.id, now=NOW)
        party = custody.Party(name="Người Ký")
        codes = [line.s10 for line in manifest.lines]
        custody.hand_over(build.act(session, NOW), batch.id, scanned=codes, giver=party, receiver=party)
        problem = rounds.planning_problem(session, NOW.date(), now=NOW)
        stops = [stop.stop_id for stop in problem.stops]
        office = next(c.office_id for c in problem.couriers if c.courier_id == first.code)
        planned = [_round(one.code, office, stops[n::2]) for n, one in enumerate((first, other))]
        plan = Plan(
            rounds=tuple(planned), unserved=(), travel_s=6_000, cost=0, travel_source="test", degraded=None, seconds=0.1
        )
        saved = rounds.save_plan(build.act(session, NOW), NOW.date(), problem, plan)
        rounds.publish_plan(build.act(session, NOW), saved.id)
        for one in saved.rounds:
            loaded = [i.s10 for stop in one.stops for i in stop.consignment.items]
            rounds.start_round(build.act(session, NOW), one.id, scanned=loaded)
        by_courier = {one.courier_id: one.id for one in saved.rounds}
        return (by_courier[first.id], first.id), (by_courier[other.id], other.id)


def _round(courier, office, stops):
    visits = tuple(
        Visit(stop_id=stop, arrive_s=60_000 + n * 600, start_s=60_000 + n * 600, leave_s=60_300 + n * 600)
        for n, stop in enumerate(stops)
    )
    return PlannedRound(courier_id=courier, office_id=office, leave_at_s=59_000, back_at_s=70_000, travel_s=3_000,
                        travel_m=9_000, visits=visits)  # fmt: skip


def _opened(open_page, clerk, courier_id):
    page = open_page(f"/courier/#{code_for(clerk, courier_id)}", viewport=PHONE)
    enter_pin(page)
    expect(page.locator("[data-stop]").first).to_be_visible()
    return page


def _looks_again(page):
    """Let the app look at the server at once instead of within the minute."""
    page.evaluate("dispatchEvent(new Event('online'))")


def _looks_again_until(page, shown):
    """Let the app look until it shows what it learns: a look that begins while another runs waits for the minute."""
    for _ in range(40):
        _looks_again(page)
        with suppress(AssertionError):
            return expect(shown.first).to_be_visible(timeout=1_500)
    raise AssertionError("never shown")


@ON_SQLITE
def test_a_stop_passes_between_two_phones_and_words_and_money_with_the_office(
    open_page, enter, sign_in, two_rounds, database
):
    (giver, giver_id), (taker, taker_id) = two_rounds
    clerk = sign_in("dispatcher")
    gives, takes = _opened(open_page, clerk, giver_id), _opened(open_page, clerk, taker_id)
    desk = enter("dispatcher", f"/staff/rounds/{giver}")
    desk.get_by_text("Chuyển điểm cho bưu tá khác", exact=True).click()
    desk.locator("[name=stop]").first.check()
    desk.get_by_role("button", name="Xem giờ mới rồi chuyển").click()
    desk.locator("[name=reason]").fill("xe hỏng")
    desk.locator("form button[type=submit]").filter(has_text=re.compile("huyển")).click()
    expect(desk.get_by_text("Bên giao quét")).to_be_visible()
    assert violations(desk) == []
    code = desk.locator("td .code").first.inner_text().replace(" ", "")

    for page, name, said, scan in (
        (gives, "Giao bưu gửi cho", "Đã giao 1 / 1", scan_as_keyboard),
        (takes, "Nhận bưu gửi của", "đổi người giữ", by_camera),
    ):
        _looks_again_until(page, page.get_by_role("button", name=name))
        page.get_by_role("button", name=name).click()
        assert violations(page) == []
        assert fits(page)
        scan(page, code)
        expect(page.get_by_text(said)).to_be_visible()
    _looks_again_until(takes, takes.locator("[data-stop]").nth(2))
    expect(takes.locator("[data-stop]")).to_have_count(3)
    with database.read() as session:
        item = session.scalars(select(models.Item).where(models.Item.s10 == code)).one()
        assert (item.round_id, item.courier_id) == (taker, taker_id)

    _words(desk, takes, taker_id)
    _money(takes, database)
    desk.goto("/staff/day?day=2026-11-20")
    expect(desk.get_by_text("chuyến đang đi").first).to_be_visible()
    assert violations(desk) == []
    desk.set_viewport_size({"width": 360, "height": 740})
    assert desk.evaluate("document.documentElement.scrollWidth") <= 360


def _words(desk, phone, courier_id):
    desk.goto(f"/staff/couriers/{courier_id}/messages")
    desk.get_by_label("Tin nhắn").fill("Ghé bưu cục lấy thêm phiếu")
    desk.get_by_role("button", name="Gửi").click()
    expect(desk.get_by_text("chưa xem")).to_be_visible()
    assert violations(desk) == []
    _looks_again(phone)
    phone.get_by_role("button", name="Tin nhắn mới: 1").click()
    expect(phone.get_by_text("Ghé bưu cục lấy thêm phiếu")).to_be_visible()
    assert violations(phone) == []
    assert fits(phone)
    phone.get_by_label("Tin nhắn").fill("Vâng, 15 phút nữa")
    phone.get_by_role("button", name="Gửi").click()
    expect(phone.get_by_text("Đã gửi bưu cục.")).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("Vâng, 15 phút nữa")).to_be_visible()
    expect(desk.get_by_text("đã xem")).to_be_visible()


def _money(phone, database):
    pay = phone.get_by_role("button", name="Mã VietQR")
    if pay.count():
        pay.first.click()
        expect(phone.locator("svg.square-code path")).to_have_attribute("d", re.compile("^M"))
        assert fits(phone)
        phone.get_by_role("button", name="Người dân báo đã chuyển").click()
        expect(phone.get_by_text("chờ bưu cục xác nhận")).to_be_visible()
        with database.read() as session:
            assert session.scalars(select(models.Payment)).one().amount_vnd == 50_000
    due = phone.locator("[data-due]")
    phone.get_by_role("button", name="Về bưu cục").click()
    expect(due).to_have_text("Đếm và ghi ở Nộp tiền trước; số phải nộp hiện ra sau đó.")
    phone.get_by_role("button", name="Quay lại chuyến").click()
    phone.get_by_role("button", name="Nộp tiền").click()
    expect(phone.get_by_text("Phải nộp tiền mặt")).to_have_count(0)
    phone.get_by_label("Tổng tiền mặt (đồng)").fill("10000")
    assert violations(phone) == []
    phone.get_by_role("button", name="Ghi số đã đếm").click()
    expect(phone.get_by_text("Phải nộp tiền mặt")).to_be_visible()
    expect(phone.get_by_text("Số không khớp")).to_be_visible()
    assert fits(phone)
    phone.get_by_role("button", name="Quay lại chuyến").click()
    expect(phone.locator("[data-stop]").first).to_be_visible()
    phone.get_by_role("button", name="Về bưu cục").click()
    expect(due).to_contain_text("Tiền mặt phải nộp: 0")
    expect(due).not_to_contain_text("50.000")
    assert fits(phone)
