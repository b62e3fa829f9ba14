"""The remedy found is the cheapest: every courier, every place on his round and every half hour are tried beside it."""

from dataclasses import replace

from routing import LongerShift, StraightLine, Window
from routing.advice.explain import set_aside, why
from routing.partition import partition
from routing.places import Places
from routing.solving.first_plans.office_plans import fill_greedily
from routing.solving.piece import make_piece, may_serve
from routing.solving.solution import Solution
from tests.routing.planning_days import random_problem
from tests.scale import record_figure, scaled

TRAVEL = StraightLine()
HALF_HOURS = range(0, 8 * 1_800 + 1, 1_800)


def tight_solution(seed):
    """Return a day that is too full, planned office by office without any solver."""
    day, _ = set_aside(random_problem(seed, 40))
    solution = Solution.empty(day, Places(day, TRAVEL))
    fill_greedily(solution, partition(day))
    return solution


def longer(courier, by_s):
    shift = Window(from_s=courier.shift.from_s, until_s=courier.shift.until_s + by_s)
    return replace(courier, shift=shift, longest_s=courier.longest_s and courier.longest_s + by_s)


def cheapest_on_a_round(solution, stop):
    """Return overtime and extra cost of the best way to add a stop to somebody's round; None if there is none."""
    found = []
    for number, courier in enumerate(solution.problem.couriers):
        if not may_serve(courier, stop):
            continue
        round_ = [solution.problem.stops[s] for s in solution.orders[number]]
        for by_s in HALF_HOURS:
            piece = make_piece(solution.problem, solution.places, [*round_, stop], [longer(courier, by_s)])
            n = len(round_)
            costs = [piece.order_cost(0, [*range(at), n, *range(at, n)]) for at in range(n + 1)]
            found += [(by_s, cost - solution.costs[number]) for cost in costs if cost is not None]
    return min(found, default=None)


def overtime_of(remedy):
    """Return the overtime a remedy asks of the couriers on their rounds; None where it is another change altogether."""
    first = remedy.first
    if first.kind in ("extra_courier", "another_day", "fix_field"):
        return None
    return first.by_s if isinstance(first, LongerShift) else 0


def test_no_courier_place_or_half_hour_would_have_been_cheaper():
    n, n_found, n_overtime, seed = scaled(60, 600), 0, 0, 0
    while n_found < n:
        seed += 1
        solution = tight_solution(seed)
        for number in sorted(solution.unserved):
            reason, remedy = why(solution, number)
            if reason not in ("no_room", "not_worth"):
                continue
            n_found += 1
            n_overtime += isinstance(remedy.first, LongerShift)
            best = cheapest_on_a_round(solution, solution.problem.stops[number])
            overtime_s = overtime_of(remedy)
            assert (None if overtime_s is None else (overtime_s, remedy.extra_s)) == best, (seed, number, remedy)
    assert n_overtime > n / 10  # the days are tight enough to show something
    record_figure("remedies compared with every other change of their kind", n_found, "")
