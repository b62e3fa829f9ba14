"""Ruin and recreate, compiled: remove strings of neighbouring stops from their rounds, reinsert them, accept or undo.

The method is SISR (Christiaens and Vanden Berghe, Slack Induction by String Removals for Vehicle Routing Problems,
2020) with simulated annealing, on the arrays of one piece. Runs only inside a child process.

Numba recompiles only when this file changes, so every compiled function and column number is here; decision 0006 says
why it uses plain arrays. Nodes are the stops, then a start and an end for each vehicle; a round is its nodes in order.

inbound[b, a]        int32   travel to node b from node a; outbound[a, b] is the same travel, stored by origin
elapsed[a, b]        int32   from the start of service at a to the earliest start of service at b
windows[day, stop]   int64   EARLY and LATE start of service on that kind of day
stops[stop]          int64   PENALTY if unserved, VOLUME, travel from the nearest DEPOT, when it OPENS, WIDTH of window
near[stop]           uint32  its neighbours, nearest first
surcharge[stop, v]   int64   added cost of serving it with vehicle v; NOT_ALLOWED if v may not serve it
vehicles[v]          int64   columns FROM to KIND; vehicles of one KIND are interchangeable
order[v]             uint32  the nodes of a round
rounds[v]            int64   LENGTH in stops, COST, LOAD of a round
nodes[node]          int64   ROUND (-1: unserved) and POSITION; EARLIEST and LATEST start of service; ELAPSED and TRAVEL
                             from the node before; its window, OPEN to CLOSE
saved_nodes, _rounds int64   the step's rounds before it: ``nodes`` with the node as POSITION; ``rounds`` and OWNER
removed, unserved    uint32  stops removed in a step; stops unserved between steps, N_UNSERVED of them
state                int64   CURRENT cost, BEST cost, N_UNSERVED
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

EARLY, LATE = 0, 1
PENALTY, VOLUME, DEPOT, OPENS, WIDTH = range(5)
FROM, UNTIL, FIXED, CAPACITY, LONGEST, FAIR_UNTIL, FAIR_PRICE, DAY, KIND = range(9)
LENGTH, COST, LOAD, OWNER = range(4)
ROUND, POSITION, EARLIEST, LATEST, ELAPSED, TRAVEL, OPEN, CLOSE = range(8)
CURRENT, BEST, N_UNSERVED = range(3)

NOT_ALLOWED = 2**40
MEAN_REMOVED, LONGEST_STRING = 15.0, 20.0
"""Stops removed in a step on average, and the longest string. With ten too few rounds are closed (docs/planning.md)."""
GAP_SHARE, LONGER_GAP_SHARE = 0.5, 0.99
"""How often a string leaves a gap of stops in its middle, and how often the gap is one stop longer ("split string")."""
LOG_NO_BLINK = math.log(0.99)
"""One position in a hundred is skipped at random when a stop is inserted ("blink"): it diversifies the search."""


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function compiled; without a place to keep the machine code each child compiles anew."""
    try:
        return njit(cache=True, error_model="numpy")(function)
    except RuntimeError:
        return njit(error_model="numpy")(function)


inlined = njit(inline="always", error_model="numpy")
"""Compiles a function into its callers: a call would count references to every array."""


@inlined
def set_leg(outbound, elapsed, vehicles, order, rounds, nodes, v, p):
    """Set ELAPSED and TRAVEL of the node at position ``p`` of a round."""
    before, here = order[v, p - 1], order[v, p]
    nodes[here, ELAPSED] = elapsed[before, here]
    # An empty round ends at minus its fixed cost: the first stop inserted then pays the fixed cost.
    nodes[here, TRAVEL] = outbound[before, here] if rounds[v, LENGTH] > 0 else -vehicles[v, FIXED]


@inlined
def set_earliest(order, rounds, nodes, v, p):
    """Propagate the earliest starts of a round forward from position ``p``."""
    clock = nodes[order[v, p - 1], EARLIEST]
    for i in range(p, rounds[v, LENGTH] + 2):
        here = order[v, i]
        clock = max(clock + nodes[here, ELAPSED], nodes[here, OPEN])
        nodes[here, EARLIEST] = clock
        nodes[here, POSITION] = i


