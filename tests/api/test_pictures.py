"""Photos of acts over HTTP: from a courier's phone and from the desk, looked at by whose work it is."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from postal import models
from tests import builders as build
from tests import hostile_pictures as hostile
from tests.api.conftest import NOW
from tests.api.test_courier_phones import CourierPhone, code_for


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


def send(client, data, picture_id="anh-0001-abcd", kind="image/jpeg", **headers):
    path = f"/v1/pictures?picture_id={picture_id}" if picture_id else "/v1/pictures/code"
    return client.post(path, data=data, headers={"Content-Type": kind, **headers})


def pieces_of(phone):
    return [stop["pieces"][0]["code"] for stop in phone.round().json["stops"]]


def test_a_phone_sends_an_act_and_its_photos_in_any_order_and_staff_look(phone, own_round, sign_in, database):
    code = next(iter(pieces_of(phone)))
    scan = {"scan_id": "quet-0001", "code": code, "kind": "attempt_failed", "happened_at": NOW.isoformat(),
            "reason": "VANG_NHA", "called_at": [NOW.isoformat()],
            "pictures": ["anh-0001-abcd", "anh-0002-abcd"]}  # fmt: skip
    first = send(phone.client, build.photo())
    assert first.status_code == 200, first.text
    told = phone.scans(scan).json["scans"][0]
    assert (told["status"], told["missing_pictures"]) == ("recorded", ["anh-0002-abcd"])
    send(phone.client, hostile.with_everything(), "anh-0002-abcd")
    told = phone.scans(scan).json["scans"][0]
    assert (told["status"], told["missing_pictures"]) == ("known", [])
    assert send(phone.client, build.photo()).json == first.json
    assert send(phone.client, build.photo(width=70)).json["code"] == "picture_id_reused"
    _look(first.json, code, sign_in, database)


def _look(told, code, sign_in, database):
    address = f"/staff/pictures/{told['id']}"
    with database.read() as session:
        item = session.scalars(select(models.Item).where(models.Item.s10 == code)).one()
        own_page, item_id = f"/staff/consignments/{item.consignment_id}", item.id
    clerk = sign_in("postal")
    assert address in clerk.get(own_page).text
    shown = clerk.client.get(address)
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert shown.headers["Content-Disposition"].startswith("inline; filename=")
    assert (shown.headers["X-Content-Type-Options"], shown.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert sign_in("stranger-clerk").client.get(address).status_code == 404
    assert sign_in("admin").client.get(address).status_code == 403
    assert sign_in("courier").client.get(address).status_code == 403
    assert sign_in().client.get(address).status_code == 302
    assert address not in sign_in("admin").get(own_page).text
    with database.read() as session:
        looks = session.scalars(select(models.AuditEntry).where(models.AuditEntry.action == "see_picture")).all()
        assert [(look.subject, look.facts["items"]) for look in looks] == [("picture", [item_id])]


def test_a_photo_nobody_named_is_shown_to_nobody(phone, own_round, sign_in):
    told = send(phone.client, build.photo()).json
    assert sign_in("postal").client.get(f"/staff/pictures/{told['id']}").status_code == 404


def test_the_page_says_which_photos_have_not_arrived(phone, own_round, sign_in, database):
    code = next(iter(pieces_of(phone)))
    phone.scans({"scan_id": "quet-0001", "code": code, "kind": "attempt_failed", "happened_at": NOW.isoformat(),
                 "reason": "VANG_NHA", "called_at": [NOW.isoformat()], "pictures": ["anh-0009-abcd"]})  # fmt: skip
    with database.read() as session:
        consignment_id = session.scalars(select(models.Item.consignment_id).where(models.Item.s10 == code)).one()
    assert "Ảnh 1: điện thoại chưa gửi tới" in sign_in("postal").get(f"/staff/consignments/{consignment_id}").text


def test_what_is_no_picture_is_refused_with_its_code_and_keeps_nothing(phone, own_round, database):
    asked = [
        (b"", "image/jpeg", 400, "picture_unreadable"),
        (b"<svg/>", "image/svg+xml", 415, "picture_required"),
        (build.photo(), "text/plain", 415, "picture_required"),
        (build.photo(), "multipart/form-data; boundary=x", 415, "picture_required"),
        (hostile.huge_png(), "image/png", 400, "picture_too_large"),
        (bytes(9_000_000), "image/jpeg", 413, "too_large"),
    ]
    for picture_id in ("anh-0001-abcd", None):
        for data, kind, status, code in asked:
            answer = send(phone.client, data, picture_id, kind)
            assert (answer.status_code, answer.json["code"]) == (status, code)
            assert answer.json["detail"]
    assert send(phone.client, build.photo(), **{"Content-Encoding": "gzip"}).json["code"] == "encoding_not_supported"
    assert send(phone.client, build.photo(), "ngan").status_code == 400
    assert send(phone.client, build.photo(), **{"Sec-Fetch-Site": "cross-site"}).json["code"] == "csrf_failed"
    with database.read() as session:
        assert session.scalars(select(models.Picture)).all() == []


def test_codes_are_read_from_a_photo(phone, own_round, sign_in, system):
    import io

    import zxingcpp
    from PIL import Image

    code = next(iter(pieces_of(phone)))
    drawn = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128).to_image(scale=3)
    written = io.BytesIO()
    Image.fromarray(drawn).save(written, "PNG")
    told = send(phone.client, written.getvalue(), None, "image/png").json
    assert told == {"codes": [{"text": code, "symbology": "Code128"}]}
    for name in ("postal", "dispatcher", "centre"):
        person = sign_in(name)
        assert send(person.client, written.getvalue(), None, "image/png", **{"X-CSRFToken": person.csrf}).json == told
    assert send(sign_in().client, written.getvalue(), None, "image/png").json["code"] == "csrf_failed"
    assert system.client.post("/v1/pictures/code", data=b"x", headers=system.headers()).status_code == 403
