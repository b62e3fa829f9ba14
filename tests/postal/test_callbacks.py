"""Callbacks on the wire: signed, in order for each item, tried again under the same id, never lost."""

import json
import multiprocessing
import os
import random
import re
import signal
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from standardwebhooks.webhooks import WebhookVerificationError

from postal import outside
from postal.db import Database, make_engine
from postal.jobs import Runner
from postal.models import AuditEntry, Callback, CallbackState, CallbackTry
from postal.outside.due import due_endpoints, due_messages
from postal.outside.retries import MAX_TRIES, WAITS_S, next_try_at, retry_after_s
from tests import builders as build
from tests.postal.told import HERE, NOW, TOLD, endpoint, state_of, walk
from tests.receiver import Receiver, Say
from tests.scale import record_figure, scaled

LATER = NOW + timedelta(hours=1)
MANUAL = Path(__file__).resolve().parents[2] / "docs" / "callbacks.md"


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def sender():
    return outside.RequestsSender.with_policy(HERE, lambda: datetime.now(UTC))


def send(database, sender, now=LATER):
    return outside.send_due(database, sender, now=now)


def told_order(receiver):
    """Return the sequences each item's first arrivals came in."""
    seen, order = set(), defaultdict(list)
    for got in receiver.got:
        if got.message_id not in seen:
            seen.add(got.message_id)
            data = json.loads(got.body)["data"]
            order[data["dossier_code"]].append(data["sequence"])
    return order


def count(database, state):
    with database.read() as session:
        return session.scalar(select(func.count()).where(Callback.state == state))


def test_the_official_library_verifies_what_is_sent(database, receiver, sender):
    _, secret = endpoint(database, receiver.url)
    walk(database, 1)
    assert send(database, sender).n_sent == 4
    contents = [got.verified(secret) for got in receiver.got]
    assert tuple(content["type"] for content in contents) == TOLD
    assert contents[-1]["data"]["dossier_status"] == 10
    assert contents[0]["data"]["dossier_status"] == 9
    assert contents[0]["data"]["dossier_code"] == "H57.15-261120-0001"
    with pytest.raises(WebhookVerificationError):
        receiver.got[0].verified("whsec_" + "A" * 43 + "=")


def test_nothing_personal_is_sent(database, receiver, sender):
    endpoint(database, receiver.url)
    walk(database, 1)
    send(database, sender)
    sent = "".join(got.body.decode() + json.dumps(got.headers) for got in receiver.got)
    for personal in ("Hằng", "Diễm", "0905", "Lê Lợi", "Thuận Hóa", "biến động"):
        assert personal not in sent


