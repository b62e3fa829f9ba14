"""Which manner of search is tried next: shares of the time that follow what each gained lately."""

from __future__ import annotations

import random
from collections.abc import Callable

from routing.solving.search.manners import MANNERS, QUICK_S, Worth


def shares(worth: Worth, gain: Callable[[int], float], pieces: int) -> list[float]:
    """Return the share of the seconds each manner got while manner ``m`` gained ``gain(m)`` each second."""
    spent = [0.0] * len(MANNERS)
    for _ in range(pieces):
        manner = worth.order(lambda _: True)[0]
        seconds = MANNERS[manner].seconds
        spent[manner] += seconds
        worth.learn(manner, round(gain(manner) * seconds), seconds)
    return [s / sum(spent) for s in spent]


def test_every_search_begins_with_the_first_manner() -> None:
    assert Worth(random.Random(1)).order(lambda _: True) == list(range(len(MANNERS)))


def test_what_gains_most_gets_the_greatest_share_and_no_manner_is_forgotten() -> None:
    got = shares(Worth(random.Random(2)), lambda m: 1_000 if m == 0 else 200, 3_000)
    assert got[0] == max(got)
    assert got[0] > 2 * sorted(got)[-2]
    assert all(share > 0 for share in got)


def test_what_stopped_gaining_gives_way() -> None:
    worth = Worth(random.Random(3))
    assert max(range(len(MANNERS)), key=shares(worth, lambda m: 1_000 if m == 0 else 200, 1_000).__getitem__) == 0
    late = shares(worth, lambda m: 300 if m == 2 else 30, 1_000)
    assert late[2] == max(late)
    assert late[2] > 0.3


def test_a_manner_unlucky_at_first_gets_its_share_later() -> None:
    worth = Worth(random.Random(4))
    for _ in range(5):
        worth.learn(6, 0, MANNERS[6].seconds)
    got = shares(worth, lambda m: 400 if m == 6 else 100, 2_000)
    assert got[6] == max(got)


def test_one_vain_try_does_not_rule_a_manner_out() -> None:
    worth = Worth(random.Random(7))
    for _ in range(100):
        worth.learn(0, 100, MANNERS[0].seconds)
    worth.learn(6, 0, MANNERS[6].seconds)
    first = [worth.order(lambda _: True)[0] for _ in range(3_000)]
    assert 10 < first.count(6) < first.count(0)


def test_manners_that_may_not_be_used_are_left_out() -> None:
    worth = Worth(random.Random(5))
    worth.learn(0, 10, 0.08)
    order = worth.order(lambda manner: manner.seconds <= QUICK_S)
    assert sorted(order) == [m for m, manner in enumerate(MANNERS) if manner.seconds <= QUICK_S]


def test_where_nothing_gains_all_are_tried() -> None:
    got = shares(Worth(random.Random(6)), lambda _: 0, 2_000)
    assert min(got) > 0.03
