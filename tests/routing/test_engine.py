"""No plan is made without OR-Tools: its stops were in a model that OR-Tools solved, or the plan says it is degraded."""

import random
import sys
from dataclasses import replace

import pytest

from routing import Limits, StraightLine, check, keeping_hands, plan, replan
from routing.solving.processes.children import BOOT, ROOT
from tests.routing.planning_days import courier, office, problem, stop

TRAVEL = StraightLine()
COUNTED = Limits(seconds=60, pieces=2, steps=200, cores=1)

RECORDING = """
import sys
from ortools.constraint_solver import pywrapcp
def record(name):
    solve = getattr(pywrapcp.RoutingModel, name)
    def recorded(model, *args):
        with open({log!r}, "a") as out:
            out.write(f"{{model.nodes()}}\\n")
        return solve(model, *args)
    setattr(pywrapcp.RoutingModel, name, recorded)
for name in ("SolveWithParameters", "SolveFromAssignmentWithParameters", "SolveWithIteratedLocalSearch"):
    record(name)
"""
WITHOUT = "import sys; sys.modules['ortools'] = None\n"


def child(program):
    return (sys.executable, "-c", program + BOOT, str(ROOT), "1500")


def town():
    rng = random.Random(5)
    offices = [office("A", 16.46, 107.54), office("B", 16.46, 107.64)]
    crew = [courier(f"c{i}", "AB"[i % 2]) for i in range(4)]
    stops = [stop(f"s{i}", 16.46 + rng.gauss(0, 0.02), 107.59 + rng.gauss(0, 0.04), office_id=None) for i in range(40)]
    return problem(stops, crew, offices)


@pytest.fixture(scope="module")
def before():
    return plan(town(), travel=TRAVEL, limits=COUNTED)


def first(day, before, limits):
    return plan(day, travel=TRAVEL, limits=limits)


def from_an_earlier_plan(day, before, limits):
    return plan(day, travel=TRAVEL, limits=limits, before=before)


def replanned(day, before, limits):
    return replan(day, before, travel=TRAVEL, limits=limits)


each_way = pytest.mark.parametrize("made_by", [first, from_an_earlier_plan, replanned])
each_search = pytest.mark.parametrize("search", ["both", "ortools"])


def solved_and_made(made_by, before, limits, folder):
    """Return how many nodes OR-Tools had in its models altogether, and the plan."""
    log = folder / "solved.txt"
    limits = replace(limits, child_command=child(RECORDING.format(log=str(log))))
    made = made_by(town(), before, limits)
    return sum(map(int, log.read_text().split())) if log.exists() else 0, made


@each_way
@each_search
def test_every_stop_was_in_a_model_of_or_tools(before, tmp_path, made_by, search):
    limits = replace(COUNTED, search=search, pieces=2 if made_by is first else 0)  # 0: only the first step
    n_nodes, made = solved_and_made(made_by, before, limits, tmp_path)
    assert (made.degraded, made.unserved) == (None, ())
    assert n_nodes >= len(town().stops)


@each_way
def test_a_plan_that_has_little_time_is_or_tools_plan_or_says_so(before, tmp_path, made_by):
    n_nodes, made = solved_and_made(made_by, before, Limits(seconds=3), tmp_path)
    assert n_nodes >= len(town().stops) or made.degraded is not None


@each_way
@each_search
def test_a_plan_made_where_or_tools_is_missing_says_so(before, made_by, search):
    limits = replace(COUNTED, search=search, pieces=0, child_command=child(WITHOUT))  # 0: only the first step
    made = made_by(town(), before, limits)
    assert made.degraded == "solver_broke"
    assert check(keeping_hands(town(), before) if made_by is replanned else town(), made, TRAVEL) == []


def test_with_or_tools_alone_the_compiled_search_is_never_loaded(tmp_path):
    without_numba = "import sys; sys.modules['numba'] = None\n"
    limits = replace(COUNTED, search="ortools", child_command=child(without_numba))
    made = plan(town(), travel=TRAVEL, limits=limits)
    assert made.degraded is None
    assert not made.unserved
