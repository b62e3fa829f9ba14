"""What every screen of a phone must be, measured as it stands: targets, edges, texts, axe, one language."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.api.browser.accessibility import violations

TOUCH_PX = 48
"""A thumb in the rain: more than the 24 px that WCAG 2.2 asks for, as much as its level AAA and Android do."""

# What a person presses, with the box that answers the press: a tick's label, a field's own box, a button. A link inside
# a sentence is exempt, as in WCAG 2.5.8.
_SMALL = """(touch) => {
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
  const isAlone = (one) => one.closest("p")?.innerText.trim() === one.innerText.trim();
  const isInline = (one) => one.matches("a") && getComputedStyle(one).display === "inline" && !isAlone(one);
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((one) => isSeen(one) && !isInline(one))
    .map((one) => [one, one.matches("[type=radio], [type=checkbox], [type=file]") ? one.closest("label") ?? one : one])
    .map(([one, pressed]) => [one, pressed.getBoundingClientRect()])
    .filter(([, box]) => box.width < touch - 0.5 || box.height < touch - 0.5)
    .map(([one, box]) => `${one.outerHTML.slice(0, 90)} is ${Math.round(box.width)}x${Math.round(box.height)}`);
}"""

# A text is clipped where its own box hides a part of it, where it hangs out of the button, tag or card it stands in, or
# over the edge of the screen. What is hidden from eyes on purpose is no text for them.
_CLIPPED = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const own = node.parentElement;
    if (!node.data.trim() || own.closest("template, script, noscript, option, .visually-hidden, .unseen")) continue;
    if (!own.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    const inside = own.closest("button, .button, .tag, .card, .piece, .notice, .left-text, li, main, header, footer");
    const box = inside.getBoundingClientRect();
    const isBeside = text.left < box.left - 1 || text.right > box.right + 1;
    const isAbove = text.top < box.top - 1 || text.bottom > box.bottom + 1;
    const isOut = text.left < -1 || text.right > document.documentElement.clientWidth + 1;
    const isMore = own.scrollWidth > own.clientWidth + 1 || own.scrollHeight > own.clientHeight + 1;
    const isHidden = isMore && getComputedStyle(own).overflow !== "visible";
    if (!isBeside && !isAbove && !isOut && !isHidden) continue;
    found.push(`"${node.data.trim().slice(0, 60)}" in ${inside.outerHTML.slice(0, 60)}`);
  }
  const pen = document.createElement("canvas").getContext("2d");
  for (const one of document.querySelectorAll("select")) {
    if (!one.checkVisibility()) continue;
    const style = getComputedStyle(one);
    pen.font = style.font;
    const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 20; // the arrow
    const wide = [...one.options].filter((option) => pen.measureText(option.text).width > room);
    found.push(...wide.map((option) => `"${option.text}" in SELECT`));
  }
  return found;
}"""

_WIDE = """() => {
  const limit = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= limit) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > limit + 1)
    .map((one) => `${one.outerHTML.slice(0, 90)} hangs over the right edge`);
}"""

# Also over a screen that is drawn anew meanwhile; a sheet made by a script is no inline style.
_UNSTICK = """(isOn) => {
  const sheet = new CSSStyleSheet();
  const bars = ".bar, .dock, [data-said] { position: static !important; }";
  const cards = ".card { content-visibility: visible !important; }"; // laid out when they come into sight
  sheet.replaceSync(bars + cards);
  document.adoptedStyleSheets = isOn ? [sheet] : [];
}"""

_SAID = """() => {
  const fields = [...document.querySelectorAll("[placeholder], [aria-label], [title], img[alt]")];
  const said = ["placeholder", "aria-label", "title", "alt"];
  const names = fields.flatMap((one) => said.map((name) => one.getAttribute(name)));
  const options = [...document.querySelectorAll("main option")].map((one) => one.text);
  return [document.body.innerText, document.title, ...names, ...options].filter(Boolean).join("\\n");
}"""

_VIETNAMESE = re.compile(r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)


def faults(page: Page) -> list[str]:
    """Return one line for each small target, clipped text, element over the edge and broken rule of axe."""
    page.evaluate(_UNSTICK, True)  # what is under a bar now is not there after a flick
    try:
        measured = page.evaluate(_SMALL, TOUCH_PX) + page.evaluate(_CLIPPED) + page.evaluate(_WIDE)
        return measured + violations(page)
    finally:
        page.evaluate(_UNSTICK, False)


def in_light_and_dark(page: Page) -> list[str]:
    """Return the faults of the screen as it stands, each with the colours it was found in."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {line}" for line in faults(page)]
    page.emulate_media(color_scheme="light")
    return found


def left_in_vietnamese(page: Page, names: list[str]) -> list[str]:
    """Return the lines on an English screen with Vietnamese in them, once names, places and papers are taken away."""
    said = page.evaluate(_SAID)
    for name in sorted(names, key=len, reverse=True):
        said = said.replace(name, "")
    return [line.strip() for line in said.splitlines() if _VIETNAMESE.search(line)]
