"""A repeated request has one effect and one answer."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from postal.access.idempotency import (
    KeptAnswer,
    KeyedRequest,
    KeyReusedForOther,
    claim_key,
    forget_old_keys,
    keep_answer,
)
from postal.models import AuditEntry, IdempotencyRecord
from tests import builders as build
from tests.scale import scaled

NOW = build.EVENING
ANSWER = KeptAnswer(status=201, body='{"ten": "Hằng"}'.encode())


def request(key="khoa-1", client="motcua", fingerprint="a" * 64):
    return KeyedRequest(client=client, key=key, fingerprint=fingerprint)


def act(database, keyed):
    """Do what a view does: claim, act, keep the answer; or repeat the kept one."""
    with database.write() as session:
        known = claim_key(session, keyed, now=NOW)
        if known is not None:
            return "repeated", known
        session.add(AuditEntry(at=NOW, action="acted", subject=keyed.key))
        keep_answer(session, keyed, ANSWER)
        return "acted", ANSWER


def n_acted(database):
    with database.read() as session:
        return session.scalar(select(func.count()).where(AuditEntry.action == "acted"))


def test_the_second_time_the_first_answer_comes_back(database):
    assert act(database, request()) == ("acted", ANSWER)
    assert act(database, request()) == ("repeated", ANSWER)
    assert n_acted(database) == 1


def test_the_same_key_for_something_else_is_refused(database):
    act(database, request())
    with pytest.raises(KeyReusedForOther):
        act(database, request(fingerprint="b" * 64))


def test_two_clients_may_use_the_same_key(database):
    act(database, request())
    assert act(database, request(client="khac"))[0] == "acted"


def test_a_request_that_failed_leaves_its_key_free(database):
    with database.write() as session:
        claim_key(session, request(), now=NOW)
        session.rollback()
    assert act(database, request())[0] == "acted"


def test_many_at_once_have_one_effect(database):
    n_threads, n_keys, said = scaled(8, 64), scaled(4, 50), Counter()
    gate = threading.Barrier(n_threads)

    def post():
        gate.wait()
        for number in range(n_keys):
            said[act(database, request(f"khoa-{number}"))[0]] += 1

    threads = [threading.Thread(target=post) for _ in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert n_acted(database) == n_keys
    assert said == {"acted": n_keys, "repeated": n_keys * (n_threads - 1)}


def test_the_kept_answer_is_sealed(database):
    act(database, request())
    with database.read() as session:
        assert "Hằng".encode() not in session.scalars(select(IdempotencyRecord.body)).one()


def test_answers_are_forgotten_after_thirty_days(database):
    act(database, request())
    with database.write() as session:
        assert forget_old_keys(session, now=NOW + timedelta(days=30)) == 0
        assert forget_old_keys(session, now=NOW + timedelta(days=30, seconds=1)) == 1
    assert act(database, request())[0] == "acted"
