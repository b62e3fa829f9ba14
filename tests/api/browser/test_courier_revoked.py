"""A revoked phone in a real browser: its stops go, and what it had reaches the office whatever the network answers."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import select

from postal import models
from tests.api.browser.phone import act, all_sent, card, unsent
from tests.api.browser.test_courier_phone import READ_DISK, deliver, enrolled
from tests.api.browser.test_courier_photos import on_disk, pictures, take

__all__ = ["enrolled"]

ONLINE = "dispatchEvent(new Event('online'))"
# As after the server refused an act, and as after a person read of another that it was refused.
SET_STATE = """([seq, state]) => new Promise((done) => {
  const open = indexedDB.open("tannha-courier");
  open.onsuccess = () => {
    const change = open.result.transaction("acts", "readwrite");
    const rows = change.objectStore("acts");
    rows.get(seq).onsuccess = ({ target }) => rows.put({ ...target.result, state, reason: { detail: "Không nhận." } });
    change.oncomplete = () => done(open.result.close());
  };
})"""


def refused_at(page, position):
    act(page, "fail", position).click()
    page.get_by_label("Từ chối nhận").check()
    page.get_by_role("button", name="Ghi chưa được").click()
    page.get_by_role("button", name="Xong").click()
    expect(card(page, position)).to_contain_text("chờ gửi")


def revoke(sign_in):
    clerk = sign_in("dispatcher")
    clerk.get("/staff/phones")
    clerk.post("/staff/phones/1/revoke")


def n_rows(page, store):
    return {name: n for name, n, _ in page.evaluate(READ_DISK)}[store]


def n_held(database):
    with database.read() as session:
        return len(session.scalars(select(models.HeldAct)).all())


def refuse_the_first(route):
    seqs = [scan["seq"] for scan in route.request.post_data_json.get("scans", [])]
    if 1 in seqs:
        route.fulfill(status=422, json={"code": "invalid", "detail": "Không đọc được."})
    else:
        route.continue_()


def test_neither_a_refused_act_nor_a_strange_answer_keeps_the_others_on_the_phone(enrolled, database, sign_in):
    page = enrolled()
    page.context.set_offline(True)
    for position in (1, 2, 3):
        refused_at(page, position)
    # The network's own page is no word of ours: the phone stays what it is.
    page.route("**/v1/scans", lambda route: route.fulfill(status=401, content_type="text/html", body="<p>Wi-Fi"))
    page.context.set_offline(False)
    with page.expect_response("**/v1/courier/round"):
        page.evaluate(ONLINE)
    expect(unsent(page)).to_have_text("Còn 3 mục chưa gửi")
    expect(page.locator("[data-stop]")).to_have_count(3)
    page.evaluate(SET_STATE, [1, "parked"])
    page.evaluate(SET_STATE, [2, "set aside"])
    revoke(sign_in)
    page.route("**/v1/courier/held", lambda route: route.fulfill(content_type="text/html", body="<p>Wi-Fi"))
    page.unroute("**/v1/scans")
    page.evaluate(ONLINE)
    expect(page.get_by_text("Mục chưa gửi vẫn nằm trên máy")).to_be_visible()
    expect(page.locator("[data-stop]")).to_have_count(0)
    expect(unsent(page)).to_have_text("Còn 2 mục chưa gửi")
    assert (n_rows(page, "round"), n_rows(page, "acts"), n_held(database)) == (0, 3, 0)

    page.route("**/v1/courier/held", refuse_the_first)  # the newest goes before; a look under way meets one of the two
    page.evaluate(ONLINE)
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    assert (n_rows(page, "acts"), n_held(database)) == (2, 1)
    # What is left was refused before, so nothing is sent by itself; the phone, opened again, still hands it in.
    page.unroute("**/v1/courier/held")
    page.reload()
    all_sent(page)
    assert (n_rows(page, "acts"), n_held(database)) == (1, 2)  # what was set aside was recorded anew


def test_a_photo_that_is_not_taken_stays_on_the_revoked_phone(enrolled, database, sign_in):
    page = enrolled()
    page.context.set_offline(True)
    deliver(page)
    take(page)
    expect(page.get_by_role("img", name="Ảnh 1")).to_be_visible()
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    refused_at(page, 2)
    revoke(sign_in)
    page.route("**/v1/courier/held/pictures?*", lambda route: route.fulfill(status=413, json={"code": "too_large"}))
    page.context.set_offline(False)
    page.evaluate(ONLINE)
    expect(page.get_by_text("Mục chưa gửi vẫn nằm trên máy")).to_be_visible()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    assert (len(on_disk(page)), n_held(database)) == (1, 2)
    page.unroute("**/v1/courier/held/pictures?*")
    page.evaluate(ONLINE)
    expect(page.get_by_text("Đã nộp 1 mục chưa gửi để bưu cục xét")).to_be_visible()
    assert on_disk(page) == []
    assert len(pictures(database)) == 1