@inlined
def set_latest(order, nodes, v, p):
    """Propagate the latest starts of a round backward from position ``p``."""
    after = order[v, p + 1]
    limit = nodes[after, LATEST] - nodes[after, ELAPSED]
    for i in range(p, 0, -1):
        here = order[v, i]
        limit = min(limit, nodes[here, CLOSE])
        nodes[here, LATEST] = limit
        limit -= nodes[here, ELAPSED]


@inlined
def overtime(vehicles, order, rounds, nodes, v):
    """Return the penalty of a round that ends later than a fair day's work."""
    n = rounds[v, LENGTH]
    over = nodes[order[v, n + 1], EARLIEST] - vehicles[v, FAIR_UNTIL]
    return vehicles[v, FAIR_PRICE] * over if n > 0 and over > 0 else 0


@inlined
def set_cost(surcharge, vehicles, order, rounds, nodes, v):
    """Set the cost of a round: fixed cost, travel, surcharges, overtime."""
    n = rounds[v, LENGTH]
    cost = vehicles[v, FIXED] + nodes[order[v, n + 1], TRAVEL] + overtime(vehicles, order, rounds, nodes, v)
    for i in range(1, n + 1):
        cost += nodes[order[v, i], TRAVEL] + surcharge[order[v, i], v]
    rounds[v, COST] = cost


@inlined
def save_round(order, rounds, nodes, saved_nodes, saved_rounds, n_saved, v):
    """Save a round before its first change in this step; return how many are saved."""
    for k in range(n_saved):
        if saved_rounds[k, OWNER] == v:
            return n_saved
    for c in range(OWNER):
        saved_rounds[n_saved, c] = rounds[v, c]
    saved_rounds[n_saved, OWNER] = v
    for i in range(1, rounds[v, LENGTH] + 2):
        for c in range(8):
            saved_nodes[n_saved, i, c] = nodes[order[v, i], c]
        saved_nodes[n_saved, i, POSITION] = order[v, i]
    return n_saved + 1


@inlined
def restore(order, rounds, nodes, saved_nodes, saved_rounds, n_saved):
    """Undo the step: restore the saved rounds."""
    for k in range(n_saved):
        v = saved_rounds[k, OWNER]
        for c in range(OWNER):
            rounds[v, c] = saved_rounds[k, c]
        for i in range(1, rounds[v, LENGTH] + 2):
            here = saved_nodes[k, i, POSITION]
            for c in range(8):
                nodes[here, c] = saved_nodes[k, i, c]
            order[v, i], nodes[here, POSITION] = here, i


@inlined
def remove_string(stops, order, rounds, nodes, removed, n_removed, v, stop, longest):
    """Remove a string around a stop; return how many stops are removed, where it began and how long its gap is."""
    n, p = rounds[v, LENGTH], nodes[stop, POSITION] - 1
    size = min(n, int(np.random.random() * min(n, longest) + 1.0))
    gap = 0
    if 1 < size < n and np.random.random() < GAP_SHARE:
        gap = 1
        while size + gap < n and np.random.random() < LONGER_GAP_SHARE:
            gap += 1
    span = size + gap
    low, high = max(0, p - span + 1), min(p, n - span)
    first = 1 + low + int(np.random.random() * (high - low + 1))
    gap_at = first + 1 + int(np.random.random() * (size - 1)) if gap else first + span
    to = first
    for i in range(first, n + 2):
        here = order[v, i]
        if i < first + span and not gap_at <= i < gap_at + gap:
            removed[n_removed] = here
            n_removed += 1
            nodes[here, ROUND] = -1
            rounds[v, LOAD] -= stops[here, VOLUME]
        else:
            order[v, to] = here
            to += 1
    rounds[v, LENGTH] = to - 2
    return n_removed, first, gap


