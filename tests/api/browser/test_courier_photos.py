"""Photos on the courier's phone in a real browser: taken, made small, kept over a killed phone, sent with their act."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select, update

from postal import models
from postal.people import vault_of
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.browser.phone import PHONE, act, all_sent, card, enter_pin, fits, sign, unsent
from tests.api.browser.test_courier_phone import CALL, deliver, enrolled

__all__ = ["enrolled"]


def take(page, width=3000, height=2000):
    with_place = Image.Exif()
    with_place[0x010F] = "May cua buu ta"
    photo = build.photo(width=width, height=height, exif=with_place)
    page.locator("[data-photos] input").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )


def on_disk(page, store="pictures"):
    return page.evaluate(
        """async (store) => {
          const open = indexedDB.open("tannha-courier");
          const db = await new Promise((done) => (open.onsuccess = () => done(open.result)));
          const asked = db.transaction(store).objectStore(store).getAll();
          const rows = await new Promise((done) => (asked.onsuccess = () => done(asked.result)));
          db.close();
          return rows.map((row) => [...new Uint8Array(row.envelope.data).slice(0, 3)]);
        }""",
        store,
    )


def pictures(database):
    with database.read() as session:
        vault = vault_of(session)
        found = session.scalars(select(models.Picture).order_by(models.Picture.id)).all()
        return [(one.client_id, vault.open_bytes(one.sealed, one.key_id)) for one in found]


def test_a_door_is_photographed_without_signal_and_follows_its_act(enrolled, database):
    page = enrolled()
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    enter_pin(page)
    expect(card(page, 1)).to_be_visible()
    page.context.set_offline(True)
    act(page, "fail", 2).click()
    page.get_by_label("Không có người này tại địa chỉ").check()
    page.locator("[data-form=fail] [data-act=call]").evaluate(CALL)
    page.get_by_role("textbox", name="Nói rõ").fill("nhà khóa, biển số khác")
    page.get_by_role("button", name="Ghi chưa được").click()
    expect(page.get_by_text("Việc này cần ảnh")).to_be_visible()
    take(page)
    expect(page.get_by_role("img", name="Ảnh 1")).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    page.get_by_role("button", name="Ghi chưa được").click()
    expect(card(page, 2)).to_contain_text("chờ gửi")
    (head,) = on_disk(page)
    assert head != [0xFF, 0xD8, 0xFF]  # no JPEG: sealed
    context = page.context
    page.close()
    page = context.new_page()
    page.goto("/courier/")
    expect(unsent(page)).to_contain_text("mục chưa gửi")
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)
    assert on_disk(page) == []
    ((client_id, data),) = pictures(database)
    image = Image.open(io.BytesIO(data))
    assert (image.size, image.getexif().get(0x010F)) == ((1280, 853), None)
    with database.read() as session:
        named = session.scalars(select(models.EventPicture)).one()
        kind = session.get_one(models.TrackingEvent, named.event_id).kind
        assert (named.client_id, str(kind)) == (client_id, "attempt_failed")


def test_an_act_counts_as_sent_only_with_its_photo(enrolled, database):
    page = enrolled()
    page.route("**/v1/pictures?*", lambda route: route.abort())
    deliver(page)
    take(page)
    expect(page.get_by_role("img", name="Ảnh 1")).to_be_visible()
    with page.expect_event("requestfailed", lambda request: "/v1/pictures" in request.url):
        page.get_by_role("button", name="Ghi đã phát").click()
    expect(card(page)).to_contain_text("Đã ghi: đã phát – chờ gửi")
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    with database.read() as session:
        kinds = list(session.scalars(select(models.TrackingEvent.kind)))
    assert kinds.count("delivered") == 1
    page.unroute("**/v1/pictures?*")
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)
    assert len(pictures(database)) == 1


@pytest.mark.parametrize(
    ("paper", "is_asked"), [("Phiếu lý lịch tư pháp", False), ("Giấy chứng nhận quyền sử dụng đất", True)]
)
def test_the_papers_say_whether_a_photo_is_asked_for(enrolled, database, paper, is_asked):
    with database.write() as session:
        session.execute(update(models.Item).values(documents=[{"name": paper, "kind": "bản chính"}]))
    page = enrolled()
    act(page, "deliver").click()
    expect(page.locator("[data-photos] input")).to_have_count(1 if is_asked else 0)
    expect(page.locator("[data-no-photo]")).to_be_visible(visible=not is_asked)
    if not is_asked:
        return
    page.get_by_label("4 ký tự cuối của giấy tờ").fill("9911")
    for box in page.get_by_role("checkbox").all():
        box.check()
    for receipt in page.get_by_label("Số biên lai").all():
        receipt.fill("BL-001")
    sign(page)
    page.locator("[data-send]").click()
    expect(page.get_by_text("Việc này cần ảnh")).to_be_visible()
    take(page, 400, 300)
    expect(page.get_by_role("img", name="Ảnh 1")).to_be_visible()
    page.locator("[data-send]").click()
    expect(card(page)).to_contain_text("Đã ghi: đã phát")
    all_sent(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    ((_, data),) = pictures(database)
    assert Image.open(io.BytesIO(data)).size == (400, 300)
