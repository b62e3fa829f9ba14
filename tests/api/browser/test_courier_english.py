"""A courier who chooses English: the whole day by its English names, from the code to the way home."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import select

from postal import State, models
from tests.api.browser import whole_day
from tests.api.browser.phone import PHONE, PIN, act, card, scan_as_keyboard, sign, unsent
from tests.api.browser.screens import left_in_vietnamese
from tests.api.browser.test_courier_screens import ON_SQLITE
from tests.api.test_courier_phones import code_for


class English:
    """A phone by its English names; each screen is looked through before it is left."""

    def __init__(self, page, names):
        self.page, self.names, self.left = page, names, []

    def look(self):
        self.left += left_in_vietnamese(self.page, self.names)

    def press(self, name):
        self.look()
        self.page.get_by_role("button", name=name, exact=True).click()

    def open_with_pin(self):
        self.page.get_by_label("PIN of 6 digits").fill(PIN)
        self.press("Open")


@ON_SQLITE
def test_a_whole_day_in_english(open_page, sign_in, database, own_courier):
    day = whole_day.set_up(database, own_courier)
    clerk = sign_in("dispatcher")
    page = open_page("/courier/", viewport=PHONE)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_label("Enrolment code")).to_be_visible()
    phone = English(page, day.names)
    page.get_by_label("Enrolment code").fill(code_for(clerk, day.courier_id))
    phone.press("Enrol")
    expect(page.get_by_role("link", name="Tiếng Việt")).to_be_hidden()  # to leave now would lose the code
    phone.open_with_pin()
    _load(phone, day)
    whole_day.leave(database, day)
    page.goto("/courier/")  # as by its sign on the phone's own screen
    expect(page).to_have_url("/courier/?lang=en")
    phone.open_with_pin()
    _deliver(phone, day)
    _fail(phone, day)
    _collect(phone, day)
    _go_home(phone, day)
    assert phone.left == []
    with database.read() as session:
        states = dict(session.execute(select(models.Item.s10, models.Item.state)).all())
        assert states[day.codes[day.at[3]]] == State.DELIVERED
        assert states[day.codes[day.at[2]]] == State.ATTEMPTED
        assert State.COLLECTED in states.values()


def _load(phone, day):
    page = phone.page
    phone.press("Take over items")
    for n, code in enumerate(day.codes.values(), 1):
        scan_as_keyboard(page, code)
        expect(page.get_by_text(f"Scanned {n} / {len(day.codes)}")).to_be_visible()
    sign(page)
    phone.press(f"Confirm taking {len(day.codes)} items")
    expect(page.locator("[data-waiting]")).to_be_visible()
    phone.look()


def _deliver(phone, day):
    page, position = phone.page, day.at[3]
    card(page, position).get_by_role("button", name="Deliver").click()
    page.get_by_label("Last 4 characters of the document").fill("9911")
    for words in ("Counted together", "Taken back", "Collected 20,000 VND"):
        page.get_by_label(words).check()
    page.get_by_label("Receipt number").fill("BL-1")
    sign(page)
    phone.press("Record as delivered")
    expect(page.get_by_text("Recorded on the phone.")).to_be_visible()
    expect(unsent(page)).to_have_text("All sent")
    phone.look()


def _fail(phone, day):
    page, position = phone.page, day.at[2]
    card(page, position).get_by_role("button", name="Not done").click()
    page.get_by_label("Refused").check()
    phone.press("Record as not done")
    expect(page.locator("[data-done]")).to_be_visible()
    phone.press("Done")
    expect(act(page, "fail", position)).to_have_count(0)
    expect(unsent(page)).to_have_text("All sent")


def _collect(phone, day):
    page, position = phone.page, day.at[0]
    card(page, position).get_by_role("button", name="Collect").click()
    expect(page.get_by_role("checkbox").first).to_be_visible()  # the form is there; `all` waits for nothing
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Receipt number").fill("BL-2")
    page.get_by_label("Seal number").fill("NP-7")
    phone.press("Record as collected")
    expect(page.get_by_text("Receipt for dossier")).to_be_visible()
    phone.press("Done")
    expect(act(page, "collect", position)).to_have_count(0)
    expect(unsent(page)).to_have_text("All sent")


def _go_home(phone, day):
    page = phone.page
    phone.press("Back to the office")
    expect(page.locator("[data-open-stops] select").first).to_be_visible()
    for choice in page.locator("[data-open-stops] select").all():
        choice.select_option("Out of time")
    scan_as_keyboard(page, day.codes[day.at[1]])
    expect(page.get_by_text("Scanned 1 /")).to_be_visible()
    phone.look()
    phone.press("Back to the round")
    expect(unsent(page)).to_have_text("All sent")
    phone.look()
