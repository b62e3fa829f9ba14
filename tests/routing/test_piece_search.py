"""The contract of the port `PieceSearch`: every search behind it, in this process and in a child."""

import random
import sys

import pytest

from routing import Limits, StraightLine
from routing.places import Places
from routing.solving.engines.compiled import CompiledSearch
from routing.solving.engines.ortools_search import OrToolsSearch
from routing.solving.first_plans.greedy import greedy
from routing.solving.merge import sequences_only
from routing.solving.port import Budget
from routing.solving.processes import child
from routing.solving.processes.children import BOOT, ROOT, Children
from routing.solving.solution import Solution
from tests.routing.planning_days import courier, eventful_problem, problem, random_problem, stop

WITHOUT_NUMBA = "import sys; sys.modules['numba'] = None; " + BOOT


@pytest.fixture(scope="module", params=["compiled", "ortools", "compiled in a child", "ortools in a child", "no numba"])
def search(request):
    if request.param == "compiled":
        yield CompiledSearch()
    elif request.param == "ortools":
        yield OrToolsSearch()
    else:
        without = [sys.executable, "-c", WITHOUT_NUMBA, str(ROOT), "1500"] if request.param == "no numba" else None
        kind = "ortools" if request.param.startswith("ortools") else "compiled"
        with Children(1, Limits().memory_mb, search=kind, command=without) as children:
            yield children


def piece_of(day):
    solution = Solution.empty(day, Places(day, StraightLine()))
    return sequences_only(solution.piece(range(len(day.couriers)), range(len(day.stops)))).piece


BUDGETS = {"time": Budget(seconds=0.2, temperature=300), "steps": Budget(seconds=60, temperature=300, steps=1_000)}


@pytest.mark.parametrize("budget", BUDGETS.values(), ids=BUDGETS)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("made", [random_problem, eventful_problem])
def test_what_comes_back_is_feasible_and_costs_no_more(search, made, seed, budget):
    piece = piece_of(made(seed, most_stops=30))
    initial = greedy(piece)
    assert piece.cost(search.improve(piece, initial, budget)) <= piece.cost(initial)


@pytest.mark.parametrize("budget", BUDGETS.values(), ids=BUDGETS)
def test_a_bad_order_is_improved(search, budget):
    rng = random.Random(1)
    piece = piece_of(problem([stop(f"s{i}", 16.46 + 0.01 * i, 107.59) for i in range(12)]))
    initial = [rng.sample(range(12), 12)]
    found = search.improve(piece, initial, budget)
    assert sorted(found[0]) == list(range(12))
    assert piece.cost(found) < piece.cost(initial)


@pytest.mark.parametrize("day", [problem([]), problem([], []), problem([stop()], [])], ids=["none", "nobody", "alone"])
def test_where_nobody_or_nothing_is_to_go_the_orders_stay_empty(search, day):
    piece = piece_of(day)
    initial = [[] for _ in piece.vehicles]
    assert search.improve(piece, initial, BUDGETS["steps"]) == initial


def test_counted_steps_are_repeatable(search):
    piece = piece_of(random_problem(7, most_stops=30))
    budget = Budget(seconds=60, temperature=300, steps=500, seed=5)
    costs = {piece.cost(search.improve(piece, greedy(piece), budget)) for _ in range(3)}
    assert len(costs) == 1


def test_one_courier_serves_alone_what_two_share_without_need(search):
    stops = [stop(f"s{i}", 16.56, 107.58 + 0.001 * i) for i in range(6)]
    piece = piece_of(problem(stops, [courier("c1"), courier("c2")]))
    found = search.improve(piece, [[0, 2, 4], [1, 3, 5]], Budget(seconds=60, temperature=300, steps=5_000))
    assert sorted(map(len, found)) == [0, 6]


def test_a_child_runs_the_code_of_its_parent():
    assert (ROOT / "routing" / "solving" / "processes" / "child.py").samefile(child.__file__)
