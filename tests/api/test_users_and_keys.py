"""Users and keys on pages: made, changed, ended; asked again who it is before; what was typed survives."""

import dataclasses
import html
import re

import pytest

from api import create_app
from postal import Role, models
from postal.access import accounts
from tests.api.conftest import PASSWORD, Person, System

NEW = {"username": "hang.moi", "full_name": "Nguyễn Thị Hằng", "role": "postal_clerk", "office": "", "courier": ""}
KEPT = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def app(settings, services):
    """Ask again after a quarter of an hour, as by default."""
    strict = settings.model_copy(update={"confirm_minutes": 15})
    return create_app(strict, dataclasses.replace(services, settings=strict))


@pytest.fixture
def admin(sign_in):
    return sign_in("admin")


def user_id_of(database, username):
    with database.read() as session:
        return accounts.find_user(session, username).id


def test_an_administrator_adds_somebody_who_then_signs_in(admin, app, database):
    admin.get("/staff/users")
    page = admin.post("/staff/users", **NEW)
    password = re.search(r"data-password>([^<]+)<", page.text)[1]
    newcomer = Person(app)
    newcomer.get("/staff/sign-in")
    assert newcomer.post("/staff/sign-in", username="hang.moi", password=password).status_code == 303
    assert "hang.moi" in admin.get("/staff/users").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"username": "Hằng"}, "username"),
        ({"username": "postal"}, "đã có người dùng"),
        ({"full_name": " "}, "full_name"),
        ({"role": "chef"}, "Vai trò"),
        ({"role": "courier"}, "courier"),
        ({"office": "KHONG-CO"}, "Đơn vị: chưa chọn"),
        ({"courier": "KHONG-CO", "role": "courier"}, "KHONG-CO"),
        ({"password": "matkhau123"}, "quá dễ đoán"),
    ],
)
def test_a_wrong_field_is_named_and_the_others_are_kept(admin, wrong, said):
    admin.get("/staff/users")
    answer = admin.post("/staff/users", **(NEW | wrong))
    assert answer.status_code == 400
    assert said in html.unescape(answer.text)
    for name in ("username", "full_name"):
        typed = (NEW | wrong)[name].strip()
        assert f'value="{typed}"' in answer.text


def test_role_password_and_use_change_and_end_sign_ins(admin, sign_in, database, app):
    user_id = user_id_of(database, "postal")
    sure = {"confirmed": "1", "reason": "CV 4"}
    for act, fields in (
        ("rights", {"role": "dispatcher", "office": "", "courier": ""}),
        ("password", {"password": "tre xanh bong mat"}),
        ("sign-out", {}),
        ("disable", {}),
    ):
        clerk = sign_in("centre") if act == "never" else _signed_in_anew(app, database)
        admin.get(f"/staff/users/{user_id}")
        if act != "rights":
            shown = admin.post(f"/staff/users/{user_id}/{act}", **fields | {"reason": "CV 4"})
            assert "Chưa có gì được ghi" in shown.text
        assert admin.post(f"/staff/users/{user_id}/{act}", **fields, **sure).status_code == 303, act
        assert clerk.get("/staff/").status_code == 302, act
    assert admin.post(f"/staff/users/{user_id}/enable", **sure).status_code == 303
    assert _signed_in_anew(app, database).get("/staff/plans").status_code == 200
    with database.read() as session:
        assert accounts.find_user(session, "postal").role is Role.DISPATCHER


def _signed_in_anew(app, database):
    person = Person(app)
    for password in (PASSWORD, "tre xanh bong mat"):
        person.get("/staff/sign-in")
        if person.post("/staff/sign-in", username="postal", password=password).status_code == 303:
            return person
    raise AssertionError("cannot sign in")


def test_nobody_disables_or_promotes_themselves(admin, database):
    own = user_id_of(database, "admin")
    admin.get(f"/staff/users/{own}")
    for act, fields in (("disable", {}), ("rights", {"role": "dispatcher", "office": "", "courier": ""})):
        answer = admin.post(f"/staff/users/{own}/{act}", reason="CV", **fields)
        assert (answer.status_code, "chính mình" in admin.get(answer.location).text) == (303, True)
    assert admin.get("/staff/users/99999").status_code == 404


