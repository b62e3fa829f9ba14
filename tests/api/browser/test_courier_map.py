"""The round on a map of the phone: on demand, by no server outside, and once seen also without signal."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.api.browser.accessibility import violations
from tests.api.browser.phone import act, card, enter_pin, fits
from tests.api.browser.test_courier_phone import enrolled

__all__ = ["enrolled"]


def test_a_map_of_the_round_opens_also_without_signal(enrolled):
    page = enrolled()
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    enter_pin(page)
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url)))
    page.get_by_role("button", name="Bản đồ").click()
    expect(page.locator(".map-point")).to_have_count(3)
    expect(page.locator(".tone-next")).to_have_text("1")
    assert {one.path for one in asked} >= {"/static/map.js", "/vendor/leaflet/leaflet.js"}
    assert {one.hostname for one in asked} == {"127.0.0.1"}
    assert violations(page) == []
    assert fits(page)
    page.locator(".map-point[title^='Điểm 2']").press("Enter")
    expect(card(page, 2)).to_be_in_viewport()
    page.context.set_offline(True)
    page.reload()
    enter_pin(page)
    act(page, "fail", 1).click()
    page.get_by_label("Từ chối nhận").check()
    page.get_by_role("button", name="Ghi chưa được").click()
    page.get_by_role("button", name="Xong").click()
    page.get_by_role("button", name="Bản đồ").click()
    expect(page.locator(".tone-next")).to_have_text("2")
    expect(page.locator(".tone-done")).to_have_text("1")


def test_a_map_never_seen_says_that_it_needs_signal_once(enrolled):
    page = enrolled()
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    enter_pin(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Bản đồ").click()
    expect(page.get_by_text("Mở một lần khi có sóng")).to_be_visible()
    page.get_by_role("button", name="Quay lại chuyến").click()
    expect(card(page, 1)).to_be_visible()
