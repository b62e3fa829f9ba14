"""Signal comes back while the app is closed: the browser wakes the worker, and what waited is sent without a page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from postal import State
from tests.api.browser.phone import all_sent, enter_pin, states, unsent
from tests.api.browser.test_courier_enrolment import rows
from tests.api.browser.test_courier_phone import deliver, enrolled

__all__ = ["enrolled"]

TAG = "tannha-send"
ASKED = """(() => {
  globalThis.tags = [];
  Object.defineProperty(ServiceWorkerRegistration.prototype, "sync", {
    get: () => ({ register: async (tag) => globalThis.tags.push(tag) }),
  });
})()"""

LISTEN = """() => {
  globalThis.heard = [];
  globalThis.tabs = new BroadcastChannel("tannha-courier");
  tabs.addEventListener("message", ({ data }) => heard.push(data));
}"""


def without_signal(page):
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    deliver(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")


def wake(page, address):
    """Let the browser tell the app's worker that there is signal, as Background Sync does."""
    seen = []
    browser = page.context.new_cdp_session(page)
    browser.on("ServiceWorker.workerRegistrationUpdated", lambda told: seen.extend(told["registrations"]))
    browser.send("ServiceWorker.enable")
    while not seen:
        page.wait_for_timeout(50)
    told = {"origin": address, "registrationId": seen[0]["registrationId"], "tag": TAG, "lastChance": False}
    browser.send("ServiceWorker.dispatchSyncEvent", told)


@pytest.fixture
def elsewhere(enrolled, address):
    """Return the app's page and one of the same browser that is none of the app's."""
    page = enrolled()
    other = page.context.new_page()
    other.goto("/healthz")
    return page, other


def test_what_waits_is_sent_by_the_worker_once_the_app_is_closed(elsewhere, database, address):
    page, other = elsewhere
    without_signal(page)
    page.close()
    other.context.set_offline(False)
    wake(other, address)
    for _ in range(200):
        if State.DELIVERED in states(database):
            break
        other.wait_for_timeout(100)
    assert states(database) == [State.DELIVERED, State.ON_ROUND, State.ON_ROUND]
    assert rows(other, "acts") == 1
    again = other.context.new_page()
    again.goto("/courier/")
    all_sent(again)
    enter_pin(again)
    expect(again.locator("[data-stop]")).to_have_count(3)


def test_the_app_asks_to_be_woken_for_what_waits_and_for_nothing_else(enrolled):
    page = enrolled()
    page.evaluate(ASKED)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(300)
    assert page.evaluate("tags") == []
    without_signal(page)
    page.wait_for_function("() => tags.length > 0")
    assert set(page.evaluate("tags")) == {TAG}


def test_the_worker_leaves_sending_to_a_page_that_is_seen(elsewhere, database, address):
    page, other = elsewhere
    without_signal(page)
    page.evaluate(LISTEN)
    page.context.route("**/v1/scans", lambda route: route.abort())
    page.context.set_offline(False)
    page.bring_to_front()
    wake(other, address)
    page.wait_for_function("() => heard.includes('send')")
    assert states(database) == [State.ON_ROUND] * 3
