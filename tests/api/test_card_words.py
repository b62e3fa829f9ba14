"""The words of the card left at a door: the post's own from a day on, in either language, taken back again."""

from __future__ import annotations

import re

import pytest

from tests.api.test_paper_routes import day, told  # noqa: F401 - a fixture
from tests.api.test_rules_pages import changed
from tests.labels.conftest import poppler  # noqa: F401 - a fixture

TEXTS = "/staff/set-up/rules/texts/"


@pytest.fixture
def card(day, sign_in, poppler):  # noqa: F811
    """Return a function that prints the card of the recipient who was not met."""
    path = f"/staff/consignments/{day['consignments'][1]}/papers/invitation.pdf"
    return lambda language="vi": told(sign_in("postal").get(f"{path}?lang={language}"), poppler)


def test_the_card_says_what_the_post_words_otherwise_until_that_is_taken_back(card, sign_in, clock):
    admin = sign_in("admin")
    assert "VNeID của người nhận" in card()
    assert "Trên giấy mời để lại tại cửa" in admin.get("/staff/set-up/rules").text
    own = "Bưu điện đến lại từ {day}, sau 17 giờ."
    changed(admin, f"{TEXTS}card_again", vi=own, en="")
    changed(admin, f"{TEXTS}card_identity", vi="Căn cước của Ông/Bà", en="Your identity card")
    page = card()
    assert re.search(r"Bưu điện đến lại từ thứ \S+ \d\d/11/2026, sau 17 giờ\.", page)
    assert "Căn cước của Ông/Bà" in page
    assert "VNeID" not in page
    assert "The courier comes again from" in card("en"), "no English of its own: the program's"
    assert "Your identity card" in card("en")
    later = clock.now.date().replace(day=30).isoformat()
    changed(admin, f"{TEXTS}card_again", vi="Từ {day}.", en="", from_day=later)
    assert "sau 17 giờ" in card(), "another day's words wait"
    undo = re.findall(r'action="([^"]+/undo)"', admin.get(f"{TEXTS}card_identity").text)[0]
    admin.post(undo, reason="nhầm")
    assert "VNeID của người nhận" in card()


@pytest.mark.parametrize(
    ("words", "said"),
    [("Đến lại.", "đúng một lần"), ("Từ {day}: 中文", "không in được chữ này: 中"), ("Từ {day}" + "a" * 160, "160")],
    ids=["no day", "no letters", "too long"],
)
def test_words_that_no_card_could_bear_are_refused_by_their_field(card, sign_in, words, said):
    admin = sign_in("admin")
    changed(admin, f"{TEXTS}card_again", vi=words, en="")
    assert said in admin.get(f"{TEXTS}card_again").text
    assert "Bưu tá đến lại từ" in card()
