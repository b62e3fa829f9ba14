"""What the server refuses is told in its own words; only an answer that never came is a lack of signal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import api
from tests import builders as build
from tests.api.browser import whole_day
from tests.api.browser.phone import PHONE, act, card, enter_pin
from tests.api.browser.test_courier_screens import ON_SQLITE, settings
from tests.api.test_courier_phones import code_for

__all__ = ["settings"]

REFUSED = {"code": "conflict", "detail": "Chuyến đã khác từ phút trước.", "detail_en": "The round is another now."}
NO_SIGNAL = re.compile("mạng|sóng")


def reorder(page, day):
    card(page, day.at[4]).locator("summary").click()
    act(page, "first", day.at[4]).click()


def text(page, day):
    page.locator("[data-act=messages]").click()
    page.locator("[name=words]").fill("15 phút nữa")
    page.locator("[data-form=messages] [type=submit]").click()


def move(page, day):
    page.locator("[data-act=moved]").click()
    page.locator("[name=code]").fill(day.codes[day.at[6]])
    page.locator("[data-form=moved] [type=submit]").click()


def cash(page, day):
    page.locator("[data-act=cash]").click()
    page.locator("[name=money]").fill("1000")
    page.locator("[data-form=cash] [type=submit]").click()


def transfer(page, day):
    page.locator("[data-act=transfer]").first.click()


def photo_of_code(page, day):
    page.locator("[data-act=scan]").click()
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": build.photo()}
    page.locator("[data-photo] input").set_input_files(photo)


ASKED = {
    "/v1/courier/order": reorder,
    "/v1/courier/messages": text,
    "/v1/courier/moves/*/pieces": move,
    "/v1/courier/cash": cash,
    "/v1/courier/transfer": transfer,
    "/v1/pictures/code": photo_of_code,
}


@pytest.fixture
def opened(open_page, sign_in, database, own_courier):
    """Return a page with a round of every kind open, and its day."""
    day = whole_day.set_up(database, own_courier)
    page = open_page(f"/courier/#{code_for(sign_in('dispatcher'), day.courier_id)}", viewport=PHONE)
    enter_pin(page)
    expect(page.locator("[data-act=load]")).to_be_visible()
    return page, day, database


def _leave(page, day, database):
    whole_day.leave(database, day)
    page.reload()
    enter_pin(page)
    expect(page.locator("[data-act=moved]")).to_be_visible()


@ON_SQLITE
def test_what_is_refused_on_the_road_says_why(opened):
    page, day, database = opened
    path = f"**/v1/courier/rounds/{day.round_id}/load"
    page.route(path, lambda route: route.fulfill(status=409, json=REFUSED, content_type="application/problem+json"))
    page.locator("[data-act=load]").click()
    expect(page.locator("main")).to_contain_text(REFUSED["detail"])
    expect(page.locator("main")).not_to_contain_text(NO_SIGNAL)
    page.unroute(path)
    _leave(page, day, database)
    for path, ask in ASKED.items():
        page.route(
            f"**{path}",
            lambda route: route.fulfill(status=409, json=REFUSED, content_type="application/problem+json"),
        )
        ask(page, day)
        expect(page.locator("main"), path).to_contain_text(REFUSED["detail"])
        expect(page.locator("main"), path).not_to_contain_text(NO_SIGNAL)
        page.unroute(f"**{path}")
        _round_again(page)


def _round_again(page):
    back = page.locator("[data-screen] [data-back]")
    if back.count():
        back.click()
    expect(page.locator("[data-stop]").first).to_be_visible()


@ON_SQLITE
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 429, "json": {"detail": "Thử nhiều quá. Chờ một phút."}}, "Thử nhiều quá. Chờ một phút."),
        ({"status": 502, "body": "<p>Bad gateway", "content_type": "text/html"}, "Hệ thống gặp lỗi, chưa làm được"),
        (None, "Không có mạng"),
    ],
)
def test_a_code_that_could_not_be_tried_is_not_called_wrong(open_page, house, answer, said):
    page = open_page("/courier/", viewport=PHONE)
    page.route("**/v1/courier/phones", lambda route: route.fulfill(**answer) if answer else route.abort())
    page.get_by_label("Mã đăng ký").fill("ABCD2345")
    page.get_by_role("button", name="Đăng ký").click()
    expect(page.locator("[data-said]")).to_contain_text(said)


@ON_SQLITE
def test_a_piece_that_left_the_move_is_not_called_given(opened):
    page, day, database = opened
    _leave(page, day, database)
    said = {"n_given": 0, "n_taken": 0, "n_pieces": 1, "is_over": False, "unknown": [day.codes[day.at[6]]]}
    page.route("**/v1/courier/moves/*/pieces", lambda route: route.fulfill(json=said))
    move(page, day)
    expect(page.locator("main")).to_contain_text("không có trên phiếu chuyển")
    expect(page.locator("[data-given]")).to_be_empty()


def test_only_one_place_speaks_of_no_signal():
    scripts = Path(api.__file__).parent.glob("static/courier/*.js")
    assert [one.name for one in scripts if re.search(r"say\(.*\"no_network\"", one.read_text(encoding="utf-8"))] == [
        "words.js"
    ]