def test_both_secrets_verify_for_a_day_after_rotation_then_only_the_new_one(database, receiver, sender):
    endpoint_id, old = endpoint(database, receiver.url)
    with database.write() as session:
        new = outside.rotate_secret(session, outside.find_endpoint(session, endpoint_id), now=NOW)
    walk(database, 1, way=())
    send(database, sender, NOW + timedelta(hours=23))
    assert receiver.got[0].verified(old) == receiver.got[0].verified(new)
    walk(database, 1, first=2, way=())
    send(database, sender, NOW + timedelta(hours=25))
    receiver.got[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        receiver.got[1].verified(old)


def test_each_items_story_arrives_in_order_though_a_third_of_the_tries_fail(database, receiver, sender):
    n_items = scaled(12, 400)
    endpoint(database, receiver.url)
    walk(database, n_items)
    chance = iter(range(10**9))
    receiver.answer = lambda _got: Say(500 if next(chance) % 3 == 1 else 204)
    now = LATER
    while count(database, CallbackState.WAITING):
        send(database, sender, now)
        now += timedelta(hours=1)
    order = told_order(receiver)
    assert len(order) == n_items
    assert all(sequences == sorted(sequences) and len(sequences) == 4 for sequences in order.values())


@pytest.mark.parametrize("seed", range(6))
def test_an_endpoint_is_woken_only_for_what_may_be_sent(database, receiver, seed):
    """A message whose item's earlier one waits for its own time is not due, though its own time has come."""
    chance = random.Random(seed)
    endpoint_id, _ = endpoint(database, receiver.url)
    walk(database, 3)
    n_blocked = 0
    for _ in range(20):
        with database.write() as session:
            for callback in session.scalars(select(Callback)):
                callback.next_try_at = LATER + timedelta(minutes=chance.choice((-5, 5, 5)))
                callback.n_tries = chance.randrange(2)
                callback.state = chance.choice((CallbackState.WAITING, CallbackState.SENT))
        with database.read() as session:
            n_due = len(due_messages(session, endpoint_id, due_by=LATER, n=100))
            ripe = select(func.count()).where(Callback.state == CallbackState.WAITING, Callback.next_try_at <= LATER)
            n_blocked += session.scalar(ripe) > 0 and n_due == 0
            assert due_endpoints(session, LATER) == ([endpoint_id] if n_due else [])
    assert n_blocked


def test_waits_grow_the_id_stays_and_nothing_is_parked_while_the_receiver_counts_as_active(database, receiver, sender):
    receiver.answer = lambda _got: Say(503)
    endpoint_id, _ = endpoint(database, receiver.url)
    walk(database, 1, way=())
    now = LATER
    for n_tried in range(1, MAX_TRIES + 2):
        assert send(database, sender, now).n_failed == 1
        if state_of(database, endpoint_id) == "disabled":
            break
        with database.read() as session:
            callback = session.scalars(select(Callback)).one()
            assert (callback.n_tries, callback.state) == (n_tried, CallbackState.WAITING)
            wait_s = (callback.next_try_at - now).total_seconds()
            rung_s = WAITS_S[min(n_tried, len(WAITS_S)) - 1]
            assert 0.79 * rung_s < wait_s < 1.21 * rung_s + 2
            early = callback.next_try_at - timedelta(seconds=1)
            now = callback.next_try_at
        assert send(database, sender, early).n_failed == 0
    assert len({got.message_id for got in receiver.got}) == 1
    assert len({got.body for got in receiver.got}) == 1
    assert now - LATER > timedelta(hours=60)


@pytest.mark.parametrize("dark_h", [84, 96])
def test_a_receiver_dark_longer_than_the_ladder_gets_everything_in_order_when_it_is_back(
    database, receiver, sender, dark_h
):
    receiver.answer = lambda _got: Say(503)
    endpoint_id, _ = endpoint(database, receiver.url)
    now, back_at = LATER, LATER + timedelta(hours=dark_h)
    for n in range(1, 4):
        walk(database, 2, first=2 * n - 1, now=now)
        now += timedelta(hours=1)
    while now < back_at:
        send(database, sender, now)
        now += timedelta(hours=3)
    assert state_of(database, endpoint_id) == "active"
    receiver.answer = lambda _got: Say()
    receiver.got.clear()
    for _ in range(12):
        now += timedelta(hours=3)
        send(database, sender, now)
    assert count(database, CallbackState.SENT) == 6 * 4
    assert set(map(tuple, told_order(receiver).values())) == {(1, 3, 4, 5)}


def test_a_receiver_dark_without_new_events_is_disabled_after_five_days_all_the_same(database, receiver, sender):
    receiver.answer = lambda _got: Say(503)
    endpoint_id, _ = endpoint(database, receiver.url)
    walk(database, 1, way=())
    now = LATER
    for _ in range(12 * 4):
        send(database, sender, now)
        now += timedelta(hours=6)
    assert state_of(database, endpoint_id) == "disabled"
    with database.read() as session:
        assert outside.stuck(session, now=now).disabled_endpoint_ids == (endpoint_id,)


def test_one_success_lets_everything_that_waits_go_at_once(database, receiver, sender):
    is_down = [True]
    receiver.answer = lambda _got: Say(503 if is_down[0] else 204)
    endpoint(database, receiver.url)
    walk(database, 20, way=())
    assert send(database, sender).n_failed < 20  # a receiver that is down is not asked once for each item
    send(database, sender, LATER + timedelta(minutes=20))
    is_down[0] = False
    assert send(database, sender, LATER + timedelta(hours=1)).n_sent == 20


def test_a_receivers_own_wish_is_obeyed_up_to_a_day():
    def no_chance():
        return 0.5

    assert next_try_at(1, now=NOW, retry_after="120", chance=no_chance) == NOW + timedelta(seconds=120)
    assert next_try_at(1, now=NOW, retry_after="9999999", chance=no_chance) == NOW + timedelta(days=1)
    assert next_try_at(3, now=NOW, retry_after="1", chance=no_chance) == NOW + timedelta(seconds=1800)
    assert retry_after_s("Fri, 20 Nov 2026 10:05:00 GMT", NOW) == 300
    for nonsense in ("", "-5", "1e400", "soon", "１２", "\x00", "Fri, 99 Nov 2026 10:05:00 GMT"):
        assert retry_after_s(nonsense, NOW) == 0


@pytest.mark.parametrize("status", [301, 307, 400, 404, 429, 500, 503])
def test_whatever_is_not_a_2xx_is_tried_again_and_no_redirect_is_followed(database, receiver, sender, status):
    inner = Receiver()
    receiver.answer = lambda _got: Say(status, {"Location": inner.url, "Retry-After": "7200"})
    endpoint(database, receiver.url)
    walk(database, 1, way=())
    assert send(database, sender).n_failed == 1
    assert not inner.got
    with database.read() as session:
        assert session.scalars(select(CallbackTry)).one().status == status
        assert session.scalars(select(Callback)).one().next_try_at >= LATER + timedelta(hours=2)
    inner.close()


def test_gone_means_gone_at_once(database, receiver, sender):
    receiver.answer = lambda _got: Say(410)
    endpoint_id, _ = endpoint(database, receiver.url)
    walk(database, 2)
    send(database, sender)
    assert state_of(database, endpoint_id) == "disabled"
    assert count(database, CallbackState.WAITING) == 0


def test_a_receiver_dark_for_five_days_is_disabled_then_catches_up_in_order(database, receiver, sender):
    endpoint_id, _ = endpoint(database, receiver.url)
    receiver.answer = lambda _got: Say(500)
    now = LATER
    for day in range(6):
        walk(database, 2, first=1 + 2 * day, now=now - timedelta(hours=1))
        for _ in range(4):
            send(database, sender, now)
            now += timedelta(hours=6)
    assert state_of(database, endpoint_id) == "disabled"
    with database.read() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.reason) == ("endpoint_disabled", "dark_for_5_days")
    receiver.answer = lambda _got: Say()
    receiver.got.clear()
    with database.write() as session:
        outside.resume(session, outside.find_endpoint(session, endpoint_id))
        assert outside.replay(session, endpoint_id, now=now) == 6 * 2 * 4
    assert send(database, sender, now).n_sent == 48
    assert set(map(tuple, told_order(receiver).values())) == {(1, 3, 4, 5)}


