"""Second factors: required of administrators by default, codes taken once, passkeys, recovery codes, resets."""

import dataclasses
import html
import re

import pyotp
import pytest

from api import create_app
from api.demo.house import run_command
from api.settings import Settings
from postal import Role, models
from postal.access import accounts, factors
from tests import builders as build
from tests.api.authenticator import Authenticator
from tests.api.conftest import PASSWORD, Person

PAGE = "/staff/account/second-factor"
OPTIONS = re.compile(r'data-options="([^"]+)"')


@pytest.fixture
def services(services):
    """Serve with what is required by default."""
    required = services.settings.model_copy(update={"second_factor_roles": (Role.ADMINISTRATOR,)})
    return dataclasses.replace(services, settings=required)


@pytest.fixture
def app(services):
    return create_app(services.settings, services)


def code_of(secret, clock):
    return pyotp.TOTP(secret).at(clock.now)


def add_app(person, clock):
    """Add an authenticator app; return its secret and the recovery codes shown."""
    person.get(PAGE)
    assert person.post(f"{PAGE}/app").status_code == 303
    secret = re.search(r"data-secret>([A-Z2-7]+)<", person.get(PAGE).text)[1]
    done = person.post(f"{PAGE}/app/confirm", code=code_of(secret, clock))
    return secret, re.findall(r'class="code">([A-Z2-9]{5}-[A-Z2-9]{5})<', done.text)


def begin(app, username):
    """Type the right password; return the browser that is asked for the factor."""
    person = Person(app)
    person.get("/staff/sign-in")
    answer = person.post("/staff/sign-in?", username=username, password=PASSWORD, next="/staff/late")
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/staff/sign-in/factor")
    person.get(answer.location)
    return person


def show(person, **given):
    return person.post("/staff/sign-in/factor", next="/staff/late", **given)


def test_by_default_an_administrator_works_only_with_a_second_factor():
    built = Settings(secret_key="s" * 40, vault_keys=(b"k" * 32,), lookup_key=b"l" * 32)
    assert built.second_factor_roles == (Role.ADMINISTRATOR,)


@pytest.mark.parametrize(("text", "roles"), [("none", ()), ("", ()), ("dispatcher, administrator", 2), ("chef", None)])
def test_the_setting_names_roles(text, roles):
    keys = {"secret_key": "s" * 40, "vault_keys": (b"k" * 32,), "lookup_key": b"l" * 32}
    if roles is None:
        with pytest.raises(ValueError, match="second_factor_roles"):
            Settings(**keys, second_factor_roles=text)
        return
    found = Settings(**keys, second_factor_roles=text).second_factor_roles
    assert len(found) == (roles if isinstance(roles, int) else len(roles))


def test_who_must_have_one_opens_nothing_before_and_everything_after(app, sign_in, clock):
    admin, clerk = sign_in("admin"), sign_in("postal")
    for path in ("/staff/", "/staff/users", "/staff/keys"):
        answer = admin.get(path)
        assert (answer.status_code, answer.location) == (302, PAGE), path
    assert admin.json("/v1/endpoints", {}).json["code"] == "second_factor_required"
    assert clerk.get("/staff/").status_code == 200, "others may have one and need not"
    _, codes = add_app(admin, clock)
    assert len(codes) == 10
    assert admin.get("/staff/users").status_code == 200


def test_a_code_opens_once_and_a_stale_or_wrong_one_never(app, sign_in, clock, database):
    secret, _ = add_app(sign_in("admin"), clock)
    person = begin(app, "admin")
    assert person.get("/staff/").status_code == 302, "the password alone opens nothing"
    assert show(person, code=code_of(secret, clock)).status_code == 401, "the code that enrolled is used"
    clock.forward(seconds=30)
    code = code_of(secret, clock)
    assert show(person, code="000000").status_code == 401
    opened = show(person, code=f" {code[:3]} {code[3:]} ")
    assert (opened.status_code, opened.location) == (303, "/staff/late")
    assert person.get("/staff/late").status_code == 200
    other = begin(app, "admin")
    assert show(other, code=code).status_code == 401, "taken once"
    clock.forward(minutes=5)
    assert show(other, code=code).status_code == 401, "stale"
    assert show(other, code=code_of(secret, clock)).status_code == 303


def test_wrong_codes_are_slowed(app, sign_in, clock):
    secret, _ = add_app(sign_in("admin"), clock)
    clock.forward(minutes=1)
    person = begin(app, "admin")
    for n in range(factors.OF_CODES.n_free):
        assert show(person, code=f"00000{n}").status_code == 401
    assert show(person, code=code_of(secret, clock)).status_code == 401
    clock.forward(minutes=1)
    assert show(person, code=code_of(secret, clock)).status_code == 303


