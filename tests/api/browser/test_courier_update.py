"""A new edition of the courier's app arrives in the middle of a round: never half of each, and nothing lost."""

from __future__ import annotations

import pytest
from flask import request
from playwright.sync_api import expect

from postal import State
from tests.api.browser.phone import act, all_sent, card, enter_pin, states, unsent
from tests.api.browser.test_courier_phone import deliver, enrolled
from tests.api.browser.test_courier_revoked import refused_at

__all__ = ["enrolled"]

EDITION = "document.documentElement.dataset.edition ?? '1'"
UPDATE = "navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => null)"
WAITS = "navigator.serviceWorker.getRegistration().then((one) => Boolean(one.waiting))"


@pytest.fixture
def edition(app):
    """Let the server send another edition of the app once the returned mapping says so."""
    sent = {"n": 1}

    def another(answer):
        if sent["n"] > 1 and request.path == "/courier/sw.js":
            answer.set_data(answer.get_data(as_text=True).replace('VERSION = "', 'VERSION = "another-', 1))
        if sent["n"] > 1 and request.path == "/courier/app.js":
            answer.set_data(f'document.documentElement.dataset.edition = "2";\n{answer.get_data(as_text=True)}')
        return answer

    others = app.after_request_funcs.setdefault(None, [])  # an app that answered before takes no more by its decorator
    others.append(another)
    yield sent
    others.remove(another)


def test_an_update_in_the_middle_of_a_round_takes_over_when_the_app_was_closed(edition, enrolled, database):
    page = enrolled()
    context = page.context
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    enter_pin(page)
    expect(card(page, 1)).to_be_visible()
    deliver(page, 1)  # a form stands open while the edition changes
    edition["n"] = 2
    update(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(card(page, 1)).to_be_visible()
    expect(act(page, "deliver", 1)).to_have_count(0)
    all_sent(page)
    page.reload()
    assert page.evaluate(EDITION) == "1"  # whole, as long as a tab of it is open
    enter_pin(page)
    context.set_offline(True)
    refused_at(page, 2)
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    page = opened_anew(page)
    assert page.evaluate(EDITION) == "2"
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    enter_pin(page)
    expect(card(page, 2)).to_contain_text("Đã ghi: chưa được – chờ gửi")
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)
    assert states(database) == [State.ATTEMPTED, State.DELIVERED, State.ON_ROUND]


def update(page):
    """Let the phone find the new edition, and wait until it is there as a whole."""
    page.evaluate(UPDATE)
    for _ in range(600):
        if page.evaluate(WAITS):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the new edition was not installed")


def opened_anew(page):
    """Close the app's last tab and open it again: the worker that waited has taken over."""
    context = page.context
    for _ in range(5):
        page.close()
        page = context.new_page()
        page.goto("/courier/")
        if page.evaluate(EDITION) == "2":
            break
        page.wait_for_timeout(500)
    return page


@pytest.mark.parametrize("is_seen_before", [True, False])
def test_a_map_that_was_seen_opens_without_signal_after_an_update_too(edition, enrolled, is_seen_before):
    page = enrolled()
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    enter_pin(page)
    if is_seen_before:
        see_map(page)
    edition["n"] = 2
    update(page)
    if not is_seen_before:  # for the first time, while the new edition waits
        see_map(page)
    page.context.set_offline(True)
    page = opened_anew(page)
    assert page.evaluate(EDITION) == "2"
    enter_pin(page)
    see_map(page)


def see_map(page):
    page.get_by_role("button", name="Bản đồ").click()
    expect(page.locator(".map-point")).to_have_count(3)
    page.get_by_role("button", name="Quay lại chuyến").click()