def test_a_time_range_can_be_sent_again_under_the_same_ids(database, receiver, sender):
    endpoint_id, _ = endpoint(database, receiver.url)
    walk(database, 2)
    send(database, sender)
    with database.write() as session:
        since = NOW - timedelta(days=1)
        assert outside.replay(session, endpoint_id, now=LATER, since=since, until=LATER) == 8
    send(database, sender)
    assert set(Counter(got.message_id for got in receiver.got).values()) == {2}


def test_a_paused_endpoint_keeps_everything_for_later(database, receiver, sender):
    endpoint_id, _ = endpoint(database, receiver.url)
    with database.write() as session:
        outside.pause(session, outside.find_endpoint(session, endpoint_id))
    walk(database, 1)
    assert send(database, sender).n_sent == 0
    with database.write() as session:
        outside.resume(session, outside.find_endpoint(session, endpoint_id))
    assert send(database, sender).n_sent == 4


def test_a_slow_receiver_does_not_hold_up_the_others(database, receiver):
    slow = Receiver(lambda _got: time.sleep(2) or Say())
    client = outside.SafeClient(HERE, deadline_s=1.0)
    sender = outside.RequestsSender(client, lambda: datetime.now(UTC))
    endpoint(database, slow.url)
    endpoint(database, receiver.url)
    walk(database, 8, way=())
    began_s = time.monotonic()
    clock = lambda: LATER + timedelta(seconds=time.monotonic() - began_s)  # noqa: E731
    runner = Runner(database, outside.callback_works(sender), clock=clock, look_every_s=0.2)
    runner.start()
    while len(receiver.got) < 8 and time.monotonic() - began_s < 10:
        time.sleep(0.02)
    healthy_s = max(got.at_s for got in receiver.got) - began_s
    assert runner.stop(10)
    slow.close()
    assert len(receiver.got) == 8
    assert healthy_s < 2.0
    record_figure("healthy receiver beside a black hole, last of 8", round(healthy_s, 2), "s")


