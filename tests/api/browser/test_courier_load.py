"""The load on a phone in a real browser: scanned, confirmed, and handed over by the office's custodian."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from postal import State, models
from tests.api.browser import phone
from tests.api.browser.accessibility import violations
from tests.api.test_courier_phones import code_for


@pytest.fixture
def begun(open_page, sign_in, own_courier, planned_round):
    """Return a page of a phone whose round waits for its load."""
    page = open_page(f"/courier/#{code_for(sign_in('dispatcher'), own_courier[0])}", viewport=phone.PHONE)
    phone.enter_pin(page)
    expect(page.get_by_text("Chưa giao chuyến")).to_be_visible()
    return page


def test_a_load_is_scanned_confirmed_and_handed_over(begun, database, sign_in, planned_round):
    page = begun
    assert violations(page) == []
    with database.read() as session:
        first, second, third = session.scalars(select(models.Item.s10).order_by(models.Item.id)).all()
    page.get_by_role("button", name="Nhận bưu gửi đi phát").click()
    expect(page.get_by_text("Đã quét 0 / 3")).to_be_visible()
    expect(page.locator("[data-missing] li")).to_have_count(3)
    phone.scan_as_keyboard(page, first)
    expect(page.get_by_text(f"{first}: Đúng.")).to_be_visible()
    page.get_by_label("Gõ mã, hoặc bấm máy quét").fill("EE999999995VN")
    page.get_by_role("button", name="Đọc").click()
    expect(page.get_by_text("Để riêng, không nhận")).to_be_visible()
    phone.scan_as_keyboard(page, second)
    expect(page.get_by_text("Đã quét 2 / 3")).to_be_visible()
    expect(page.locator("[data-missing]")).to_contain_text(third)
    expect(page.get_by_text("Không quét là không nhận: 1 bưu gửi ở lại bưu cục.")).to_be_visible()
    phone.sign(page)
    assert phone.fits(page)
    assert violations(page) == []
    page.get_by_role("button", name="Xác nhận nhận 2 bưu gửi").click()
    expect(page.get_by_text("Chờ bưu cục bấm Giao chuyến")).to_be_visible()
    desk = sign_in("postal")
    desk.get(f"/staff/rounds/{planned_round}/load")
    desk.post(f"/staff/rounds/{planned_round}/load/hand-over")
    expect(page.get_by_text("Bưu cục đã giao chuyến")).to_be_visible()
    expect(page.locator("[data-act=deliver]")).to_have_count(2)
    assert phone.states(database) == [State.HANDED_OVER, State.ON_ROUND, State.ON_ROUND]
    with database.read() as session:
        assert session.scalars(select(models.ReceiptSignature.side)).all() == ["receiver"]
