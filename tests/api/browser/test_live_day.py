"""The live day while nobody reloads it: it goes on being renewed, says of when it is, and when it is not."""

import re

from playwright.sync_api import expect
from sqlalchemy import select

from postal import models
from tests.api.browser.test_clerks_day import DESK

EVERY_MS = 20_000


def test_the_day_is_renewed_under_a_focused_link_and_a_lost_session_is_told(enter, own_round, database):
    page = enter("dispatcher", "/staff/day", DESK)
    page.clock.install()
    page.reload()
    expect(page.locator("[data-live-as-of]")).to_have_text(re.compile(r"Số liệu lúc \d\d:\d\d"))
    link = page.locator("[data-live] td a").first
    link.focus()
    with database.write() as session:
        walked = session.get_one(models.DeliveryRound, own_round)
        walked.status = models.RoundStatus.CLOSED
    page.clock.fast_forward(EVERY_MS + 1_000)
    expect(page.locator("[data-live]")).to_contain_text("Đã khép")
    expect(link).to_be_focused()
    page.context.clear_cookies()
    with database.write() as session:
        walked = session.scalars(select(models.DeliveryRound).where(models.DeliveryRound.id == own_round)).one()
        walked.status = models.RoundStatus.STARTED
    page.clock.fast_forward(EVERY_MS + 1_000)
    expect(page.locator("[data-live-said]")).to_contain_text("đã hết phiên")
    expect(page.locator("[data-live]")).to_contain_text("Đã khép")