def test_a_broken_sender_costs_a_try_not_the_pass(database):
    class Broken:
        def send(self, message):
            raise RuntimeError("bug")

    endpoint(database, "http://127.0.0.1:9/")
    walk(database, 1)
    assert send(database, Broken()).n_failed == 1


def _send_until_killed(url, ahead_s):
    """Send until the end; by a clock that is ahead, so that the leases of the one killed before have run out."""
    database = Database(make_engine(url), build.vault())
    sender = outside.RequestsSender.with_policy(HERE, lambda: datetime.now(UTC))
    while True:
        outside.send_due(database, sender, now=datetime.now(UTC) + timedelta(seconds=ahead_s))
        time.sleep(0.02)


def _start(url, ahead_s=0):
    process = multiprocessing.get_context("spawn").Process(target=_send_until_killed, args=(url, ahead_s))
    process.start()
    return process


def test_killed_senders_lose_nothing_and_break_no_order(database, database_url, receiver, sender):
    n_items = scaled(30, 300)
    endpoint(database, receiver.url)
    walk(database, n_items)
    receiver.answer = lambda _got: time.sleep(0.01) or Say()
    wanted = 4 * n_items
    n_kills = scaled(2, 12)
    for number in range(n_kills):
        process, n_before = _start(database_url, 60 * number), len(receiver.got)
        until_s = time.monotonic() + 30
        while len(receiver.got) < min(n_before + 9, wanted) and time.monotonic() < until_s:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    # What the dead held is free again when their leases end.
    send(database, sender, datetime.now(UTC) + timedelta(minutes=n_kills))
    assert count(database, CallbackState.SENT) == wanted
    order = told_order(receiver)
    assert len(order) == n_items
    assert set(map(tuple, order.values())) == {(1, 3, 4, 5)}


def test_several_senders_at_once_send_each_callback_once_and_in_order(database, database_url, receiver):
    n_items = scaled(25, 500)
    endpoint(database, receiver.url)
    endpoint(database, receiver.url.replace("ma=1", "ma=2"))
    walk(database, n_items)
    processes = [_start(database_url) for _ in range(3)]
    until_s = time.monotonic() + 60
    while count(database, CallbackState.SENT) < 8 * n_items and time.monotonic() < until_s:
        time.sleep(0.1)
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    assert len(receiver.got) == len({got.message_id for got in receiver.got}) == 8 * n_items
    by_endpoint = defaultdict(list)
    with database.read() as session:
        of = {row[0]: row[1] for row in session.execute(select(Callback.message_id, Callback.endpoint_id))}
    for got in receiver.got:
        data = json.loads(got.body)["data"]
        by_endpoint[of[got.message_id], data["dossier_code"]].append(data["sequence"])
    assert set(map(tuple, by_endpoint.values())) == {(1, 3, 4, 5)}


def test_the_example_in_the_manual_takes_what_is_sent_once_and_refuses_the_rest(database, receiver, sender):
    _, secret = endpoint(database, receiver.url)
    walk(database, 1, way=())
    send(database, sender)
    example = re.search(r"```python\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)[1]
    names: dict = {}
    exec(example.replace("whsec_…", secret), names)
    got = receiver.got[0]
    assert [names["take"](got.headers, got.body) for _ in range(2)] == [204, 204]
    assert len(names["seen"]) == 1
    assert names["take"](got.headers, got.body + b" ") == 401
    assert names["take"]({}, got.body) == 401


def test_the_manual_names_every_kind_that_is_sent():
    manual = MANUAL.read_text(encoding="utf-8")
    assert not [kind for kind in outside.KINDS if f"`{kind.removeprefix('item.')}`" not in manual]
