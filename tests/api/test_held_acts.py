"""What a revoked phone still had is held for its office, which accepts or dismisses each act with a reason."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import models, pictures
from tests import builders as build
from tests.api.conftest import NOW
from tests.api.envelopes import sealed
from tests.api.test_courier_phones import CourierPhone, code_for

NO_PHOTO = b"\xff\xd8\xff" + bytes(40)


@pytest.fixture
def desk(sign_in):
    return sign_in("dispatcher")


@pytest.fixture
def phone(app, desk, own_courier):
    return CourierPhone(app, code_for(desk, own_courier[0]))


@pytest.fixture
def told(phone, own_round):
    return phone.round().json


@pytest.fixture
def acts(told):
    """Return two failures, a note, and one that nobody can open."""
    key, codes = told["envelope_key"], [stop["pieces"][0]["code"] for stop in told["stops"]]
    failed = {"kind": "attempt_failed", "reason": "VANG_NHA", "called_at": [NOW.isoformat()]}
    scans = [sealed(key, f"may-1-{n}", NOW, failed | {"code": code}) for n, code in enumerate(codes[:2])]
    note = sealed(key, "note-1", NOW, {"kind": "trouble", "what": "accident", "words": "ngã xe ở cầu"})
    return {"scans": [*scans, scans[0] | {"id": "may-1-9"}], "notes": [note], "sent_at": NOW.isoformat()}


def hand_in(phone, acts):
    return phone.client.post("/v1/courier/held", json=acts)


def decide(desk, held_id, settlement, reason="đã hỏi bưu tá"):
    desk.get("/staff/held-acts")
    answer = desk.post(f"/staff/held-acts/{held_id}", settlement=settlement, reason=reason)
    assert answer.status_code == 303
    return desk.get(answer.location).text


def held(database):
    with database.read() as session:
        return {one.entry_id: one.id for one in session.scalars(select(models.HeldAct))}


def kinds(database):
    with database.read() as session:
        return session.scalars(select(models.TrackingEvent.kind)).all()


def test_acts_of_a_revoked_phone_are_held_once_and_recorded_when_accepted(phone, acts, desk, database, clock):
    desk.post("/staff/phones/1/revoke")
    clock.forward(minutes=30)
    acts["sent_at"] = (NOW + timedelta(minutes=30)).isoformat()
    assert phone.client.post("/v1/scans", json={"sealed": acts["scans"]}).status_code == 401
    for _ in range(2):
        assert hand_in(phone, acts).json == {"held": ["may-1-0", "may-1-1", "note-1"]}
    ids = held(database)
    assert sorted(ids) == ["p1:may-1-0", "p1:may-1-1", "p1:note-1"]
    assert "attempt_failed" not in kinds(database)
    page = desk.get("/staff/held-acts").text
    assert page.count("data-held=") == 3
    assert "Chưa phát được" in page
    assert "ngã xe" not in page

    assert "Đã nhận" in decide(desk, ids["p1:may-1-0"], "accepted")
    assert "Đã bỏ" in decide(desk, ids["p1:may-1-1"], "dismissed")
    page = decide(desk, ids["p1:note-1"], "accepted")
    assert "data-held=" not in page
    assert kinds(database).count("attempt_failed") == 1
    with database.read() as session:
        kind = models.TrackingEvent.kind
        event = session.scalars(select(models.TrackingEvent).where(kind == "attempt_failed")).one()
        assert (event.facts["entered_from"], event.facts["phone_id"], event.happened_at) == ("held", 1, NOW)
        assert session.scalars(select(models.CourierNote.kind)).all() == ["trouble"]
        audited = session.scalars(select(models.AuditEntry).where(models.AuditEntry.subject == "held_act")).all()
        assert [(one.action, one.reason) for one in audited] == [
            ("held_act_accepted", "đã hỏi bưu tá"),
            ("held_act_dismissed", "đã hỏi bưu tá"),
            ("held_act_accepted", "đã hỏi bưu tá"),
        ]
        assert all(one.user_id is not None for one in audited)


def test_a_decision_needs_a_reason_and_is_made_once(phone, acts, desk, database):
    hand_in(phone, acts)
    ids = held(database)
    decide(desk, ids["p1:may-1-0"], "accepted", reason="")
    decide(desk, ids["p1:may-1-0"], "", reason="x")
    assert "attempt_failed" not in kinds(database)
    decide(desk, ids["p1:may-1-0"], "dismissed")
    assert "Mục này đã có người xét" in decide(desk, ids["p1:may-1-0"], "accepted")
    assert "attempt_failed" not in kinds(database)


def test_what_cannot_be_recorded_stays_held_with_the_reason(phone, told, desk, database):
    failed = {"kind": "attempt_failed", "reason": "VANG_NHA", "called_at": [NOW.isoformat()]}
    entry = sealed(told["envelope_key"], "may-1-1", NOW, failed | {"code": "EE999999992VN"})
    hand_in(phone, {"scans": [entry]})
    page = decide(desk, held(database)["p1:may-1-1"], "accepted")
    assert "Không nhận được mục này" in page
    assert re.search(r"data-held=", desk.get("/staff/held-acts").text)


def test_an_act_of_a_wrong_clock_is_accepted_with_the_phones_time_beside_ours(phone, told, desk, database, clock):
    ahead = timedelta(minutes=40)
    key, code = told["envelope_key"], told["stops"][0]["pieces"][0]["code"]
    called = (NOW + ahead - timedelta(minutes=2)).isoformat()
    failed = {"kind": "attempt_failed", "reason": "VANG_NHA", "called_at": [called], "code": code}
    scans = [sealed(key, "may-1-0", NOW + ahead, failed)]
    notes = [sealed(key, "note-1", NOW + ahead, {"kind": "trouble", "what": "accident"})]
    clock.forward(minutes=30)
    sent_at = (clock.now + ahead).isoformat()
    hand_in(phone, {"scans": scans, "notes": notes, "sent_at": sent_at})
    clock.forward(hours=5)
    for held_id in held(database).values():
        assert "Đã nhận" in decide(desk, held_id, "accepted")
    with database.read() as session:
        kind = models.TrackingEvent.kind
        event = session.scalars(select(models.TrackingEvent).where(kind == "attempt_failed")).one()
        note = session.scalars(select(models.CourierNote)).one()
        assert {(one.happened_at, one.device_at) for one in (event, note)} == {(NOW, NOW + ahead)}
        assert event.facts["called_at"] == [(NOW - timedelta(minutes=2)).isoformat()]
        assert event.facts["called_at_device"] == [called]
        assert event.facts["clock_offset_s"] == -ahead.total_seconds()


def test_what_the_server_had_recorded_already_is_accepted_as_known(phone, told, desk, database, clock):
    ahead = timedelta(minutes=40)
    code = told["stops"][0]["pieces"][0]["code"]
    failed = {"kind": "attempt_failed", "reason": "VANG_NHA", "called_at": [(NOW + ahead).isoformat()], "code": code}
    entry = sealed(told["envelope_key"], "may-1-0", NOW + ahead, failed)
    clock.forward(minutes=30)
    sent = {"sent_at": (clock.now + ahead).isoformat()}
    assert phone.client.post("/v1/scans", json=sent | {"sealed": [entry]}).json["scans"][0]["status"] == "recorded"
    desk.post("/staff/phones/1/revoke")
    hand_in(phone, sent | {"scans": [entry]})
    assert "Đã nhận" in decide(desk, held(database)["p1:may-1-0"], "accepted")
    assert kinds(database).count("attempt_failed") == 1


def test_what_waited_for_the_office_for_weeks_is_still_accepted(phone, acts, sign_in, database, clock):
    hand_in(phone, acts)
    clock.forward(days=40)
    desk = sign_in("dispatcher")
    for held_id in held(database).values():
        assert "Đã nhận" in decide(desk, held_id, "accepted")
    assert kinds(database).count("attempt_failed") == 2


@pytest.fixture
def photos(phone, told):
    """Return a function that hands in a photo under an id; by then an act that names two of them is held."""
    failed = {"kind": "attempt_failed", "reason": "VANG_NHA", "called_at": [NOW.isoformat()]}
    named = failed | {"code": told["stops"][0]["pieces"][0]["code"], "pictures": ["may-1-0-p0", "may-1-0-p1"]}
    hand_in(phone, {"scans": [sealed(told["envelope_key"], "may-1-0", NOW, named)]})

    def handed_in(picture_id, data=None, by=phone.client, path="/v1/courier/held/pictures"):
        path = f"{path}?picture_id={picture_id}"
        return by.post(path, data=data or build.photo(), content_type="image/jpeg").status_code

    return handed_in


def test_a_photo_is_taken_for_an_act_that_names_it_and_looked_at_for_nobody_else(app, photos):
    assert photos("may-1-0-p0") == 200
    assert photos("may-1-0-p1", NO_PHOTO) == 400
    assert photos("may-1-9-p0", NO_PHOTO) == 404
    assert photos("may-1-0-p1", NO_PHOTO, by=app.test_client()) == 404


def test_a_photo_of_an_act_that_was_recorded_before_the_phone_ended_is_taken(phone, told, desk, photos):
    code = told["stops"][1]["pieces"][0]["code"]
    failed = {"kind": "attempt_failed", "reason": "VANG_NHA", "called_at": [NOW.isoformat()], "code": code}
    entry = sealed(told["envelope_key"], "may-1-1", NOW, failed | {"pictures": ["may-1-1-p0"]})
    assert phone.client.post("/v1/scans", json={"sealed": [entry]}).json["scans"][0]["missing_pictures"]
    desk.post("/staff/phones/1/revoke")
    assert photos("may-1-1-p0") == 200


def test_photos_of_a_revoked_phone_use_up_nothing_of_the_next(app, desk, own_courier, photos, database):
    assert photos("may-1-0-p0") == 200
    with database.write() as session:
        one = session.scalars(select(models.Picture)).one()
        same = {
            column.key: getattr(one, column.key) for column in models.Picture.__table__.columns if column.key != "id"
        }
        more = (same | {"public_id": f"{n:032x}", "client_id": f"anh-{n:04}"} for n in range(999))
        session.add_all(models.Picture(**row) for row in more)
    assert photos("may-1-0-p1") == 409
    following = CourierPhone(app, code_for(desk, own_courier[0]))
    assert photos("may-2-0-p0", by=following.client, path="/v1/pictures") == 200


def test_a_photo_of_a_held_act_waits_with_it(desk, photos, database, clock, sign_in):
    photos("may-1-0-p0")
    clock.forward(days=40)

    def forgotten():
        with database.write() as session:
            return pictures.forget_unnamed(session, now=clock.now)

    assert forgotten() == 0
    decide(sign_in("dispatcher"), held(database)["p1:may-1-0"], "dismissed")
    assert forgotten() == 1


def test_a_phone_hands_in_until_32_days_after_it_ended(phone, acts, desk, clock, photos):
    desk.post("/staff/phones/1/revoke")
    clock.forward(days=31)
    assert hand_in(phone, acts).status_code == 200
    clock.forward(days=2)
    assert hand_in(phone, acts).status_code == 404
    assert photos("may-1-0-p0") == 404


def test_strangers_hand_in_nothing_and_foreign_offices_see_nothing(app, phone, acts, sign_in, database):
    assert app.test_client().post("/v1/courier/held", json=acts).status_code == 404
    hand_in(phone, acts)
    stranger = sign_in("stranger-clerk")
    assert "data-held=" not in stranger.get("/staff/held-acts").text
    held_id = held(database)["p1:may-1-0"]
    assert stranger.post(f"/staff/held-acts/{held_id}", settlement="accepted", reason="x").status_code == 404


def test_a_photo_of_what_is_held_may_be_as_large_as_any_photo(photos):
    assert photos("may-1-0-p0", build.photo() + bytes(5_000_000)) == 200
    assert photos("may-1-0-p1", build.photo() + bytes(8_000_001)) == 413


def test_a_browser_that_passed_to_another_courier_hands_in_in_the_name_of_the_one_before(
    app, phone, desk, own_courier, acts, database
):
    with database.read() as session:
        query = select(models.Courier.id).where(models.Courier.id != own_courier[0], models.Courier.is_active)
        other = session.scalars(query).first()
    codes = [code_for(desk, own_courier[0]), code_for(desk, other)]
    same, another = (phone.client.post("/v1/courier/phones", json={"code": code}) for code in codes)
    names = ([one.split("=")[0] for one in answer.headers.getlist("Set-Cookie")] for answer in (same, another))
    assert list(names) == [["tannha-phone"], ["tannha-phone-former", "tannha-phone"]]
    former = another.headers.getlist("Set-Cookie")[0]
    assert all(part in former for part in ("Path=/v1/courier/held;", "HttpOnly", "SameSite=Strict"))
    assert another.json["courier"] != same.json["courier"]
    before = {"X-Former-Phone": "1"}
    answer = phone.client.post("/v1/courier/held", json=acts, headers=before)
    assert (answer.status_code, len(answer.json["held"])) == (200, 3)
    with database.read() as session:
        assert {one.phone.courier_id for one in session.scalars(select(models.HeldAct))} == {own_courier[0]}
    assert app.test_client().post("/v1/courier/held", json=acts, headers=before).status_code == 404
