"""A load with two sides: the courier's phone scans and confirms, the office's custodian hands over that or nothing."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import select

from postal import State, models
from postal.people import vault_of
from postal.pictures import as_photo
from tests.api.test_courier_phones import CourierPhone, code_for
from tests.hostile_pictures import png

PNG = png(60, 20)
DRAWN = base64.b64encode(PNG).decode()


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


@pytest.fixture
def load(phone, planned_round):
    """Return a function that scans codes on the phone into the load."""

    def scanned(*codes, of=planned_round, by=phone):
        path = f"/v1/courier/rounds/{of}/load"
        return by.client.post(path, json={"codes": list(codes)}, headers={"X-Phone-Key": by.key})

    return scanned


@pytest.fixture
def confirm(phone, planned_round):
    def confirmed(n_pieces, **fields):
        path = f"/v1/courier/rounds/{planned_round}/load/confirm"
        return phone.client.post(path, json={"n_pieces": n_pieces, **fields}, headers={"X-Phone-Key": phone.key})

    return confirmed


def codes_of(phone):
    return [piece["code"] for stop in phone.round().json["stops"] for piece in stop["pieces"]]


def test_the_phone_counts_the_load_and_is_told_what_is_missing_and_what_is_extra(phone, load):
    first, second, third = codes_of(phone)
    begun = load().json
    assert (begun["n_scanned"], begun["n_expected"], begun["is_confirmed"]) == (0, 3, False)
    assert [one["position"] for one in begun["missing"]] == [1, 2, 3]
    told = load(first, third, "EE999999995VN", "not a code").json
    assert [scan["tone"] for scan in told["scans"]] == ["good", "good", "unknown", "unknown"]
    assert told["missing"] == [{"code": second, "position": 2}]
    assert [one["code"] for one in told["others"]] == ["EE999999995VN"]
    assert load(first).json["scans"][0]["said"] == "again"


def test_both_sides_confirm_and_what_was_not_scanned_is_not_loaded(
    phone, load, confirm, planned_round, sign_in, database
):
    first, second, _ = codes_of(phone)
    load(first, second)
    assert confirm(2, signature=DRAWN).json["is_confirmed"] is True
    desk = sign_in("postal")
    page = desk.get(f"/staff/rounds/{planned_round}/load").text
    assert "Bưu tá đã xác nhận trên điện thoại lúc" in page
    assert "nhận 2 bưu gửi" in page
    desk.post(f"/staff/rounds/{planned_round}/load/hand-over")
    assert phone.round().json["round"]["status"] == "started"
    with database.read() as session:
        states = sorted(str(state) for state in session.scalars(select(models.Item.state)))
        assert states == [State.HANDED_OVER, State.ON_ROUND, State.ON_ROUND]
        signed = session.scalars(select(models.ReceiptSignature)).one()
        handover = session.get_one(models.Handover, signed.handover_id)
        assert (signed.side, handover.round_id, handover.n_present) == ("receiver", planned_round, 2)
    assert load(first).json["code"] == "count_over"


def test_what_is_kept_of_a_signature_is_what_was_made_anew(phone, load, confirm, database):
    load(*codes_of(phone))
    confirm(3, signature=DRAWN)
    with database.read() as session:
        said = session.scalars(select(models.LoadConfirmation)).one()
        assert vault_of(session).open_bytes(said.sealed, said.key_id) == as_photo(PNG).data


def test_an_old_signature_that_reads_no_more_stops_no_load(phone, load, confirm, planned_round, sign_in, database):
    load(*codes_of(phone))
    confirm(3, signature=DRAWN)
    with database.write() as session:
        said = session.scalars(select(models.LoadConfirmation)).one()
        sealed = vault_of(session).seal_bytes(PNG[:40])
        said.sealed, said.key_id = sealed.data, sealed.key_id
    desk = sign_in("postal")
    desk.get(f"/staff/rounds/{planned_round}/load")
    desk.post(f"/staff/rounds/{planned_round}/load/hand-over")
    assert phone.round().json["round"]["status"] == "started"
    with database.read() as session:
        assert session.scalars(select(models.ReceiptSignature)).all() == []


def test_the_custodian_hands_over_what_the_courier_confirmed_or_nothing(phone, load, confirm, planned_round, sign_in):
    first, second, third = codes_of(phone)
    load(first, second)
    confirm(2)
    desk = sign_in("postal")
    desk.get(f"/staff/rounds/{planned_round}/load")
    desk.post(f"/staff/rounds/{planned_round}/load", code=third)
    assert load().json["is_confirmed"] is False
    desk.post(f"/staff/rounds/{planned_round}/load/hand-over")
    page = desk.get(f"/staff/rounds/{planned_round}/load").text
    assert "Bưu tá xác nhận nhận 2 bưu gửi, danh sách nay có 3" in page
    assert phone.round().json["round"]["status"] == "planned"
    refused = confirm(2)
    assert (refused.status_code, refused.json["code"]) == (409, "load_differs")
    assert confirm(3).json["is_confirmed"] is True
    desk.post(f"/staff/rounds/{planned_round}/load/hand-over")
    assert phone.round().json["round"]["status"] == "started"


def test_a_courier_counts_and_confirms_no_load_of_somebody_else(
    app, load, planned_round, sign_in, database, own_courier
):
    with database.read() as session:
        other = session.scalar(select(models.Courier.id).where(models.Courier.id != own_courier[0]))
    stranger = CourierPhone(app, code_for(sign_in("dispatcher"), other))
    assert load(by=stranger).status_code == 404
    path = f"/v1/courier/rounds/{planned_round}/load/confirm"
    answer = stranger.client.post(path, json={"n_pieces": 0}, headers={"X-Phone-Key": stranger.key})
    assert answer.status_code == 404
    assert load(of=999).status_code == 404


def test_nothing_is_confirmed_before_something_was_scanned_nor_without_the_key(phone, load, confirm, planned_round):
    assert confirm(0).json["code"] == "nothing_counted"
    load(codes_of(phone)[0])
    assert confirm(1, signature=base64.b64encode(b"GIF89a").decode()).status_code == 400
    answer = phone.client.post(f"/v1/courier/rounds/{planned_round}/load", json={"codes": []})
    assert (answer.status_code, answer.json["code"]) == (401, "phone_key_required")