def test_a_key_is_issued_once_and_revoked(admin, app, database):
    admin.get("/staff/keys")
    scopes = {"scope": ["items:read", "results:write"], "reason": "CV 6"}
    for wrong in ({"source_system": "hai tu", **scopes}, {"source_system": "he-thong-moi", "reason": "CV 6"}):
        assert "notice danger" in admin.get(admin.post("/staff/keys", **wrong).location).text
    shown = admin.post("/staff/keys", source_system="he-thong-moi", office="", **scopes)
    assert "không lưu ở đâu" in re.search(r"data-tells>([^<]+)<", shown.text)[1]
    sent = ("subject", "seen", "form_ticket", "form_page")
    kept = {name: html.unescape(value) for name, value in KEPT.findall(shown.text) if name in sent}
    asked = {"source_system": "he-thong-moi", "office": "", "confirmed": "1", **scopes, **kept}
    page = admin.post("/staff/keys", **asked)
    text = re.search(r"data-key>([^<]+)<", page.text)[1]
    again = admin.post("/staff/keys", **asked)
    told = admin.get(again.location).text
    assert ("chỉ hiện một lần" in told, text in again.text + told) == (True, False), "no answer with a key is kept"
    assert System(app, text).get("/v1/items/EE123456785VN").status_code == 404
    listed = admin.get("/staff/keys").text
    assert "he-thong-moi" in listed
    assert text not in listed
    with database.read() as session:
        key_id = session.query(models.ApiKey).filter_by(source_system="he-thong-moi").one().id
    assert "không mở lại được" in admin.post(f"/staff/keys/{key_id}/revoke", reason="lộ").text
    assert admin.post(f"/staff/keys/{key_id}/revoke", reason="lộ", confirmed="1").status_code == 303
    assert "Cần thì cấp khóa mới" in admin.get("/staff/set-up/changes?area=api_key").text
    assert System(app, text).get("/v1/items/EE123456785VN").status_code == 401


def test_after_a_while_the_password_is_asked_again_and_what_was_typed_survives(admin, clock, database):
    admin.get("/staff/users")
    clock.forward(minutes=16)
    asked = admin.post("/staff/users", **NEW)
    assert (asked.status_code, 'name="confirm_password"' in asked.text) == (200, True)
    found = {name: html.unescape(value) for name, value in KEPT.findall(asked.text)}
    kept = {name: found[name] for name in NEW}
    assert kept == NEW
    with database.read() as session:
        assert session.query(models.User).filter_by(username="hang.moi").count() == 0
    wrong = admin.post("/staff/users", **kept, confirm_password="sai mat khau roi")
    assert (wrong.status_code, "Nguyễn Thị Hằng" in wrong.text) == (401, True)
    done = admin.post("/staff/users", **kept, confirm_password=PASSWORD)
    assert "data-password" in done.text
    assert admin.get("/staff/users").status_code == 200, "the proof holds for a while"


def test_a_page_opened_after_a_while_comes_after_the_password(admin, clock):
    clock.forward(minutes=16)
    asked = admin.get("/staff/keys?x=1")
    kept = dict(KEPT.findall(asked.text))
    assert kept["next"] == "/staff/keys?x=1"
    assert 'action="/staff/confirm"' in asked.text
    done = admin.post("/staff/confirm", next=kept["next"], confirm_password=PASSWORD)
    assert (done.status_code, done.location) == (303, "/staff/keys?x=1")
    assert admin.get("/staff/keys").status_code == 200
    clock.forward(minutes=16)
    admin.get("/staff/keys")
    away = admin.post("/staff/confirm", next="https://evil.example/", confirm_password=PASSWORD)
    assert away.location == "/staff/account"


def test_others_manage_neither_users_nor_keys(sign_in):
    for name in ("postal", "centre", "dispatcher", "courier"):
        person = sign_in(name)
        for path in ("/staff/users", "/staff/users/1", "/staff/keys"):
            assert person.get(path).status_code == 403
