"""Every screen of the courier's phone: in light and dark, in both languages, at 360 x 640, as a thumb meets it."""

from __future__ import annotations

from itertools import chain

import pytest

from tests.api.browser import whole_day
from tests.api.browser.screens import faults, in_light_and_dark, left_in_vietnamese
from tests.api.test_courier_phones import code_for
from tests.scale import IS_LONG

SMALL = {"width": 360, "height": 640}
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"vietqr_bank": "970415", "vietqr_account": "0011001932418"})


@ON_SQLITE
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_screen_is_for_thumbs_sunlight_and_night(open_page, sign_in, database, own_courier, language):
    if language == "vi" and not IS_LONG:
        pytest.skip("make test walks in English, which also finds what is left in Vietnamese; make test-long in both")
    day = whole_day.set_up(database, own_courier)
    clerk = sign_in("dispatcher")
    page = open_page(f"/courier/?lang={language}", viewport=SMALL)

    def leave():
        whole_day.leave(database, day)
        yield from whole_day.open_again(page)

    def revoke():
        clerk.get("/staff/phones")
        clerk.post("/staff/phones/1/revoke")

    walk = chain(
        whole_day.begin(page, day, code_for(clerk, day.courier_id)),
        leave(),
        whole_day.at_doors(page, day),
        whole_day.collected(page, day),
        whole_day.told(page, day),
        whole_day.with_the_office(page, day),
        whole_day.home(page, day),
        whole_day.refused(page, day, database, revoke),
    )
    found = []
    for screen in walk:
        lines = in_light_and_dark(page)
        if language == "en":
            lines += [f"Vietnamese: {line}" for line in left_in_vietnamese(page, day.names)]
        found += [f"{screen}: {line}" for line in lines]
    assert "\n".join(found) == ""


BROKEN = """<html lang="en"><title>x</title><body style="width: 360px"><main>
<button style="width: 40px; height: 60px">A</button>
<p>Read <a href="/a">this</a> and go on.</p>
<label><input type="checkbox"> B</label>
<p id="hidden" style="width: 90px; white-space: nowrap; overflow: hidden">a sentence that does not end here</p>
<div class="tag" style="width: 60px; height: 20px">one two three four five</div>
<select aria-label="c" style="width: 80px; height: 60px"><option>a choice that is long</option></select>
<p style="width: 500px">wide</p>
<p style="color: #bbb">Sửa lại ở Tận Nhà</p></main>"""


def test_what_is_measured_is_found_where_it_is_broken(chromium):
    page = chromium.new_page(viewport=SMALL)
    page.set_content(BROKEN)
    said = "\n".join(faults(page))
    for wanted in (
        "A</button> is 40x60",
        'type="checkbox"',
        "a sentence that",
        "one two three",
        "a choice",
        "wide</p> hangs",
    ):
        assert wanted in said
    assert "color-contrast" in said
    assert '"/a">this</a> is' not in said
    assert left_in_vietnamese(page, ["Tận Nhà"]) == ["Sửa lại ở"]
    page.close()