@inlined
def sort_removed(stops, removed, n_removed):
    """Sort the removed stops for insertion: at random (4 in 11), narrow windows, far, near, or early windows first."""
    key, drawn = np.empty(n_removed), np.random.random() * 11
    column, sign = WIDTH if drawn < 6 else DEPOT if drawn < 10 else OPENS, -1 if 8 <= drawn < 10 else 1
    for k in range(n_removed):
        key[k] = np.random.random() if drawn < 4 else sign * stops[removed[k], column]
    for k in range(1, n_removed):  # insertion sort: some fifteen stops, no allocation
        this, stop, to = key[k], removed[k], k - 1
        while to >= 0 and key[to] > this:
            key[to + 1] = key[to]
            removed[to + 1] = removed[to]
            to -= 1
        key[to + 1] = this
        removed[to + 1] = stop


@inlined
def return_time(elapsed, windows, vehicles, order, rounds, v, p, new):
    """Return when a round ends with a stop inserted at ``p``, -1 if infeasible. Walks the whole round."""
    day, n = vehicles[v, DAY], rounds[v, LENGTH]
    clock, here = vehicles[v, FROM], order[v, 0]
    waited, slack = 0, vehicles[v, UNTIL]
    for i in range(1, n + 2):
        stop = new if i == p else order[v, i - (i > p)]
        clock += elapsed[here, stop]
        early, late = windows[day, stop, EARLY], windows[day, stop, LATE]
        waited += max(0, early - clock)
        clock = max(clock, early)
        if clock > late:
            return -1
        slack = min(slack, waited + late - clock)
        here = stop
    clock += elapsed[here, order[v, n + 1]]
    # Leaving later saves waiting at the doors, as far as no window is missed for it.
    too_long = clock - vehicles[v, FROM] - min(waited, slack) > vehicles[v, LONGEST]
    return -1 if too_long or clock > vehicles[v, UNTIL] else clock


@inlined
def insertion_cost(elapsed, windows, stops, vehicles, order, rounds, nodes, stop, v, p, cost, best):
    """Return the cost of inserting a stop at ``p``: ``best`` if infeasible or no cheaper. ``cost`` is the detour."""
    if rounds[v, LOAD] + stops[stop, VOLUME] > vehicles[v, CAPACITY]:
        return best
    before, after, day = order[v, p - 1], order[v, p], vehicles[v, DAY]
    clock = max(nodes[before, EARLIEST] + elapsed[before, stop], windows[day, stop, EARLY])
    if clock > windows[day, stop, LATE] or clock + elapsed[stop, after] > nodes[after, LATEST]:
        return best
    # EARLIEST and LATEST decide in constant time, but not on overtime or the length of the round.
    if vehicles[v, FAIR_PRICE] > 0 or vehicles[v, LONGEST] < vehicles[v, UNTIL] - vehicles[v, FROM]:
        back = return_time(elapsed, windows, vehicles, order, rounds, v, p, stop)
        if back < 0:
            return best
        over = max(0, back - vehicles[v, FAIR_UNTIL])
        cost += vehicles[v, FAIR_PRICE] * over - overtime(vehicles, order, rounds, nodes, v)
    return min(best, cost)


@inlined
def best_insertion(inbound, outbound, elapsed, windows, stops, near, surcharge, vehicles, order, rounds, nodes, stop):
    """Return round, position and cost of a stop's cheapest insertion; round -1 if leaving it unserved is cheapest."""
    best, which, where = stops[stop, PENALTY], -1, 0
    blink = int(np.log(1.0 - np.random.random()) / LOG_NO_BLINK)  # the first position that is skipped
    for k in range(near.shape[1]):
        beside = near[stop, k]
        v = nodes[beside, ROUND]
        if v < 0:
            continue
        at, extra = nodes[beside, POSITION], surcharge[stop, v]
        before, after = order[v, at - 1], order[v, at + 1]
        first = inbound[stop, before] + outbound[stop, beside] - nodes[beside, TRAVEL] + extra
        then = inbound[stop, beside] + outbound[stop, after] - nodes[after, TRAVEL] + extra
        if min(first, then) >= best:
            continue
        for p in range(at, at + 2):
            cost = first if p == at else then
            if cost < best and blink != 2 * k + p - at:
                cost = insertion_cost(elapsed, windows, stops, vehicles, order, rounds, nodes, stop, v, p, cost, best)
                if cost < best:
                    best, which, where = cost, v, p
    tried = -1  # one empty round of each kind is enough
    for v in range(len(rounds)):
        if rounds[v, LENGTH] == 0 and vehicles[v, KIND] != tried:
            tried = vehicles[v, KIND]
            end = order[v, 1]
            cost = inbound[stop, order[v, 0]] + outbound[stop, end] - nodes[end, TRAVEL] + surcharge[stop, v]
            if cost < best:
                cost = insertion_cost(elapsed, windows, stops, vehicles, order, rounds, nodes, stop, v, 1, cost, best)
                if cost < best:
                    best, which, where = cost, v, 1
    return which, where, best


