"""On the road with a phone in a real browser: scan to the next step, trouble, a wrong pin, an organisation, the end."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from postal import State, models, people
from tests.api.browser import phone
from tests.api.browser.accessibility import violations
from tests.api.test_courier_phones import code_for


@pytest.fixture
def company(database, own_round):
    """Let the second stop be an organisation's."""
    with database.write() as session:
        stop = session.scalars(
            select(models.RoundStop).where(models.RoundStop.round_id == own_round, models.RoundStop.position == 2)
        ).one()
        known = people.open_person(session, stop.consignment.person)
        named = people.PersonData(**vars(known) | {"full_name": "Công ty TNHH Sông Hương"})
        people.replace_person(session, stop.consignment.person, named)


@pytest.fixture
def begin(open_page, sign_in, own_courier, own_round):
    """Return a function that opens a phone with its round under way."""

    def begun(**options):
        code = code_for(sign_in("dispatcher"), own_courier[0])
        page = open_page(f"/courier/#{code}", viewport=phone.PHONE, **options)
        phone.enter_pin(page)
        expect(page.locator("[data-stop]").first).to_be_visible()
        return page

    return begun


def codes(database, own_round):
    with database.read() as session:
        query = select(models.Item.s10).join(
            models.RoundStop, models.RoundStop.consignment_id == models.Item.consignment_id
        )
        return list(
            session.scalars(query.where(models.RoundStop.round_id == own_round).order_by(models.RoundStop.position))
        )


def test_a_scan_leads_to_its_next_step_or_says_why_there_is_none(begin, database, own_round):
    page = begin()
    first, second, third = codes(database, own_round)
    # A Bluetooth scanner types, wherever one is: two taps and one scan finish a plain delivery.
    phone.scan_as_keyboard(page, second)
    expect(page.get_by_label("4 ký tự cuối của giấy tờ")).to_be_focused()
    page.keyboard.type("9911")
    phone.sign(page)
    page.get_by_role("button", name="Đã đếm đủ 1 tài liệu, ghi đã phát").click()
    expect(phone.act(page, "deliver", 2)).to_have_count(0)
    phone.all_sent(page)
    page.get_by_role("button", name="Quét mã").click()
    assert violations(page) == []
    assert phone.fits(page)
    phone.scan_as_keyboard(page, second)
    # The phone's own word until it has heard of the server's round again, the server's from then on.
    expect(page.locator("[data-scan-said]")).to_contain_text(re.compile("Đã phát rồi|Đã ghi trên máy này rồi"))
    phone.scan_as_keyboard(page, "EE999999995VN")
    expect(page.get_by_text("Không phải bưu gửi của hệ thống")).to_be_visible()
    with database.write() as session:  # withdrawn since the phone was told of its round
        item = session.scalars(select(models.Item).where(models.Item.s10 == first)).one()
        item.state = State.CANCELLED
    phone.scan_as_keyboard(page, first)
    expect(page.get_by_text("Cơ quan đã rút bưu gửi này")).to_be_visible()
    expect(page.locator("[data-form=door]")).to_have_count(0)
    page.context.set_offline(True)
    page.get_by_role("button", name="Quét mã").click()
    page.get_by_label("Gõ mã, hoặc bấm máy quét").fill(third.lower())
    page.get_by_role("button", name="Đọc").click()
    expect(page.locator("[data-form=door]")).to_be_visible()


def test_the_camera_reads_a_code_where_the_browser_can(begin, database, own_round):
    page = begin()
    first = codes(database, own_round)[0]
    page.evaluate(
        """(code) => {
          const canvas = document.createElement("canvas");
          canvas.getContext("2d").fillRect(0, 0, 10, 10);
          navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5);
          globalThis.BarcodeDetector = class { async detect() { return [{ rawValue: code }]; } };
        }""",
        first,
    )
    page.get_by_role("button", name="Quét mã").click()
    page.get_by_role("button", name="Mở máy ảnh").click()
    expect(page.locator("[data-form=door]")).to_contain_text(first)


def test_an_organisations_result_needs_its_letter(company, begin, database):
    page = begin()
    phone.act(page, "deliver", 2).click()
    expect(page.get_by_label("Chính chủ")).to_have_count(0)
    expect(page.get_by_label("Họ tên người nhận")).to_have_value("")
    assert violations(page) == []
    page.get_by_label("Họ tên người nhận").fill("Lê Văn Nhận")
    page.get_by_label("4 ký tự cuối của giấy tờ").fill("1234")
    page.get_by_role("button", name="ghi đã phát").click()
    expect(page.locator("[data-form=door]")).to_be_visible()
    page.get_by_label("Số giấy giới thiệu").fill("12/GGT")
    page.get_by_role("button", name="ghi đã phát").click()
    expect(page.locator("[data-form=door]")).to_have_count(0)
    phone.all_sent(page)
    with database.read() as session:
        event = session.scalars(select(models.TrackingEvent).where(models.TrackingEvent.proof_id.is_not(None))).one()
        assert (event.proof.relation, event.facts["letter"]) == ("introduced", "12/GGT")


