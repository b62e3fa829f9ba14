"""A staff day in a real browser: import a file, count a list on a bad line, plan, publish. Axe reads every page."""

import dataclasses
import re
import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from api.work.worker import HouseWorker
from postal.models import Consignment
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.test_desk import CODE, close, hand_over, import_results

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def start_worker(services):
    """Return a function that starts what `tannha worker` is, beside the pages."""
    begun, began_s = [], time.monotonic()

    def clock():
        """Go on from the test's clock, which stands still: leases need time that passes."""
        return services.now() + timedelta(seconds=time.monotonic() - began_s)

    def start():
        begun.append(HouseWorker(dataclasses.replace(services, clock=clock)))
        begun[-1].start()

    yield start
    for working in begun:
        working.stop(20)


@pytest.fixture
def closed_batch(sign_in, database):
    """Bring in four results and close their list; return its page and the codes on it."""
    centre = sign_in("centre")
    import_results(centre, *(build.result(n) for n in range(1, 5)))
    with database.read() as session:
        office_id = session.scalar(select(Consignment.issuing_office_id).limit(1))
    batch = centre.post("/staff/batches", office_id=str(office_id)).location
    close(centre, batch)
    codes = sorted({code.replace(" ", "") for code in CODE.findall(centre.get(batch).text.replace(" ", ""))})
    assert len(codes) == 4
    return batch, codes


def clean(page):
    """Let axe read the page."""
    assert violations(page) == []


def test_a_clerk_reads_a_file_for_trial_then_imports_it(enter, start_worker, tmp_path):
    start_worker()
    file = tmp_path / "ket-qua.csv"
    file.write_bytes(build.results_csv([build.result(1), build.result(2), build.result(3, recipient="")]))
    page = enter("centre", "/staff/intake")
    clean(page)
    page.get_by_label("Tệp kết quả").set_input_files(file)
    page.get_by_role("button", name="Đọc thử").click()
    expect(page.get_by_text("Mới đọc thử")).to_be_visible()
    clean(page)
    page.get_by_role("button", name=re.compile("^Nhập 2 dòng")).click()
    page.wait_for_url(re.compile(r"/staff/intake/\d+"))
    expect(page.get_by_text("Từ chối").first).to_be_visible()
    clean(page)
    page.goto("/staff/queue")
    clean(page)


def test_a_count_answers_a_wrong_and_a_doubled_code_and_loses_nothing_when_the_line_is_cut(enter, closed_batch):
    batch, codes = closed_batch
    page = enter("postal", f"{batch}/count")
    clean(page)
    said, scan = page.locator("[data-said]"), page.locator("#code")

    def type_code(code):
        scan.fill(code)
        scan.press("Enter")

    type_code(codes[0])
    expect(said).to_contain_text("Đúng")
    type_code(codes[0])
    expect(said).to_contain_text("quét rồi")
    type_code("EE123456785VN")
    expect(page.locator("[data-others] li")).to_have_count(1)
    expect(page.locator("[data-scanned]")).to_have_text("1")
    page.context.set_offline(True)
    type_code(codes[1])
    expect(said).to_contain_text("Chưa gửi được 1 mã")
    type_code(codes[2])
    page.context.set_offline(False)
    expect(page.locator("[data-scanned]")).to_have_text("3", timeout=20_000)
    clean(page)
    type_code(codes[3])
    expect(said).to_contain_text("Đã đủ 4")
    page.reload()
    expect(page.locator("[data-scanned]")).to_have_text("4")
    page.get_by_label("Người giao (cơ quan)").fill("Lê Thị Giao")
    page.get_by_label("Người nhận (bưu chính)").fill("Trần Văn Nhận")
    page.get_by_role("button", name="Bàn giao và lập biên bản").click()
    page.wait_for_url(re.compile(r"/staff/handovers/\d+"))
    clean(page)


def test_the_counting_page_fits_a_phone(enter, closed_batch):
    batch, codes = closed_batch
    page = enter("postal", f"{batch}/count", viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("#code").fill(codes[0])
    page.locator("#code").press("Enter")
    expect(page.locator("[data-scanned]")).to_have_text("1")


def test_a_dispatcher_plans_watches_and_publishes(enter, sign_in, start_worker, database, clock):
    centre = sign_in("centre")
    import_results(centre, *(build.result(n) for n in range(1, 7)))
    hand_over(centre, sign_in("postal"), database)
    clock.forward(days=2, hours=15)
    start_worker()
    page = enter("dispatcher", "/staff/plans")
    clean(page)
    page.get_by_label("Ngày phát").fill("2026-11-23")
    page.get_by_label("Thời gian tính").fill("6")
    page.get_by_role("button", name="Lập phương án").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    clean(page)
    page.wait_for_url(re.compile(r"/staff/plans/\d+"))
    clean(page)
    page.get_by_role("button", name="Công bố cho bưu tá").click()
    expect(page.get_by_role("button", name="Công bố cho bưu tá")).to_have_count(0)
    page.goto("/staff/plans")
    expect(page.get_by_role("cell", name="Đã công bố")).to_be_visible()
    page.goto("/staff/rounds")
    clean(page)
