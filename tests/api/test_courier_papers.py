"""Cards, receipts and counts from the phone: sent by the post's own gateway, told on the item's page, never double."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from api.commands.serving import fake_gateway
from api.words import translate
from api.work.notices import _receipt
from postal import custody, doorstep, models, people, phones
from tests.api.conftest import NOW
from tests.api.envelopes import sealed
from tests.api.test_courier_notes import note, tell
from tests.api.test_courier_phones import CourierPhone, code_for, failed
from tests.api.test_guessing import work
from tests.api.test_held_acts import decide
from tests.statements import asked


@pytest.fixture
def shown():
    """Run the stand-in for an SMS gateway."""
    shown = fake_gateway.Shown(n_to_fail=0)
    server = fake_gateway.gateway(("127.0.0.1", 0), shown)
    Thread(target=server.serve_forever, daemon=True).start()
    shown.url = f"http://127.0.0.1:{server.server_address[1]}/send?v=1"
    yield shown
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(settings, shown):
    return settings.model_copy(update={"sms_gateway_url": shown.url})


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


@pytest.fixture
def gateway(app, shown):
    """Return a function that lets the worker work and tells what reached the gateway."""

    def told():
        work(app)
        return shown.all()

    return told


@pytest.fixture
def office(database, own_courier):
    """Say where the courier's office is and when it is open."""
    told = {"address": "8 Hoàng Hoa Thám", "opening_hours": "7:30–18:00", "phone": "0234 382 2222"}
    with database.write() as session:
        for name, value in told.items():
            setattr(session.get_one(models.Office, own_courier[2]), name, value)
    return told


def numbers(phone, knows="", n_more=20):
    headers = {"X-Phone-Key": phone.key}
    answer = phone.client.post("/v1/courier/numbers", json={"knows": knows, "n_more": n_more}, headers=headers)
    assert answer.status_code == 200, answer.text
    return [f"{b['series']}-{n:06d}" for b in answer.json["blocks"] for n in range(b["first"], b["last"] + 1)]


def page_of(sign_in, database, position=1):
    with database.read() as session:
        stop = session.scalars(select(models.RoundStop).where(models.RoundStop.position == position)).first()
        consignment_id = stop.consignment_id
    return sign_in("postal").get(f"/staff/consignments/{consignment_id}").text


def paid(code, number, scan_id="phat-1"):
    proof = {
        "receiver_name": "Tôn Nữ Thị Diễm Hằng",
        "id_tail": "9911",
        "n_documents": 1,
        "fee_vnd": 50_000,
        "fee_receipt": number,
        "receipt_number": number,
    }
    return {"scan_id": scan_id, "kind": "delivered", "code": code, "happened_at": NOW.isoformat(), "proof": proof}


def test_a_card_by_message_is_sent_once_with_the_office_and_the_days_and_nobodys_name(
    phone, own_round, office, gateway, sign_in, database
):
    told = phone.round().json
    assert told["takes_messages"] is True
    stop = told["stops"][0]
    code = stop["pieces"][0]["code"]
    assert tell(phone, note("card", own_round, 1, what="message")) == [("refused", "nothing_to_tell")]
    assert phone.scans(failed(code, "thu-1")).json["scans"][0]["status"] == "recorded"
    assert tell(phone, note("card", own_round, 2, what="message")) == [("recorded", "")]
    assert tell(phone, note("card", own_round, 2, what="message"), note("card", own_round, 3, what="message")) == [
        ("known", ""),
        ("recorded", ""),
    ]
    assert "chờ gửi" in page_of(sign_in, database)
    (sent,) = gateway()
    assert sent["to"] == stop["phone"]
    assert code in sent["text"]
    assert told["office"]["name"] in sent["text"]
    assert all(fact in sent["text"] for fact in office.values())
    assert "Bưu tá đến lại từ 23/11/2026." in sent["text"]
    assert not [word for word in stop["whom"].split() if word in sent["text"]]
    assert stop["address"] not in sent["text"]
    page = page_of(sign_in, database)
    assert "nhắn tin qua hệ thống" in page
    assert "đã gửi" in page


def test_a_card_of_a_piece_handed_over_meanwhile_is_not_sent(phone, own_round, gateway, clock):
    code = phone.round().json["stops"][1]["pieces"][0]["code"]
    phone.scans(failed(code, "thu-1"))
    tell(phone, note("card", own_round, 1, position=2, what="message"))
    proof = {"receiver_name": "Tôn Nữ Thị Diễm Hằng", "id_tail": "9911", "n_documents": 1}
    later = NOW + timedelta(minutes=5)
    scan = {"scan_id": "phat-2", "kind": "delivered", "code": code, "happened_at": later.isoformat(), "proof": proof}
    clock.forward(minutes=6)
    assert phone.scans(scan, now=later).json["scans"][0]["status"] == "recorded"
    assert gateway() == []


