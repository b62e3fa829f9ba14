"""An administrator's day in a real browser: what is missing, a courier changed and changed back, a day off, a user.

Axe reads every page, at the desk's width and at a phone's. With TANNHA_PICTURES set, a picture of each is left there.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.api.browser.accessibility import violations

WIDTHS = (1280, 1024, 360)


@pytest.fixture
def look():
    """Return a function that reads a page at each width; nothing on it stands out of the window."""
    folder = os.environ.get("TANNHA_PICTURES")

    def looked(page, name):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            assert violations(page) == []
            if folder:
                page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})

    return looked


def test_an_administrator_changes_a_courier_and_takes_it_back(enter, look):
    page = enter("admin", "/staff/set-up")
    look(page, "index")
    page.get_by_role("link", name="Bưu tá, địa bàn, ca làm, ngày nghỉ").click()
    look(page, "couriers")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    look(page, "courier")
    page.get_by_label("Sức chở (lít)").fill("60")
    page.get_by_label("Ca làm").fill("8h - 16h30")
    page.get_by_label("Vì sao đổi").first.fill("CV 12/BĐ")
    page.get_by_role("button", name="Xem trước", exact=True).click()
    expect(page.get_by_role("row", name="Ca làm")).to_contain_text("08:00-16:30")
    look(page, "preview")
    page.get_by_role("button", name="Sửa tiếp").click()
    expect(page.get_by_label("Ca làm")).to_have_value("8h - 16h30")
    page.get_by_role("button", name="Xem trước", exact=True).click()
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(page.get_by_text("áp dụng ngay")).to_be_visible()
    expect(page.get_by_label("Ca làm")).to_have_value("08:00-16:30")
    look(page, "courier-changed")
    page.locator("details.act summary").click()
    page.get_by_label("Vì sao hoàn lại").fill("gõ nhầm ca")
    page.get_by_role("button", name="Hoàn lại").click()
    expect(page.get_by_label("Ca làm")).to_have_value("07:30-17:30")
    page.goto("/staff/set-up/changes")
    look(page, "changes")


def test_a_courier_is_changed_with_the_keyboard_alone(enter):
    page = enter("admin", "/staff/set-up/couriers/1")
    page.get_by_label("Sức chở (lít)").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("60")
    page.get_by_label("Vì sao đổi").first.focus()
    page.keyboard.type("CV 12")
    page.keyboard.press("Enter")
    confirm = page.get_by_role("button", name="Ghi thay đổi")
    expect(confirm).to_be_visible()
    confirm.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Sức chở (lít)")).to_have_value("60")


def test_days_off_users_keys_and_receivers(enter, look):
    page = enter("admin", "/staff/set-up/days-off")
    page.get_by_label("Ngày", exact=True).fill("2026-12-24")
    page.get_by_label("Là ngày").select_option(label="cả bưu điện nghỉ")
    page.get_by_label("Ghi chú").fill("CV 9/UBND")
    page.locator('form[action="/staff/set-up/days-off"]').get_by_label("Vì sao đổi").fill("CV 9")
    page.get_by_role("button", name="Xem trước", exact=True).click()
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(page.get_by_role("cell", name="CV 9/UBND", exact=True)).to_be_visible()
    look(page, "days-off")
    for path, name in (("/staff/users", "users"), ("/staff/users/1", "user"), ("/staff/keys", "keys")):
        page.goto(path)
        look(page, name)
    page.get_by_label("Tên hệ thống").fill("motcua-hue")
    page.get_by_label("xem bưu gửi của mình").check()
    page.get_by_label("Vì sao cấp").fill("CV 10")
    page.get_by_role("button", name="Xem trước", exact=True).click()
    look(page, "key-preview")
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(page.locator("[data-key]")).to_have_text(re.compile("tn_"))
    page.goto("/staff/set-up/endpoints")
    page.get_by_label("Địa chỉ nhận tin").fill("https://mot-cua.example.com/nhan-tin")
    page.get_by_role("button", name="Thêm nơi nhận").click()
    expect(page.locator("[data-secret-of-endpoint]")).to_have_text(re.compile("whsec_"))
    look(page, "endpoints")


def test_offices_communes_promises_prices_and_ranges(enter, look):
    page = enter("admin", "/staff/set-up/offices?kind=delivery")
    look(page, "offices")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    page.get_by_label("Điện thoại").fill("0234 3822000")
    page.get_by_label("Giờ mở cửa").fill("thứ Hai đến thứ Bảy, 7 giờ 30 – 17 giờ")
    page.get_by_label("Vì sao đổi").first.fill("CV 3/BĐ")
    look(page, "office")
    page.get_by_role("button", name="Xem trước", exact=True).click()
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(page.get_by_label("Điện thoại")).to_have_value("0234 3822000")
    page.goto("/staff/set-up/coverage/19789")
    page.get_by_label("T7").check()
    page.get_by_label("Áp dụng từ ngày").fill("2026-12-01")
    page.get_by_label("Vì sao đổi").fill("QĐ 7")
    page.get_by_role("button", name="Xem trước").click()
    look(page, "commune-preview")
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(page.get_by_text("chưa đến ngày")).to_be_visible()
    look(page, "commune")
    page.goto("/staff/set-up/tariffs")
    page.get_by_label("Dịch vụ, nấc khối lượng").fill("nội tỉnh, đến 100 g")
    page.get_by_label("Cước (đồng)").fill("26.500")
    page.get_by_label("Căn cứ pháp lý").fill("QĐ 9/UBND")
    page.get_by_label("Vì sao đổi").fill("QĐ 9")
    page.get_by_role("button", name="Xem trước", exact=True).click()
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(page.get_by_role("cell", name="26.500 đ", exact=True)).to_be_visible()
    look(page, "tariffs")
    page.goto("/staff/set-up/ranges")
    page.get_by_label("Hai chữ đầu").fill("EB")
    page.get_by_label("Số đầu").fill("100")
    page.get_by_label("Số cuối").fill("99")
    page.get_by_label("Văn bản cấp").fill("CV 5/BĐVN")
    grant = page.locator("form", has=page.get_by_label("Hai chữ đầu"))
    grant.get_by_label("Vì sao đổi").fill("CV 5")
    grant.get_by_role("button", name="Xem trước").click()
    expect(page.locator("#faults")).to_be_visible()
    expect(page.get_by_label("Văn bản cấp")).to_have_value("CV 5/BĐVN")
    page.get_by_label("Số cuối").fill("199")
    grant.get_by_role("button", name="Xem trước").click()
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(page.get_by_text("EB 00000100–00000199 VN")).to_be_visible()
    look(page, "ranges")
    for part in ("coverage", "promises", "rules", "audit"):
        page.goto(f"/staff/set-up/{part}")
        look(page, part)


def test_the_pages_are_whole_in_english(enter, look):
    page = enter("admin", "/staff/set-up")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Set-up", exact=True)).to_be_visible()
    look(page, "index-en")
    for part in ("couriers/1", "offices/1", "rules", "audit", "tariffs"):
        page.goto(f"/staff/set-up/{part}")
        look(page, f"{part.replace('/', '-')}-en")
