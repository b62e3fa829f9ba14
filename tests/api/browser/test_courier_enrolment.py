"""Enrolled again, PINs tried in several tabs, an old browser, a clock that fell back: nothing sticks or is lost."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

import api
from postal import State, models
from postal.rules import LOCAL
from tests.api.browser.phone import act, all_sent, enter_pin, set_clock, states, unsent
from tests.api.browser.test_courier_phone import READ_DISK, deliver, enrolled
from tests.api.conftest import NOW
from tests.api.test_courier_phones import code_for

__all__ = ["enrolled"]

TRY_AT_ONCE = """async (pins) => {
  const keys = await import("/static/courier/keys.js");
  const found = await Promise.all(pins.map((pin) => keys.openVault(pin)));
  return [found.map((one) => one.left).sort(), await keys.hasVault()];
}"""
NOT_YET = "delete AbortSignal.timeout"


def kept_round(page):
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    enter_pin(page)
    expect(page.locator("[data-stop]")).to_have_count(3)


def rows(page, store):
    return {name: n for name, n, _ in page.evaluate(READ_DISK)}[store]


def test_a_phone_enrolled_again_opens_its_round_and_loses_no_act(enrolled, database, sign_in, own_courier):
    page = enrolled()
    page.context.set_offline(True)
    deliver(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    page.context.route("**/v1/scans", lambda route: route.abort())
    page.context.set_offline(False)
    again = page.context.new_page()
    page.close()
    again.goto(f"/courier/#{code_for(sign_in('dispatcher'), own_courier[0])}")
    expect(again.get_by_role("heading", name="Đặt mã PIN")).to_be_visible()
    assert (rows(again, "round"), rows(again, "acts")) == (0, 1)
    enter_pin(again, "135791")
    expect(again.locator("[data-stop]")).to_have_count(3)
    expect(unsent(again)).to_have_text("Còn 1 mục chưa gửi")
    expect(act(again, "deliver", 1)).to_have_count(0)
    again.context.unroute("**/v1/scans")
    again.evaluate("dispatchEvent(new Event('online'))")
    all_sent(again)
    assert states(database) == [State.DELIVERED, State.ON_ROUND, State.ON_ROUND]


def test_a_round_sealed_by_another_key_counts_as_none(enrolled, sign_in, own_courier):
    page = enrolled()
    kept_round(page)
    page.evaluate(
        """async () => {
          const { put } = await import("/static/courier/store.js");
          await put("round", { iv: new Uint8Array(12), data: new Uint8Array(40).buffer }, "today");
        }"""
    )
    page.reload()
    enter_pin(page)
    expect(page.locator("[data-stop]")).to_have_count(3)


def test_tabs_that_try_pins_at_once_have_five_tries_in_all(enrolled):
    page = enrolled()
    assert page.evaluate(TRY_AT_ONCE, [f"00000{n}" for n in range(8)]) == [[0, 0, 0, 0, 1, 2, 3, 4], False]
    assert rows(page, "round") == 0
    page.reload()
    expect(page.get_by_label("Mã đăng ký")).to_be_visible()


def test_a_phone_of_before_2022_enrols_and_sends(open_page, sign_in, own_courier, own_round, database):
    page = open_page("/courier/")
    page.add_init_script(NOT_YET)
    page.goto(f"/courier/#{code_for(sign_in('dispatcher'), own_courier[0])}")
    page.reload()
    assert page.evaluate("typeof AbortSignal.timeout") == "undefined"
    enter_pin(page)
    expect(page.locator("[data-stop]")).to_have_count(3)
    deliver(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(page.locator("[data-stop]")).to_have_count(3)
    all_sent(page)
    assert states(database) == [State.DELIVERED, State.ON_ROUND, State.ON_ROUND]


@pytest.mark.parametrize("suffix", ["js", "css"])
def test_the_app_asks_for_no_selector_that_old_phones_cannot_read(suffix):
    texts = {
        one.name: one.read_text(encoding="utf-8")
        for one in Path(api.__file__).parent.glob(f"static/courier/*.{suffix}")
    }
    assert texts
    assert [name for name, text in texts.items() if ":has(" in text] == []


YEARS = timedelta(days=11 * 365.25)


def test_a_clock_that_fell_back_without_signal_deletes_no_round(enrolled):
    page = enrolled()
    kept_round(page)
    page.context.set_offline(True)
    set_clock(page, -YEARS)
    page.reload()
    assert page.evaluate("new Date().getFullYear()") < 2020
    enter_pin(page)
    expect(page.locator("[data-stop]")).to_have_count(3)
    assert rows(page, "round") == 1


def test_a_round_that_is_out_stays_on_the_phone_over_midnight(enrolled):
    page = enrolled()
    kept_round(page)
    page.context.set_offline(True)
    midnight = datetime.combine(NOW.astimezone(LOCAL).date() + timedelta(days=1), time(), tzinfo=LOCAL)
    for hours, n_stops in ((1, 3), (6, 0)):
        set_clock(page, midnight + timedelta(hours=hours) - NOW)
        page.reload()
        enter_pin(page)
        expect(page.locator("[data-stop]") if n_stops else page.get_by_text("Không có mạng")).to_have_count(
            n_stops or 1
        )
    assert rows(page, "round") == 0


@pytest.fixture
def other_courier(database, own_courier):
    """Return the id of another courier of the same office."""
    with database.read() as session:
        office = session.get_one(models.Courier, own_courier[0]).office_id
        others = models.Courier.office_id == office, models.Courier.id != own_courier[0], models.Courier.is_active
        return session.scalars(select(models.Courier.id).where(*others)).first()


def delivered_unsent(page):
    """Deliver without signal; from then on no act reaches the server as a scan."""
    page.context.set_offline(True)
    deliver(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    page.context.route("**/v1/scans", lambda route: route.abort())
    page.context.set_offline(False)


def as_another(page, clerk, courier_id):
    page.goto("about:blank")
    page.goto(f"/courier/#{code_for(clerk, courier_id)}")
    expect(page.get_by_role("heading", name="Đặt mã PIN")).to_be_visible()
    enter_pin(page, "135791")


def held_of(database):
    with database.read() as session:
        return [one.phone.courier_id for one in session.scalars(select(models.HeldAct))]


def test_what_the_courier_before_left_on_a_phone_is_held_in_that_ones_name(
    enrolled, database, sign_in, own_courier, other_courier
):
    page = enrolled()
    delivered_unsent(page)
    page.context.route("**/v1/courier/held", lambda route: route.abort())
    as_another(page, sign_in("dispatcher"), other_courier)
    expect(page.get_by_text("Hôm nay Ông/Bà không có chuyến.")).to_be_visible()
    page.context.unroute("**/v1/scans")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/v1/scans") else None)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text(re.compile(r"Còn 1 mục của bưu tá \S+ chờ nộp về bưu cục"))).to_be_visible()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    assert (held_of(database), sent) == ([], [])
    page.context.unroute("**/v1/courier/held")
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)
    expect(page.get_by_text("chờ nộp về bưu cục")).to_have_count(0)
    assert (held_of(database), sent) == ([own_courier[0]], [])
    assert states(database) == [State.ON_ROUND] * 3


def test_a_phone_that_comes_back_to_its_courier_sends_what_was_that_ones(
    enrolled, database, sign_in, own_courier, other_courier
):
    page = enrolled()
    delivered_unsent(page)
    page.context.route("**/v1/courier/held", lambda route: route.abort())
    clerk = sign_in("dispatcher")
    as_another(page, clerk, other_courier)
    expect(page.get_by_text("Hôm nay Ông/Bà không có chuyến.")).to_be_visible()
    page.context.unroute("**/v1/scans")
    as_another(page, clerk, own_courier[0])
    expect(page.locator("[data-stop]")).to_have_count(3)
    all_sent(page)
    assert states(database) == [State.DELIVERED, State.ON_ROUND, State.ON_ROUND]
    assert held_of(database) == []