def test_a_card_on_paper_keeps_its_number(phone, own_round, sign_in, database):
    printed = phone.round().json["round"]["cards"]
    assert printed == [f"GM-{own_round}-{n:02d}" for n in range(1, 41)]
    typed = f"gm {own_round} 4"
    told = [note("card", own_round, 1, what="paper", number=typed), note("card", own_round, 2, what="texted")]
    assert tell(phone, *told) == [("recorded", "")] * 2
    page = page_of(sign_in, database)
    assert printed[3] in page
    assert "bưu tá nhắn tin từ điện thoại của mình" in page


def test_who_has_no_telephone_gets_paper(phone, own_round, database):
    with database.write() as session:
        stop = session.scalars(select(models.RoundStop).where(models.RoundStop.position == 2)).one()
        known = people.open_person(session, stop.consignment.person)
        without = people.PersonData(**vars(known) | {"phone": None})
        people.replace_person(session, stop.consignment.person, without)
    code = phone.round().json["stops"][1]["pieces"][0]["code"]
    phone.scans(failed(code, "thu-1"))
    assert tell(phone, note("card", own_round, 1, position=2, what="message")) == [("refused", "no_number_to_text")]


def test_a_receipts_number_is_on_the_message_the_paper_and_the_page_of_phones(
    phone, own_round, gateway, sign_in, database
):
    given = numbers(phone)
    assert numbers(phone) == given
    code = phone.round().json["stops"][0]["pieces"][0]["code"]
    assert phone.scans(paid(code, given[0])).json["scans"][0]["status"] == "recorded"
    assert tell(phone, note("receipt", own_round, 1, what="message")) == [("recorded", "")]
    (sent,) = gateway()
    assert given[0] in sent["text"]
    assert code in sent["text"]
    desk = sign_in("dispatcher")
    page = desk.get("/staff/phones").text
    assert f"{given[0]} – {given[-1]}" in page
    refused = phone.scans(paid(code.replace("0", "1", 1), given[0], "phat-9")).json["scans"][0]
    assert refused["status"] == "refused"
    tell(phone, note("voided", own_round, 1, what="refused", numbers=[given[1]]))
    assert given[1] in desk.get("/staff/phones").text.partition("Số biên nhận đã hủy")[2]


def test_two_phones_and_one_enrolled_anew_have_different_numbers(app, phone, own_round, sign_in, own_courier):
    clerk = sign_in("dispatcher")
    second = CourierPhone(app, code_for(clerk, own_courier[0]))
    clerk.post("/staff/phones/1/revoke")
    anew = CourierPhone(app, code_for(clerk, own_courier[0]))
    found = [*numbers(second), *numbers(anew)]
    assert len(set(found)) == len(found)
    headers = {"X-Phone-Key": phone.key}
    answer = phone.client.post("/v1/courier/numbers", json={"n_more": 5}, headers=headers)
    assert answer.status_code == 401


def test_the_page_of_phones_asks_as_much_for_six_phones_as_for_one(
    app, phone, own_round, own_courier, sign_in, database
):
    desk, n_asked = sign_in("dispatcher"), []
    for n_more in (1, 5):
        for _ in range(n_more):
            one = CourierPhone(app, code_for(desk, own_courier[0]))
            tell(one, note("voided", own_round, 1, what="refused", numbers=numbers(one)[:2]))
        with asked(database.engine) as seen:
            assert "Số biên nhận đã hủy" in desk.get("/staff/phones").text
        n_asked.append(len(seen))
    assert n_asked[0] == n_asked[1]


@pytest.mark.parametrize(("decision", "void"), [("accepted", []), ("dismissed", ["dismissed"])])
def test_what_a_revoked_phone_hands_in_keeps_its_number_or_voids_it(
    phone, own_round, sign_in, database, decision, void
):
    told, (number, *_) = phone.round().json, numbers(phone)
    code = told["stops"][0]["pieces"][0]["code"]
    inside = {key: value for key, value in paid(code, number).items() if key not in ("scan_id", "happened_at")}
    desk = sign_in("dispatcher")
    desk.get("/staff/phones")
    desk.post("/staff/phones/1/revoke")
    entry = sealed(told["envelope_key"], "may-1-0", NOW, inside)
    answer = phone.client.post("/v1/courier/held", json={"scans": [entry], "sent_at": NOW.isoformat()})
    assert answer.json == {"held": ["may-1-0"]}
    with database.read() as session:
        held_id = phones.held_acts(session)[0].id
    decide(desk, held_id, decision)
    with database.read() as session:
        given = session.get_one(models.GivenNumber, number)
        assert (given.event_id is not None) == (decision == "accepted")
        assert [one.void_why for one in custody.void_numbers(session)] == void


