"""A courier's day on a phone in a real browser: enrol, PIN, deliver, fail, without signal, wrong PINs, revoked."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select
from zxingcpp import read_barcodes

from postal import State, intake, models
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.browser.phone import PHONE, act, all_sent, card, enter_pin, fits, set_clock, sign, states, unsent
from tests.api.conftest import NOW
from tests.api.test_courier_phones import code_for

# A tap on a link to the dialler, which no test's browser has.
CALL = "(link) => { link.addEventListener('click', (event) => event.preventDefault()); link.click(); }"


@pytest.fixture
def enrolled(open_page, sign_in, own_courier, own_round):
    """Return a page of a phone that was enrolled by the code's address and has its PIN; its round is open."""

    def enrol(**options):
        code = code_for(sign_in("dispatcher"), own_courier[0])
        page = open_page(f"/courier/#{code}", viewport=PHONE, **options)
        enter_pin(page)
        expect(page.locator("[data-stop]").first).to_be_visible()
        return page

    return enrol


@pytest.fixture
def collection(database, house, before_the_round):
    """Order a dossier to be collected at home; asked for before the round, it is a stop of it."""
    order = intake.CollectionIn(
        dossier_code="H57.15-261123-9001",
        office=build.CENTRE,
        recipient="Trần Đình Phước",
        address="7 An Dương Vương, phường Thuận Hóa, thành phố Huế",
        phone="0905110003",
        documents="Đơn đề nghị (bản chính)",
        fee_vnd="20000",
        lat="16.4632",
        lon="107.5862",
    )
    with database.write() as session:
        report = intake.order_collections(
            build.act(session, NOW), [order], source_system=build.SYSTEM, guide=build.guide()
        )
        assert report.n_accepted == 1


def deliver(page, position=1):
    """Fill the form as it stands: the recipient in person, everything counted and paid."""
    act(page, "deliver", position).click()
    page.get_by_label("4 ký tự cuối của giấy tờ").fill("9911")
    for box in page.get_by_role("checkbox").all():
        box.check()
    for receipt in page.get_by_label("Số biên lai").all():
        receipt.fill("BL-001")
    sign(page)


def test_a_courier_enrols_sets_a_pin_delivers_and_the_server_has_the_proof(enrolled, database):
    page = enrolled()
    assert "#" not in page.url
    assert fits(page)
    assert violations(page) == []
    page.get_by_text("Mã của tôi hôm nay").click()
    assert re.fullmatch(r"[A-Z2-9]{4}-[A-Z2-9]{4}", page.locator("[data-day-code]").inner_text())
    square = page.get_by_role("img", name="Mã vuông của bưu tá")
    (read,) = read_barcodes(Image.open(io.BytesIO(square.screenshot())))
    assert re.fullmatch(r"http://localhost/genuine/[0-9a-f]{32,}", read.text), "what a citizen scans"
    assert fits(page)
    assert act(page, "call").get_attribute("href").startswith("tel:0")
    assert act(page, "navigate").get_attribute("href").startswith("geo:16.46")
    deliver(page)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Ghi đã phát").dblclick()
    expect(card(page)).to_be_visible()
    expect(act(page, "deliver")).to_have_count(0)
    all_sent(page)
    assert states(database) == [State.DELIVERED, State.ON_ROUND, State.ON_ROUND]
    with database.read() as session:
        proof = session.scalars(select(models.ProofOfDelivery)).one()
        assert (proof.relation, proof.id_kind, proof.n_documents) == ("self", "cccd", 1)
        assert session.scalars(select(models.DeliverySignature)).one().proof_id == proof.id
        kinds = session.scalars(select(models.TrackingEvent.kind)).all()
    assert kinds.count("delivered") == 1


def test_what_the_evidence_rule_asks_must_be_given_before_anything_is_recorded(enrolled, database):
    page = enrolled()
    act(page, "deliver").click()
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(page.get_by_role("button", name="Ghi đã phát")).to_be_visible()
    page.get_by_label("Người có giấy ủy quyền").check()
    expect(page.get_by_label("Họ tên người nhận")).to_have_value("")
    page.get_by_role("button", name="Quay lại chuyến").click()
    expect(act(page, "deliver")).to_be_visible()
    all_sent(page)
    assert states(database) == [State.ON_ROUND] * 3


