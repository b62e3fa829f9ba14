"""The operator portfolio: shares of the time follow what each operator gained lately."""

from __future__ import annotations

import random
from collections.abc import Callable

from routing.solving.search.portfolio import OPERATORS, SHORT_S, Portfolio


def shares(portfolio: Portfolio, gain: Callable[[int], float], pieces: int) -> list[float]:
    """Return the share of the seconds each operator got while operator ``m`` gained ``gain(m)`` each second."""
    spent = [0.0] * len(OPERATORS)
    for _ in range(pieces):
        operator = portfolio.order(lambda _: True)[0]
        seconds = OPERATORS[operator].seconds
        spent[operator] += seconds
        portfolio.learn(operator, round(gain(operator) * seconds), seconds)
    return [s / sum(spent) for s in spent]


def test_every_search_begins_with_the_first_operator() -> None:
    assert Portfolio(random.Random(1)).order(lambda _: True) == list(range(len(OPERATORS)))


def test_what_gains_most_gets_the_greatest_share_and_no_operator_is_forgotten() -> None:
    got = shares(Portfolio(random.Random(2)), lambda m: 1_000 if m == 0 else 200, 3_000)
    assert got[0] == max(got)
    assert got[0] > 2 * sorted(got)[-2]
    assert all(share > 0 for share in got)


def test_what_stopped_gaining_gives_way() -> None:
    portfolio = Portfolio(random.Random(3))
    assert max(range(len(OPERATORS)), key=shares(portfolio, lambda m: 1_000 if m == 0 else 200, 1_000).__getitem__) == 0
    late = shares(portfolio, lambda m: 300 if m == 2 else 30, 1_000)
    assert late[2] == max(late)
    assert late[2] > 0.3


def test_an_operator_unlucky_at_first_gets_its_share_later() -> None:
    portfolio = Portfolio(random.Random(4))
    for _ in range(5):
        portfolio.learn(6, 0, OPERATORS[6].seconds)
    got = shares(portfolio, lambda m: 400 if m == 6 else 100, 2_000)
    assert got[6] == max(got)


def test_one_vain_try_does_not_rule_an_operator_out() -> None:
    portfolio = Portfolio(random.Random(7))
    for _ in range(100):
        portfolio.learn(0, 100, OPERATORS[0].seconds)
    portfolio.learn(6, 0, OPERATORS[6].seconds)
    first = [portfolio.order(lambda _: True)[0] for _ in range(3_000)]
    assert 10 < first.count(6) < first.count(0)


def test_operators_that_may_not_be_used_are_left_out() -> None:
    portfolio = Portfolio(random.Random(5))
    portfolio.learn(0, 10, 0.08)
    order = portfolio.order(lambda operator: operator.seconds <= SHORT_S)
    assert sorted(order) == [m for m, operator in enumerate(OPERATORS) if operator.seconds <= SHORT_S]


def test_where_nothing_gains_all_are_tried() -> None:
    got = shares(Portfolio(random.Random(6)), lambda _: 0, 2_000)
    assert min(got) > 0.03
