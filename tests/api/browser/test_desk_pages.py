"""Pages of the desk with something on them, on a phone and a desk's screen, in both languages: axe finds nothing."""

import re

import pytest
from playwright.sync_api import expect

from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.test_desk import hand_over, import_results

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PAGES = {
    "postal": ("/staff/", "/staff/late", "/staff/late?custodian=office", "/staff/items?pile=post", "/staff/at-office",
               "/staff/giving-back", "/staff/handovers", "/staff/collections/new", "/staff/violations",
               "/staff/office-days", "/staff/consignments/1"),
    "centre": ("/staff/results/new", "/staff/batches"),
    "dispatcher": ("/staff/day-orders", "/staff/flood"),
}  # fmt: skip


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["360", "1280"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(enter, sign_in, database, clock, viewport, language):
    import_results(sign_in("centre"), *(build.result(n) for n in (1, 2, 3)))
    hand_over(sign_in("centre"), sign_in("postal"), database)
    sign_in("postal").post("/staff/violations", agency_id="1", what="late", words="giao trễ")
    clock.forward(days=9)
    for username, paths in PAGES.items():
        page = enter(username, "/staff/", viewport)
        if language == "en":
            page.get_by_role("button", name="English").or_(page.get_by_role("link", name="English")).first.click()
            expect(page.locator("html")).to_have_attribute("lang", "en")
        for path in paths:
            page.goto(path)
            for summary in page.locator("summary").all():
                summary.click()
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        if username == "postal":
            page.goto("/staff/late")
            expect(page.locator("tbody tr")).to_have_count(3)
            expect(page.locator("header")).to_contain_text(re.compile("postal"))


def test_a_stroke_goes_to_the_search_of_every_page_and_one_code_opens_its_item(enter, sign_in):
    import_results(sign_in("centre"), build.result(1), build.result(2))
    page = enter("centre", "/staff/")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("tôn/nữ")
    expect(page.locator("#find")).to_have_value("tôn/nữ")
    page.locator("#find").fill("diem hang")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    assert violations(page) == []
    page.keyboard.press("/")
    page.keyboard.type("h57.15-261120-0002")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/staff/consignments/[0-9]+$"))
    expect(page.locator("h1")).to_have_text("H57.15-261120-0002")
