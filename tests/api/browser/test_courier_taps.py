"""A plain delivery costs one scan and at most two taps; the document's last four characters are typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.api.browser.phone import CAMERA, act, scan_as_keyboard
from tests.api.browser.test_courier_phone import enrolled
from tests.api.browser.test_courier_road import codes

__all__ = ["enrolled"]

COUNT = """() => {
  globalThis.nTaps = 0;
  document.addEventListener("pointerdown", (event) => (nTaps += event.isTrusted), true);
}"""


def by_scanner(page, code):
    scan_as_keyboard(page, code)


def by_camera(page, code):
    page.evaluate(CAMERA, code)
    page.get_by_role("button", name="Quét mã").click()


@pytest.mark.parametrize("scan", [by_scanner, by_camera])
def test_a_plain_delivery_takes_one_scan_and_two_taps(enrolled, database, own_round, scan):
    page = enrolled(permissions=["camera"])
    page.evaluate(COUNT)
    scan(page, codes(database, own_round)[1])
    expect(page.get_by_label("4 ký tự cuối của giấy tờ")).to_be_focused()
    page.keyboard.type("9911")
    page.get_by_role("button", name="ghi đã phát").click()
    expect(act(page, "deliver", 2)).to_have_count(0)
    assert page.evaluate("nTaps") <= 2
    expect(page.locator("[data-unsent]")).to_have_text("Đã gửi hết")


def test_a_camera_nobody_allowed_yet_is_asked_for_by_a_tap_only(enrolled, database, own_round):
    page = enrolled()
    by_camera(page, codes(database, own_round)[1])
    expect(page.get_by_role("button", name="Mở máy ảnh")).to_be_visible()
    expect(page.locator("video")).to_be_hidden()
