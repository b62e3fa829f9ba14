"""Cards, numbered receipts and what comes home, on phones in a real browser, with and without signal."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from sqlalchemy import delete, select

from postal import models
from tests.api.browser.accessibility import violations
from tests.api.browser.phone import act, all_sent, fits, scan_as_keyboard, unsent
from tests.api.browser.test_courier_phone import CALL, collection, enrolled
from tests.api.browser.test_courier_road import codes
from tests.api.test_courier_papers import gateway, office, settings, shown
from tests.api.test_paper_routes import poppler, told

__all__ = ["collection", "enrolled", "gateway", "office", "poppler", "settings", "shown"]

NUMBERS = """() => new Promise((done) => {
  const open = indexedDB.open("tannha-courier");
  open.onsuccess = () => {
    const asked = open.result.transaction("vault").objectStore("vault").get("numbers");
    asked.onsuccess = () => done(open.result.close() ?? (asked.result?.blocks.length ?? 0));
  };
})"""
SOON = "dispatchEvent(new Event('online'))"


def with_numbers(page):
    """Wait until the phone has numbers to give; it asks for them by itself once its round is shown."""
    page.wait_for_function(f"({NUMBERS})().then((n) => n > 0)")


def blocks(database):
    with database.read() as session:
        return session.scalars(select(models.NumberBlock.id)).all()


def offline(page):
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)


def online(page):
    page.context.set_offline(False)
    page.evaluate(SOON)


def say_why(page):
    """Say of each stop that is still open why it stays so."""
    expect(page.locator("[data-open-stops] select").first).to_be_visible()
    for one in page.locator("[data-open-stops] [data-position]").all():
        one.locator("select").select_option("out_of_time")
        expect(one.get_by_text("Đã ghi lý do.")).to_be_visible()


def collect(page, seal):
    stop = page.locator("[data-stop]").filter(has_text="Trần Đình Phước")
    act(page, "collect", int(stop.get_attribute("data-stop"))).click()
    page.get_by_label("Đã nhận: Đơn đề nghị").check()
    page.get_by_label("Đã thu 20.000").check()
    page.get_by_label("Số niêm phong").fill(seal)
    page.get_by_role("button", name="Ghi đã nhận").click()
    number = page.locator("[data-number]")
    expect(number).to_have_text(re.compile(r"BN-2026-\d{6}"))
    return re.search(r"BN-2026-\d{6}", number.inner_text())[0]


def pay(page, position):
    act(page, "deliver", position).click()
    page.get_by_label("4 ký tự cuối của giấy tờ").fill("9911")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Ghi đã phát").click()
    number = page.locator("[data-number]")
    expect(number).to_have_text(re.compile(r"BN-2026-\d{6}"))
    return re.search(r"BN-2026-\d{6}", number.inner_text())[0]


def test_a_card_by_message_waits_without_signal_and_goes_once(office, enrolled, gateway, database, sign_in):
    page = enrolled()
    offline(page)
    act(page, "fail", 2).click()
    page.get_by_label("Người nhận vắng nhà").check()
    page.locator("[data-form=fail] [data-act=call]").evaluate(CALL)
    page.get_by_role("button", name="Ghi chưa được").click()
    facts = page.locator("[data-facts]")
    expect(facts).to_contain_text("Bưu tá đến lại từ 23/11/2026.")
    expect(facts).to_contain_text("Giờ mở cửa")
    expect(facts).to_contain_text("Điện thoại")
    assert float(facts.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)")) >= 18
    assert violations(page) == []
    assert fits(page)
    page.get_by_role("button", name="Nhắn tin cho người nhận").dblclick()
    expect(page.get_by_text("bưu cục nhắn tin ngay khi máy có sóng")).to_be_visible()
    expect(unsent(page)).to_have_text("Còn 3 mục chưa gửi")
    assert gateway() == []
    online(page)
    all_sent(page)
    (sent,) = gateway()
    assert "Bưu tá đến lại từ 23/11/2026." in sent["text"]
    with database.read() as session:
        kinds = session.scalars(select(models.CourierNote.kind).order_by(models.CourierNote.id)).all()
        assert sorted(kinds) == ["called", "card"]
        stop = session.scalars(select(models.RoundStop).where(models.RoundStop.position == 2)).one()
        consignment_id = stop.consignment_id
    assert "nhắn tin qua hệ thống" in sign_in("postal").get(f"/staff/consignments/{consignment_id}").text


def test_two_phones_without_signal_give_different_numbers_and_the_paper_bears_the_same(
    collection, enrolled, database, sign_in, gateway, poppler
):
    phones = [enrolled(), enrolled()]
    for page in phones:
        with_numbers(page)
        offline(page)
    one, other = phones
    first = collect(one, "NP-0042")
    assert violations(one) == []
    assert fits(one)
    one.get_by_role("button", name="Đã đưa biên nhận giấy").click()
    expect(one.locator("[data-stop]").first).to_be_visible()
    with database.read() as session:
        query = (
            select(models.RoundStop.position)
            .join(models.Item, models.Item.consignment_id == models.RoundStop.consignment_id)
            .where(models.Item.fee_vnd == 50_000)
        )
        position = session.scalars(query).one()
    second = pay(other, position)
    other.get_by_role("button", name="Nhắn tin cho người nhận").click()
    expect(other.locator("[data-stop]").first).to_be_visible()
    # The same door on the second phone too: its number is a third one, and will be void.
    third = collect(other, "NP-0042")
    other.get_by_role("button", name="Xong").click()
    assert len({first, second, third}) == 3
    for page in phones:
        online(page)
        all_sent(page)
    assert [second in one["text"] for one in gateway()] == [True]
    with database.read() as session:
        given = {one.number: one for one in session.scalars(select(models.GivenNumber))}
        assert given[first].event_id is not None
        assert given[second].event_id is not None
        assert given[third].void_why == "told_twice"
        event = session.get_one(models.TrackingEvent, given[first].event_id)
        assert (event.facts["receipt_number"], event.proof.fee_receipt) == (first, first)
        consignment_id = event.item.consignment_id
    clerk = sign_in("dispatcher")
    assert third in clerk.get("/staff/phones").text
    paper = sign_in("postal").get(f"/staff/consignments/{consignment_id}/papers/collected.pdf")
    assert first in told(paper, poppler)


def test_a_phone_whose_numbers_nobody_knows_any_more_asks_for_others(collection, enrolled, database):
    page = enrolled()
    with_numbers(page)
    offline(page)
    with database.write() as session:  # as in a copy restored from before they were reserved
        session.execute(delete(models.NumberBlock))
    lost = collect(page, "NP-0042")
    page.get_by_role("button", name="Đã đưa biên nhận giấy").click()
    expect(page.locator("[data-stop]").first).to_be_visible()
    online(page)
    understood = page.get_by_role("button", name="Đã rõ, ghi lại")
    expect(understood).to_have_count(1)
    understood.click()
    expect(understood).to_have_count(0)
    while not blocks(database):  # until the phone has asked anew
        page.wait_for_timeout(100)
    with_numbers(page)
    offline(page)
    assert len(blocks(database)) == 1
    number = collect(page, "NP-0042")
    assert number != lost
    page.get_by_role("button", name="Đã đưa biên nhận giấy").click()
    expect(unsent(page)).to_have_text(re.compile(r"Còn [23] mục"))
    online(page)
    all_sent(page)
    with database.read() as session:
        assert session.get_one(models.GivenNumber, number).event_id is not None


def test_a_count_that_was_refused_is_told_again_without_what_was_delivered_since(enrolled, database, own_round):
    page = enrolled()
    mine = codes(database, own_round)
    offline(page)
    page.get_by_role("button", name="Về bưu cục").click()
    say_why(page)
    for code in mine:
        scan_as_keyboard(page, code)
    page.get_by_role("button", name="Đã đếm xong: báo bưu cục 3 bưu gửi").click()
    expect(page.get_by_text("Đã báo 3 bưu gửi lúc")).to_be_visible()
    page.locator("[data-back]").click()
    with database.write() as session:
        session.get_one(models.DeliveryRound, own_round).status = models.RoundStatus.PLANNED
    online(page)
    understood = page.get_by_role("button", name="Đã rõ, ghi lại")
    expect(understood).to_have_count(1)
    with database.write() as session:
        session.get_one(models.DeliveryRound, own_round).status = models.RoundStatus.STARTED
    understood.click()
    page.evaluate(SOON)
    page.get_by_role("button", name="Về bưu cục").click()
    page.get_by_role("button", name="Đã đếm xong: báo bưu cục 3 bưu gửi").click()
    expect(page.get_by_text("Đã báo 3 bưu gửi lúc")).to_be_visible()
    all_sent(page)
    offline(page)
    page.locator("[data-back]").click()
    act(page, "deliver", 2).click()
    page.get_by_label("4 ký tự cuối của giấy tờ").fill("9911")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(page.locator("[data-stop]").first).to_be_visible()
    page.get_by_role("button", name="Về bưu cục").click()
    expect(page.get_by_text("Đã quét 2 / 2")).to_be_visible()
    page.get_by_role("button", name="Đã đếm xong: báo bưu cục 2 bưu gửi").click()
    expect(page.get_by_text("Đã báo 2 bưu gửi lúc")).to_be_visible()
    expect(unsent(page)).to_have_text("Còn 2 mục chưa gửi")
    online(page)
    all_sent(page)
    with database.read() as session:
        counts = session.scalars(select(models.HomeCount).order_by(models.HomeCount.id)).all()
        assert [len(one.codes) for one in counts] == [3, 2]


def test_what_comes_home_is_told_without_signal_and_one_missing_is_named_to_both(
    enrolled, enter, database, own_round, sign_in
):
    page = enrolled()
    mine = codes(database, own_round)
    offline(page)
    page.get_by_role("button", name="Về bưu cục").click()
    expect(page.get_by_text("Đã quét 0 / 3")).to_be_visible()
    for code in mine:
        scan_as_keyboard(page, code)
    expect(page.get_by_text("Đã quét 3 / 3")).to_be_visible()
    button = page.get_by_role("button", name="Đã đếm xong: báo bưu cục 3 bưu gửi")
    button.click()
    expect(page.get_by_text("Nói vì sao chưa làm trước khi báo: điểm 1, 2, 3.")).to_be_visible()
    expect(page.locator("[data-open-stops] select").first).to_be_focused()
    expect(unsent(page)).to_have_text("Đã gửi hết")  # without signal the disk cannot be asked
    say_why(page)
    button.dblclick()
    expect(page.get_by_text("Đã báo 3 bưu gửi lúc")).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    expect(unsent(page)).to_have_text("Còn 4 mục chưa gửi")
    desk = enter("postal", f"/staff/rounds/{own_round}/back")
    asked = desk.get_by_text("Chưa nói vì sao còn điểm chưa làm: 1, 2, 3. Hỏi bưu tá trước khi khép.")
    expect(asked).to_be_visible()
    online(page)
    all_sent(page)
    desk.goto(f"/staff/rounds/{own_round}/back")
    expect(desk.get_by_text("Điểm 3 chưa làm: hết giờ.")).to_be_visible()
    expect(asked).to_have_count(0)
    expect(desk.get_by_text("Bưu tá đã đếm hàng mang về trên điện thoại lúc")).to_be_visible()
    for code in mine[:2]:
        desk.get_by_label("Quét từng bưu gửi").fill(code)
        desk.keyboard.press("Enter")
        expect(desk.locator("[data-said]")).to_contain_text(code)
    desk.get_by_label("Tiền đếm được (đồng)").fill("0")
    desk.get_by_label("Giấy tờ thu hồi đếm được").fill("0")
    desk.get_by_role("button", name="Nhận lại và khép chuyến").click()
    expect(desk.get_by_text(f"{mine[2]}: bưu tá có quét, bưu cục không.")).to_be_visible()
    assert violations(desk) == []
    expect(page.get_by_text(f"{mine[2]}: Ông/Bà có quét, bưu cục không.")).to_be_visible()
    assert violations(page) == []
    desk.get_by_label("Giải thích").fill("tìm không thấy, đã lập biên bản")
    desk.get_by_role("button", name="Nhận lại và khép chuyến").click()
    expect(desk).to_have_url(re.compile(rf"/staff/rounds/{own_round}$"))
    with database.read() as session:
        receipt = session.scalars(select(models.Handover).order_by(models.Handover.id.desc())).first()
        assert receipt.facts["home_only_courier"] == [mine[2]]
        assert receipt.n_present == 2