def test_a_failure_has_a_reason_and_tells_who_acts_next(enrolled, database):
    page = enrolled()
    act(page, "fail", 2).click()
    expect(page.get_by_text("Bưu cục hẹn phát lại · cần gọi trước").first).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Người nhận vắng nhà").check()
    page.get_by_role("button", name="Ghi chưa được").click()
    expect(page.get_by_text("Lý do này cần gọi cho người nhận trước")).to_be_visible()
    page.locator("[data-form=fail] [data-act=call]").evaluate(CALL)
    page.get_by_role("button", name="Ghi chưa được").click()
    expect(page.get_by_text("Lời mời lần 1")).to_be_visible()
    expect(page.get_by_text("Bưu tá đến lại từ 23/11/2026.")).to_be_visible()
    assert fits(page)
    assert violations(page) == []
    page.get_by_role("button", name="Đã để giấy mời tại cửa").click()
    expect(card(page, 2)).to_be_visible()
    expect(act(page, "fail", 2)).to_have_count(0)
    all_sent(page)
    expect(act(page, "deliver", 2)).to_have_count(1)
    expect(page.get_by_text("Xong 1 / 3 điểm")).to_be_visible()
    expect(page.locator(".card.next")).to_have_attribute("data-stop", "1")
    expect(card(page, 2).locator("[data-window]")).to_be_hidden()
    with database.read() as session:
        failed = session.scalars(
            select(models.TrackingEvent).where(models.TrackingEvent.kind == "attempt_failed")
        ).one()
        assert (failed.reason, failed.facts["phone_id"], len(failed.facts["called_at"])) == ("VANG_NHA", 1, 1)
        kinds = session.scalars(select(models.CourierNote.kind).order_by(models.CourierNote.id)).all()
        assert kinds == ["called", "card"]


def test_a_dossier_is_collected_by_its_checklist(collection, enrolled, database):
    page = enrolled()
    stop = page.locator("[data-stop]").filter(has_text="Trần Đình Phước")
    position = int(stop.get_attribute("data-stop"))
    expect(stop).to_contain_text("Nhận 1 hồ sơ tại nhà")
    expect(stop).to_contain_text("thu 20.000")
    expect(act(page, "deliver", position)).to_have_count(0)
    act(page, "collect", position).click()
    expect(page.get_by_label("4 ký tự cuối của giấy tờ")).to_have_count(0)
    assert violations(page) == []
    page.get_by_label("Đã nhận: Đơn đề nghị").check()
    page.get_by_label("Đã thu 20.000").check()
    page.get_by_label("Số biên lai").fill("BL-7")
    page.get_by_label("Số niêm phong").fill("NP-0042")
    sign(page)
    page.get_by_role("button", name="Ghi đã nhận").click()
    expect(page.get_by_text("Biên nhận hồ sơ H57.15-261123-9001")).to_contain_text("niêm phong số NP-0042")
    expect(page.locator("[data-own]")).to_have_attribute("href", re.compile(r"^sms:0905110003\?body=Bi"))
    assert fits(page)
    page.get_by_role("button", name="Xong").click()
    expect(stop).to_be_visible()
    expect(act(page, "collect", position)).to_have_count(0)
    all_sent(page)
    with database.read() as session:
        kind = models.TrackingEvent.kind
        event = session.scalars(select(models.TrackingEvent).where(kind == "collected")).one()
        assert (event.proof.n_documents, event.proof.fee_vnd, event.proof.fee_receipt) == (1, 20_000, "BL-7")
        assert event.facts["seal"] == "NP-0042"


