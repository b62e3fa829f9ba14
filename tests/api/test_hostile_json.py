"""Hostile bodies: each has its own code, nothing is stored, nothing is echoed, nothing ends in a 5xx."""

import json

import pytest
from sqlalchemy import func, select

from postal.models import Item
from tests.api.bodies import result

KEY = {"Idempotency-Key": "than-xau-0001"}
GOOD = json.dumps(result())


@pytest.fixture
def send(app, house):
    client = app.test_client()

    def post(raw, *, content_type="application/json", path="/v1/results", **headers):
        data = raw if isinstance(raw, bytes) else raw.encode()
        told = {"Authorization": f"Bearer {house['key']}"} | KEY | headers
        return client.post(path, data=data, content_type=content_type, headers=told)

    return post


def with_value(name, text):
    """Return the good body with a raw JSON text in one place."""
    return json.dumps(result(**{name: "@@"})).replace('"@@"', text)


BODIES = {
    "nested": ("[" * 200_000, 400, "json_too_deep"),
    "nested object": ('{"a":' * 100 + "1" + "}" * 100, 400, "json_too_deep"),
    "list": ("[1]", 400, "object_expected"),
    "null": ("null", 400, "object_expected"),
    "text": ('"x"', 400, "object_expected"),
    "twice": ('{"recipient":"a","recipient":"b"}', 400, "duplicate_key"),
    "nan": (with_value("lat", "NaN"), 400, "number_not_finite"),
    "infinity": (with_value("lat", "-Infinity"), 400, "number_not_finite"),
    "1e999": (with_value("lat", "1e999"), 400, "number_not_finite"),
    "10^30": (with_value("fee_vnd", "1" + "0" * 30), 400, "number_out_of_range"),
    "5000 digits": (with_value("fee_vnd", "9" * 5_000), 400, "number_out_of_range"),
    "surrogate": (with_value("recipient", r'"\ud800"'), 400, "bad_unicode"),
    "nul": (with_value("recipient", r'"a\u0000b"'), 400, "control_character"),
    "utf-16": (GOOD.encode("utf-16"), 400, "utf8_required"),
    "bom": (b"\xef\xbb\xbf" + GOOD.encode(), 400, "utf8_required"),
    "latin-1": (b'{"recipient": "\xe9"}', 400, "utf8_required"),
    "trailing": (GOOD + "x", 400, "bad_json"),
    "cut": (GOOD[:-5], 400, "bad_json"),
    "empty": ("", 400, "bad_json"),
    "extra field": (json.dumps(result() | {"status": "DELIVERED"}), 400, "unknown_field"),
    "is_admin": (json.dumps(result() | {"is_admin": True}), 400, "unknown_field"),
    "long name": (json.dumps(result(recipient="A" * 100_000)), 400, "too_long"),
    "spaces": (json.dumps(result(recipient="   ")), 400, "empty_after_clean"),
    "zero width": (json.dumps(result(recipient="\u200b\u202e")), 400, "empty_after_clean"),
    "tcvn3": (json.dumps(result(recipient="NguyÔn V¨n Hïng")), 400, "legacy_encoding_suspected"),
    "short phone": (json.dumps(result(phone="09123")), 400, "bad_phone"),
    "id number": (json.dumps(result(id_number="999999999999")), 400, "cccd_invalid"),
    "date": (json.dumps(result(finished_at="2026-02-30T00:00:00+07:00")), 400, "bad_datetime"),
    "week date": (json.dumps(result(finished_at="2026-W01-1")), 400, "bad_datetime"),
    "no offset": (json.dumps(result(finished_at="2026-11-20T15:00:00")), 400, "bad_datetime"),
    "hour 24": (json.dumps(result(finished_at="2026-11-20T24:00:00+07:00")), 400, "bad_datetime"),
    "number for text": (with_value("recipient", "7"), 400, "wrong_type"),
    "missing": ("{}", 400, "missing_field"),
    "501 rows": (json.dumps({"results": [result()] * 501}), 400, "too_many"),
    "no rows": (json.dumps({"results": []}), 400, "too_short"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_has_its_own_clear_refusal(send, database, name):
    raw, status, code = BODIES[name]
    answer = send(raw)
    assert answer.content_type == "application/problem+json"
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["title"]
    assert answer.json["detail"]
    assert answer.json["request_id"]
    assert "Traceback" not in answer.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 0


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data", ""])
def test_only_json_is_read(send, content_type):
    answer = send(GOOD, content_type=content_type)
    assert (answer.status_code, answer.json["code"]) == (415, "json_required")


def test_a_compressed_body_is_refused(send):
    answer = send(GOOD, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json["code"]) == (415, "encoding_not_supported")


def test_a_huge_body_is_refused_before_it_is_read(send):
    answer = send(b" " * (5 * 1024 * 1024))
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "address",
    [
        "'; DROP TABLE parcel;--, phường Thuận Hóa, thành phố Huế",
        "{{7*7}}, phường Thuận Hóa, thành phố Huế",
        "${jndi:ldap://x}, phường Thuận Hóa, thành phố Huế",
        "<script>alert(1)</script>, phường Thuận Hóa, thành phố Huế",
    ],
)
def test_text_that_means_something_elsewhere_is_only_text(send, sign_in, database, address):
    assert send(json.dumps(result(address=address))).status_code == 201
    page = sign_in("centre").get("/staff/consignments/1")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "49, phường" not in page.text


@pytest.mark.parametrize("phone", ["0912 345 678", "+84912345678", "８４912345678", "0912.345.678"])
def test_one_phone_in_many_spellings_is_one_phone(send, sign_in, phone):
    assert send(json.dumps(result(phone=phone))).status_code == 201
    answer = sign_in("centre").post("/staff/find", person="0912345678")
    assert answer.location == "/staff/consignments/1"


@pytest.mark.parametrize("name", ["Nguyễn Hoà", "Nguye\u0302\u0303n Ho\u0300a"])
def test_a_name_is_found_however_it_was_composed(send, sign_in, name):
    assert send(json.dumps(result(recipient=name))).status_code == 201
    for asked in ("nguyen hoa", "Nguyễn", "HÒA"):
        assert "H57.15-261120-0001" in sign_in("centre").post("/staff/find", person=asked).text


def test_unknown_addresses_methods_and_hosts_have_problem_documents(app, house):
    client = app.test_client()
    assert client.get("/v1/khong-co").json["code"] == "not_found"
    answer = client.delete("/v1/results")
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("code", ["x" * 81, "abc", "%00%00%00%00", "..%2f..%2fetc", "é" * 20])
def test_odd_codes_in_paths_are_not_found_or_refused(system, code):
    assert system.get(f"/v1/items/{code}").status_code in (400, 404)
