"""Signing in, keys of systems, and who may do what."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher

from postal.access import accounts, audit
from postal.access.policy import (
    ANONYMOUS,
    ROLE_ACTIONS,
    SCOPE_ACTIONS,
    Action,
    Actor,
    ActorKind,
    Scope,
    Subject,
    is_own,
    require,
    require_own,
)
from postal.db import Database, make_engine
from postal.errors import Forbidden, InvalidInput, NotFound, UsernameTaken, WeakPassword
from postal.models import ApiKey, Office, OfficeKind, Role, User
from tests import builders as build

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
PASSWORD = "bưu tá đi sớm"


def _add(database: Database, username: str = "hang", role: Role = Role.CENTRE_CLERK, **more: int) -> int:
    new = accounts.NewUser(username=username, password=PASSWORD, full_name="Nguyễn Thị Hằng", role=role, **more)
    with database.write() as session:
        return accounts.add_user(session, new, now=NOON).id


def _sign_in(
    database: Database, password: str = PASSWORD, username: str = "hang", at: datetime = NOON
) -> accounts.SignedIn | None:
    return accounts.sign_in(database, username=username, password=password, now=at)


def test_a_user_signs_in_with_the_right_password_however_it_was_composed(database: Database) -> None:
    user_id = _add(database)
    decomposed = "bu\u031bu ta\u0301 đi so\u031b\u0301m"
    signed_in = _sign_in(database, decomposed, " HANG ")
    assert signed_in is not None
    assert (signed_in.user_id, signed_in.actor.role) == (user_id, Role.CENTRE_CLERK)


@pytest.mark.parametrize(
    ("username", "password"),
    [("hang", "sai mật khẩu"), ("ai", PASSWORD), ("hang", ""), ("", ""), ("hang\x00", PASSWORD),
     ("hang", "\ud800" * 12),     ("hang", "x" * 100_000)],
)  # fmt: skip
def test_whatever_is_wrong_the_answer_is_the_same(database: Database, username: str, password: str) -> None:
    _add(database)
    assert _sign_in(database, password, username) is None


def test_after_five_wrong_tries_even_the_right_password_waits_a_quarter_of_an_hour(database: Database) -> None:
    _add(database)
    for _ in range(accounts.N_FAILURES_BEFORE_LOCK):
        assert _sign_in(database, "sai mật khẩu") is None
    assert _sign_in(database) is None
    assert _sign_in(database, at=NOON + accounts.LOCKED_FOR - timedelta(seconds=1)) is None
    assert _sign_in(database, at=NOON + accounts.LOCKED_FOR) is not None
    assert _sign_in(database, "sai mật khẩu") is None
    assert _sign_in(database) is not None


def test_many_guesses_at_once_get_no_more_tries_than_one_after_another(database: Database) -> None:
    _add(database)
    threads = [threading.Thread(target=_sign_in, args=(database, f"sai mật khẩu {i}")) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        user = accounts.find_user(session, "hang")
        assert (user.n_failures, user.locked_until) == (5, NOON + accounts.LOCKED_FOR)


def test_a_new_password_ends_every_session(database: Database) -> None:
    user_id = _add(database)
    before = _sign_in(database)
    assert before is not None
    with database.write() as session:
        user = accounts.signed_in_user(session, user_id, before.session_version)
        assert user is not None
        accounts.change_password(session, user, "một câu khác hẳn")
    with database.read() as session:
        assert accounts.signed_in_user(session, user_id, before.session_version) is None
    assert _sign_in(database) is None
    assert _sign_in(database, "một câu khác hẳn") is not None


def test_a_disabled_user_is_out_at_once(database: Database) -> None:
    user_id = _add(database)
    signed_in = _sign_in(database)
    assert signed_in is not None
    with database.write() as session:
        accounts.disable_user(session, session.get_one(User, user_id))
    assert _sign_in(database) is None
    with database.read() as session:
        assert accounts.signed_in_user(session, user_id, signed_in.session_version) is None


@pytest.mark.parametrize("password", ["ngắn", "x" * 201, "hang hang hang", "mười\x00ký tự đủ"])
def test_a_weak_password_is_refused(database: Database, password: str) -> None:
    new = accounts.NewUser(username="hang", password=password, full_name="Hằng", role=Role.DISPATCHER)
    with database.write() as session, pytest.raises(WeakPassword):
        accounts.add_user(session, new, now=NOON)


def test_a_user_name_is_given_once_and_holds_plain_letters(database: Database) -> None:
    _add(database)
    with pytest.raises(UsernameTaken):
        _add(database, "Hang")
    with pytest.raises(InvalidInput):
        _add(database, "hằng; drop")


def test_a_courier_needs_to_be_one_and_an_office_must_exist(database: Database) -> None:
    with pytest.raises(InvalidInput):
        _add(database, "tho", Role.COURIER)
    with pytest.raises(NotFound):
        _add(database, "tho", Role.POSTAL_CLERK, office_id=99)


def test_the_password_and_the_name_are_nowhere_in_the_tables_in_the_clear(database: Database) -> None:
    _add(database)
    with database.read() as session:
        user = accounts.find_user(session, "hang")
        assert user.password_hash.startswith("$argon2id$")
        assert user.person.sealed is not None
        assert "Hằng".encode() not in user.person.sealed


def test_a_key_opens_its_scopes_until_it_is_revoked(database: Database) -> None:
    with database.write() as session:
        key, text = accounts.add_api_key(session, "motcua.hue", [Scope.RESULTS_WRITE, Scope.ITEMS_READ], now=NOON)
        key_id = key.id
        assert text not in (key.prefix, key.key_hash)
    with database.read() as session:
        actor = accounts.api_key_for(session, text)
        assert actor is not None
        assert actor.actions == {Action.IMPORT_RESULTS, Action.SEE_ITEM}
        for wrong in (
            text[:-1] + ("A" if text[-1] != "A" else "B"),
            "",
            "tn_",
            "tn_x_y",
            text + "x",
            "\ud800",
            "é" * 50,
        ):
            assert accounts.api_key_for(session, wrong) is None
    with database.write() as session:
        accounts.revoke_api_key(session, session.get_one(ApiKey, key_id), now=NOON)
    with database.read() as session:
        assert accounts.api_key_for(session, text) is None


def test_a_source_system_has_a_plain_name(database: Database) -> None:
    with database.write() as session, pytest.raises(InvalidInput):
        accounts.add_api_key(session, "a b\n", [], now=NOON)


def test_every_action_is_somebodys_and_nobody_has_all() -> None:
    given = frozenset().union(*ROLE_ACTIONS.values(), *SCOPE_ACTIONS.values())
    assert given == set(Action)
    assert set(ROLE_ACTIONS) == set(Role)
    assert set(SCOPE_ACTIONS) == set(Scope)
    assert not [role for role, actions in ROLE_ACTIONS.items() if actions == set(Action)]
    assert not ANONYMOUS.actions


def test_foreign_things_look_as_if_they_did_not_exist(database: Database) -> None:
    with database.write() as session:
        office = Office(code="A", kind=OfficeKind.ISSUING, name="Trung tâm")
        session.add(office)
        session.flush()
        office_id = office.id
    _add(database, office_id=office_id)
    signed_in = _sign_in(database)
    assert signed_in is not None
    clerk = signed_in.actor
    own, foreign = Subject(office_ids=frozenset({office_id})), Subject(office_ids=frozenset({office_id + 1}))
    require_own(clerk, Action.BATCH, own, what="batch")
    with pytest.raises(NotFound):
        require_own(clerk, Action.BATCH, foreign, what="batch")
    with pytest.raises(Forbidden):
        require_own(clerk, Action.PUBLISH, own, what="plan")
    with pytest.raises(Forbidden):
        require(ANONYMOUS, Action.SEE_ITEM)
    assert not is_own(ANONYMOUS, own)


def test_a_system_sees_its_own_dossiers_and_a_courier_his_own_round(database: Database) -> None:
    with database.write() as session:
        _, text = accounts.add_api_key(session, "a", [Scope.ITEMS_READ], now=NOON)
        system = accounts.api_key_for(session, text)
    assert system is not None
    assert is_own(system, Subject(source_system="a"))
    assert not is_own(system, Subject(source_system="b"))
    courier = Actor(kind=ActorKind.USER, role=Role.COURIER, courier_id=3)
    assert is_own(courier, Subject(courier_id=3, office_ids=frozenset({1})))
    assert not is_own(courier, Subject(courier_id=4, office_ids=frozenset({1})))
    assert not is_own(courier, Subject())


def test_the_audit_names_who_did_what_to_which_thing_and_why(database: Database) -> None:
    user_id = _add(database)
    signed_in = _sign_in(database)
    assert signed_in is not None
    with database.write() as session:
        audit.note(build.act(session, NOON, by=signed_in.actor), "see_recipient", "item", 7, reason="dân hỏi")
        audit.note(build.act(session, NOON, by=signed_in.actor), "print", "item", n_labels=40)
    with database.read() as session:
        newest, oldest = audit.entries(session)
        assert (oldest.user_id, oldest.subject_id, oldest.reason, oldest.at) == (user_id, 7, "dân hỏi", NOON)
        assert newest.facts == {"n_labels": 40}
        assert audit.entries(session, before_id=newest.id) == [oldest]


class _CountingHasher(PasswordHasher):
    """Counts how many passwords are checked at one time."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self._lock, self._now, self.most = threading.Lock(), 0, 0

    def verify(self, *args: Any, **kwargs: Any) -> Literal[True]:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.05)
        try:
            return super().verify(*args, **kwargs)
        finally:
            with self._lock:
                self._now -= 1


def test_few_passwords_are_checked_at_once_and_all_are_answered(database_url: str) -> None:
    hasher = _CountingHasher()
    database = Database(make_engine(database_url), build.vault(), hasher)
    for n in range(8):
        _add(database, f"user{n}")
    answers: list[accounts.SignedIn | None] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(_sign_in(database, username=f"user{n}"))) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in answers if one is not None]) == 8
    assert 1 <= hasher.most <= accounts.N_CHECKED_AT_ONCE
    database.engine.dispose()
