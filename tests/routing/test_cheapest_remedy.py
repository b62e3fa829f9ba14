"""The remedy told is the cheapest: every courier, every place on his round and every half hour are tried beside it."""

from dataclasses import replace

from routing import StraightLine, Window
from routing.advice.explain import set_aside, why
from routing.partition import partition
from routing.places import Places
from routing.solving.first_plans.first import fill_greedily
from routing.solving.piece import make_piece, may_serve
from routing.solving.standing import Standing
from tests.routing.planning_days import random_problem
from tests.scale import record_figure, scaled

TRAVEL = StraightLine()
HALF_HOURS = range(0, 8 * 1_800 + 1, 1_800)


def tight_standing(seed):
    """Return a day that is too full, planned office by office without any solver."""
    day, _ = set_aside(random_problem(seed, 40))
    standing = Standing.empty(day, Places(day, TRAVEL))
    fill_greedily(standing, partition(day))
    return standing


def longer(courier, by_s):
    shift = Window(from_s=courier.shift.from_s, until_s=courier.shift.until_s + by_s)
    return replace(courier, shift=shift, longest_s=courier.longest_s and courier.longest_s + by_s)


def cheapest_on_a_round(standing, stop):
    """Return overtime and extra cost of the best way to add a stop to somebody's round; None if there is none."""
    found = []
    for number, courier in enumerate(standing.problem.couriers):
        if not may_serve(courier, stop):
            continue
        round_ = [standing.problem.stops[s] for s in standing.orders[number]]
        for by_s in HALF_HOURS:
            piece = make_piece(standing.problem, standing.places, [*round_, stop], [longer(courier, by_s)])
            n = len(round_)
            costs = [piece.order_cost(0, [*range(at), n, *range(at, n)]) for at in range(n + 1)]
            found += [(by_s, cost - standing.costs[number]) for cost in costs if cost is not None]
    return min(found, default=None)


def overtime_of(remedy):
    """Return the overtime a remedy asks of the couriers on their rounds; None where it is another change altogether."""
    if remedy["change"] in ("extra_courier", "another_day", "fix_field"):
        return None
    return remedy["by_s"] if remedy["change"] == "longer_shift" else 0


def test_no_courier_place_or_half_hour_would_have_been_cheaper():
    n, n_told, n_overtime, seed = scaled(60, 600), 0, 0, 0
    while n_told < n:
        seed += 1
        standing = tight_standing(seed)
        for number in sorted(standing.left):
            reason, remedy = why(standing, number)
            if reason not in ("no_room", "not_worth"):
                continue
            n_told += 1
            n_overtime += remedy["change"] == "longer_shift"
            best = cheapest_on_a_round(standing, standing.problem.stops[number])
            told = overtime_of(remedy)
            assert (None if told is None else (told, remedy["extra_s"])) == best, (seed, number, remedy)
    assert n_overtime > n / 10  # the days are tight enough to show something
    record_figure("remedies compared with every other change of their kind", n_told, "")
