"""Pages on paper: a printed list keeps every column, a printed round its codes and states, and no button is on it."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from postal import custody, models, rounds
from tests import builders as build
from tests.api.conftest import PASSWORD
from tests.postal import day as a_day
from tests.town import published

A4 = {"width": 718, "height": 1_020}
"""What Chromium has of an upright A4 page between its margins, in CSS pixels."""
PARTY = custody.Party(name="Người Ký")
LONG = "Công Tằng Tôn Nữ Thị Phước Diễm Hằng"


@pytest.fixture
def on_paper(open_page):
    """Return a function that opens a page as a postal clerk and lays it out for paper."""

    def opened(path):
        page = open_page(f"/staff/sign-in?next={path}", viewport=A4, color_scheme="dark")
        page.get_by_label("Tên đăng nhập").fill("postal")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.wait_for_url(f"**{path}")
        page.emulate_media(media="print")
        return page

    return opened


@pytest.fixture
def walked(database, house, clock):
    """Return a started round of three, one of them not loaded, and leave a queue of long names."""
    clock.now = a_day.MORNING
    with database.write() as session:
        results = [
            build.result(n, recipient=LONG, take_back="Giấy cũ (bản chính)", fee_vnd="135000") for n in (1, 2, 3)
        ]
        items = build.accepted(session, *results)
        batch = custody.open_batch(build.act(session, build.EVENING), items[0].consignment.issuing_office_id)
        codes = [line.s10 for line in build.closed_batch(session, batch.id).lines]
        custody.hand_over(build.act(session, build.EVENING), batch.id, scanned=codes, giver=PARTY, receiver=PARTY)
        round_id = published(session, "BT001").rounds[0].id
        rounds.start_round(build.act(session, clock.now), round_id, scanned=codes[:2])
        build.accepted(session, *(build.result(n, recipient=LONG, address="Thôn Phú Xuân, Huế") for n in range(11, 31)))
    return round_id


def is_inside(page):
    """Say whether nothing of the page is wider than the paper, tables in their frames included."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth
            && [...document.querySelectorAll('.table-scroll')].every((one) => one.scrollWidth <= one.clientWidth + 1)"""
    )


def test_a_printed_queue_keeps_every_column(on_paper, walked):
    page = on_paper("/staff/queue")
    heads = page.locator("thead th")
    assert heads.count() == 8
    for n in range(8):
        expect(heads.nth(n)).to_be_visible()
    assert page.locator("tbody tr").count() > 10
    assert is_inside(page)
    expect(page.get_by_role("button").first).to_be_hidden()


def test_a_printed_list_of_numbered_items_fits_the_paper(on_paper, walked):
    page = on_paper("/staff/queue?bucket=post")
    assert page.locator("tbody tr").count() >= 1
    expect(page.get_by_text("EY 900 000 022 VN")).to_be_visible()
    assert is_inside(page)


def test_a_printed_round_keeps_codes_states_and_money(on_paper, walked, database):
    page = on_paper(f"/staff/rounds/{walked}")
    with database.read() as session:
        codes = [item.dossier_code for item in session.scalars(select(models.Item).where(models.Item.id <= 3))]
    for code in codes:
        expect(page.get_by_text(code)).to_be_visible()
    assert page.locator(".stop-row .tag:visible").count() >= 2 * len(codes)
    assert page.get_by_text("135.000 đ").count() == len(codes)
    expect(page.get_by_text("135.000 đ").first).to_be_visible()
    assert page.locator("select:visible, input:visible, button:visible, .button:visible").count() == 0
    assert is_inside(page)


def test_a_citizens_printed_page_keeps_code_and_timeline_and_no_form(open_page, walked, database):
    with database.read() as session:
        item = session.scalars(select(models.Item).order_by(models.Item.id)).first()
        link, s10 = f"/t/{custody.token_of(session, item)}", item.s10
    page = open_page(link, viewport=A4, color_scheme="dark")
    page.emulate_media(media="print")
    assert "".join(page.locator("p.code").inner_text().split()) == s10
    steps = page.locator(".timeline li")
    assert steps.count() >= 3
    for n in range(steps.count()):
        expect(steps.nth(n)).to_be_visible()
    assert page.locator("input:visible, button:visible, .button:visible, nav:visible").count() == 0
    assert is_inside(page)


def test_paper_is_white_whatever_the_screen_is(on_paper, walked):
    page = on_paper("/staff/queue")
    ink, paper = page.evaluate(
        "() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert paper in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    assert max(int(part) for part in ink.removeprefix("rgb(").removesuffix(")").split(",")) < 60
