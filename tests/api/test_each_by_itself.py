"""One malformed entry of a list never blocks the good ones, and fields are named as the caller sent them."""

import base64

import pytest
from sqlalchemy import select

from api.rest import scans as scan_doors
from postal import NewUser, Role, outside
from postal.access import accounts
from postal.custody import signatures
from postal.models import DeliverySignature, Item
from postal.pictures import as_photo
from postal.rules.lifecycle import State
from tests import builders as build
from tests.api.bodies import result
from tests.api.conftest import PASSWORD, Person
from tests.hostile_pictures import png
from tests.postal import day as a_day
from tests.postal.day import MORNING

URL = "https://motcua.hue.gov.vn/tin"


def order(number=1, **changes):
    body = {k: v for k, v in result(number).items() if k != "finished_at"}
    return body | changes


BAD_ROWS = {
    "latitude as text": ({"lat": "mười sáu"}, "wrong_type", "lat"),
    "latitude of another world": ({"lat": 1600.0}, "number_out_of_range", "lat"),
    "longitude missing its number": ({"lon": {}}, "wrong_type", "lon"),
    "extra field": ({"mau_sac": "xanh"}, "unknown_field", "mau_sac"),
    "fee as text": ({"fee_vnd": "50.000"}, "wrong_type", "fee_vnd"),
    "a NUL": ({"recipient": "a\x00b"}, "control_character", "recipient"),
    "half a letter": ({"address": "12 L\ud800"}, "bad_unicode", "address"),
    "a control inside a list": (
        {"documents": [{"name": "Giấy\x07", "kind": ""}]},
        "control_character",
        "documents.0.name",
    ),
    "no recipient": ({"recipient": None}, "wrong_type", "recipient"),
    "documents of no kind": ({"documents": [{"name": "Giấy", "kind": "bản giả"}]}, "invalid", "documents.0.kind"),
}


@pytest.mark.parametrize(("path", "name", "body"), [
    ("/v1/results", "results", result), ("/v1/collections", "collections", order)])  # fmt: skip
@pytest.mark.parametrize("bad", BAD_ROWS)
def test_a_malformed_row_is_refused_by_its_code_and_the_others_are_taken(system, database, bad, path, name, body):
    changes, code, field = BAD_ROWS[bad]
    rows = [body(1), body(2), body(3, **changes), body(4)]
    answer = system.post(path, {name: rows}, key="lan-gui-0001")
    assert answer.status_code == 200, answer.text
    told = answer.json[name]
    assert [row["outcome"] for row in told] == ["accepted", "accepted", "refused", "accepted"]
    assert (told[2]["problems"][0]["code"], told[2]["problems"][0]["field"]) == (code, f"{name}.2.{field}")
    assert told[2]["dossier_code"] == rows[2]["dossier_code"]
    assert (answer.json["n_in"], answer.json["n_refused"]) == (4, 1)
    assert "one." not in answer.text
    assert "batch" not in answer.text
    assert "mười sáu" not in answer.text
    with database.read() as session:
        assert len(session.scalars(select(Item.id)).all()) == 3


@pytest.mark.parametrize("entry", [None, 7, [], "x", {}, {"dossier_code": 5}])
def test_an_entry_that_is_no_row_at_all_is_refused_alone(system, entry):
    answer = system.post("/v1/results", {"results": [entry, result(2)]}, key="lan-gui-0001")
    assert answer.status_code == 200, answer.text
    assert [row["outcome"] for row in answer.json["results"]] == ["refused", "accepted"]


@pytest.mark.parametrize("bad", ["latitude as text", "extra field", "documents of no kind", "a NUL", "half a letter"])
def test_a_single_row_names_its_own_field(system, bad):
    changes, code, field = BAD_ROWS[bad]
    answer = system.post("/v1/results", result(1, **changes), key="lan-gui-0001")
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (400, code, field)


def test_a_batch_that_is_none_names_the_list(system):
    answer = system.post("/v1/results", {"results": "nhiều"}, key="lan-gui-0001")
    assert (answer.status_code, answer.json["field"]) == (400, "results")
    answer = system.post("/v1/results", {"results": [result()], "thua": 1}, key="lan-gui-0001")
    assert (answer.status_code, answer.json["field"]) == (400, "thua")


# ---- scans


@pytest.fixture
def walked(app, database, clock):
    """Return the courier's phone and the codes of the round it is on."""
    with database.write() as session:
        day = a_day.build_day(session)
        a_day.walking(session, shares=[[str(i.consignment_id) for i in day.items]])
        codes = [item.s10 for item in day.items]
        new = NewUser(
            username="courier",
            password=PASSWORD,
            full_name="Bưu Tá",
            role=Role.COURIER,
            office_id=day.office.id,
            courier_id=day.couriers[0].id,
        )
        accounts.add_user(session, new, now=MORNING)
    clock.now = MORNING.replace(hour=5)
    return Person(app, "courier"), codes


def scan(code, number, **changes):
    body = {
        "scan_id": f"may-{number:04d}", "code": code, "kind": "attempt_failed", "reason": "VANG_NHA",
        "happened_at": "2026-11-23T09:30:00+07:00",
    }  # fmt: skip
    return {name: value for name, value in (body | changes).items() if value is not ...}


