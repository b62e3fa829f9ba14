"""What a courier tells besides scans: kept once, sealed, seen to by the office; and what a phone's acts must bring."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import doorstep, models, people
from postal.life import check_items
from postal.rules import reasons
from postal.to_agency import violations
from tests.api.conftest import NOW
from tests.api.test_courier_phones import CourierPhone, code_for, failed


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


def note(kind, own_round, n=1, **says):
    at = {"round_id": own_round, "position": 1, "happened_at": NOW.isoformat()}
    return {"note_id": f"note-{kind}-{n}", "kind": kind, **at, **says}


def tell(phone, *notes):
    answer = phone.client.post("/v1/courier/notes", json={"notes": list(notes), "sent_at": NOW.isoformat()})
    assert answer.status_code == 200, answer.text
    return [(one["status"], one["code"]) for one in answer.json["scans"]]


def stored(database, kind):
    """Return phone, round and sealed bytes of the one note of a kind, and what it says."""
    with database.read() as session:
        found = session.scalars(select(models.CourierNote).where(models.CourierNote.kind == kind)).one()
        return found.phone_id, found.round_id, found.sealed, doorstep.opened(session, found)


def test_a_note_is_kept_once_and_sealed(phone, own_round, database):
    told = note("trouble", own_round, what="accident", words="ngã xe ở cầu Trường Tiền", lat=16.46, lon=107.58)
    assert tell(phone, told) == [("recorded", "")]
    assert tell(phone, told, note("called", own_round)) == [("known", ""), ("recorded", "")]
    phone_id, round_id, sealed, said = stored(database, "trouble")
    assert (phone_id, round_id, "Trường".encode() in sealed) == (1, own_round, False)
    assert (said.what, said.words, said.facts["lat"]) == ("accident", "ngã xe ở cầu Trường Tiền", 16.46)
    assert "Trường Tiền" not in repr(said)


def test_a_bad_note_keeps_no_other_out(phone, own_round):
    answers = tell(
        phone,
        note("trouble", own_round, 1, what="bored"),
        note("correction", own_round, 2),
        note("violation", own_round, 3, what="late"),
        note("called", own_round, 4, position=99),
        note("called", 999, 5),
        note("called", own_round, 6, round_id=None),
        note("called", own_round, 7, happened_at=(NOW + timedelta(days=1)).isoformat()),
        note("left_open", own_round, 8, what="out_of_time"),
    )
    assert [status for status, _ in answers] == ["refused"] * 7 + ["recorded"]
    assert [code for _, code in answers][3:5] == ["not_found", "not_found"]
    assert answers[6][1] == "bad_happened_at"


def test_a_violation_told_on_the_road_is_a_report_with_a_number(phone, own_round, database, sign_in):
    tell(phone, note("violation", own_round, what="more_money", words="đòi thêm 20.000"))
    with database.read() as session:
        report = session.scalars(select(models.Violation)).one()
        assert (report.what, report.number[:2], report.item_id is not None) == ("more_money", "PA", True)
    assert "đòi thêm 20.000" in sign_in("courier").get("/staff/violations").text


def test_the_office_sees_trouble_and_settles_it_once(phone, own_round, sign_in):
    tell(phone, note("trouble", own_round, what="breakdown", words="đứt xích"))
    clerk = sign_in("dispatcher")
    page = clerk.get("/staff/courier-notes").text
    assert "hỏng xe" in page
    assert "đứt xích" in page
    stranger = sign_in("stranger-clerk")
    assert "đứt xích" not in stranger.get("/staff/courier-notes").text
    assert stranger.post("/staff/courier-notes/1/settle", settlement="seen").status_code == 404
    clerk.post("/staff/courier-notes/1/settle", settlement="approved")
    assert "đứt xích" in clerk.get("/staff/courier-notes").text
    clerk.post("/staff/courier-notes/1/settle", settlement="seen")
    assert "đứt xích" not in clerk.get("/staff/courier-notes").text
    clerk.post("/staff/courier-notes/1/settle", settlement="seen")
    assert "Mục này đã có người xử lý" in clerk.get("/staff/courier-notes").text


def test_a_correction_changes_nothing_before_its_approval_and_is_remembered_after(phone, own_round, database, sign_in):
    stop = phone.round().json["stops"][0]
    told = {"lat": 16.4701, "lon": 107.5802, "accuracy_m": 8, "address": f"{stop['address']} (nhà sau)"}
    tell(phone, note("correction", own_round, **told, landmark="cổng sắt xanh"))
    assert phone.round().json["stops"][0]["point"] == stop["point"]
    clerk = sign_in("postal")
    assert "cổng sắt xanh" in clerk.get("/staff/courier-notes").text
    clerk.post("/staff/courier-notes/1/settle", settlement="approved")
    after = phone.round().json["stops"][0]
    assert (after["point"]["lat"], after["point"]["lon"], after["point"]["precision"]) == (16.4701, 107.5802, "door")
    assert (after["address"], after["landmark"]) == (told["address"], "cổng sắt xanh")
    with database.read() as session:
        for address in (stop["address"], told["address"]):
            key = people.address_hash(people.vault_of(session), address)
            assert session.get_one(models.PointMemory, key).lat == 16.4701
        kept = session.scalars(select(models.AddressChange)).one()
        assert kept.new_person_id == session.get_one(models.Consignment, kept.consignment_id).person_id
        assert check_items(session) == []


def test_a_rejected_correction_changes_nothing(phone, own_round, sign_in):
    before = phone.round().json["stops"][0]
    tell(phone, note("correction", own_round, lat=16.4701, lon=107.5802))
    clerk = sign_in("postal")
    clerk.get("/staff/courier-notes")
    clerk.post("/staff/courier-notes/1/settle", settlement="rejected")
    assert phone.round().json["stops"][0]["point"] == before["point"]


def test_why_a_stop_stayed_open_is_told_where_the_office_counts_what_comes_back(phone, own_round, sign_in):
    tell(phone, note("left_open", own_round, 1, what="out_of_time"), note("left_open", own_round, 2, what="flood"))
    page = sign_in("postal").get(f"/staff/rounds/{own_round}/back").text
    assert "Điểm 1 chưa làm: ngập, sạt lở, đường tắc." in page
    assert "hết giờ" not in page


def test_a_phone_brings_along_what_its_reason_needs(phone, own_round, database, sign_in):
    code = phone.round().json["stops"][0]["pieces"][0]["code"]
    (no_call,) = phone.scans(failed(code, "thu-1", called_at=[])).json["scans"]
    late = [(NOW + timedelta(minutes=1)).isoformat()]
    (call_after,) = phone.scans(failed(code, "thu-2", called_at=late)).json["scans"]
    (no_words,) = phone.scans(failed(code, "thu-3", reason="KHONG_TIM_THAY")).json["scans"]
    told_all = {"reason": "KHONG_TIM_THAY", "words": "nhà số 7 không có ai tên này"}
    (no_photo,) = phone.scans(failed(code, "thu-5", **told_all)).json["scans"]
    assert [one["code"] for one in (no_call, call_after, no_words, no_photo)] == ["reason_needs"] * 4
    (told,) = phone.scans(failed(code, "thu-4", **told_all, pictures=["anh-cua-0001"])).json["scans"]
    assert told["status"] == "recorded"
    *_, said = stored(database, "failure")
    with database.read() as session:
        facts = session.scalar(select(models.TrackingEvent.facts).where(models.TrackingEvent.reason.is_not(None)))
    assert said.words == "nhà số 7 không có ai tên này"
    assert facts["called_at"] == [NOW.isoformat()]
    clerk = sign_in("dispatcher")
    clerk.get("/staff/courier-notes")
    answer = clerk.post("/staff/courier-notes/1/settle", settlement="seen")  # asks nobody for anything
    assert answer.status_code == 303
    assert len(stored(database, "failure")) == 4
    assert "không có ai" not in json.dumps(facts, ensure_ascii=False)


def test_the_round_tells_what_reasons_need_and_which_invitation_a_try_would_be(phone, own_round, clock):
    told = phone.round().json
    needs = {one["code"]: (one["needs"], one["invites"]) for one in told["reasons"]}
    assert needs["VANG_NHA"] == (["call"], True)
    assert needs["SAI_DIA_CHI"] == (["call", "photo", "words"], False)
    assert needs["TU_CHOI"] == ([], True)
    assert set(needs) == set(reasons.REASONS)
    first = told["stops"][0]["pieces"][0]
    # Friday's try would be the first invitation; Monday is the next working day.
    assert first["invitation"] == {"n": 1, "is_new": True, "try_from": "2026-11-23", "keep_until": None}
    phone.scans(failed(first["code"]))
    again = phone.round().json["stops"][0]["pieces"][0]["invitation"]
    assert (again["n"], again["is_new"]) == (1, False)


def test_an_organisation_is_received_for_by_the_bearer_of_its_letter(phone, own_round, database):
    told = phone.round().json["stops"][1]
    piece = told["pieces"][0]
    assert piece["evidence"]["relations"] == ["self", "authorised"]
    with database.write() as session:
        item = session.scalars(select(models.Item).where(models.Item.s10 == piece["code"])).one()
        person = item.consignment.person
        known = people.open_person(session, person)
        company = people.PersonData(**vars(known) | {"full_name": "Công ty TNHH Sông Hương"})
        people.replace_person(session, person, company)
    (piece,) = phone.round().json["stops"][1]["pieces"]
    assert piece["evidence"]["relations"] == ["introduced", "authorised"]
    proof = {"receiver_name": "Lê Văn Nhận", "id_tail": "1234", "n_documents": piece["evidence"]["n_documents"]}
    scan = {"code": piece["code"], "kind": "delivered", "happened_at": NOW.isoformat()}

    def send(n, **more):
        (answer,) = phone.scans(scan | {"scan_id": f"phat-{n}", "proof": proof | more}).json["scans"]
        return answer["status"], answer["code"]

    assert send(1, relation="self") == ("refused", "proof_missing")
    assert send(2, relation="introduced") == ("refused", "proof_missing")
    assert send(3, relation="introduced", letter_number="12/GGT") == ("recorded", "")
    with database.read() as session:
        event = session.scalars(select(models.TrackingEvent).where(models.TrackingEvent.proof_id.is_not(None))).one()
        assert (event.proof.relation, event.facts["letter"]) == ("introduced", "12/GGT")


def test_nobody_is_introduced_to_a_person(phone, own_round):
    (piece,) = phone.round().json["stops"][1]["pieces"]
    proof = {"receiver_name": "Lê Văn Nhận", "id_tail": "1234", "n_documents": piece["evidence"]["n_documents"]}
    proof |= {"relation": "introduced", "letter_number": "12/GGT"}
    scan = {"scan_id": "phat-1", "code": piece["code"], "kind": "delivered", "happened_at": NOW.isoformat()}
    (answer,) = phone.scans(scan | {"proof": proof}).json["scans"]
    assert (answer["status"], answer["code"]) == ("refused", "proof_missing")


def test_only_couriers_tell_notes(sign_in, own_round):
    clerk = sign_in("postal")
    clerk.get("/track")
    assert clerk.json("/v1/courier/notes", {"notes": [note("called", own_round)]}).status_code == 403


def test_the_apps_choices_are_those_the_server_knows(app):
    html = app.test_client().get("/courier/").text
    of_template = dict(re.findall(r'<template id="([\w-]+)">(.*?)</template>', html, re.DOTALL))

    def values(template):
        return set(re.findall(r'value="([a-z_]+)"', of_template[template])) - {""}

    assert values("trouble") == set(doorstep.TROUBLES)
    assert values("open-stop") == set(doorstep.OPEN_WHY)
    assert values("violation") == set(violations.WHAT)


def test_a_clerk_hands_an_organisations_result_over_by_its_letter_too(sign_in, own_round, database):
    with database.write() as session:
        item = session.scalars(select(models.Item).order_by(models.Item.id)).first()
        known = people.open_person(session, item.consignment.person)
        company = people.PersonData(**vars(known) | {"full_name": "Hợp tác xã Thủy Thanh"})
        people.replace_person(session, item.consignment.person, company)
        item_id, fee = item.id, item.fee_vnd
        stops = session.get_one(models.DeliveryRound, own_round).stops
        stop_id = next(stop.id for stop in stops if stop.consignment_id == item.consignment_id)
    clerk = sign_in("postal")
    page = f"/staff/rounds/{own_round}/results"
    assert "Số giấy giới thiệu" in clerk.get(page).text
    typed = {
        f"outcome-{stop_id}": "done",
        f"time-{stop_id}": "16:15",
        f"receiver-{stop_id}": "Lê Văn Nhận",
        f"relation-{stop_id}": "introduced",
        f"id-tail-{stop_id}": "1234",
        f"piece-{item_id}": "1",
        f"n-documents-{item_id}": "1",
        f"fee-receipt-{item_id}": "BL-1" if fee else "",
    }
    refused = clerk.post(page, **typed)
    assert refused.status_code == 422
    assert "Ghi số giấy giới thiệu" in refused.text
    assert 'value="Lê Văn Nhận"' in refused.text  # what was typed is kept
    assert clerk.post(page, **typed, **{f"letter-{stop_id}": "12/GGT"}).status_code == 303
    with database.read() as session:
        event = session.scalars(select(models.TrackingEvent).where(models.TrackingEvent.proof_id.is_not(None))).one()
        assert (event.proof.relation, event.proof.entered_from, event.facts["letter"]) == (
            "introduced",
            "paper",
            "12/GGT",
        )