def test_what_comes_home_is_counted_blind_and_told_on_the_receipt(phone, own_round, sign_in, database):
    told = phone.round().json
    codes = [piece["code"] for stop in told["stops"] for piece in stop["pieces"]]
    headers = {"X-Phone-Key": phone.key}

    def seen():
        return phone.client.get("/v1/courier/home", headers=headers).json

    desk = sign_in("postal")
    back = f"/staff/rounds/{own_round}/back"
    desk.get(back)
    desk.post(back, codes=" ".join(codes[:2]).replace(" ", "\n"))
    assert seen() == {"own": None, "office": None, "only_courier": [], "only_office": []}
    home = note("home", own_round, 1, codes=codes)
    home.pop("position")
    assert tell(phone, home) == [("recorded", "")]
    assert seen()["office"] is None
    assert codes[2] not in desk.get(back).text.partition("data-other-side")[2]
    desk.post(f"{back}/hand-over", money_vnd="0", n_papers="0")
    page = desk.get(back).text
    assert f"{codes[2]}: bưu tá có quét, bưu cục không." in page
    assert seen()["only_courier"] == [codes[2]]
    answer = desk.post(f"{back}/hand-over", money_vnd="0", n_papers="0", why="tìm không thấy, lập biên bản")
    assert answer.status_code == 303
    with database.read() as session:
        receipt = session.scalars(select(models.Handover).order_by(models.Handover.id.desc())).first()
        assert receipt.facts["home_only_courier"] == [codes[2]]
        receipt_id = receipt.id
    page = desk.get(f"/staff/handovers/{receipt_id}").text
    assert f"{codes[2]}: bưu tá có quét, bưu cục không." in page
    assert "tìm không thấy, lập biên bản" in page


@pytest.mark.parametrize(("numbers", "seals"), [((), ()), (("BN-2026-000001",), ()), ((), ("NP-1",))])
def test_a_receipt_without_number_or_seal_has_no_blanks(numbers, seals):
    told = doorstep.ReceiptTold(
        office=models.Office(name="Bưu cục Thử"),
        consignment_ids=frozenset({1}),
        numbers=numbers,
        codes=("H57",),
        seals=seals,
        n_papers=1,
        fee_vnd=0,
        at=NOW,
        is_collected=True,
    )
    for language in ("vi", "en"):
        text = translate(_receipt(told), language)
        assert not re.search(r" [,:.]|  |[,:] [,:]|[,:]$", text)
        assert all(one in text for one in (*numbers, *seals))
        assert ("biên nhận" in text or "receipt" in text) == bool(numbers)
        assert ("niêm phong" in text or "seal" in text) == bool(seals)


def planned_for(session, round_id, day):
    """Publish another day's plan with a copy of a round that nobody handed over yet; return the copy's id."""
    found = session.get_one(models.DeliveryRound, round_id)
    plan = models.DayPlan(**_columns(found.plan) | {"day": day})
    session.add(plan)
    session.flush()
    as_planned = {"plan_id": plan.id, "status": models.RoundStatus.PLANNED, "started_at": None}
    copy = models.DeliveryRound(**_columns(found) | as_planned)
    session.add(copy)
    session.flush()
    return copy.id


def _columns(row):
    return {column.key: getattr(row, column.key) for column in type(row).__table__.columns if column.key != "id"}


def test_a_round_that_is_out_over_midnight_is_counted_by_its_courier(phone, own_round, clock, database):
    def counted(money_vnd):
        assert phone.client.post("/v1/courier/cash", json={"money_vnd": money_vnd}).status_code == 200
        with database.read() as session:
            last = session.scalars(select(models.CashCount).order_by(models.CashCount.id.desc())).first()
            return last.round_id, last.money_vnd

    def shown():
        told = phone.round().json
        return told["day"], told["round"]["id"], told["round"]["status"]

    day = shown()[0]
    first = phone.round().json["stops"][0]["planned_at"]
    clock.now = datetime.fromisoformat(f"{day}T23:59:00+07:00") + timedelta(minutes=31)
    assert shown() == (day, own_round, "started")
    assert phone.round().json["stops"][0]["planned_at"] == first
    assert counted(1_000) == (own_round, 1_000)
    home = {"happened_at": clock.now.isoformat(), "note_id": "home-late", "kind": "home", "round_id": own_round}
    codes = [piece["code"] for stop in phone.round().json["stops"] for piece in stop["pieces"]]
    notes = {"notes": [home | {"codes": codes}], "sent_at": clock.now.isoformat()}
    assert phone.client.post("/v1/courier/notes", json=notes).json["scans"][0]["status"] == "recorded"
    seen = phone.client.get("/v1/courier/home", headers={"X-Phone-Key": phone.key}).json
    assert seen["own"] == sorted(codes)
    with database.write() as session:
        next_id = planned_for(session, own_round, clock.now.date())
    assert shown()[1] == own_round  # the night belongs to who is still out
    clock.forward(hours=5)
    assert shown() == (clock.now.date().isoformat(), next_id, "planned")
    assert counted(2_000) == (own_round, 2_000)
    with database.write() as session:
        session.get_one(models.DeliveryRound, own_round).status = models.RoundStatus.CLOSED
    assert phone.client.get("/v1/courier/cash").json["own_vnd"] is None
