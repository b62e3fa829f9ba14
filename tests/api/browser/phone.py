"""A courier's phone as a person uses it: what the journeys on it share."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import select

from postal import models

PHONE = {"width": 360, "height": 740}
# A camera that sees the label.
CAMERA = """(code) => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 10, 10);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5);
  globalThis.BarcodeDetector = class { async detect() { return [{ rawValue: code }]; } };
}"""
PIN = "246813"
# The clock alone: timers go on as they are, which a page on a busy machine cannot do without.
OTHER_CLOCK = """{
  const Real = (globalThis.trueDate ??= Date);
  globalThis.Date = class extends Real {
    constructor(...told) { if (told.length) super(...told); else super(Date.now()); }
    static now() { return Real.now() + BY_MS; }
  };
}"""


def enter_pin(page, pin=PIN):
    page.get_by_label("Mã PIN 6 số").fill(pin)
    page.get_by_role("button", name="Mở", exact=True).click()


def set_clock(page, ahead):
    """Let the phone's clock stand a timedelta ahead of the true one, from the next page that is loaded."""
    page.add_init_script(OTHER_CLOCK.replace("BY_MS", str(round(ahead.total_seconds() * 1000))))


def card(page, position=1):
    return page.locator(f"[data-stop='{position}']")


def act(page, name, position=1):
    return card(page, position).locator(f"[data-act={name}]")


def sign(page):
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 60, steps=4)
    page.mouse.up()


def fits(page):
    """Say whether nothing hangs over the right edge and every control is large enough for a thumb."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    # All at one instant: the app may draw its screen anew between two questions.
    tall = """all => all.map(one => one.getBoundingClientRect().height).filter(height => height > 0 && height < 48)"""
    small = page.locator("main button, main a.button, main label.button").evaluate_all(tall)
    return wide <= PHONE["width"] and not small


def states(database):
    with database.read() as session:
        return sorted(str(state) for state in session.scalars(select(models.Item.state)))


def unsent(page):
    return page.locator("[data-unsent]")


def scan_as_keyboard(page, code):
    """Type a code as a Bluetooth scanner does: fast, wherever one is, with Enter."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


N_UNSENT = """async () => (await import("/static/courier/acts.js")).countUnsent()"""


def all_sent(page):
    """Wait until nothing on disk is unsent: what the screen said before the last act may still stand there."""
    for _ in range(600):
        if not page.evaluate(N_UNSENT):
            break
        page.wait_for_timeout(100)
    expect(unsent(page)).to_have_text("Đã gửi hết")
