"""A courier's phone from the office's code to its end, and the round it may see."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from api.pages.common import square_code
from postal import citizen, models, phones
from postal.models import Courier, Phone, PhoneCode
from tests import builders as build
from tests.api.conftest import NOW, PASSWORD

CODE = re.compile(r"data-code>([A-Z0-9]{4}-[A-Z0-9]{4})<")


def code_for(clerk, courier_id):
    clerk.get("/staff/phones")
    answer = clerk.post(f"/staff/couriers/{courier_id}/phone-code")
    assert answer.status_code == 200, answer.text
    return CODE.search(answer.text)[1]


class CourierPhone:
    """A browser that was enrolled: its cookie, and the key it holds."""

    def __init__(self, app, code):
        self.client = app.test_client()
        answer = self.client.post("/v1/courier/phones", json={"code": code})
        assert answer.status_code == 201, answer.text
        self.cookie = answer.headers["Set-Cookie"]
        self.key = answer.json["key"]

    def round(self, **headers):
        return self.client.get("/v1/courier/round", headers={"X-Phone-Key": self.key, **headers})

    def scans(self, *scans, now=NOW):
        return self.client.post("/v1/scans", json={"scans": list(scans), "sent_at": now.isoformat()})


@pytest.fixture
def phone(app, sign_in, own_courier):
    return CourierPhone(app, code_for(sign_in("dispatcher"), own_courier[0]))


def test_an_office_enrols_a_phone_by_a_code_that_works_once(app, sign_in, own_courier, database):
    code = code_for(sign_in("postal"), own_courier[0])
    phone = CourierPhone(app, code.lower().replace("-", " "))
    assert "HttpOnly" in phone.cookie
    assert "SameSite=Strict" in phone.cookie
    assert "Path=/v1/" in phone.cookie
    again = app.test_client().post("/v1/courier/phones", json={"code": code})
    assert (again.status_code, again.json["code"]) == (400, "phone_code_wrong")
    with database.read() as session:
        stored = session.scalars(select(Phone)).one()
        assert stored.courier_id == own_courier[0]
        token = phone.cookie.split("=", 1)[1].split(";")[0]
        kept = " ".join(str(value) for value in vars(stored).values())
        assert token not in kept
        assert phone.key not in kept
        assert code.replace("-", "") not in session.scalars(select(PhoneCode)).one().code_hash
        actions = session.scalars(select(models.AuditEntry.action).order_by(models.AuditEntry.id)).all()
    assert [action for action in actions if "phone" in action] == ["make_phone_code", "enrol_phone"]


def test_a_code_ends_after_ten_minutes(app, sign_in, own_courier, clock):
    code = code_for(sign_in("dispatcher"), own_courier[0])
    clock.forward(minutes=10)
    answer = app.test_client().post("/v1/courier/phones", json={"code": code})
    assert answer.json["code"] == "phone_code_wrong"


def test_the_square_code_holds_the_address_with_the_code_behind_the_hash(sign_in, own_courier):
    import io

    import zxingcpp
    from PIL import Image, ImageDraw

    clerk = sign_in("dispatcher")
    clerk.get("/staff/phones")
    page = clerk.post(f"/staff/couriers/{own_courier[0]}/phone-code").text
    side = int(re.search(r'viewBox="0 0 (\d+)', page)[1])
    image = Image.new("L", (side * 8, side * 8), 255)
    draw = ImageDraw.Draw(image)
    for x, y, wide in re.findall(r"M(\d+) (\d+)h(\d+)v1", page):
        draw.rectangle((int(x) * 8, int(y) * 8, (int(x) + int(wide)) * 8 - 1, int(y) * 8 + 7), fill=0)
    image.save(io.BytesIO(), "PNG")
    read = zxingcpp.read_barcode(image).text
    assert read == f"http://localhost/courier/#{CODE.search(page)[1].replace('-', '')}"


def test_a_clerk_enrols_and_revokes_only_for_couriers_of_the_own_office(sign_in, own_courier, phone, database):
    stranger = sign_in("stranger-clerk")
    page = stranger.get("/staff/phones").text
    assert own_courier[1] not in page
    assert stranger.post(f"/staff/couriers/{own_courier[0]}/phone-code").status_code == 404
    assert stranger.post("/staff/phones/1/revoke").status_code == 404
    with database.read() as session:
        assert session.scalars(select(Phone)).one().revoked_at is None


def test_a_phone_sees_its_couriers_round_of_today_and_no_id_number(phone, own_round, own_courier):
    answer = phone.round()
    told = answer.json
    assert answer.status_code == 200
    assert (told["courier"], told["round"]["status"], len(told["stops"])) == (own_courier[1], "started", 3)
    assert [stop["position"] for stop in told["stops"]] == [1, 2, 3]
    first = next(stop for stop in told["stops"] if stop["pieces"][0]["evidence"]["fee_vnd"])
    assert first["pieces"][0]["acts"] == ["deliver", "fail"]
    assert first["pieces"][0]["evidence"]["fee_vnd"] == 50_000
    assert first["pieces"][0]["evidence"]["relations"] == ["self", "authorised"]
    assert first["whom"]
    assert first["phone"].isdigit()
    assert "9911" not in answer.text
    assert {"VANG_NHA", "TU_CHOI"} <= {reason["code"] for reason in told["reasons"]}


def test_a_phone_has_the_square_code_of_the_day(phone, own_round, own_courier, database, clock):
    square = phone.round().json["day_square"]
    with database.read() as session:
        token = citizen.badge_token(session, own_courier[0], clock.now.date())
    assert square == square_code(f"http://localhost/genuine/{token}")


def test_an_unchanged_round_is_not_sent_twice(phone, own_round):
    first = phone.round()
    again = phone.round(**{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    code = first.json["stops"][0]["pieces"][0]["code"]
    told = phone.scans(failed(code)).json["scans"]
    assert told[0]["status"] == "recorded", told
    changed = phone.round(**{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.json["stops"][0]["pieces"][0]["state"] == "attempted"


def failed(code, scan_id="may-1-1", **changes):
    return {"scan_id": scan_id, "code": code, "kind": "attempt_failed", "reason": "VANG_NHA"} | {
        "happened_at": NOW.isoformat(),
        "called_at": [NOW.isoformat()],
        **changes,
    }


def test_the_cookie_alone_opens_no_round(phone, own_round):
    answer = phone.client.get("/v1/courier/round")
    assert (answer.status_code, answer.json["code"]) == (401, "phone_key_required")
    wrong = phone.client.get("/v1/courier/round", headers={"X-Phone-Key": "x" * 43})
    assert wrong.status_code == 401


def test_a_phone_reports_on_its_own_round_and_the_event_names_it(phone, own_round, app, sign_in, database):
    code = phone.round().json["stops"][0]["pieces"][0]["code"]
    with database.read() as session:
        other = session.scalar(select(Courier.id).order_by(Courier.id.desc()))
    foreign = CourierPhone(app, code_for(sign_in("dispatcher"), other))
    refused = foreign.scans(failed(code)).json["scans"][0]
    assert (refused["status"], refused["code"]) == ("refused", "unknown_s10")
    assert phone.scans(failed(code)).json["scans"][0]["status"] == "recorded"
    assert phone.scans(failed(code)).json["scans"][0]["status"] == "known"
    with database.read() as session:
        kind = models.TrackingEvent.kind
        event = session.scalars(select(models.TrackingEvent).where(kind == "attempt_failed")).one()
        user = session.get_one(models.User, event.user_id)
        assert (event.facts["phone_id"], user.username) == (1, "courier")


def test_a_revoked_phone_opens_and_sends_nothing_more(phone, own_round, sign_in):
    code = phone.round().json["stops"][0]["pieces"][0]["code"]
    clerk = sign_in("dispatcher")
    page = clerk.get("/staff/phones").text
    assert "Thu hồi máy số 1" in page
    assert clerk.post("/staff/phones/1/revoke").status_code == 303
    for answer in (phone.round(), phone.scans(failed(code))):
        assert (answer.status_code, answer.json["code"]) == (401, "sign_in_required")
    assert "Thu hồi máy số 1" not in clerk.get("/staff/phones").text


def test_the_office_sees_when_a_phone_was_last_heard_of(phone, own_round, clock, sign_in, database):
    clock.forward(minutes=42)
    phone.round()
    with database.read() as session:
        assert session.scalars(select(Phone)).one().last_contact_at == NOW + timedelta(minutes=42)


def test_a_phone_that_was_silent_for_a_month_or_whose_courier_left_is_enrolled_anew(
    phone, own_courier, clock, database
):
    clock.forward(days=31)
    assert phone.round().status_code == 401
    clock.forward(days=-31)
    assert phone.round().status_code == 200
    with database.write() as session:
        session.execute(update(Courier).where(Courier.id == own_courier[0]).values(is_active=False))
    assert phone.round().status_code == 401


def test_a_phone_opens_nothing_else(phone, own_round):
    assert phone.client.get("/staff/rounds").status_code == 302
    assert phone.client.get("/v1/queue").status_code == 401
    assert phone.client.get("/courier/day").status_code == 302


def test_another_site_cannot_send_for_a_phone(phone, own_round):
    code = phone.round().json["stops"][0]["pieces"][0]["code"]
    body = {"scans": [failed(code)]}
    answer = phone.client.post("/v1/scans", json=body, headers={"Origin": "https://evil.example"})
    assert answer.json["code"] == "csrf_failed"
    as_form = phone.client.post("/v1/scans", data='{"scans": []}', content_type="text/plain")
    assert as_form.json["code"] == "json_required"


def test_a_day_without_a_round_says_so_and_whom_to_ask(phone, sign_in):
    told = phone.round().json
    assert (told["round"], told["stops"]) == (None, [])
    assert told["office"]["name"]
    page = sign_in("courier").get("/courier/day").text
    assert "không có chuyến" in page
    assert told["office"]["name"] in page


def test_a_courier_who_signs_in_lands_on_the_round(app, house, own_round):
    from tests.api.conftest import Person

    courier = Person(app)
    courier.get("/staff/sign-in")
    answer = courier.post("/staff/sign-in", username="courier", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/courier/day")
    page = courier.get("/courier/day")
    assert page.status_code == 200
    assert page.text.count('class="stop-row"') == 3
    assert courier.client.get("/v1/courier/round").status_code == 200


def test_a_code_may_be_made_for_several_browsers_by_a_command(database, house, own_courier):
    with database.write() as session:
        act = build.act(session, NOW)
        code = phones.make_code(act, own_courier[0], lasts=timedelta(hours=24), n_uses=2)
        first, second = phones.enrol(act, code), phones.enrol(act, code)
        assert first.token != second.token
        with pytest.raises(phones.PhoneCodeWrong):
            phones.enrol(act, code)


@pytest.mark.parametrize(("path", "offered"), [("/courier/", ["en"]), ("/courier/?lang=en", ["vi"])])
def test_the_app_offers_the_other_language_and_not_its_own(app, path, offered):
    assert re.findall(r'data-language="(\w+)"', app.test_client().get(path).text) == offered
