"""Rounds on the road: the live day as a page, texts, moves and money as a phone's API tells them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from postal import custody, models
from postal.models import CourierMessage, Phone
from postal.people import open_person
from tests import builders as build
from tests.api.conftest import NOW
from tests.api.test_courier_phones import CourierPhone, code_for
from tests.hostile_pictures import png


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"vietqr_bank": "970415", "vietqr_account": "0011001932418"})


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


def ask(phone, path, **headers):
    return phone.client.get(f"/v1/courier/{path}", headers={"X-Phone-Key": phone.key, **headers})


def tell(phone, path, body):
    return phone.client.post(f"/v1/courier/{path}", json=body, headers={"X-Phone-Key": phone.key})


def test_the_live_day_shows_people_by_name_and_is_asked_for_anew_only_where_it_changed(sign_in, own_round, database):
    dispatcher = sign_in("dispatcher")
    page = dispatcher.get("/staff/day").text
    with database.read() as session:
        courier = session.get_one(models.DeliveryRound, own_round).courier
        name = open_person(session, session.get_one(models.Person, courier.person_id)).full_name
    assert name in page
    assert "0/3" in page
    assert "http-equiv" in page  # without scripts the page loads itself anew
    first = dispatcher.get("/staff/day/rounds")
    again = dispatcher.client.get("/staff/day/rounds", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert sign_in("stranger-clerk").get("/staff/day").text.count(name) == 0


def test_the_day_begins_with_what_the_days_before_left_and_leads_on(sign_in, own_round, clock, database):
    dispatcher = sign_in("dispatcher")
    assert "những ngày trước chưa khép" not in dispatcher.get("/staff/day").text
    assert "/replan" in dispatcher.get("/staff/day").text
    clock.forward(days=1)
    page = dispatcher.get("/staff/day/rounds").text
    assert "1 chuyến của những ngày trước chưa khép" in page
    assert f"/staff/rounds/{own_round}" in page
    assert "chưa khép" not in sign_in("stranger-clerk").get("/staff/day").text


def test_many_rounds_cost_no_more_statements_than_one(sign_in, own_round, database):
    dispatcher = sign_in("dispatcher")
    one = _statements(dispatcher, database)
    with database.write() as session:
        first = session.get_one(models.DeliveryRound, own_round)
        couriers = session.scalars(select(models.Courier).where(models.Courier.id != first.courier_id)).all()[:20]
        for number, courier in enumerate(couriers, start=2):
            session.add(
                models.DeliveryRound(
                    plan_id=first.plan_id, number=number, courier_id=courier.id, office_id=courier.office_id,
                    leave_at_s=28_000, back_at_s=40_000, travel_s=1, travel_m=1,
                )
            )  # fmt: skip
    many = _statements(dispatcher, database)
    assert many == one
    assert many <= 25


def _statements(person, database):
    seen = []

    def note(connection, cursor, statement, *_):
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        assert person.get("/staff/day").status_code == 200
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return len([one for one in seen if one.lstrip().upper().startswith("SELECT")])


def test_texts_reach_the_phone_and_the_desk_once_and_with_their_read_marks(sign_in, phone, own_courier, database):
    desk = sign_in("dispatcher")
    where = f"/staff/couriers/{own_courier[0]}/messages"
    desk.get(where)
    assert desk.post(where, words="Ghé bưu cục").status_code == 303
    told = ask(phone, "messages", **{"X-Unsent": "4"})
    (one,) = told.json["messages"]
    assert (one["words"], one["is_read"]) == ("Ghé bưu cục", False)
    assert ask(phone, "messages", **{"If-None-Match": told.headers["ETag"]}).status_code == 304
    assert tell(phone, "messages/seen", {"ids": [one["id"]]}).json == {"n_seen": 1}
    slow = NOW - timedelta(days=1)  # the phone's clock: kept, and nothing is told by it
    text = {"client_id": "tin-0001", "words": "Vâng", "sent_at": slow.isoformat()}
    assert [tell(phone, "messages", text).status_code for _ in range(2)] == [201, 201]
    assert "Vâng" in desk.get(where).text
    with database.read() as session:
        ours = session.scalars(select(CourierMessage).order_by(CourierMessage.id)).all()
        assert [(one.sent_at, one.device_at) for one in ours] == [(NOW, None), (NOW, slow)]
        assert session.scalars(select(Phone)).one().n_unsent == 4
    empty = tell(phone, "messages", {"client_id": "tin-0002", "words": " "})
    assert (empty.status_code, empty.json["code"]) == (400, "invalid")
    without_key = phone.client.get("/v1/courier/messages")
    assert without_key.json["code"] == "phone_key_required"
    assert sign_in("stranger-clerk").get(where).status_code == 404


def test_a_call_for_help_stands_on_top_until_somebody_takes_it(sign_in, phone, own_courier):
    desk = sign_in("dispatcher")
    note = {"note_id": "bao-1", "kind": "trouble", "what": "breakdown", "words": "đứt xích"}
    notes = [note | {"happened_at": NOW.isoformat()}]
    assert tell(phone, "notes", {"notes": notes}).json["scans"][0]["status"] == "recorded"
    page = desk.get("/staff/day").text
    assert page.index("gọi hỗ trợ") < page.index("Ngày này chưa có phương án")
    assert "đứt xích" in page
    note_id = page.split('data-call="')[1].split('"')[0]
    desk.post(f"/staff/courier-notes/{note_id}/settle", settlement="seen")
    assert "gọi hỗ trợ" not in desk.get("/staff/day").text


def test_money_is_told_after_the_own_count_and_a_fee_is_paid_by_vietqr(sign_in, phone, own_round, database):
    hidden = ask(phone, "cash").json
    assert set(hidden.values()) == {None}
    with database.read() as session:
        code = session.scalars(select(models.Item).where(models.Item.fee_vnd > 0)).one().s10
        free = session.scalars(select(models.Item).where(models.Item.fee_vnd == 0)).first().s10
    paid = tell(phone, "transfer", {"code": code}).json
    assert (paid["amount_vnd"], paid["says"]) == (50_000, code)
    assert "54055000058" in paid["text"]
    assert tell(phone, "transfer", {"code": free}).json["code"] == "nothing_to_pay"
    assert tell(phone, "transfer/paid", {"code": code}).json["amount_vnd"] == 50_000
    desk = sign_in("postal")
    assert "50.000" in desk.get("/staff/payments").text
    desk.post("/staff/payments/1/confirm", reference="FT26330123")
    assert "FT26330123" in desk.get("/staff/payments").text
    seen = tell(phone, "cash", {"money_vnd": 10_000, "notes": {"10000": 1}}).json
    assert (seen["own_vnd"], seen["due_vnd"], seen["cashier_vnd"]) == (10_000, 0, None)
    wrong = tell(phone, "cash", {"money_vnd": 10_000, "notes": {"5000": 1}})
    assert wrong.json["code"] == "notes_differ"


def test_moves_are_told_to_the_two_couriers_alone(phone, own_round):
    assert ask(phone, "moves").json == {"moves": []}
    gone = tell(phone, "moves/1/pieces", {"codes": ["EY900000013VN"]})
    assert gone.status_code == 404


@pytest.mark.parametrize("path", ["messages", "moves", "cash"])
def test_a_stranger_without_a_phone_is_asked_to_sign_in(app, house, path):
    assert app.test_client().get(f"/v1/courier/{path}").status_code == 401


def test_without_scripts_the_whole_sheet_is_one_form_with_the_usual_answers_in_it(sign_in, own_round, database):
    postal = sign_in("postal")
    where = f"/staff/rounds/{own_round}/results"
    page = postal.get(where).text
    assert page.count('value="Tôn Nữ Thị Diễm Hằng"') == 3
    assert page.count('value="08:20"') == 1
    with database.read() as session:
        walked = session.get_one(models.DeliveryRound, own_round).stops
        stops = {stop.position: (stop.id, stop.consignment.items[0].id) for stop in walked}
    typed = {}
    for stop_id, item_id in stops.values():
        typed |= {f"outcome-{stop_id}": "done", f"time-{stop_id}": "0815", f"receiver-{stop_id}": "Lê Văn Nhận"}
        typed |= {f"id-tail-{stop_id}": "1234", f"n-documents-{item_id}": "1", f"fee-receipt-{item_id}": "BL-1"}
        typed[f"piece-{item_id}"] = "1"
    second, item_id = stops[2]
    typed[f"id-tail-{second}"] = "12"
    answer = postal.post(where, **typed)
    assert answer.status_code == 422
    assert "Đã ghi 2 điểm." in answer.text
    assert "Điểm 2: Ghi 4 ký tự cuối của giấy tờ." in answer.text
    assert answer.text.count('value="Lê Văn Nhận"') == 1  # what is wrong keeps what was typed
    assert postal.post(where, **typed | {f"id-tail-{second}": "1234"}).status_code == 303
    with database.read() as session:
        assert set(session.scalars(select(models.ProofOfDelivery.entered_from))) == {"paper"}
        assert len(session.scalars(select(models.ProofOfDelivery)).all()) == 3
        (consignment_id, proof_id), *_ = session.execute(
            select(models.Item.consignment_id, models.TrackingEvent.proof_id)
            .join(models.Item, models.Item.id == models.TrackingEvent.item_id)
            .where(models.TrackingEvent.proof_id.is_not(None))
        ).all()
    _story_of_paper(sign_in, database, f"/staff/consignments/{consignment_id}", proof_id)


def _story_of_paper(sign_in, database, page, proof_id):
    """The item's page says it was on paper, and shows a signature to those whose item it is."""
    postal, signature = sign_in("postal"), f"/staff/proofs/{proof_id}/signature"
    shown = postal.get(page).text
    assert shown.count("nhập từ phiếu đi phát") == 2, "at the proof and in the course of events"
    assert signature not in shown
    assert postal.client.get(signature).status_code == 404
    with database.write() as session:
        custody.sign_delivery(build.act(session, NOW), proof_id, png(60, 20))
    assert signature in postal.get(page).text
    answer = postal.client.get(signature)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert "no-store" in answer.headers["Cache-Control"]
    assert sign_in("stranger-clerk").client.get(signature).status_code == 404
    assert sign_in("courier").client.get(signature).status_code == 403
    with database.read() as session:
        looks = select(models.AuditEntry).where(models.AuditEntry.action == "see_signature")
        assert [one.subject for one in session.scalars(looks)] == ["delivery_signature"]
