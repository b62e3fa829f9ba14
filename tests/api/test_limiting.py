"""Requests counted in windows: exact, each client for itself, in this process or in a store that processes share."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from limits.storage import storage_from_string

from api.web import devices
from api.web.limiting import WINDOW_S, OwnCounter, SharedCounter


class Seconds:
    """A clock that only its test moves."""

    def __init__(self):
        self.now_s = 1_000.0

    def __call__(self):
        return self.now_s


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 45))))
def test_a_window_begins_with_a_clients_first_request_and_counts_each(requests):
    clock = Seconds()
    counter, began, told = OwnCounter(clock), {}, {}
    for name, later_s in requests:
        clock.now_s += later_s
        if name not in began or clock.now_s >= began[name] + WINDOW_S:
            began[name], told[name] = clock.now_s, 0
        told[name] += 1
        found = counter.hit(name)
        assert found.n == told[name]
        assert found.left_s == pytest.approx(began[name] + WINDOW_S - clock.now_s)


def test_clients_that_are_gone_are_forgotten():
    clock = Seconds()
    counter = OwnCounter(clock)
    for number in range(5_000):
        counter.hit(f"from:{number}")
    clock.now_s += 2 * WINDOW_S
    counter.hit("from:late")
    assert len(counter) == 1


@pytest.mark.parametrize("n_processes", [1, 2])
def test_counts_are_exact_when_many_ask_at_once(redis_url, n_processes):
    name = f"from:{uuid4()}"
    own = OwnCounter()
    stores = [SharedCounter(storage_from_string(redis_url), OwnCounter()) for _ in range(2)]
    counters = stores if n_processes == 2 else [own]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: counters[n % len(counters)].hit(name).n, range(400)))
    assert sorted(found) == list(range(1, 401))


class Hiccup:
    """A store in whose silence as many threads wait as there are."""

    base_exceptions = ConnectionError

    def __init__(self, n_threads):
        self.barrier, self.n_asked = Barrier(n_threads), 0

    def incr(self, key, expiry):
        self.n_asked += 1
        self.barrier.wait(10)
        raise ConnectionError


def test_threads_in_one_hiccup_wait_once():
    clock = Seconds()
    store = Hiccup(8)
    counter = SharedCounter(store, OwnCounter(clock), clock)
    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(lambda _: counter.hit("from:a").n, range(8))) == list(range(1, 9))
    store.barrier = Barrier(1)
    clock.now_s += 1
    counter.hit("from:a")
    assert store.n_asked == 9, "asked again after one second, not after the longest wait"


def test_a_silent_store_is_asked_again_later_and_the_process_counts_meanwhile():
    clock = Seconds()
    counter = SharedCounter(storage_from_string("redis://127.0.0.1:9/0"), OwnCounter(clock), clock)
    assert [counter.hit("from:a").n for _ in range(5)] == [1, 2, 3, 4, 5]
    clock.now_s += 2
    assert counter.hit("from:a").n == 6


@pytest.mark.parametrize(("come_from", "told"), [
    ("203.0.113.7", "203.0.113.7"),
    ("::ffff:203.0.113.7", "203.0.113.7"),
    ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
    ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
    ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ("fe80::1%eth0", "fe80::/64"),
    ("a socket", "a socket"),
    ("", ""),
])  # fmt: skip
def test_strangers_are_told_apart_by_address_or_network(come_from, told):
    with Flask(__name__).test_request_context(environ_base={"REMOTE_ADDR": come_from}):
        assert devices.address() == told
