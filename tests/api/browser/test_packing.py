"""A clerk packs a batch by scanner and scale in a real browser, to the signatures of both sides."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from postal import NewUser, Role
from postal.access import accounts
from postal.models import BatchItem, Consignment, Item
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.conftest import PASSWORD
from tests.api.test_desk import CODE, import_results

N = 20
PHONE = {"width": 360, "height": 740}
SMALL = {"width": 1024, "height": 768}


@pytest.fixture
def batch(sign_in, database):
    """Bring in twenty results and open their batch; return its page and the dossier codes in it."""
    centre = sign_in("centre")
    import_results(centre, *(build.result(n, documents="Giấy; Trích lục" if n % 3 else "Giấy") for n in range(1, N)))
    import_results(centre, build.result(N, documents=""))
    with database.read() as session:
        office_id = session.scalar(select(Consignment.issuing_office_id).limit(1))
        codes = list(session.scalars(select(Item.dossier_code).order_by(Item.id)))
    return centre.post("/staff/batches", office_id=str(office_id)).location, codes


def look(page, name):
    """Keep a picture where whoever runs the test asks for pictures."""
    if folder := os.environ.get("TANNHA_TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


class Table:
    """A packing table: the page, its scanner and its scale, which type into whatever has the focus."""

    def __init__(self, page):
        self.page = page
        self.said = page.locator("[data-said]")
        self.n_keys = 0

    def types(self, text):
        """Type as a scanner or a scale does: very fast, with Enter, wherever the focus is."""
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def is_open(self, code):
        expect(self.page.locator("[data-open]")).to_have_text(code)

    def has_packed(self, n):
        expect(self.page.locator("[data-packed]")).to_have_text(str(n))


def test_twenty_envelopes_take_twenty_scans_and_few_keys_to_both_signatures(enter, batch, database):
    address, codes = batch
    page = enter("centre", f"{address}/packing")
    table = Table(page)
    assert violations(page) == []
    look(page, "packing-empty")
    for n, code in enumerate(codes[:-1], start=1):
        table.types(code)
        table.types(f"0,0{40 + n} kg")
        table.has_packed(n)
    look(page, "packing-many")
    table.types(codes[-1])  # no list of papers: counted by hand, the only digits typed in the whole batch
    table.is_open(codes[-1])
    table.types("3")
    table.types("3")
    table.types("75 g")
    expect(table.said).to_contain_text(f"Đã đóng gói đủ {N}")
    assert violations(page) == []
    look(page, "packing-all")
    page.keyboard.press("Space")  # the focus is on the box beside the button
    page.get_by_role("button", name="Chốt danh sách").click()
    page.get_by_role("link", name="Quét đếm và bàn giao").click()
    numbers = sorted({code.replace(" ", "") for code in CODE.findall(page.content().replace(" ", ""))})
    for number in numbers:
        page.keyboard.type(number)
        page.keyboard.press("Enter")
    expect(page.locator("[data-scanned]")).to_have_text(str(N))
    page.get_by_label("Người giao (cơ quan)").fill("Lê Thị Giao")
    page.get_by_label("Người nhận (bưu chính)").fill("Trần Văn Nhận")
    page.get_by_role("button", name="Bàn giao và lập biên bản").click()
    page.wait_for_url(re.compile(r"/staff/handovers/\d+"))
    for side in ("Bên giao", "Bên nhận"):
        pad = page.get_by_role("region", name=side).locator("canvas")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        page.mouse.move(box["x"] + 40, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + 200, box["y"] + 90, steps=8)
        page.mouse.move(box["x"] + 90, box["y"] + 120, steps=8)
        page.mouse.up()
        page.get_by_role("button", name=f"Ghi chữ ký {side.lower()}").click()
        expect(page.get_by_role("region", name=side).get_by_text("Đã ký")).to_be_visible()
    with database.read() as session:
        lines = session.query(BatchItem).order_by(BatchItem.id).all()
        assert [line.item.weight_g for line in lines] == [*range(41, 40 + N), 75]


def test_wrong_doubled_and_stray_scans_do_nothing_and_the_focus_is_never_lost(enter, batch):
    address, codes = batch
    page = enter("centre", f"{address}/packing")
    table = Table(page)
    table.types("64")
    expect(table.said).to_contain_text("quét mã hồ sơ trước")
    table.types("EE123456785VN")
    expect(table.said).to_contain_text("Không phải hồ sơ")
    look(page, "packing-unknown")
    page.locator("h1").click()  # the clerk's elbow
    table.types(codes[0])
    table.is_open(codes[0])
    look(page, "packing-open")
    table.types(codes[1])
    expect(table.said).to_contain_text("chưa cân")
    page.keyboard.press("Tab")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    table.types("64 g")
    expect(table.said).to_contain_text("đếm và cân lại")
    assert violations(page) == []
    look(page, "packing-differs")
    page.keyboard.type(codes[2])  # a scan that lands in a count
    page.keyboard.press("Enter")
    expect(table.said).to_contain_text("chưa cân")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Đã gác hồ sơ lại")).to_be_visible()
    table.types(codes[0])
    table.is_open(codes[0])
    page.get_by_label("Tiếng báo").uncheck()
    table.types("64")
    table.has_packed(1)
    table.types(codes[0])
    expect(table.said).to_contain_text("Đã đóng gói rồi")
    table.has_packed(1)
    page.get_by_role("button", name=f"Cân lại {codes[0]}").click()
    table.is_open(codes[0])
    expect(page.get_by_label("Tiếng báo")).not_to_be_checked()
    table.types("66")
    expect(page.locator("[data-last]")).to_contain_text("66 g")


def test_a_cut_line_a_reload_and_an_ended_session_lose_no_scan(enter, batch, house, database, services):
    address, codes = batch
    page = enter("centre", f"{address}/packing")
    table = Table(page)
    page.context.set_offline(True)
    for text in (codes[0], "50", codes[1], "51"):
        table.types(text)
    expect(table.said).to_contain_text("Chưa gửi được 4 lượt")
    page.context.set_offline(False)
    table.has_packed(2)
    table.types(codes[2])
    table.is_open(codes[2])
    page.reload()
    table.is_open(codes[2])
    cookies = page.context.cookies()
    page.context.clear_cookies()
    table.types("52")
    expect(table.said).to_contain_text("Phiên làm việc đã hết")
    look(page, "packing-ended")
    page.context.add_cookies(cookies)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    table.has_packed(3)


def test_two_tables_pack_one_batch_together(enter, batch, database):
    with database.write() as session:
        new = NewUser(username="centre2", password=PASSWORD, full_name="Người Hai", role=Role.CENTRE_CLERK)
        accounts.add_user(session, new, now=build.EVENING)
    address, codes = batch
    one, other = (Table(enter(name, f"{address}/packing")) for name in ("centre", "centre2"))
    one.types(codes[0])
    one.is_open(codes[0])
    other.types(codes[0])
    expect(other.said).to_contain_text("bàn của centre")
    other.types(codes[1])
    other.types("31")
    other.has_packed(1)
    one.types("30")
    one.has_packed(2)
    other.types(codes[0])
    expect(other.said).to_contain_text("Đã đóng gói rồi")


@pytest.mark.parametrize("viewport", [PHONE, SMALL], ids=["360", "1024"])
def test_the_table_fits_a_small_screen(enter, batch, viewport):
    address, codes = batch
    page = enter("centre", f"{address}/packing", viewport=viewport)
    Table(page).types(codes[0])
    expect(page.locator("[data-open]")).to_have_text(codes[0])
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert violations(page) == []
    look(page, f"packing-{viewport['width']}")
