"""Signing in and out as a clerk does it, in a real browser, with scripts and without."""

import pytest
from playwright.sync_api import expect

from tests.api.conftest import PASSWORD

PHONE = {"width": 360, "height": 740}


def sign_in(page, username, password):
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(password)
    page.get_by_role("button", name="Đăng nhập").click()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_clerk_lands_on_the_page_that_was_asked_for_and_leaves_again(open_page, has_scripts):
    page = open_page("/staff/queue", java_script_enabled=has_scripts)
    expect(page).to_have_url("/staff/sign-in?next=/staff/queue")
    sign_in(page, "postal", "sai mat khau roi")
    expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page, "postal", PASSWORD)
    expect(page).to_have_url("/staff/queue")
    page.get_by_role("button", name="Đăng xuất").click()
    page.goto("/staff/queue")
    expect(page).to_have_url("/staff/sign-in?next=/staff/queue")


def test_the_page_fits_a_phone_and_is_ready_to_type(open_page):
    page = open_page("/staff/sign-in", viewport=PHONE)
    expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.keyboard.type("centre")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/staff/")