@inlined
def insert(outbound, elapsed, windows, stops, vehicles, order, rounds, nodes, stop, v, p, cost):
    """Insert a stop at position ``p`` of a round."""
    for i in range(rounds[v, LENGTH] + 2, p, -1):
        order[v, i] = order[v, i - 1]
    order[v, p] = stop
    nodes[stop, ROUND] = v
    nodes[stop, OPEN] = windows[vehicles[v, DAY], stop, EARLY]
    nodes[stop, CLOSE] = windows[vehicles[v, DAY], stop, LATE]
    rounds[v, LENGTH] += 1
    rounds[v, LOAD] += stops[stop, VOLUME]
    rounds[v, COST] += cost
    set_leg(outbound, elapsed, vehicles, order, rounds, nodes, v, p)
    set_leg(outbound, elapsed, vehicles, order, rounds, nodes, v, p + 1)


@compiled
def evaluate(outbound, elapsed, windows, stops, surcharge, vehicles, order, rounds, nodes, unserved, state, seed):
    """Set every column that follows from the orders, and seed the random numbers."""
    np.random.seed(seed)
    n, cost, n_unserved = len(stops), 0, 0
    for stop in range(n):
        nodes[stop, ROUND] = -1
    for v in range(len(rounds)):
        start, end, day = order[v, 0], order[v, rounds[v, LENGTH] + 1], vehicles[v, DAY]
        nodes[start, EARLIEST] = nodes[end, OPEN] = vehicles[v, FROM]
        nodes[end, LATEST] = vehicles[v, UNTIL]
        nodes[start, ROUND], nodes[end, ROUND] = v, v
        rounds[v, LOAD] = 0
        for i in range(1, rounds[v, LENGTH] + 1):
            stop = order[v, i]
            nodes[stop, ROUND], rounds[v, LOAD] = v, rounds[v, LOAD] + stops[stop, VOLUME]
            nodes[stop, OPEN], nodes[stop, CLOSE] = windows[day, stop, EARLY], windows[day, stop, LATE]
            set_leg(outbound, elapsed, vehicles, order, rounds, nodes, v, i)
        set_leg(outbound, elapsed, vehicles, order, rounds, nodes, v, rounds[v, LENGTH] + 1)
        set_earliest(order, rounds, nodes, v, 1)
        set_latest(order, nodes, v, rounds[v, LENGTH])
        set_cost(surcharge, vehicles, order, rounds, nodes, v)
        cost += rounds[v, COST]
    for stop in range(n):
        if nodes[stop, ROUND] < 0:
            unserved[n_unserved] = stop
            n_unserved += 1
            cost += stops[stop, PENALTY]
    state[CURRENT], state[BEST], state[N_UNSERVED] = cost, cost, n_unserved


