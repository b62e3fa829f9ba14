"""A stop before its turn on the courier's phone, in a real browser: with signal and without."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import select

from postal import doorstep, models
from tests.api.browser.accessibility import violations
from tests.api.browser.phone import act, all_sent, card, enter_pin, fits
from tests.api.browser.test_courier_phone import enrolled

__all__ = ["enrolled"]


def first(page, position):
    card(page, position).locator("summary").click()
    act(page, "first", position).click()


def order(page):
    return page.locator("[data-stop]").evaluate_all("(cards) => cards.map((card) => card.dataset.stop)")


def told(database):
    with database.read() as session:
        found = session.scalars(select(models.CourierNote).where(models.CourierNote.kind == "reordered")).all()
        said = [doorstep.opened(session, one) for one in found]
        return [(one.what, one.facts["how"], one.facts["told"]["how"], one.facts["order"]) for one in said]


def test_a_stop_is_put_first_and_its_cost_is_said_with_signal_and_without(enrolled, database):
    page = enrolled()
    expect(act(page, "first", 1)).to_have_count(0)  # it is the next one anyway
    first(page, 3)
    expect(page.locator("[data-cost]")).to_contain_text("Không lỡ giờ hẹn nào.")
    assert violations(page) == []
    assert fits(page)
    page.get_by_label("Tiện đường").check()
    page.get_by_role("button", name="Làm điểm này trước").click()
    expect(page.locator(".card.next")).to_have_attribute("data-stop", "3")
    assert order(page) == ["3", "1", "2"]
    all_sent(page)
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    enter_pin(page)
    expect(page.locator(".card.next")).to_have_attribute("data-stop", "3")
    page.context.set_offline(True)
    first(page, 2)
    expect(page.locator("[data-cost]")).to_contain_text("Ước tính theo đường chim bay")
    page.get_by_label("Việc khác").check()
    page.get_by_label("Nói thêm").fill("nhà có việc")
    page.get_by_role("button", name="Làm điểm này trước").click()
    expect(page.locator(".card.next")).to_have_attribute("data-stop", "2")
    assert order(page) == ["2", "3", "1"]
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)
    asked, guessed = told(database)
    # What both cost the server computed; what the phone knew stays beside it.
    assert asked == ("on_the_way", "server", "asked", [3, 1, 2])
    assert guessed == ("other", "server", "straight", [2, 3, 1])