def delivered(code, number, **proof):
    told = {"receiver_name": "Hằng", "id_tail": "1234", "n_documents": 1} | proof
    return scan(code, number, kind="delivered", reason=..., proof=told)


GIF = base64.b64encode(b"GIF89a" + bytes(40)).decode()
LARGE = base64.b64encode(png(1_100, 1_000)).decode()
BAD_SCANS = {
    "lower-case reason": (lambda c: scan(c, 9, reason="vang_nha"), "bad_format", "reason"),
    "no offset": (lambda c: scan(c, 9, happened_at="2026-11-23T09:30:00"), "bad_datetime", "happened_at"),
    "five characters": (lambda c: delivered(c, 9, id_tail="12345"), "too_long", "proof.id_tail"),
    "extra field": (lambda c: scan(c, 9, pin=80), "unknown_field", "pin"),
    "extra in proof": (lambda c: delivered(c, 9, cccd="0123"), "unknown_field", "proof.cccd"),
    "no kind": (lambda c: scan(c, 9, kind=...), "missing_field", "kind"),
    "kind of another house": (lambda c: scan(c, 9, kind="teleported"), "invalid", "kind"),
    "no picture": (lambda c: delivered(c, 9, signature="A==="), "bad_format", "proof.signature"),
    "half a picture": (lambda c: delivered(c, 9, signature="AAAAA"), "invalid", "proof.signature"),
    "another kind of picture": (lambda c: delivered(c, 9, signature=GIF), "invalid", "proof.signature"),
    "a picture too large": (lambda c: delivered(c, 9, signature=LARGE), "picture_too_large", "proof.signature"),
}


@pytest.mark.parametrize("bad", BAD_SCANS)
def test_a_malformed_scan_is_refused_by_its_code_and_the_others_are_recorded(walked, database, bad):
    (phone, walked), (make, code, field) = walked, BAD_SCANS[bad]
    scans = [scan(walked[0], 1), make(walked[1]), delivered(walked[2], 3)]
    answer = phone.json("/v1/scans", {"scans": scans})
    assert answer.status_code == 200, answer.text
    told = answer.json["scans"]
    assert [one["status"] for one in told] == ["recorded", "refused", "recorded"], told
    assert (told[1]["code"], told[1]["field"]) == (code, f"scans.1.{field}")
    assert told[1]["scan_id"] == "may-0009"
    assert told[1]["detail"]
    with database.read() as session:
        states = dict(session.execute(select(Item.s10, Item.state)).all())
    assert [states[c] for c in walked[:3]] == [State.ATTEMPTED, State.ON_ROUND, State.DELIVERED]


def test_a_signature_is_made_anew_once_for_all_pieces_of_a_body(walked, database):
    phone, codes = walked
    text, drawn = base64.b64encode(png(60, 20)).decode(), {}
    made = scan_doors.picture_of(text, drawn)
    assert scan_doors.picture_of(text, drawn) is made
    assert signatures.check_picture(made) is made
    scans = [delivered(code, n, signature=text) for n, code in enumerate(codes[:2])]
    told = phone.json("/v1/scans", {"scans": scans}).json["scans"]
    assert [one["status"] for one in told] == ["recorded", "recorded"]
    with database.read() as session:
        kept = session.scalars(select(DeliverySignature)).all()
        assert [signatures.signature_image(session, one) for one in kept] == [as_photo(png(60, 20)).data] * 2


def test_nothing_but_malformed_scans_is_answered_one_by_one_too(walked):
    phone, walked = walked
    answer = phone.json("/v1/scans", {"scans": [scan(walked[0], 1, reason="x"), None]})
    assert answer.status_code == 200
    assert [one["status"] for one in answer.json["scans"]] == ["refused", "refused"]


# ---- endpoints


def test_an_address_registered_again_is_refused_and_can_be_removed(system, foreign_system):
    first = system.post("/v1/endpoints", {"url": URL})
    assert first.status_code == 201
    for again in (URL, "https://MOTCUA.hue.gov.vn:443/tin", "HTTPS://motcua.hue.gov.vn/tin"):
        answer = system.post("/v1/endpoints", {"url": again, "kinds": ["item.delivered"]})
        assert (answer.status_code, answer.json["code"]) == (409, "endpoint_exists"), again
    assert foreign_system.post("/v1/endpoints", {"url": URL}).status_code == 201
    assert len(system.get("/v1/endpoints").json["endpoints"]) == 1
    path = f"/v1/endpoints/{first.json['id']}"
    assert foreign_system.client.delete(path, headers=foreign_system.headers()).status_code == 404
    assert system.client.delete(path, headers=system.headers()).status_code == 200
    assert system.client.delete(path, headers=system.headers()).status_code == 404
    assert system.get("/v1/endpoints").json["endpoints"] == []
    assert system.post("/v1/endpoints", {"url": URL}).status_code == 201


def test_what_was_sent_to_a_removed_endpoint_goes_with_it(system, database):
    made = system.post("/v1/endpoints", {"url": URL})
    system.post("/v1/results", result(), key="lan-gui-0001")
    path = f"/v1/endpoints/{made.json['id']}"
    assert system.client.delete(path, headers=system.headers()).status_code == 200
    with database.read() as session:
        assert outside.stuck(session, now=build.EVENING).n_due == 0
