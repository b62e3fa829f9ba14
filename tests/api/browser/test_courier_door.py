"""Two consignments at one door on the phone: one card, one form, one signature; parted again, nothing is mixed."""

from playwright.sync_api import expect

from postal import State, doorstep, models
from postal.access.policy import Actor, ActorKind
from tests import builders as build
from tests.api.browser.accessibility import violations
from tests.api.browser.phone import act, all_sent, card, fits, sign, states
from tests.api.browser.test_courier_papers import offline, online
from tests.api.browser.test_courier_phone import enrolled
from tests.api.one_door import delivered, join, part, stops_of

__all__ = ["enrolled"]


def left_elsewhere(database, round_id, number):
    """Let the courier have left a card at the third stop, told by a phone he had before."""
    with database.write() as session:
        walked = session.get_one(models.DeliveryRound, round_id)
        by = Actor(kind=ActorKind.USER, role=models.Role.COURIER, courier_id=walked.courier_id)
        told = {"happened_at": walked.started_at, "round_id": round_id, "position": 3, "what": "paper"}
        note = doorstep.NoteIn(note_id="elsewhere", kind=doorstep.NoteKind.CARD, facts={"number": number}, **told)
        assert [one.status for one in doorstep.record_notes(build.act(session, walked.started_at, by=by), [note])] == [
            "recorded"
        ]


def test_one_door_is_one_card_and_one_signature_and_each_piece_goes_its_own_way(own_round, enrolled, database):
    (first, second), _, _ = join(database, own_round)
    page = enrolled()
    expect(page.locator("[data-stop]")).to_have_count(2)
    expect(card(page, 1)).to_contain_text("Phát 2 bưu gửi")
    expect(card(page, 1).locator("[data-number]")).to_have_text("1+2")
    assert violations(page) == []
    assert fits(page)
    offline(page)
    act(page, "deliver", 1).click()
    expect(page.locator("canvas")).to_have_count(1)
    expect(page.locator("[name=tail]")).to_have_count(1)
    page.locator(".piece").filter(has_text=first).get_by_label("Phát bưu gửi này").uncheck()
    page.get_by_label("4 ký tự cuối của giấy tờ").fill("9911")
    for box in page.locator("[name=count]:enabled").all():
        box.check()
    assert fits(page)
    sign(page)
    page.get_by_role("button", name="Ghi đã phát").click()
    expect(card(page, 1)).to_contain_text("còn 1 bưu gửi")
    # Meanwhile the office puts a name right, and the door is two: what was told is its piece's, on the card of its own.
    part(database, own_round)
    online(page)
    all_sent(page)
    expect(card(page, 2)).to_contain_text("Đã phát")
    expect(act(page, "deliver", 2)).to_have_count(0)
    expect(act(page, "deliver", 1)).to_have_count(1)
    assert delivered(database) == [second]
    # And one again, with the other piece still open: tried in vain, it is noted for that piece alone.
    join(database, own_round)
    page.reload()
    page.get_by_label("Mã PIN 6 số").fill("246813")
    page.get_by_role("button", name="Mở", exact=True).click()
    expect(card(page, 1).locator("[data-number]")).to_have_text("1+2")
    act(page, "fail", 1).click()
    page.get_by_label("Người nhận vắng nhà").check()
    page.locator("[data-form=fail] [data-act=call]").evaluate(
        "(link) => { link.addEventListener('click', (event) => event.preventDefault()); link.click(); }"
    )
    page.get_by_role("button", name="Ghi chưa được").click()
    number = page.get_by_label("Số trên giấy mời in sẵn, nếu có")
    number.fill(f"GM-{own_round + 1}-01")
    page.get_by_role("button", name="Đã để giấy mời tại cửa").click()
    expect(page.get_by_text(f"Xem lại số in trên giấy, ví dụ GM-{own_round}-01.")).to_be_visible()
    assert fits(page)
    left_elsewhere(database, own_round, f"GM-{own_round}-02")
    number.fill(f"gm {own_round} 2")
    page.get_by_role("button", name="Đã để giấy mời tại cửa").click()
    # Refused while another form is open: the number is asked for once that is done, and not forgotten.
    understood = page.get_by_role("button", name="Đã rõ, ghi lại")
    expect(understood).to_be_visible()
    act(page, "deliver", 1).click()
    understood.click()
    expect(page.get_by_text("Làm xong việc đang mở")).to_be_visible()
    page.get_by_role("button", name="Quay lại chuyến").click()
    understood.click()
    number.fill(f"GM-{own_round}-03")
    page.get_by_role("button", name="Đã để giấy mời tại cửa").click()
    expect(card(page, 1)).to_be_visible()
    all_sent(page)
    with database.read() as session:
        stop = stops_of(session, own_round)[0]
        assert [one.number for one in doorstep.left_at_door(session, stop.consignment_id)] == [f"GM-{own_round}-03"]
    assert states(database) == sorted([State.ATTEMPTED, State.DELIVERED, State.ON_ROUND])
