"""Stops passed on in a browser: chosen on the round, new times and a broken rule seen, then ordered."""

import re

from playwright.sync_api import expect

from postal import models
from tests.api.browser.accessibility import violations
from tests.api.test_move_asked import moves, walked  # noqa: F401 - a fixture

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


def test_a_dispatcher_sees_the_new_times_and_the_broken_rule_and_passes_two_stops_on(
    enter,
    walked,  # noqa: F811
    database,
    tmp_path,
):
    giver, taker, _stops = walked
    with database.write() as session:
        session.get_one(models.DeliveryRound, taker).courier.capacity_ml = 5 * 600
    page = enter("dispatcher", f"/staff/rounds/{giver}", DESK)
    page.get_by_text("Chuyển điểm cho bưu tá khác", exact=True).click()
    boxes = page.locator("input[name=stop]")
    for n in (0, 1):
        boxes.nth(n).check()
    page.get_by_label("Cho bưu tá").select_option(str(taker))
    page.get_by_role("button", name="Xem giờ mới rồi chuyển").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("chở quá sức chứa")
    expect(page.get_by_role("table").first).to_contain_text("→")
    for name, size in (("phone", PHONE), ("desk", DESK)):
        page.set_viewport_size(size)
        page.screenshot(path=tmp_path / f"move-{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert violations(page) == []
    page.get_by_role("button", name="Vẫn chuyển, ghi lý do").click()  # without a reason the browser asks for it
    assert moves(database) == []
    page.get_by_label("Lý do vẫn chuyển").fill("xe hỏng")
    page.get_by_role("button", name="Vẫn chuyển, ghi lý do").click()
    expect(page).to_have_url(re.compile(r"/staff/moves/\d+$"))
    assert moves(database) == [("xe hỏng", 2)]