def test_without_signal_everything_is_kept_over_a_killed_phone_and_sent_later(enrolled, database):
    page = enrolled()
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    enter_pin(page)
    expect(page.locator("[data-stop]")).to_have_count(3)
    context = page.context
    context.set_offline(True)
    deliver(page, 1)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    act(page, "fail", 3).click()
    page.get_by_label("Từ chối nhận").check()
    page.get_by_role("button", name="Ghi chưa được").click()
    page.get_by_role("button", name="Xong").click()
    expect(unsent(page)).to_have_text("Còn 2 mục chưa gửi")
    assert states(database) == [State.ON_ROUND] * 3
    page.close()

    page = context.new_page()
    page.goto("/courier/")
    expect(unsent(page)).to_have_text("Còn 2 mục chưa gửi")
    enter_pin(page)
    expect(card(page, 1)).to_contain_text("Đã ghi: đã phát – chờ gửi")
    expect(act(page, "deliver", 1)).to_have_count(0)
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)
    assert states(database) == [State.ATTEMPTED, State.DELIVERED, State.ON_ROUND]


def test_the_round_of_another_day_is_gone_from_the_phone_also_without_signal(enrolled, clock):
    page = enrolled()
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    enter_pin(page)
    expect(page.locator("[data-stop]")).to_have_count(3)
    page.context.set_offline(True)
    set_clock(page, timedelta(days=1))
    page.reload()
    enter_pin(page)
    expect(page.get_by_text("Không có mạng")).to_be_visible()
    expect(page.locator("[data-stop]")).to_have_count(0)
    assert {store: n for store, n, _ in page.evaluate(READ_DISK)}["round"] == 0


