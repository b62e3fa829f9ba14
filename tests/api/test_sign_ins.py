"""Signed in and out on the server: old cookies open nothing, strangers lock nobody out, one's own places are seen."""

import dataclasses
import re
from datetime import timedelta

from sqlalchemy import event

from api import create_app
from postal import models
from postal.access import accounts
from tests.api.conftest import NOW, PASSWORD, Person

WRONG = "sai mat khau roi"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


def cookies_of(person):
    return {name: person.client.get_cookie(name).value for name in ("tannha", "tannha-device")}


def with_cookie(app, name, value):
    stranger = Person(app)
    stranger.client.set_cookie(name, value)
    return stranger


def asks_to_sign_in(answer):
    return answer.status_code == 302 and answer.location.startswith("/staff/sign-in")


def test_an_old_cookie_opens_nothing_after_signing_out(app, sign_in):
    clerk = sign_in("postal", by_form=True)
    kept = cookies_of(clerk)["tannha"]
    assert with_cookie(app, "tannha", kept).get("/staff/").status_code == 200
    clerk.get("/staff/")
    assert clerk.post("/staff/sign-out").status_code == 303
    copied = with_cookie(app, "tannha", kept)
    for path in ("/staff/", "/staff/queue", "/staff/account"):
        assert asks_to_sign_in(copied.get(path)), path
    assert asks_to_sign_in(clerk.get("/staff/"))


def test_wrong_passwords_from_elsewhere_never_lock_out_a_browser_its_owner_used(app, sign_in):
    owner = sign_in("dispatcher", by_form=True)
    owner.get("/staff/")
    owner.post("/staff/sign-out")
    for _ in range(5):
        stranger = Person(app)
        stranger.get("/staff/sign-in")
        assert stranger.post("/staff/sign-in", username="dispatcher", password=WRONG).status_code == 401
    stranger.get("/staff/sign-in")
    assert stranger.post("/staff/sign-in", username="dispatcher", password=PASSWORD).status_code == 401
    owner.get("/staff/sign-in")
    assert owner.post("/staff/sign-in", username="dispatcher", password=PASSWORD).status_code == 303
    device_alone = with_cookie(app, "tannha-device", cookies_of(owner)["tannha-device"])
    assert asks_to_sign_in(device_alone.get("/staff/")), "the device's cookie opens nothing by itself"


def test_one_sees_where_one_is_signed_in_and_ends_one_or_all_others(app, sign_in, clock):
    here, there, third = sign_in("centre"), sign_in("centre"), sign_in("centre")
    there.client.get("/staff/", headers={"User-Agent": FIREFOX})
    page = here.get("/staff/account")
    assert "máy này" in page.text
    ids = [int(found) for found in re.findall(r"/account/sign-ins/(\d+)/end", page.text)]
    assert len(ids) == 3
    oldest = min(ids)
    assert there.post(f"/staff/account/sign-ins/{sorted(ids)[2]}/end").status_code == 303
    assert asks_to_sign_in(third.get("/staff/"))
    assert here.post("/staff/account/sign-ins/end-others").status_code == 303
    assert asks_to_sign_in(there.get("/staff/"))
    assert here.get("/staff/").status_code == 200
    other = sign_in("postal")
    other.get("/staff/account")
    assert other.post(f"/staff/account/sign-ins/{oldest}/end").status_code == 404
    assert here.get("/staff/").status_code == 200
    ended = here.get("/staff/account").text
    assert "kết thúc từ máy khác" in ended


def test_a_browser_is_named_so_that_its_owner_knows_it(app, house):
    person = Person(app)
    person.get("/staff/sign-in")
    data = {"csrf_token": person.csrf, "username": "centre", "password": PASSWORD}
    person.client.post("/staff/sign-in", data=data, headers={"User-Agent": FIREFOX})
    assert "Firefox, Windows" in person.get("/staff/account").text


def test_a_new_password_is_typed_twice_beside_the_old_one_and_ends_the_others(sign_in):
    here, there = sign_in("centre"), sign_in("centre")
    here.get("/staff/account")
    new = {"password": "tre xanh bóng mát", "again": "tre xanh bóng mát"}
    for wrong, said in (
        ({"current": WRONG, **new}, "Mật khẩu hiện nay chưa đúng"),
        ({"current": PASSWORD, **new, "again": "khác"}, "không giống nhau"),
        ({"current": PASSWORD, "password": "matkhau123", "again": "matkhau123"}, "quá dễ đoán"),
        ({"current": PASSWORD, "password": "centre centre", "again": "centre centre"}, "giống tên đăng nhập"),
    ):
        answer = here.post("/staff/account/password", **wrong)
        assert (answer.status_code, said in answer.text) == (400, True), said
    assert there.get("/staff/").status_code == 200
    assert here.post("/staff/account/password", current=PASSWORD, **new).status_code == 303
    assert here.get("/staff/").status_code == 200
    assert asks_to_sign_in(there.get("/staff/"))
    with here.app.extensions["tannha"].database.read() as session:
        assert session.query(models.AuditEntry).filter_by(action="password_changed").count() == 1


def test_an_unused_sign_in_ends_after_the_hours_of_the_setting(settings, services, house, clock):
    short = settings.model_copy(update={"signed_in_hours": 12})
    app = create_app(short, dataclasses.replace(services, settings=short))
    clerk = Person(app, "postal")
    clock.forward(hours=11)
    assert clerk.get("/staff/").status_code == 200
    clock.forward(hours=11)
    assert clerk.get("/staff/").status_code == 200, "used in between"
    clock.forward(hours=12)
    assert asks_to_sign_in(clerk.get("/staff/"))


def test_who_asks_is_found_in_one_query(app, sign_in, database):
    clerk = sign_in("courier")
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    clerk.get("/staff/no-such-page")
    about_people = [one for one in asked if "sign_ins" in one or "users" in one]
    assert len(about_people) == 1
    assert not [one for one in asked if one.lstrip().startswith(("UPDATE", "INSERT"))]


def test_a_role_that_is_disabled_by_command_is_out(app, sign_in, services, database):
    clerk = sign_in("postal")
    with database.write() as session:
        accounts.disable_user(session, accounts.find_user(session, "postal"), now=NOW + timedelta(hours=1))
    assert asks_to_sign_in(clerk.get("/staff/"))
