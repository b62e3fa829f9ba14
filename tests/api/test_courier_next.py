"""What a scanned code lets a courier do next, and every reason why it leads nowhere."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from postal import State, custody, models
from tests.api.test_courier_phones import CourierPhone, code_for


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


def ask(phone, code):
    answer = phone.client.post("/v1/courier/next", json={"code": code}, headers={"X-Phone-Key": phone.key})
    assert answer.status_code == 200, answer.text
    return answer.json


def first_piece(phone):
    return phone.round().json["stops"][0]["pieces"][0]["code"]


def put(database, code, **values):
    with database.write() as session:
        session.execute(update(models.Item).where(models.Item.s10 == code).values(**values))


def test_a_piece_out_with_its_courier_is_delivered_however_its_code_came(phone, own_round, database):
    code = first_piece(phone)
    with database.read() as session:
        item = session.scalars(select(models.Item).where(models.Item.s10 == code)).one()
        dossier = item.dossier_code
        token = custody.token_of(session, item)
    with database.write() as session:
        custody.set_token(session, session.scalars(select(models.Item).where(models.Item.s10 == code)).one())
    stop = phone.round().json["stops"][0]["code"]
    spaced = f"{code[:2]} {code[2:11]} {code[11:]}".lower()
    for text in (code, spaced, dossier, f"https://tannha.example/t/{token}", stop):
        told = ask(phone, text)
        assert (told["act"], told["position"], told["why"]) == ("deliver", 1, ""), text


OVER = {
    State.DELIVERED: "delivered",
    State.RETURNING_TO_SENDER: "returned",
    State.RETURNED_TO_SENDER: "returned",
    State.CANCELLED: "withdrawn",
    State.MISSING: "missing",
    State.HANDED_OVER: "not_loaded",
    State.HELD: "not_loaded",
}


def test_a_piece_with_nothing_to_do_says_why(phone, own_round, database):
    code = first_piece(phone)
    for state, why in OVER.items():
        put(database, code, state=state)
        told = ask(phone, code)
        assert (told["act"], told["why"]) == (None, why), state
        assert told["detail"]
        assert told["detail_en"] != told["detail"]


def test_a_good_check_digit_alone_is_not_trusted_nor_a_phone_without_its_key(phone, own_round):
    answer = phone.client.post("/v1/courier/next", json={"code": "EE999999995VN"})
    assert answer.status_code == 401
    assert ask(phone, "EE999999995VN")["why"] == "unknown"
    assert ask(phone, "EE999999994VN")["why"] == "unreadable"
    assert ask(phone, "9999999999")["why"] == "not_yours"


def test_a_piece_of_another_round_names_it_and_one_of_another_office_does_not(phone, own_round, database, own_courier):
    code = first_piece(phone)
    with database.write() as session:
        found = session.get_one(models.DeliveryRound, own_round)
        colleague = session.scalar(
            select(models.Courier.id).where(
                models.Courier.office_id == own_courier[2], models.Courier.id != own_courier[0]
            )
        )
        found.courier_id, number = colleague or found.courier_id, found.number
    assert colleague is not None
    told = ask(phone, code)
    assert (told["why"], str(number) in told["detail"]) == ("other_round", True)
    with database.write() as session:
        far = session.scalar(select(models.Courier).where(models.Courier.office_id != own_courier[2]))
        found = session.get_one(models.DeliveryRound, own_round)
        found.courier_id, found.office_id = far.id, far.office_id
    assert ask(phone, code)["why"] == "not_yours"


def test_before_the_handover_a_code_leads_to_the_load(phone, planned_round):
    told = ask(phone, first_piece(phone))
    assert (told["act"], told["position"]) == ("load", 1)
