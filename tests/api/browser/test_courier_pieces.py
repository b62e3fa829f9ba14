"""Several pieces at one door: a torn one, or one whose fee is not paid, stays out and stays open on the card."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from postal import State, models
from tests.api.browser.accessibility import violations
from tests.api.browser.phone import act, all_sent, card, fits, scan_as_keyboard, states
from tests.api.browser.test_courier_phone import enrolled
from tests.api.browser.test_courier_road import codes
from tests.api.one_door import join, stops_of

__all__ = ["enrolled"]


@pytest.fixture
def two_at_one_door(database, own_round):
    """Let the pieces of the first two stops be for one door, the first; return the codes of its two."""
    first, second, _ = codes(database, own_round)
    with database.write() as session:
        stops = session.scalars(
            select(models.RoundStop).where(models.RoundStop.round_id == own_round).order_by(models.RoundStop.position)
        ).all()
        ids = [stop.consignment_id for stop in stops]
        session.execute(
            update(models.Item).where(models.Item.consignment_id == ids[1]).values(consignment_id=ids[0], fee_vnd=0)
        )
        session.execute(update(models.Item).where(models.Item.consignment_id == ids[0]).values(fee_vnd=0))
        session.delete(stops[1])
    return first, second


def fill(page):
    page.get_by_label("4 ký tự cuối của giấy tờ").fill("9911")
    for box in page.locator("[name=count]:enabled").all():
        box.check()


def test_one_piece_stays_out_and_open_and_is_delivered_later(two_at_one_door, enrolled, database):
    _, second = two_at_one_door
    page = enrolled()
    expect(card(page, 1)).to_contain_text("Phát 2 bưu gửi")
    scan_as_keyboard(page, second)
    expect(page.get_by_label("Phát bưu gửi này")).to_have_count(2)
    assert [box.is_checked() for box in page.get_by_label("Phát bưu gửi này").all()] == [True, True]
    for box in page.get_by_label("Phát bưu gửi này").all():
        box.uncheck()
    assert violations(page) == []
    assert fits(page)
    page.get_by_label("4 ký tự cuối của giấy tờ").fill("9911")
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(page.get_by_text("Chưa chọn bưu gửi nào.")).to_be_visible()
    page.locator(".piece").filter(has_text=second).get_by_label("Phát bưu gửi này").check()
    fill(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(card(page, 1)).to_contain_text("còn 1 bưu gửi")
    expect(card(page, 1)).to_contain_text("Phát 1 bưu gửi")
    expect(act(page, "fail", 1)).to_have_count(1)
    all_sent(page)
    assert states(database) == [State.DELIVERED, State.ON_ROUND, State.ON_ROUND]
    with database.read() as session:
        code = session.scalars(select(models.Item.s10).where(models.Item.state == State.DELIVERED)).one()
    assert code == second
    act(page, "deliver", 1).click()
    expect(page.locator(".piece")).to_have_count(1)
    expect(page.get_by_label("Phát bưu gửi này")).to_have_count(0)
    page.get_by_label("4 ký tự cuối của giấy tờ").fill("9911")
    page.get_by_role("button", name="ghi đã phát").click()
    expect(card(page, 1)).to_contain_text("Đã ghi: đã phát")
    expect(act(page, "deliver", 1)).to_have_count(0)
    all_sent(page)
    assert states(database) == [State.DELIVERED, State.DELIVERED, State.ON_ROUND]


def test_a_reason_is_recorded_for_the_ticked_pieces_and_a_violation_names_its_own(own_round, enrolled, database):
    (first, second), _, _ = join(database, own_round)
    with database.write() as session:
        other = stops_of(session, own_round)[1].consignment
        agency = models.Office(
            code="CQ-KHAC", kind=models.OfficeKind.ISSUING, name="Cơ quan khác", commune_code="19789"
        )
        session.add(agency)
        session.flush()
        other.issuing_office_id = agency_id = agency.id
    page = enrolled()
    act(page, "fail", 1).click()
    ticks = page.get_by_role("group", name="Bưu gửi nào chưa được").get_by_role("checkbox")
    expect(ticks).to_have_count(2)
    assert [box.is_checked() for box in ticks.all()] == [True, True]
    assert violations(page) == []
    assert fits(page)
    page.get_by_label("Chưa nộp phí, lệ phí").check()
    for box in ticks.all():
        box.uncheck()
    page.get_by_role("button", name="Ghi chưa được").click()
    expect(page.get_by_text("Chưa chọn bưu gửi nào.")).to_be_visible()
    page.get_by_label(second).check()
    page.get_by_role("button", name="Ghi chưa được").click()
    page.get_by_role("button", name="Xong", exact=True).click()
    expect(act(page, "deliver", 1)).to_be_visible()
    all_sent(page)
    with database.read() as session:
        states = dict(session.execute(select(models.Item.s10, models.Item.state)).all())
        assert (states[first], states[second]) == (State.ON_ROUND, State.ATTEMPTED)
    card(page, 1).get_by_text("Việc khác ở điểm này").click()
    act(page, "violation", 1).click()
    assert violations(page) == []
    assert fits(page)
    page.get_by_label("giao kết quả trễ hẹn").check()
    page.get_by_role("group", name="Về bưu gửi nào").get_by_label(second).check()
    page.get_by_label("Nội dung").fill("Trễ ba ngày.")
    with page.expect_response("**/v1/courier/notes"):
        page.get_by_role("button", name="Gửi phản ánh").click()
    with database.read() as session:
        (told,) = session.scalars(select(models.Violation)).all()
        assert (told.agency_id, session.get_one(models.Item, told.item_id).s10) == (agency_id, second)


def test_a_form_left_open_in_another_tab_delivers_no_piece_twice(two_at_one_door, enrolled, database):
    _, second = two_at_one_door
    page = enrolled()
    other = page.context.new_page()
    other.goto("/courier/")
    other.get_by_label("Mã PIN 6 số").fill("246813")
    other.get_by_role("button", name="Mở", exact=True).click()
    act(other, "deliver").click()
    fill(other)
    act(page, "deliver").click()
    page.locator(".piece").filter(has_text=second).get_by_label("Phát bưu gửi này").uncheck()
    fill(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(card(page, 1)).to_contain_text("còn 1 bưu gửi")
    other.get_by_role("button", name="Ghi đã phát").click()
    expect(other.get_by_text("Điểm này đã ghi rồi.")).to_be_visible()
    all_sent(page)
    all_sent(other)
    assert states(database) == [State.DELIVERED, State.ON_ROUND, State.ON_ROUND]
