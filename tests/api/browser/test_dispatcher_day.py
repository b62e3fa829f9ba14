"""A dispatcher's morning in a browser: the map, a stop dragged, moved by keys, a rule broken for a reason, undone."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from postal import models
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.test_desk import hand_over, import_results

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture
def draft(sign_in, database, clock):
    """Bring in eight results and plan Monday as a draft; return the plan's page."""
    centre, dispatcher = sign_in("centre"), sign_in("dispatcher")
    import_results(centre, *(build.result(n) for n in range(1, 9)))
    hand_over(centre, sign_in("postal"), database)
    clock.forward(days=2, hours=15)
    return dispatcher.post("/staff/plans", day="2026-11-23", seconds="2").location


def order(page):
    """Return the stops of the first round as the page lists them."""
    return page.locator("[data-round]").first.locator("[data-stop]").evaluate_all("all => all.map(o => o.dataset.stop)")


def on_map(page):
    return page.locator("[data-map] path.door").count()


def test_a_dispatcher_moves_stops_by_drag_and_by_keys_and_publishes(enter, draft, database, tmp_path):
    asked_outside = []
    page = enter("dispatcher", draft, DESK)
    page.on("request", lambda one: asked_outside.append(one.url) if "127.0.0.1" not in one.url else None)
    expect(page.locator("[data-map] path.door").first).to_be_attached()
    n_stops = len(page.locator("[data-stop]").all())
    assert on_map(page) == n_stops == 8
    page.screenshot(path=tmp_path / "plan-1280.png", full_page=True)
    before = order(page)

    stops = page.locator("[data-round]").first.locator("[data-stop]")
    stops.nth(2).drag_to(stops.nth(0), target_position={"x": 20, "y": 4})
    expect(page.locator("[data-told]")).to_contain_text("Đã chuyển điểm")
    dragged = [before[2], before[0], before[1], *before[3:]]
    assert order(page) == dragged
    assert on_map(page) == n_stops

    page.locator(f'input[name=stop][value="{before[0]}"]').focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_text("2 lần sửa tay")).to_be_visible()
    assert order(page) == [before[2], before[1], before[0], *before[3:]]
    assert page.evaluate("document.activeElement.value") == before[0]
    assert violations(page) == []

    page.reload()  # nothing is lost
    assert order(page) == [before[2], before[1], before[0], *before[3:]]
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_text("1 lần sửa tay")).to_be_visible()
    assert order(page) == dragged

    with database.write() as session:
        for one in session.scalars(select(models.Courier)):
            one.capacity_ml = 600 * (len(before) - 1)
    page.locator(f'input[name=stop][value="{before[1]}"]').check()
    page.get_by_label("Chuyển điểm đã chọn đến").select_option("off")
    page.get_by_role("button", name="Chuyển", exact=True).click()
    expect(page.locator("[data-left-over]")).to_have_count(1)
    expect(page.locator(".counters")).to_contain_text(re.compile(r"7\s*điểm dừng\s*1\s*chưa xếp được"))
    page.locator(f'input[name=stop][value="{before[1]}"]').check()
    page.get_by_label("Chuyển điểm đã chọn đến").select_option(index=1)
    page.get_by_role("button", name="Chuyển", exact=True).click()
    expect(page.locator("[data-said] li")).to_contain_text("chở quá sức chứa của thùng")
    page.screenshot(path=tmp_path / "broken-1280.png", full_page=True)
    assert violations(page) == []
    page.get_by_label("Lý do vẫn xếp").fill("xe mượn thùng lớn")
    page.get_by_role("button", name="Vẫn xếp, ghi lý do").click()
    expect(page.get_by_text("1 lần xếp trái quy tắc, có lý do")).to_be_visible()
    assert len(order(page)) == len(before)

    page.get_by_role("button", name="Công bố cho bưu tá").click()
    expect(page.get_by_text(re.compile("Đã công bố phương án"))).to_be_visible()
    expect(page.locator("[draggable]")).to_have_count(0)
    assert asked_outside == []


def test_the_plan_page_fits_a_phone(enter, draft, tmp_path):
    page = enter("dispatcher", draft, PHONE)
    expect(page.locator("[data-map] path.door").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert violations(page) == []
    page.screenshot(path=tmp_path / "plan-360.png", full_page=True)


def test_what_a_dossier_is_called_is_words_on_the_map(enter, draft, database):
    with database.write() as session:
        for one in session.scalars(select(models.Item)):
            one.dossier_code = f"<b>{one.id}</b>"
    page = enter("dispatcher", draft, DESK)
    page.locator("[data-map] path.door").first.dispatch_event("mouseover")
    tooltip = page.locator(".leaflet-tooltip")
    expect(tooltip).to_contain_text(re.compile(r"<b>\d+</b>"))
    expect(tooltip.locator("b")).to_have_count(0)
