"""Acts that a phone sealed to the server: opened here, bound to their ids, readable over a change of keys."""

from __future__ import annotations

import base64
import io
import os
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from postal import Vault, models
from postal.people import EnvelopeLocked, envelope_key, open_envelope
from tests.api.conftest import NOW
from tests.api.envelopes import sealed
from tests.api.test_courier_phones import CourierPhone, code_for


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


@pytest.fixture
def told(phone, own_round):
    return phone.round().json


def failed(told, n=0):
    code = told["stops"][n]["pieces"][0]["code"]
    return {"code": code, "kind": "attempt_failed", "reason": "VANG_NHA", "called_at": [NOW.isoformat()]}


def send(phone, *entries, path="/v1/scans", **more):
    answer = phone.client.post(path, json={"sealed": list(entries), "sent_at": NOW.isoformat()} | more)
    assert answer.status_code == 200, answer.text
    return answer.json["scans"]


def test_a_sealed_act_is_recorded_once_beside_plain_ones(phone, told, database):
    entry = sealed(told["envelope_key"], "may-1-1", NOW, failed(told))
    plain = failed(told, 1) | {"scan_id": "may-1-2", "happened_at": NOW.isoformat()}
    answers = send(phone, entry, scans=[plain])
    assert [(one["scan_id"], one["status"]) for one in answers] == [("may-1-2", "recorded"), ("may-1-1", "recorded")]
    assert send(phone, entry)[0]["status"] == "known"
    with database.read() as session:
        kind = models.TrackingEvent.kind
        events = session.scalars(select(models.TrackingEvent).where(kind == "attempt_failed")).all()
        assert [event.facts["phone_id"] for event in events] == [1, 1]


def test_what_was_changed_or_passed_off_as_another_act_is_refused_alone(phone, told):
    key = told["envelope_key"]
    good = sealed(key, "may-1-1", NOW, failed(told))
    other_name = sealed(key, "may-1-2", NOW, failed(told, 1)) | {"id": "may-1-3"}
    data = bytearray(base64.b64decode(good["sealed"]))
    data[-1] ^= 1
    changed = good | {"id": "may-1-4", "sealed": base64.b64encode(data).decode()}
    no_point = good | {"id": "may-1-5", "sealed": base64.b64encode(b"\x04" + bytes(90)).decode()}
    short = good | {"id": "may-1-6", "sealed": "AAAA"}
    no_key = good | {"id": "may-1-7", "key_id": "00000000"}
    answers = send(phone, other_name, changed, no_point, short, no_key, good)
    assert [one["status"] for one in answers] == ["refused"] * 5 + ["recorded"]
    assert {one["code"] for one in answers[:5]} == {"envelope_locked"}
    assert answers[0]["scan_id"] == "may-1-3"


def test_what_lies_in_an_envelope_is_read_as_strictly_as_what_does_not(phone, told):
    key = told["envelope_key"]
    wrong = sealed(key, "may-1-1", NOW, failed(told) | {"kind": "teleported"})
    more = sealed(key, "may-1-2", NOW, failed(told) | {"round": 1})
    no_object = sealed(key, "may-1-3", NOW, ["x"])
    answers = send(phone, wrong, more, no_object)
    assert [(one["scan_id"], one["status"]) for one in answers] == [(f"may-1-{n}", "refused") for n in (1, 2, 3)]
    assert answers[0]["field"].endswith("kind")
    assert answers[2]["code"] == "envelope_locked"


def test_notes_are_sealed_too(phone, told, database):
    note = {"kind": "trouble", "what": "flood", "words": "Đường ngập"}
    entry = sealed(told["envelope_key"], "note-1", NOW, note)
    locked = entry | {"id": "note-2"}
    wrong = sealed(told["envelope_key"], "note-3", NOW, note | {"what": 7})
    answers = send(phone, entry, locked, wrong, path="/v1/courier/notes")
    assert [one["status"] for one in answers] == ["recorded", "refused", "refused"]
    with database.read() as session:
        assert session.scalars(select(models.CourierNote.kind)).all() == ["trouble"]


@pytest.mark.parametrize("path", ["/v1/scans", "/v1/courier/notes"])
def test_nothing_at_all_is_refused(phone, told, path):
    answer = phone.client.post(path, json={"sent_at": NOW.isoformat()})
    assert (answer.status_code, answer.json["code"]) == (400, "invalid")


def test_an_envelope_opens_after_the_keys_rotated_and_not_once_its_key_is_gone():
    old, new, lookup = os.urandom(32), os.urandom(32), os.urandom(32)
    before = envelope_key(Vault((old,), lookup))
    told = {"key_id": before.key_id, "point": base64.b64encode(before.point).decode()}
    entry = sealed(told, "may-1-1", NOW, {"kind": "called"})
    data = base64.b64decode(entry["sealed"])
    rotated = Vault((new, old), lookup)
    assert envelope_key(rotated).key_id != before.key_id
    assert open_envelope(rotated, before.key_id, data, "may-1-1") == b'{"kind": "called"}'
    with pytest.raises(EnvelopeLocked):
        open_envelope(Vault((new,), lookup), before.key_id, data, "may-1-1")