def test_two_tabs_make_one_act_of_one_door(enrolled, database):
    page = enrolled()
    other = page.context.new_page()
    other.goto("/courier/")
    enter_pin(other)
    act(other, "deliver").click()
    deliver(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(card(page)).to_be_visible()
    all_sent(page)
    other.get_by_label("4 ký tự cuối của giấy tờ").fill("7777")
    for box in other.get_by_role("checkbox").all():
        box.check()
    for receipt in other.get_by_label("Số biên lai").all():
        receipt.fill("BL-002")
    other.get_by_role("button", name="Ghi đã phát").click()
    expect(other.get_by_text("Điểm này đã ghi rồi.")).to_be_visible()
    expect(card(other)).to_be_visible()
    expect(act(other, "deliver")).to_have_count(0)
    all_sent(other)
    with database.read() as session:
        kinds = session.scalars(select(models.TrackingEvent.kind)).all()
        assert kinds.count("delivered") == 1
        assert len(session.scalars(select(models.ProofOfDelivery)).all()) == 1


FULL_ONCE = """() => {
  const add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function () {
    IDBObjectStore.prototype.add = add;
    throw new DOMException("full", "QuotaExceededError");
  };
}"""


def test_a_full_phone_says_so_before_anything_is_called_done(enrolled, database):
    page = enrolled()
    deliver(page)
    page.evaluate(FULL_ONCE)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(page.get_by_text("Chưa ghi được: máy hết chỗ")).to_be_visible()
    expect(page.get_by_label("4 ký tự cuối của giấy tờ")).to_have_value("9911")
    assert states(database) == [State.ON_ROUND] * 3
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(card(page)).to_be_visible()
    all_sent(page)
    assert states(database) == [State.DELIVERED, State.ON_ROUND, State.ON_ROUND]


def test_a_full_phone_says_so_of_a_card_a_call_and_a_reason_too(enrolled, database):
    page = enrolled()
    full = page.get_by_text("Chưa ghi được: máy hết chỗ")
    act(page, "fail", 2).click()
    page.evaluate(FULL_ONCE)
    page.locator("[data-form=fail] [data-act=call]").evaluate(CALL)
    expect(full).to_be_visible()
    page.get_by_label("Từ chối nhận").check()
    page.get_by_role("button", name="Ghi chưa được").click()
    expect(full).to_have_count(0)
    page.evaluate(FULL_ONCE)
    page.get_by_role("button", name="Đã để giấy mời tại cửa").click()
    expect(full).to_be_visible()
    page.get_by_role("button", name="Đã để giấy mời tại cửa").click()
    expect(card(page, 2)).to_be_visible()
    page.get_by_role("button", name="Về bưu cục").click()
    why = page.locator("[data-open-stops] select").first
    page.evaluate(FULL_ONCE)
    why.select_option("out_of_time")
    expect(full).to_be_visible()
    expect(page.get_by_text("Đã ghi lý do.").first).to_be_hidden()
    with page.expect_response("**/v1/courier/notes"):
        why.select_option("out_of_time")
    expect(page.get_by_text("Đã ghi lý do.").first).to_be_visible()
    all_sent(page)
    with database.read() as session:
        assert sorted(session.scalars(select(models.CourierNote.kind))) == ["card", "left_open"]


TAKE_THE_STORE = """() => new Promise((done) => {
  const asked = indexedDB.open("tannha-courier", 99);
  asked.onsuccess = () => done(asked.result.close());
})"""


def test_an_old_editions_tab_leaves_the_store_to_a_newer_one(enrolled, open_page, database):
    page = enrolled()
    deliver(page)
    other = page.context.new_page()
    other.goto("/courier/manifest.webmanifest")
    other.evaluate(TAKE_THE_STORE)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(page.get_by_text("Máy đã có bản mới của ứng dụng")).to_be_visible()
    expect(page.get_by_label("4 ký tự cuối của giấy tờ")).to_have_value("9911")
    assert {store: n for store, n, _ in other.evaluate(READ_DISK)}["acts"] == 0
    assert states(database) == [State.ON_ROUND] * 3
    other.goto("/courier/")
    expect(other.get_by_text("Máy đã có bản mới của ứng dụng")).to_be_visible()


def test_acts_are_sent_on_opening_without_a_pin(enrolled, database):
    page = enrolled()
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    deliver(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    page.context.set_offline(False)
    page.goto("/courier/")
    expect(page.get_by_label("Mã PIN 6 số")).to_be_visible()
    all_sent(page)
    assert State.DELIVERED in states(database)


FORGET_THE_KEY = """() => new Promise((done) => {
  const open = indexedDB.open("tannha-courier");
  open.onsuccess = () => {
    const change = open.result.transaction("vault", "readwrite");
    change.objectStore("vault").delete("envelopes");
    change.oncomplete = () => done(open.result.close());
  };
})"""


def test_an_edition_that_came_before_any_round_records_without_signal(enrolled, database):
    page = enrolled()
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    enter_pin(page)
    expect(page.locator("[data-stop]")).to_have_count(3)
    page.context.set_offline(True)
    page.evaluate(FORGET_THE_KEY)
    deliver(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)
    assert State.DELIVERED in states(database)


READ_DISK = """async () => {
  const open = indexedDB.open("tannha-courier");
  const db = await new Promise((done) => (open.onsuccess = () => done(open.result)));
  const out = [];
  for (const store of db.objectStoreNames) {
    const asked = db.transaction(store).objectStore(store).getAll();
    const rows = await new Promise((done) => (asked.onsuccess = () => done(asked.result)));
    const text = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
      ? new TextDecoder("latin1").decode(value)
      : value instanceof CryptoKey ? `key:${value.extractable}`
      : value && typeof value === "object" ? Object.values(value).map(text).join(" ") : String(value);
    out.push([store, rows.length, rows.map(text).join(" ")]);
  }
  db.close();
  return out;
}"""


KEYS = """async () => {
  const open = indexedDB.open("tannha-courier");
  const db = await new Promise((done) => (open.onsuccess = () => done(open.result)));
  const asked = db.transaction("vault").objectStore("vault").getAllKeys();
  const keys = await new Promise((done) => (asked.onsuccess = () => done(asked.result)));
  db.close();
  return keys.filter((key) => !["clock", "heard"].includes(key));
}"""


def test_five_wrong_pins_wipe_the_stops_and_never_an_unsent_act(enrolled, database, sign_in, own_courier):
    page = enrolled()
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    enter_pin(page)
    expect(page.locator("[data-stop]")).to_have_count(3)
    page.context.set_offline(True)
    deliver(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    kept = page.evaluate(READ_DISK)
    text = " ".join(row[2] for row in kept)
    assert "Diễm" not in text
    assert "Lê Lợi" not in text
    assert "0905" not in text
    assert "9911" not in text
    assert "key:false" in text
    assert "key:true" not in text
    # Sealed to the server: of all keys on the phone only the device's own, which opens the round, is one that opens;
    # beside them lie numbers of receipts.
    assert page.evaluate(KEYS) == ["envelopes", "numbers", "own", "owner"]
    page.reload()
    for left in (4, 3, 2, 1):
        enter_pin(page, "000000")
        expect(page.get_by_text(f"Còn {left} lần thử")).to_be_visible()
    enter_pin(page, "000000")
    expect(page.get_by_label("Mã đăng ký")).to_be_visible()
    rows = {store: n for store, n, _ in page.evaluate(READ_DISK)}
    assert (rows["round"], rows["acts"]) == (0, 1)
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)
    assert State.DELIVERED in states(database)


def test_a_revoked_phone_hands_in_what_it_had_and_is_wiped(enrolled, database, sign_in, enter):
    page = enrolled()
    page.context.set_offline(True)
    deliver(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    clerk = sign_in("dispatcher")
    clerk.get("/staff/phones")
    clerk.post("/staff/phones/1/revoke")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Đã nộp 1 mục chưa gửi để bưu cục xét")).to_be_visible()
    expect(page.locator("[data-stop]")).to_have_count(0)
    all_sent(page)
    rows = {store: n for store, n, _ in page.evaluate(READ_DISK)}
    assert (rows["round"], rows["acts"]) == (0, 0)
    assert states(database) == [State.ON_ROUND] * 3
    desk = enter("dispatcher", "/staff/held-acts", viewport=PHONE)
    expect(desk.get_by_text("Đã phát")).to_be_visible()
    assert violations(desk) == []
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    desk.get_by_label("Quyết định").select_option("accepted")
    desk.get_by_label("Lý do").fill("đã hỏi bưu tá")
    desk.get_by_role("button", name="Ghi", exact=True).click()
    expect(desk.get_by_text("Không có mục nào chờ")).to_be_visible()
    assert states(database) == [State.DELIVERED, State.ON_ROUND, State.ON_ROUND]


def test_what_the_server_refuses_is_parked_with_its_reason(enrolled, sign_in, database, own_round, own_courier):
    page = enrolled()
    page.context.set_offline(True)
    deliver(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    with database.write() as session:  # meanwhile the office planned anew: the round is somebody else's
        other = session.scalar(select(models.Courier.id).where(models.Courier.id != own_courier[0]))
        session.get_one(models.DeliveryRound, own_round).courier_id = other
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Điểm 1: hệ thống không nhận")).to_be_visible()
    expect(page.get_by_text("Hôm nay Ông/Bà không có chuyến.")).to_be_visible()
    expect(unsent(page)).to_have_text("Còn 1 mục chưa gửi")
    assert states(database) == [State.ON_ROUND] * 3
    page.get_by_role("button", name="Đã rõ, ghi lại").click()
    all_sent(page)
    assert {store: n for store, n, _ in page.evaluate(READ_DISK)}["acts"] == 1  # its evidence stays on the phone


def test_the_page_speaks_english_where_it_is_asked_to(open_page, house):
    page = open_page("/courier/?lang=en", viewport=PHONE)
    expect(page.get_by_label("Enrolment code")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.lang") == "en"


def test_the_first_load_is_small_and_runs_no_script_of_the_page_itself(open_page, house, app):
    import gzip

    page = open_page("/courier/", viewport=PHONE)
    page.evaluate("navigator.serviceWorker.ready")
    loaded = page.evaluate("performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)")
    client = app.test_client()
    whole = sum(len(gzip.compress(client.get(path).data)) for path in {"/courier/", *loaded})
    assert whole <= 60_000
    assert {"/courier/app.js", "/static/courier/courier.css"} <= set(loaded)
    html = client.get("/courier/").text
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", html)
