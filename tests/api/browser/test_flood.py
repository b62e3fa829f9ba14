"""A flood day in the browser: communes chosen on the map and by keyboard, a road drawn by clicks and by keys."""

import re

import pytest
from playwright.sync_api import expect

from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.test_desk import hand_over, import_results

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
def results(sign_in, database, clock):
    import_results(sign_in("centre"), *(build.result(n) for n in (1, 2, 3)))
    hand_over(sign_in("centre"), sign_in("postal"), database)
    clock.forward(days=2, hours=13)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["360", "1280"])
def test_a_commune_is_chosen_on_the_map_seen_first_then_noted_and_opened(enter, results, viewport):
    page = enter("dispatcher", "/staff/flood", viewport)
    areas = page.locator(".map path.commune.free")
    expect(areas).to_have_count(40)
    areas.nth(20).click()
    expect(page.locator("[data-chosen]")).to_contain_text("Đã chọn:")
    areas.nth(20).click()
    expect(page.locator("[data-chosen]")).to_have_text("Chưa chọn xã, phường nào.")
    page.locator("summary", has_text="xã, phường").first.click()
    page.locator('[name="commune"]').first.focus()
    page.keyboard.press("Space")
    expect(page.locator(".map path.chosen")).to_have_count(1)
    form = page.locator("[data-cut]")
    form.get_by_label("Lý do").fill("lũ")
    form.get_by_label("Căn cứ").fill("Công điện 12")
    form.get_by_role("button", name="Xem trước").click()
    expect(page.locator(".counters")).to_contain_text("thời hạn lùi lại")
    assert violations(page) == []
    page.get_by_role("button", name="Ghi chia cắt").dblclick()
    expect(page.locator(".map path.closed")).to_have_count(1)
    expect(page.get_by_text("Công điện 12")).to_have_count(1)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="Mở lại").click()
    expect(page.locator(".map path.closed")).to_have_count(0)


def by_clicks(page):
    page.wait_for_timeout(300)  # the map comes into sight
    box = page.locator(".map").bounding_box()
    for share in (0.45, 0.55):
        page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)


def by_keys(page):
    expect(page.locator(".map")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".map path.pointed")).to_have_count(1)
    page.keyboard.press("Escape")  # thought better of it
    expect(page.locator(".map path.pointed")).to_have_count(0)
    page.get_by_role("button", name="Kẻ trên bản đồ").press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)  # the map moves
    page.keyboard.press("Space")


@pytest.mark.parametrize("draw", [by_clicks, by_keys])
@pytest.mark.parametrize("path", ["/staff/flood", "/staff/day", "/staff/day-orders"])
def test_a_closed_road_is_drawn_by_two_points(enter, results, path, draw):
    page = enter("dispatcher", path, DESK)
    opens = page.locator(".road-closing > summary")  # the day's map is made when it is asked for
    if path != "/staff/flood":
        opens.press("Enter")
    expect(page.locator(".map path.commune")).to_have_count(40)
    page.get_by_role("button", name="Kẻ trên bản đồ").click()
    draw(page)
    expect(page.locator("[data-draw-told]")).to_have_text("Đã kẻ. Điền lý do rồi ghi.")
    form = page.locator("[data-road-form]")
    assert form.locator('[name="one_end"]').input_value() != form.locator('[name="other_end"]').input_value()
    for name in ("one_end", "other_end"):
        expect(form.locator(f'[name="{name}"]')).to_have_value(re.compile(r"^1[56]\.\d{5}, 10[78]\.\d{5}$"))
    expect(page.locator(".map path.chosen")).to_have_count(0)
    form.get_by_label("Lý do").fill("cầu ngập")
    assert violations(page) == []
    form.get_by_role("button", name="Ghi đường bị chặn").click()
    if path != "/staff/flood":
        opens.press("Enter")
    expect(page.locator(".map path.closed-road")).to_have_count(1)