@inlined
def ruin(outbound, elapsed, stops, near, surcharge, vehicles, order, rounds, nodes, saved_nodes, saved_rounds,
         removed, n_removed):  # fmt: skip
    """Remove a string from each round near a random stop; return how many rounds are saved and stops removed."""
    n, n_used = len(stops), 0
    for v in range(len(rounds)):
        n_used += rounds[v, LENGTH] > 0
    longest = min(LONGEST_STRING, (n - n_removed) / max(1, n_used))
    n_strings = int(np.random.random() * (4 * MEAN_REMOVED / (1 + longest) - 1) + 1.0)
    seed = int(np.random.random() * n)
    n_saved = 0
    for k in range(-1, near.shape[1]):
        stop = seed if k < 0 else near[seed, k]
        v = nodes[stop, ROUND]
        if v < 0 or n_saved == save_round(order, rounds, nodes, saved_nodes, saved_rounds, n_saved, v):
            continue
        n_saved += 1
        n_removed, first, gap = remove_string(stops, order, rounds, nodes, removed, n_removed, v, stop, longest)
        set_leg(outbound, elapsed, vehicles, order, rounds, nodes, v, first)
        if gap:
            set_leg(outbound, elapsed, vehicles, order, rounds, nodes, v, first + gap)
        set_earliest(order, rounds, nodes, v, first)
        set_latest(order, nodes, v, rounds[v, LENGTH])
        set_cost(surcharge, vehicles, order, rounds, nodes, v)
        if n_saved >= n_strings:
            break
    return n_saved, n_removed


@inlined
def recreate(inbound, outbound, elapsed, windows, stops, near, surcharge, vehicles, order, rounds, nodes,
             saved_nodes, saved_rounds, removed, n_saved, n_removed, change, bound):  # fmt: skip
    """Insert each removed stop where it is cheapest; return rounds saved, stops still unserved, change of cost.

    An insertion hardly ever lowers the cost, so a step whose change reaches ``bound`` is rejected at once: -1 unserved.
    """
    sort_removed(stops, removed, n_removed)
    n_unserved = 0
    for k in range(n_removed):
        stop = removed[k]
        v, p, cost = best_insertion(
            inbound, outbound, elapsed, windows, stops, near, surcharge, vehicles, order, rounds, nodes, stop
        )
        change += cost
        if change >= bound:
            return n_saved, -1, change
        if v < 0:
            removed[n_unserved] = stop
            n_unserved += 1
            continue
        n_saved = save_round(order, rounds, nodes, saved_nodes, saved_rounds, n_saved, v)
        insert(outbound, elapsed, windows, stops, vehicles, order, rounds, nodes, stop, v, p, cost)
        set_earliest(order, rounds, nodes, v, p)
        set_latest(order, nodes, v, p)
    return n_saved, n_unserved, change


@compiled
def run_steps(inbound, outbound, elapsed, windows, stops, near, surcharge, vehicles, order, rounds, nodes,
              saved_nodes, saved_rounds, removed, unserved, best, state, temperature, n_steps):  # fmt: skip
    """Take some steps at one temperature; ``best`` holds the incumbent: for each vehicle its length, then its stops."""
    for _ in range(n_steps):
        n_before, change = state[N_UNSERVED], 0
        for k in range(n_before):  # stops unserved so far are tried again with the removed ones
            removed[k] = unserved[k]
            change -= stops[unserved[k], PENALTY]
        n_saved, n_removed = ruin(outbound, elapsed, stops, near, surcharge, vehicles, order, rounds, nodes,
                                  saved_nodes, saved_rounds, removed, n_before)  # fmt: skip
        for k in range(n_saved):
            change += rounds[saved_rounds[k, OWNER], COST] - saved_rounds[k, COST]
        # Simulated annealing, with the acceptance threshold drawn first: recreate can then stop early.
        bound = -temperature * np.log(1.0 - np.random.random())
        n_saved, n_unserved, change = recreate(
            inbound, outbound, elapsed, windows, stops, near, surcharge, vehicles, order, rounds, nodes, saved_nodes,
            saved_rounds, removed, n_saved, n_removed, change, bound)  # fmt: skip
        if n_unserved < 0:
            for k in range(n_before):
                nodes[unserved[k], ROUND] = -1
            restore(order, rounds, nodes, saved_nodes, saved_rounds, n_saved)
            continue
        state[CURRENT] += change
        state[N_UNSERVED] = n_unserved
        for k in range(n_unserved):
            unserved[k] = removed[k]
        if state[CURRENT] < state[BEST]:
            state[BEST] = state[CURRENT]
            for v in range(len(rounds)):
                best[v, 0] = rounds[v, LENGTH]
                for i in range(1, rounds[v, LENGTH] + 1):
                    best[v, i] = order[v, i]