def test_a_half_signed_in_browser_has_ten_minutes_and_is_not_known(app, sign_in, clock, database):
    secret, _ = add_app(sign_in("admin"), clock)
    with database.read() as session:
        n_known = session.query(models.KnownDevice).count()
    person = begin(app, "admin")
    clock.forward(minutes=11)
    late = show(person, code=code_of(secret, clock))
    assert (late.status_code, late.location.partition("?")[0]) == (303, "/staff/sign-in")
    with database.read() as session:
        assert session.query(models.KnownDevice).count() == n_known


def test_a_recovery_code_opens_once(app, sign_in, clock):
    _, codes = add_app(sign_in("admin"), clock)
    assert show(begin(app, "admin"), code=codes[0].lower()).status_code == 303
    assert show(begin(app, "admin"), code=codes[0]).status_code == 401
    assert show(begin(app, "admin"), code=codes[1].replace("-", "")).status_code == 303


def add_passkey(person, authenticator, name="máy ở quầy"):
    options = html.unescape(OPTIONS.search(person.get(PAGE).text)[1])
    return person.post(f"{PAGE}/passkeys", name=name, passkey=authenticator.make(options))


def test_a_passkey_opens_by_a_fresh_challenge_alone(app, sign_in):
    owner, passkey = sign_in("postal"), Authenticator()
    assert add_passkey(owner, passkey).status_code == 200, "recovery codes are shown"
    assert "máy ở quầy" in owner.get(PAGE).text
    person = begin(app, "postal")
    asked = html.unescape(OPTIONS.search(person.get("/staff/sign-in/factor").text)[1])
    proof = passkey.prove(asked)
    assert show(begin(app, "postal"), passkey=proof).status_code == 401, "another browser's challenge"
    asked = html.unescape(OPTIONS.search(person.get("/staff/sign-in/factor").text)[1])
    assert show(person, passkey=proof).status_code == 401, "an old challenge"
    asked = html.unescape(OPTIONS.search(person.get("/staff/sign-in/factor").text)[1])
    assert show(person, passkey=passkey.prove(asked)).status_code == 303
    assert person.get("/staff/").status_code == 200


@pytest.mark.parametrize("junk", ["", "{}", "[]", "{", '{"id": "a"}', "x" * 30_000, '{"id":1,"rawId":[],"response":3}'])
def test_junk_instead_of_a_passkey_is_refused(app, sign_in, junk):
    person = sign_in("postal")
    assert add_passkey(person, Junk(junk)).status_code == 400
    assert add_passkey(person, Authenticator()).status_code == 200
    assert show(begin(app, "postal"), passkey=junk, code="").status_code == 401


class Junk:
    def __init__(self, text):
        self.text = text

    def make(self, _):
        return self.text


def test_a_passkey_of_another_site_is_refused(sign_in):
    person = sign_in("postal")
    for foreign in (Authenticator(origin="https://evil.example"), Authenticator(host="evil.example")):
        answer = add_passkey(person, foreign, name="khóa lạ")
        assert (answer.status_code, "khóa lạ" in answer.text) == (400, True), "what was typed is kept"


def test_factors_are_taken_away_by_their_owner_and_reset_by_a_command(app, sign_in, services, database, clock):
    owner = sign_in("postal")
    add_passkey(owner, Authenticator())
    add_app(owner, clock)
    clock.forward(minutes=1)
    passkey_id = re.search(r"/passkeys/(\d+)/remove", owner.get(PAGE).text)[1]
    other = sign_in("centre")
    other.get(PAGE)
    assert other.post(f"{PAGE}/passkeys/{passkey_id}/remove").status_code == 404
    assert owner.post(f"{PAGE}/passkeys/{passkey_id}/remove").status_code == 303
    begin(app, "postal")
    assert "Đã gỡ" in run_command(services, "user", "reset-factor", "postal")
    assert owner.get("/staff/").status_code == 302, "signed out by the reset"
    again = Person(app, "postal")
    add_app(again, clock)
    assert again.post(f"{PAGE}/app/remove").status_code == 303
    with database.read() as session:
        user = accounts.find_user(session, "postal")
        assert user.second_factor_since is None
        assert session.query(models.RecoveryCode).filter_by(user_id=user.id).count() == 0
        noted = {entry.action for entry in session.query(models.AuditEntry)}
    assert noted >= {"totp_added", "totp_removed", "passkey_added", "passkey_removed", "second_factor_reset"}


def test_no_secret_stands_in_the_tables_in_the_clear(app, sign_in, clock, database):
    secret, codes = add_app(sign_in("postal"), clock)
    with database.read() as session:
        stored = session.query(models.TotpSecret).one()
        assert secret.encode() not in stored.sealed
        assert build.vault().open_bytes(stored.sealed, stored.key_id) == secret.encode()
        hashes = {one.code_hash for one in session.query(models.RecoveryCode)}
    assert len(hashes) == 10
    assert not hashes & {code.replace("-", "") for code in codes}
