"""Signing in, keys of systems, and who may do what."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher

from postal.access import accounts, audit, brakes, devices, keys, passwords, sign_ins
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
from postal.models import ApiKey, Brake, EndedWhy, KnownDevice, Office, OfficeKind, Role, SignIn, User
from tests import builders as build
from tests.town import engine_at, opened

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
PASSWORD = "bưu tá đi sớm"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Hash cheaply: hundreds of passwords are checked here."""
    database = opened(database_url)
    yield database
    database.engine.dispose()


def _add(database: Database, username: str = "hang", role: Role = Role.CENTRE_CLERK, **more: int) -> int:
    new = accounts.NewUser(username=username, password=PASSWORD, full_name="Nguyễn Thị Hằng", role=role, **more)
    with database.write() as session:
        return accounts.add_user(session, new, now=NOON).id


def _sign_in(
    database: Database, password: str = PASSWORD, username: str = "hang", at: datetime = NOON, **asking: str
) -> accounts.SignedIn | None:
    asked_by = accounts.Asking(**asking)
    return accounts.sign_in(database, username=username, password=password, now=at, asking=asked_by)


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


def test_after_five_wrong_tries_each_next_one_waits_longer_and_nothing_is_locked_for_good(database: Database) -> None:
    _add(database)
    at = NOON
    for _ in range(accounts.OF_STRANGERS.n_free):
        assert _sign_in(database, "sai mật khẩu", at=at) is None
    for wait in accounts.OF_STRANGERS.waits[:-1]:
        assert _sign_in(database, at=at + wait - timedelta(seconds=1)) is None, "even the right one waits"
        at += wait
        assert _sign_in(database, "sai mật khẩu", at=at) is None
    at += accounts.OF_STRANGERS.waits[-1]
    assert _sign_in(database, at=at) is not None
    assert _sign_in(database, "sai mật khẩu", at=at) is None
    assert _sign_in(database, at=at) is not None


def test_strangers_never_slow_a_browser_its_owner_used_before(database: Database) -> None:
    user_id = _add(database)
    own, other = devices.new_token(), devices.new_token()
    with database.write() as session:
        devices.remember(session, own, accounts.device_subject(user_id), now=NOON)
        devices.remember(session, other, accounts.device_subject(user_id + 1), now=NOON)
    for n in range(40):
        assert _sign_in(database, "sai mật khẩu", address=f"192.0.2.{n}") is None
    assert _sign_in(database, address="192.0.2.99") is None
    assert _sign_in(database, device=other) is None, "known for somebody else alone"
    for _ in range(5):
        assert _sign_in(database, "sai mật khẩu", device=own) is None
    assert _sign_in(database, device=own) is not None
    assert _sign_in(database) is None, "the owner's success opens nothing for strangers"
    for _ in range(accounts.OF_A_DEVICE.n_free):
        assert _sign_in(database, "sai mật khẩu", device=own) is None
    assert _sign_in(database, device=own) is None, "guessed on the device itself, it is a stranger"
    assert _sign_in(database, device=own, at=NOON + timedelta(minutes=15)) is not None


def test_one_address_that_tries_many_accounts_is_slowed_and_others_are_not(database: Database) -> None:
    for n in range(12):
        _add(database, f"nguoi{n}")
    for n in range(accounts.OF_AN_ADDRESS.n_free):
        assert _sign_in(database, "sai mật khẩu", f"nguoi{n % 10}", address="192.0.2.1") is None
    assert _sign_in(database, username="nguoi11", address="192.0.2.1") is None
    assert _sign_in(database, username="nguoi11", address="192.0.2.2") is not None
    assert _sign_in(database, username="nguoi11", address="192.0.2.1", at=NOON + timedelta(minutes=1)) is not None


