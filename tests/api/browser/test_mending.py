"""A clerk mends a file of fifty rows in a real browser: dragged in, mended in bulk, brought in, its addresses asked."""

import base64
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from postal.models import Consignment, Item, Office
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.browser.test_staff_day import start_worker
from tests.api.test_desk import import_results

__all__ = ["start_worker"]

SLIP = "Trung tâm Phục vụ hành chánh công thành phố Huế"
VAGUE = {"lat": "", "lon": ""}
DROP = """([form, name, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type: "text/csv" }));
  form.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


def look(page, name):
    """Keep a picture where whoever runs the test asks for pictures."""
    if folder := os.environ.get("TANNHA_TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def fifty():
    """Return fifty rows: a third with the misspelt agency, dates the American way, three addresses of many communes."""
    day = {"finished_at": "11/20/26"}
    rows = [build.result(n, office=SLIP if n % 3 == 0 else build.CENTRE, **day) for n in range(1, 47)]
    several = ("xã Hương Phong", "Hương Thủy", "Quảng Điền")  # each a name that went to several of today's communes
    rows += [build.result(47 + n, address=f"12 Lê Lợi, {one}, Huế", **VAGUE, **day) for n, one in enumerate(several)]
    return [*rows, build.result(50, recipient="", **day)]


@pytest.fixture
def known_agency(sign_in):
    import_results(sign_in("centre"), build.result(900))


def test_a_file_of_fifty_rows_is_mended_in_a_few_acts(enter, known_agency, start_worker, database):
    start_worker()
    page = enter("centre", "/staff/intake")
    look(page, "intake-empty")
    data = base64.b64encode(build.results_csv(fifty())).decode()
    page.evaluate(DROP, [page.locator("[data-drop]").element_handle(), "ket-qua.csv", data])
    expect(page.get_by_text("Mới đọc thử")).to_be_visible()
    assert violations(page) == []
    look(page, "mend-file")
    page.get_by_text("tháng/ngày/năm").click()
    page.get_by_role("button", name="Đọc lại cả cột").click()
    expect(page.get_by_text("Đã đọc lại ngày xong ở 50 dòng")).to_be_visible()
    page.get_by_role("button", name="Sửa cả 15 dòng").dblclick()
    expect(page.get_by_text("Đã sửa tên cơ quan ở 15 dòng")).to_be_visible()
    page.reload()
    row = page.locator(".mend-row").first
    row.get_by_label("Người nhận").fill("Lê Thị Năm Mươi")
    row.get_by_role("button", name="Ghi dòng").click()
    expect(page.get_by_text("đã đúng, sẽ được tiếp nhận")).to_be_visible()
    look(page, "mend-done")
    assert violations(page) == []
    page.get_by_role("button", name="Nhập 50 dòng").click()
    page.wait_for_url(re.compile(r"/staff/intake/\d+$"))
    look(page, "mend-report")
    page.get_by_role("link", name=re.compile("Hỏi 3 địa chỉ")).click()
    for n_left in (3, 2, 1):
        expect(page.get_by_text(f"Còn {n_left} địa chỉ phải hỏi")).to_be_visible()
        marker = page.locator(".map-point").nth(1)
        expect(marker).to_be_visible()
        if n_left == 2:
            assert violations(page) == []
            look(page, "ask-address")
        marker.focus()
        page.keyboard.press("Enter")
        expect(page.locator("[name=commune_code]").nth(1)).to_be_checked()
        page.get_by_role("button", name="Ghi và sang câu tiếp").click()
    expect(page.get_by_text("Không còn địa chỉ nào")).to_be_visible()
    with database.read() as session:
        assert session.query(Item).count() == 51
        assert session.query(Office).filter_by(name=SLIP).count() == 0
        unclear = select(Consignment.id).where(Consignment.address_status.in_(("ambiguous", "unknown")))
        assert session.scalars(unclear).all() == []


def test_what_was_typed_survives_an_ended_session_and_a_cut_line(enter, known_agency):
    page = enter("centre", "/staff/intake")
    data = base64.b64encode(build.results_csv([build.result(1, recipient=""), build.result(2)])).decode()
    page.evaluate(DROP, [page.locator("[data-drop]").element_handle(), "ket-qua.csv", data])
    page.get_by_role("link", name=re.compile("Sửa mọi ô của dòng")).click()
    page.get_by_label("Người nhận").fill("Lê Thị Giữ")
    page.reload()
    expect(page.get_by_label("Người nhận")).to_have_value("Lê Thị Giữ")
    assert violations(page) == []
    look(page, "mend-row")
    page.context.clear_cookies()
    page.get_by_role("button", name="Ghi").click()
    expect(page.get_by_label("Tên đăng nhập")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1024])
def test_the_pages_fit_small_screens(enter, known_agency, width):
    page = enter("centre", "/staff/intake", viewport={"width": width, "height": 760})
    rows = [build.result(1, office=SLIP, finished_at="11/20/26"), build.result(900), build.result(3, recipient="")]
    data = base64.b64encode(build.results_csv(rows)).decode()
    page.evaluate(DROP, [page.locator("[data-drop]").element_handle(), "ket-qua.csv", data])
    expect(page.get_by_text("Mới đọc thử")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    look(page, f"mend-{width}")
    page.get_by_role("link", name="Ghép cột").click()
    expect(page.get_by_role("button", name="Đọc lại tệp")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    look(page, f"columns-{width}")
