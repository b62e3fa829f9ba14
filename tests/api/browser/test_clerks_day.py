"""A clerk's day in a real browser: Today leads to lists, many rows are acted on, an item tells its story."""

import dataclasses
import os
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from postal import Actor, ActorKind, Role, doorstep, models, people
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.test_desk import hand_over, import_results
from tests.postal import day as a_day

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
VAGUE = {"address": "Thôn Đông, xã Vinh Lộc", "lat": "", "lon": ""}


def looked_at(page, name):
    """Let axe read the page, hold it to its width, and leave a picture where pictures are wanted."""
    assert violations(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    if folder := os.environ.get("TANNHA_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture
def stocked(sign_in, database, clock):
    """Leave vague points, a question, results that are ready, and items the post holds."""
    centre = sign_in("centre")
    import_results(centre, *(build.result(n) for n in range(1, 5)))
    hand_over(centre, sign_in("postal"), database)
    clock.forward(days=3)
    import_results(
        centre,
        *(build.result(n, **VAGUE) for n in range(11, 14)),
        build.result(15, address="12 Lê Lợi", lat="", lon=""),
        *(build.result(n) for n in range(21, 26)),
    )


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["1280", "360"])
def test_many_rows_are_filtered_ticked_shown_confirmed_and_told(enter, stocked, viewport):
    page = enter("centre", "/staff/queue", viewport)
    width = viewport["width"]
    expect(page.locator("tbody tr")).to_have_count(13)
    looked_at(page, f"queue-{width}")
    table = page.locator(".table-scroll")
    assert table.evaluate("box => box.scrollWidth <= box.clientWidth"), "no column is cut"
    page.locator("summary", has_text="Lọc danh sách").click()
    page.get_by_label("Đang ở").select_option(label="Chờ bàn giao")
    page.get_by_role("button", name="Lọc", exact=True).click()
    expect(page).to_have_url(re.compile("state=waiting"))
    expect(page.locator("tbody tr")).to_have_count(9)
    looked_at(page, f"queue-filtered-{width}")
    if viewport is DESK:
        page.locator("thead input[type=checkbox]").check()
        expect(page.locator("tbody input:checked")).to_have_count(9)
    else:
        page.get_by_label("Cả 9 bưu gửi").check()
    page.get_by_label("Làm hàng loạt").select_option(label="Chấp nhận điểm gần đúng")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.locator(".counter", has_text="sẽ làm")).to_contain_text("3")
    expect(page.locator(".counter", has_text="không làm được")).to_contain_text("6")
    looked_at(page, f"bulk-preview-{width}")
    page.get_by_role("button", name="Làm với 3 bưu gửi").click()
    expect(page.get_by_label("Lý do")).to_be_focused()  # the browser itself asks for it
    page.get_by_label("Lý do").fill("bưu tá quen địa bàn")
    page.get_by_role("button", name="Làm với 3 bưu gửi").dblclick()
    expect(page.get_by_text("Đã làm xong lúc")).to_be_visible()
    expect(page.locator(".counter", has_text="đã làm")).to_contain_text("3")
    looked_at(page, f"bulk-done-{width}")
    page.get_by_role("link", name="Về danh sách").click()
    expect(page).to_have_url(re.compile("state=waiting"))


def test_a_door_is_pointed_at_on_the_map_of_a_list_or_by_keys_on_its_items_page(enter, stocked, database):
    page = enter("centre", "/staff/queue?bucket=point", DESK)
    expect(page.locator("[data-point-map]")).to_be_visible()
    page.get_by_role("button", name="Đặt điểm của H57.15-261120-0012").click()
    expect(page.locator("[data-for]")).to_contain_text("H57.15-261120-0012: Thôn Đông, xã Vinh Lộc")
    page.locator("[data-point-map]").click(position={"x": 560, "y": 220})
    expect(page.get_by_label("Vĩ độ")).to_have_value(re.compile(r"^16,\d{6}$"))
    expect(page.locator("[data-said]")).to_contain_text("Đã đặt điểm")
    looked_at(page, "points-1280")
    page.get_by_role("button", name="Ghi điểm").click()
    expect(page.get_by_text("Đã ghi câu trả lời cho H57.15-261120-0012")).to_be_visible()
    expect(page).to_have_url(re.compile("bucket=point"))
    expect(page.locator("tbody tr")).to_have_count(2)

    page.get_by_role("link", name="H57.15-261120-0011").click()
    box = page.locator("[data-point-map]")
    expect(box.locator("path").first).to_be_attached()  # the map listens
    box.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Kinh độ")).to_have_value(re.compile(r"^107,\d{6}$"))
    looked_at(page, "point-item-1280")
    page.get_by_label("Vĩ độ").fill("16,2000")
    page.get_by_label("Kinh độ").fill("107,9000")
    page.keyboard.press("Tab")
    expect(page.locator("[data-said]")).to_contain_text("ngoài xã, phường")
    page.get_by_role("button", name="Xác nhận điểm").click()
    expect(page.get_by_role("heading", name="Điểm và xã, phường trái nhau")).to_be_visible()
    looked_at(page, "point-far-1280")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["1280", "360"])
def test_today_leads_to_what_is_late_by_name_and_a_delivered_item_tells_its_story(
    enter, sign_in, database, own_round, clock, viewport
):
    with database.write() as session:
        item = session.scalar(select(models.Item).where(models.Item.round_id == own_round).order_by(models.Item.id))
        courier = session.get_one(models.DeliveryRound, own_round).courier
        by = Actor(
            kind=ActorKind.USER, role=Role.COURIER, courier_id=courier.id, office_id=courier.office_id, user_id=None
        )
        paid = {
            "fee_vnd": item.fee_vnd,
            "fee_receipt": "BL-7",
            "taken_back": [paper["name"] for paper in item.take_back],
        }
        scan = a_day.delivered(item, lat=16.4631, lon=107.5861, **paid)
        answers = doorstep.record_scans(
            build.act(session, clock.now, by=by), [dataclasses.replace(scan, happened_at=clock.now)]
        )
        assert [one.status for one in answers] == ["recorded"], answers
        consignment_id = item.consignment_id
        name = people.open_person(session, session.get_one(models.Person, courier.person_id)).full_name
    width = viewport["width"]
    page = enter("postal", f"/staff/consignments/{consignment_id}", viewport)
    expect(page.locator("[data-proof]")).to_contain_text("Tôn Nữ Thị Diễm Hằng")
    expect(page.locator("[data-proof]")).to_contain_text("4 ký tự cuối 1234")
    expect(page.get_by_label("Vĩ độ")).to_have_count(0)
    expect(page.locator("details", has_text="Ai đã giữ")).to_contain_text(name)
    looked_at(page, f"story-{width}")
    clock.forward(days=9)
    page = enter("postal", "/staff/", viewport)
    expect(page.get_by_text("Xin chào Người postal")).to_be_visible()
    looked_at(page, f"today-{width}")
    page.get_by_role("link", name=name).click()
    expect(page.locator("tbody tr").last).to_contain_text(name)
    looked_at(page, f"late-{width}")
