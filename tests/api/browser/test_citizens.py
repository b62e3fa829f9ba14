"""A citizen's phone: the pages by eye, by keyboard, by screen reader, at 200 %, and without signal."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from postal import citizen, custody
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.postal import day as days
from tests.postal.day import DAY, MORNING

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture
def house():
    """No offices but the day's own."""


@pytest.fixture
def walked(database, clock):
    with database.write() as session:
        day = days.build_day(session, {"phone": "0905121234", "fee_vnd": "135000"}, {}, {})
        days.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
        told = {
            "s10": day.items[0].s10,
            "link": f"/t/{custody.token_of(session, day.items[1])}",
            "code": citizen.day_code(session, day.couriers[0].id, DAY),
        }
    clock.now = MORNING + timedelta(hours=1)
    return told


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_citizen_finds_the_result_on_a_phone_and_asks_who_is_at_the_door(open_page, walked):
    page = open_page("/track", viewport=PHONE)
    assert violations(page) == []
    page.get_by_label("Mã hồ sơ hoặc số hiệu bưu gửi").fill(walked["s10"])
    page.get_by_label("4 số cuối điện thoại").fill("0000")
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.get_by_role("alert")).to_contain_text("Không tìm thấy")
    assert violations(page) == []
    assert fits(page)
    expect(page.get_by_label("Mã hồ sơ hoặc số hiệu bưu gửi")).to_have_value(walked["s10"])
    page.get_by_label("4 số cuối điện thoại").fill("1234")
    page.get_by_role("button", name="Tra cứu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kết quả của Ông/Bà")
    expect(page.get_by_text(re.compile(r"dự kiến \d\d:\d\d–\d\d:\d\d")).first).to_be_visible()
    assert violations(page) == []
    page.get_by_label(re.compile("Người đến có đúng là bưu tá")).fill(walked["code"])
    page.get_by_role("button", name="Kiểm tra").click()
    expect(page.get_by_role("status")).to_contain_text("Số tiền phải nộp: 135.000")
    assert violations(page) == []
    assert fits(page)
    page.goto("/track")
    expect(page.get_by_role("heading", name="Đã xem trên máy này")).to_be_visible()
    page.get_by_role("link", name=re.compile("EY")).click()
    expect(page.get_by_label("Mã hồ sơ hoặc số hiệu bưu gửi")).to_have_value(re.compile("EY"))
    expect(page.get_by_label("4 số cuối điện thoại")).to_be_focused()
    page.get_by_role("button", name="Quên hết").click()
    expect(page.get_by_role("heading", name="Đã xem trên máy này")).to_be_hidden()
    assert page.evaluate("localStorage.getItem('tannha-recent')") == "[]"


def test_the_page_reads_in_order_zooms_and_works_by_keyboard(open_page, walked):
    page = open_page(walked["link"], viewport={"width": 320, "height": 600})  # 640 px at 200 %
    assert fits(page)
    heads = page.locator("h1, h2").all_inner_texts()
    assert heads == ["Kết quả của Ông/Bà", "Bưu tá đang giữ", "Ông/Bà chuẩn bị", "Đã diễn ra"]
    tops = [
        box["y"]
        for box in (one.bounding_box() for one in page.locator("main h1, main h2, main p, main li").all())
        if box
    ]
    assert tops == sorted(tops), "what is read comes in the order it is seen"
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("(document.activeElement.textContent || document.activeElement.name || '').trim()"))
    assert seen.index("Đến phần nội dung") < seen.index("Tận Nhà") < seen.index("code") < seen.index("Kiểm tra")
    english = open_page(walked["link"] + "?lang=en", viewport=DESK)
    expect(english.get_by_role("heading", level=1)).to_have_text("Your result")
    assert violations(english) == []
    assert fits(english)


ORDER = {
    "/track": ["Đến phần nội dung", "Tận Nhà", "code", "tail", "Tra cứu"],
    "/genuine": ["Đến phần nội dung", "Tận Nhà", "code", "Kiểm tra", "what", "commune", "words", "Báo bưu cục ngay"],
}


@pytest.mark.parametrize("path", ORDER)
def test_the_pages_of_questions_read_in_order_zoom_and_work_by_keyboard(open_page, path):
    page = open_page(path, viewport={"width": 320, "height": 600})  # 640 px at 200 %
    assert fits(page)
    assert violations(page) == []
    levels = [int(one[1]) for one in page.locator("h1, h2, h3").evaluate_all("all => all.map(one => one.tagName)")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), "no level of headings is left out"
    parts = page.locator("main h1, main h2, main p, main label, main input:not([type=hidden]), main button").all()
    tops = [box["y"] for box in (one.bounding_box() for one in parts) if box]
    assert tops == sorted(tops), "what is read comes in the order it is seen"
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none" or seen[-1] == "", ("whoever goes by keyboard sees where", seen[-1])
        if seen[-1] == ORDER[path][-1]:
            break
    places = [seen.index(one) for one in ORDER[path]]
    assert places == sorted(places)


def test_a_courier_is_checked_by_keyboard_alone_and_the_answer_is_announced(open_page, walked):
    page = open_page("/genuine", viewport=PHONE, java_script_enabled=False)
    page.get_by_label("Mã bưu tá trong ngày").focus()
    page.keyboard.type(walked["code"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đúng.")
    assert page.locator("main [role=status]").evaluate("one => one.previousElementSibling.tagName") == "H1"
    page.get_by_label("Mã bưu tá trong ngày").fill("AAAA-2222")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Không.")


@pytest.mark.parametrize("viewport", [PHONE, DESK])
def test_a_company_opens_its_list_by_its_code(open_page, walked, database, viewport):
    with database.write() as session:
        _, text = citizen.issue_company_code(build.act(session, MORNING), walked["s10"])
    page = open_page("/track/company", viewport=viewport)
    assert violations(page) == []
    page.get_by_label("Mã tra cứu của tổ chức").fill(text)
    page.get_by_role("button", name="Xem hồ sơ").click()
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_text(text)).to_have_count(0)
    assert violations(page) == []
    assert fits(page)


def test_without_signal_the_phone_says_so_and_remembers(open_page, walked):
    page = open_page(walked["link"], viewport=PHONE)
    page.goto("/track")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.context.set_offline(True)
    for _ in range(20):  # the browser tells its worker a little later than the page
        page.goto("/track")
        if page.get_by_role("heading", level=1).inner_text() == "Không có mạng":
            break
        page.wait_for_timeout(250)
    expect(page.get_by_role("heading", level=1)).to_have_text("Không có mạng")
    expect(page.get_by_role("link", name=re.compile("EY"))).to_be_visible()
    kept = page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((c) => c.keys()))))"
        ".then((all) => all.flat().map((one) => new URL(one.url).pathname))"
    )
    assert sorted(kept) == ["/static/citizen/recent.js", "/static/mark.svg", "/static/tannha.css", "/track/offline"]
    page.context.set_offline(False)