def test_a_photo_is_sealed_to_its_own_id(phone, told):
    file = as_file(Image.new("RGB", (40, 30), (200, 30, 30)))
    entry = sealed(told["envelope_key"], "anh-so-0001", NOW, file)
    body, key_id = base64.b64decode(entry["sealed"]), entry["key_id"]

    def post(picture_id, kind="application/octet-stream"):
        path = f"/v1/pictures?picture_id={picture_id}&key_id={key_id}"
        return phone.client.post(path, data=body, content_type=kind)

    assert post("anh-so-0001").json["width"] == 40
    assert post("anh-so-0001").status_code == 200
    other = post("anh-so-0002")
    assert (other.status_code, other.json["code"]) == (400, "envelope_locked")
    assert post("anh-so-0001", kind="image/jpeg").status_code == 415


def as_file(image):
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def test_acts_keep_their_order_and_true_times_over_a_clock_set_by_a_day(phone, told, database, clock):
    """The clock was heard at NOW and set a day ahead after the first of two acts; both are sent five hours later."""
    key, heard = told["envelope_key"], {"offset_ms": 0, "heard_at": NOW.isoformat()}
    day, hour = timedelta(days=1), timedelta(hours=1)
    tried = [failed(told, n) | {"called_at": []} | {"reason": "TU_CHOI"} for n in (0, 1)]
    first = sealed(key, "may-1-1", NOW + hour, tried[0]) | heard | {"seq": 1}
    second = sealed(key, "may-1-2", NOW + 2 * hour + day, tried[1]) | heard | {"seq": 2}
    clock.forward(hours=5)
    answers = send(phone, second, first, sent_at=(NOW + 5 * hour + day).isoformat())
    assert [one["status"] for one in answers] == ["recorded", "recorded"]
    with database.read() as session:
        kind = models.TrackingEvent.kind
        events = session.scalars(select(models.TrackingEvent).where(kind == "attempt_failed")).all()
        found = {event.scan_id.rpartition(":")[2]: event for event in events}
        one, two = found["may-1-1"], found["may-1-2"]
        assert (one.happened_at, two.happened_at) == (NOW + hour, NOW + 2 * hour)
        assert (one.device_at, two.device_at) == (NOW + hour, NOW + 2 * hour + day)
        assert (one.facts["clock_offset_s"], two.facts["clock_offset_s"]) == (0, -86_400)
        assert two.recorded_at == NOW + 5 * hour
        assert one.id < two.id


def test_a_clock_set_back_by_a_little_puts_no_act_before_the_one_before_it(phone, told, database, clock):
    key, heard = told["envelope_key"], {"offset_ms": 0, "heard_at": NOW.isoformat()}
    tried = [failed(told, n) | {"called_at": [], "reason": "TU_CHOI"} for n in (0, 1)]
    first = sealed(key, "may-1-1", NOW + timedelta(minutes=40), tried[0]) | heard | {"seq": 1}
    second = sealed(key, "may-1-2", NOW + timedelta(minutes=30), tried[1]) | heard | {"seq": 2}
    clock.forward(hours=1)
    assert {one["status"] for one in send(phone, first, second, sent_at=clock.now.isoformat())} == {"recorded"}
    with database.read() as session:
        kind = models.TrackingEvent.kind
        times = session.scalars(select(models.TrackingEvent.happened_at).where(kind == "attempt_failed")).all()
    assert times == [NOW + timedelta(minutes=40)] * 2


@pytest.mark.parametrize(
    ("is_wrong", "hours"), [((1, 0, 0), (2, 2, 4)), ((1, 1, 0), (4, 4, 4)), ((0, 1, 0), (1, 4, 4))]
)
def test_an_act_of_a_clock_that_was_set_and_set_back_moves_no_other(phone, told, database, clock, is_wrong, hours):
    key, heard = told["envelope_key"], {"offset_ms": 0, "heard_at": NOW.isoformat()}
    hour = timedelta(hours=1)
    entries = []
    for n, at in enumerate((1, 2, 4)):
        inside = failed(told, n) | {"called_at": [], "reason": "TU_CHOI"}
        at_device = NOW + at * hour + is_wrong[n] * timedelta(days=1)
        entries.append(sealed(key, f"may-1-{n}", at_device, inside) | heard | {"seq": n})
    clock.forward(hours=6)
    answers = send(phone, *entries, sent_at=clock.now.isoformat())
    assert [one["status"] for one in answers] == ["recorded"] * 3
    with database.read() as session:
        kind = models.TrackingEvent.kind
        query = select(models.TrackingEvent.happened_at).where(kind == "attempt_failed")
        times = session.scalars(query.order_by(models.TrackingEvent.scan_id)).all()
    assert times == [NOW + n * hour for n in hours]