def test_far_from_the_door_the_phone_asks_once_and_then_believes(begin, database):
    page = begin(geolocation={"latitude": 16.40, "longitude": 107.50}, permissions=["geolocation"])
    phone.act(page, "deliver", 2).click()
    page.get_by_label("4 ký tự cuối của giấy tờ").fill("1234")
    page.wait_for_function("navigator.permissions.query({name: 'geolocation'}).then((one) => one.state === 'granted')")
    page.get_by_role("button", name="ghi đã phát").click()
    expect(page.get_by_text("Đúng cửa thì bấm lần nữa")).to_be_visible()
    page.get_by_role("button", name="ghi đã phát").click()
    expect(page.locator("[data-form=door]")).to_have_count(0)
    phone.all_sent(page)
    with database.read() as session:
        assert session.scalars(select(models.ProofOfDelivery)).one().lat == 16.40


def test_trouble_and_a_wrong_pin_reach_the_office(begin, sign_in):
    page = begin(geolocation={"latitude": 16.4701, "longitude": 107.5802}, permissions=["geolocation"])
    page.get_by_role("button", name="Báo sự cố trên đường").click()
    assert violations(page) == []
    assert phone.fits(page)
    page.get_by_label("Hỏng xe").check()
    page.get_by_label("Nói thêm").fill("đứt xích ở An Cựu")
    page.get_by_role("button", name="Báo bưu cục").click()
    expect(page.locator("[data-stop]").first).to_be_visible()
    phone.all_sent(page)
    clerk = sign_in("dispatcher")
    assert "đứt xích ở An Cựu" in clerk.get("/staff/courier-notes").text
    phone.card(page, 3).get_by_text("Việc khác ở điểm này").click()
    phone.act(page, "correct", 3).click()
    page.get_by_role("button", name="Gửi bưu cục duyệt").click()
    expect(page.get_by_text("Chưa sửa gì")).to_be_visible()
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Lấy vị trí đang đứng").click()
    expect(page.get_by_text("16.47010, 107.58020")).to_be_visible()
    page.get_by_label("Chỉ dẫn tìm cửa").fill("cổng sắt xanh")
    assert violations(page) == []
    page.get_by_role("button", name="Gửi bưu cục duyệt").click()
    expect(page.locator("[data-stop]").first).to_be_visible()
    phone.all_sent(page)
    assert "cổng sắt xanh" in clerk.get("/staff/courier-notes").text


def test_the_way_home_says_why_doors_stayed_open_and_what_comes_back(begin, database, own_round, sign_in):
    page = begin()
    first, second, third = codes(database, own_round)
    phone.act(page, "fail", 1).click()
    page.get_by_label("Từ chối nhận").check()
    page.get_by_role("button", name="Ghi chưa được").click()
    page.get_by_role("button", name="Xong").click()
    phone.act(page, "deliver", 2).click()
    page.get_by_label("4 ký tự cuối của giấy tờ").fill("1234")
    page.get_by_role("button", name="ghi đã phát").click()
    phone.all_sent(page)
    page.get_by_role("button", name="Về bưu cục").click()
    expect(page.locator("[data-open-stops] select")).to_have_count(1)
    assert violations(page) == []
    assert phone.fits(page)
    page.locator("[data-open-stops] select").select_option("out_of_time")
    expect(page.get_by_text("Đã ghi lý do.")).to_be_visible()
    expect(page.get_by_text("Đã quét 0 / 2")).to_be_visible()
    phone.scan_as_keyboard(page, second)
    expect(page.get_by_text("không thuộc bưu gửi phải mang về")).to_be_visible()
    phone.scan_as_keyboard(page, first)
    phone.scan_as_keyboard(page, third)
    expect(page.get_by_text("Đã quét 2 / 2")).to_be_visible()
    expect(page.get_by_text("Xong 1 / 3 điểm")).to_be_visible()
    expect(page.get_by_text("Quãng đường theo phương án 9 km")).to_be_visible()
    phone.all_sent(page)
    assert "Điểm 3 chưa làm: hết giờ." in sign_in("postal").get(f"/staff/rounds/{own_round}/back").text