def test_many_guesses_at_once_get_no_more_tries_than_one_after_another(database: Database) -> None:
    user_id = _add(database)
    threads = [threading.Thread(target=_sign_in, args=(database, f"sai mật khẩu {i}")) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        brake = session.query(Brake).one()
        assert (brake.n_wrong, brake.waits_until) == (5, NOON + timedelta(minutes=1))
        assert str(user_id) not in brake.key_hash


def _started(database: Database, user_id: int) -> str:
    with database.write() as session:
        return sign_ins.start(build.act(session, NOON, user_id=user_id), user_id, browser="Firefox, Windows")[1]


def _runs(database: Database, token: str, at: datetime = NOON) -> bool:
    with database.read() as session:
        return sign_ins.running(session, token, now=at, idle_for=timedelta(hours=12)) is not None


def test_a_new_password_ends_every_other_sign_in(database: Database) -> None:
    user_id = _add(database)
    kept, other = _started(database, user_id), _started(database, user_id)
    with database.write() as session:
        found = sign_ins.running(session, kept, now=NOON, idle_for=timedelta(hours=12))
        assert found is not None
        here, _ = found
        act = build.act(session, NOON, user_id=user_id)
        accounts.change_password(act, here.user, "một câu khác hẳn", but=here.id)
    assert (_runs(database, kept), _runs(database, other)) == (True, False)
    assert _sign_in(database) is None
    assert _sign_in(database, "một câu khác hẳn") is not None


def test_a_disabled_user_is_out_at_once(database: Database) -> None:
    user_id = _add(database)
    token = _started(database, user_id)
    assert _runs(database, token)
    with database.write() as session:
        accounts.disable_user(session, session.get_one(User, user_id), now=NOON)
    assert _sign_in(database) is None
    assert not _runs(database, token)


def test_a_sign_in_ends_unused_after_its_hours_and_used_after_a_month(database: Database) -> None:
    user_id = _add(database)
    token = _started(database, user_id)
    assert _runs(database, token, NOON + timedelta(hours=11))
    assert not _runs(database, token, NOON + timedelta(hours=12))
    at = NOON
    while at < NOON + sign_ins.ENDS_AFTER:
        assert _runs(database, token, at)
        with database.write() as session:
            sign_ins.note_use(session, 1, now=at)
        at += timedelta(hours=10)
    assert not _runs(database, token, at)


def test_nobody_ends_somebody_elses_sign_in(database: Database) -> None:
    token = _started(database, _add(database))
    other_id = _add(database, "hung")
    with database.write() as session, pytest.raises(NotFound):
        sign_ins.end(build.act(session, NOON, user_id=other_id), 1, why=EndedWhy.ENDED_ELSEWHERE)
    assert _runs(database, token)


def test_what_is_old_is_forgotten(database: Database) -> None:
    user_id = _add(database)
    _started(database, user_id)
    _sign_in(database, "sai mật khẩu")
    with database.write() as session:
        devices.remember(session, devices.new_token(), accounts.device_subject(user_id), now=NOON)
        for forget in (sign_ins.forget_old, devices.forget_old, brakes.forget_old):
            forget(session, now=NOON)
        assert [session.query(table).count() for table in (SignIn, KnownDevice, Brake)] == [1, 1, 1]
        for forget in (sign_ins.forget_old, devices.forget_old, brakes.forget_old):
            forget(session, now=NOON + timedelta(days=401))
        assert [session.query(table).count() for table in (SignIn, KnownDevice, Brake)] == [0, 0, 0]


@pytest.mark.parametrize(
    "password",
    [
        "ngắn",
        "x" * 201,
        "mười\x00ký tự đủ",
        # The person's own name, however it is written.
        "hang hang hang",
        "Nguyễn Thị Hằng",
        "nguyen-thi-hang-90",
        "gnahgnahgnah",
        # Common ones, repeats, runs, and what people here begin with.
        "1234567890",
        "password123!",
        "Matkhau123456",
        "Mật khẩu 123",
        "qwertyuiop",
        "aaaaaaaaaaaa",
        "anhyeuem123",
        "iloveyou123",
        "P@ssw0rd2026",
        "abcdefghijkl",
        "0905123456",
        "buudien2026",
        "xxxxx" * 30,
    ],
)
def test_a_weak_password_is_refused(database: Database, password: str) -> None:
    new = accounts.NewUser(username="hang", password=password, full_name="Nguyễn Thị Hằng", role=Role.DISPATCHER)
    with database.write() as session, pytest.raises(WeakPassword):
        accounts.add_user(session, new, now=NOON)


@pytest.mark.parametrize(
    "password", ["bưu tá đi sớm", "mot mat khau dai", "ga luộc chấm muối tiêu", "kX7-qv2_Lm9w", "tre xanh bóng mát 7"]
)
def test_a_password_nobody_guesses_is_taken(database: Database, password: str) -> None:
    with database.write() as session:
        new = accounts.NewUser(username="hang", password=password, full_name="Nguyễn Thị Hằng", role=Role.DISPATCHER)
        assert accounts.add_user(session, new, now=NOON)


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


def test_the_password_and_the_name_are_nowhere_in_the_tables_in_the_clear(database_url: str) -> None:
    database = Database(engine_at(database_url), build.vault())
    _add(database)
    with database.read() as session:
        user = accounts.find_user(session, "hang")
        assert user.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert user.person.sealed is not None
        assert "Hằng".encode() not in user.person.sealed


def test_a_key_opens_its_scopes_until_it_is_revoked(database: Database) -> None:
    with database.write() as session:
        key, text = build.api_key(session, "motcua.hue", [Scope.RESULTS_WRITE, Scope.ITEMS_READ], now=NOON)
        key_id = key.id
        assert text not in (key.prefix, key.key_hash)
    with database.read() as session:
        actor = keys.api_key_for(session, text)
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
            assert keys.api_key_for(session, wrong) is None
    with database.write() as session:
        keys.revoke_api_key(session, session.get_one(ApiKey, key_id), now=NOON)
    with database.read() as session:
        assert keys.api_key_for(session, text) is None


def test_a_source_system_has_a_plain_name(database: Database) -> None:
    with database.write() as session, pytest.raises(InvalidInput):
        build.api_key(session, "a b\n", [], now=NOON)


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
        _, text = build.api_key(session, "a", [Scope.ITEMS_READ], now=NOON)
        system = keys.api_key_for(session, text)
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
        newest, oldest = (line.entry for line in audit.entries(session))
        assert (oldest.user_id, oldest.subject_id, oldest.reason, oldest.at) == (user_id, 7, "dân hỏi", NOON)
        assert newest.facts == {"n_labels": 40}
        assert [line.entry for line in audit.entries(session, before_id=newest.id)] == [oldest]


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
    assert 1 <= hasher.most <= passwords.N_CHECKED_AT_ONCE
    database.engine.dispose()
