"""Ruin and recreate, compiled: strings of neighbouring stops are torn out of their rounds and put back, while it cools.

The method is SISR (Christiaens and Vanden Berghe, Slack Induction by String Removals for Vehicle Routing Problems,
2020) on the arrays of one piece. OR-Tools knows it too, but a step takes seventy times as long: its solver propagates
every change. Whatever this search finds is weighed by ``Piece.cost``. Runs only inside a child process.

Numba compiles what is here once a machine and keeps the result beside this file or in the user's cache. It notices only
changes of the file itself, so all that is compiled stays in this one file, and so do the columns of its arrays. It is
slow with tuples of arrays and with calls (each counts the references to its arrays), and tests each signed index for
being negative: hence plain arrays, unsigned indices, and functions that become part of their caller. Nodes are the
stops, and after them two for each courier, where his round begins and where it ends: a round is its nodes in order.

into[b, a]       int32   travel to node b from node a; out_of[a, b] the same way, told from its other end
spent[a, b]      int32   from the start of service at a to the earliest start at b
opens[day, stop] int64   EARLY and LATE start of service on that kind of day
doors[stop]      int64   PRICE of leaving it out, VOLUME, how far AWAY the nearest start is, when it OPENs and how WIDE
near[stop]       uint32  its neighbours, nearest first
dear[stop, v]    int64   what it costs more with courier v; NOT_ALLOWED if he may not serve it
crew[v]          int64   FROM to KIND of a courier; KIND is the same for couriers who differ in nothing
order[v]         uint32  the nodes of a round
rounds[v]        int64   LENGTH in stops, COST, LOAD of a round
place[node]      int64   CARRIER (-1: left out) and position AT; BEGUN the earliest and LATEST the latest start of
                         service; what it TOOK and how far one DROVE from the node before; the window, FIRST to LAST
kept, were       int64   rounds as they were before a step: rows of ``place`` with the node as AT; ``rounds``, and WHOSE
out, left        uint32  stops torn out in a step; stops left out between steps, N_LEFT of them
state            int64   the cost NOW and the LEAST so far, N_LEFT
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

EARLY, LATE = 0, 1
PRICE, VOLUME, AWAY, OPEN, WIDE = range(5)
FROM, UNTIL, FIXED, CAPACITY, LONGEST, FAIR_UNTIL, FAIR_PRICE, DAY, KIND = range(9)
LENGTH, COST, LOAD, WHOSE = range(4)
CARRIER, AT, BEGUN, LATEST, TOOK, DROVE, FIRST, LAST = range(8)
NOW, LEAST, N_LEFT = range(3)

NOT_ALLOWED = 2**40
MEAN_OUT, LONGEST_STRING = 15.0, 20.0
"""So many stops are torn out in a step on average, and at most so many next to each other."""
SPLIT, WIDER = 0.5, 0.99
"""How often a string is torn out around a part that stays, and how often that part is one stop longer."""
NOT_BLINKING = math.log(0.99)
"""One place in a hundred is overlooked when a stop is put back."""


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function compiled; where the machine has no place to keep the result, each child compiles anew."""
    try:
        return njit(cache=True, error_model="numpy")(function)
    except RuntimeError:
        return njit(error_model="numpy")(function)


within = njit(inline="always", error_model="numpy")
"""Compiles a function as a part of those that call it."""


@within
def link(out_of, spent, crew, order, rounds, place, v, p):
    """Set the way to the node at ``p`` of a round from the one before."""
    before, here = order[v, p - 1], order[v, p]
    place[here, TOOK] = spent[before, here]
    # the end of an empty round is reached at a negative price: the first stop put in takes it back
    place[here, DROVE] = out_of[before, here] if rounds[v, LENGTH] > 0 else -crew[v, FIXED]


@within
def forward(order, rounds, place, v, p):
    """Set the earliest starts of a round from position ``p`` on, and when it is back."""
    clock = place[order[v, p - 1], BEGUN]
    for i in range(p, rounds[v, LENGTH] + 2):
        here = order[v, i]
        clock = max(clock + place[here, TOOK], place[here, FIRST])
        place[here, BEGUN] = clock
        place[here, AT] = i


@within
def backward(order, place, v, p):
    """Set the latest starts of a round from position ``p`` back to its beginning."""
    after = order[v, p + 1]
    limit = place[after, LATEST] - place[after, TOOK]
    for i in range(p, 0, -1):
        here = order[v, i]
        limit = min(limit, place[here, LAST])
        place[here, LATEST] = limit
        limit -= place[here, TOOK]


@within
def unfair(crew, order, rounds, place, v):
    """Return what is to be paid for a round longer than is fair."""
    n = rounds[v, LENGTH]
    over = place[order[v, n + 1], BEGUN] - crew[v, FAIR_UNTIL]
    return crew[v, FAIR_PRICE] * over if n > 0 and over > 0 else 0


@within
def price_round(dear, crew, order, rounds, place, v):
    """Set what a round costs."""
    n = rounds[v, LENGTH]
    cost = crew[v, FIXED] + place[order[v, n + 1], DROVE] + unfair(crew, order, rounds, place, v)
    for i in range(1, n + 1):
        cost += place[order[v, i], DROVE] + dear[order[v, i], v]
    rounds[v, COST] = cost


@within
def keep(order, rounds, place, kept, were, n_kept, v):
    """Remember a round as it is, once a step; return how many are remembered."""
    for k in range(n_kept):
        if were[k, WHOSE] == v:
            return n_kept
    for c in range(WHOSE):
        were[n_kept, c] = rounds[v, c]
    were[n_kept, WHOSE] = v
    for i in range(1, rounds[v, LENGTH] + 2):
        for c in range(8):
            kept[n_kept, i, c] = place[order[v, i], c]
        kept[n_kept, i, AT] = order[v, i]
    return n_kept + 1


@within
def put_back(order, rounds, place, kept, were, n_kept):
    """Bring the remembered rounds back."""
    for k in range(n_kept):
        v = were[k, WHOSE]
        for c in range(WHOSE):
            rounds[v, c] = were[k, c]
        for i in range(1, rounds[v, LENGTH] + 2):
            here = kept[k, i, AT]
            for c in range(8):
                place[here, c] = kept[k, i, c]
            order[v, i], place[here, AT] = here, i


@within
def tear(doors, order, rounds, place, out, n_out, v, stop, most):
    """Tear a string around a stop out of its round; return how many are out, where it began, how many in it stay."""
    n, p = rounds[v, LENGTH], place[stop, AT] - 1
    size = min(n, int(np.random.random() * min(n, most) + 1.0))
    stays = 0
    if 1 < size < n and np.random.random() < SPLIT:
        stays = 1
        while size + stays < n and np.random.random() < WIDER:
            stays += 1
    whole = size + stays
    low, high = max(0, p - whole + 1), min(p, n - whole)
    first = 1 + low + int(np.random.random() * (high - low + 1))
    spared = first + 1 + int(np.random.random() * (size - 1)) if stays else first + whole
    to = first
    for i in range(first, n + 2):
        here = order[v, i]
        if i < first + whole and not spared <= i < spared + stays:
            out[n_out] = here
            n_out += 1
            place[here, CARRIER] = -1
            rounds[v, LOAD] -= doors[here, VOLUME]
        else:
            order[v, to] = here
            to += 1
    rounds[v, LENGTH] = to - 2
    return n_out, first, stays


@within
def sort_out(doors, out, n_out):
    """Sort the stops that are out: by chance, by their windows, or by how far they are from where rounds begin."""
    key, drawn = np.empty(n_out), np.random.random() * 11
    told, sign = WIDE if drawn < 6 else AWAY if drawn < 10 else OPEN, -1 if 8 <= drawn < 10 else 1
    for k in range(n_out):
        key[k] = np.random.random() if drawn < 4 else sign * doors[out[k], told]
    for k in range(1, n_out):
        this, stop, to = key[k], out[k], k - 1
        while to >= 0 and key[to] > this:
            key[to + 1] = key[to]
            out[to + 1] = out[to]
            to -= 1
        key[to + 1] = this
        out[to + 1] = stop


@within
def back_with(spent, opens, crew, order, rounds, v, p, new):
    """Return when a round is back with a stop put in at ``p``, -1 if that breaks a rule: the whole round is driven."""
    day, n = crew[v, DAY], rounds[v, LENGTH]
    clock, here = crew[v, FROM], order[v, 0]
    waited, slack = 0, crew[v, UNTIL]
    for i in range(1, n + 2):
        stop = new if i == p else order[v, i - (i > p)]
        clock += spent[here, stop]
        early, late = opens[day, stop, EARLY], opens[day, stop, LATE]
        waited += max(0, early - clock)
        clock = max(clock, early)
        if clock > late:
            return -1
        slack = min(slack, waited + late - clock)
        here = stop
    clock += spent[here, order[v, n + 1]]
    too_long = clock - crew[v, FROM] - min(waited, slack) > crew[v, LONGEST]
    return -1 if too_long or clock > crew[v, UNTIL] else clock


@within
def checked(spent, opens, doors, crew, order, rounds, place, stop, v, p, more, best):
    """Return what it costs to put a stop in at ``p`` of a round, ``best`` if a rule forbids it or it costs no less."""
    if rounds[v, LOAD] + doors[stop, VOLUME] > crew[v, CAPACITY]:
        return best
    before, after, day = order[v, p - 1], order[v, p], crew[v, DAY]
    clock = max(place[before, BEGUN] + spent[before, stop], opens[day, stop, EARLY])
    if clock > opens[day, stop, LATE] or clock + spent[stop, after] > place[after, LATEST]:
        return best
    if crew[v, FAIR_PRICE] > 0 or crew[v, LONGEST] < crew[v, UNTIL] - crew[v, FROM]:
        back = back_with(spent, opens, crew, order, rounds, v, p, stop)
        if back < 0:
            return best
        more += crew[v, FAIR_PRICE] * max(0, back - crew[v, FAIR_UNTIL]) - unfair(crew, order, rounds, place, v)
    return min(best, more)


@within
def cheapest(into, out_of, spent, opens, doors, near, dear, crew, order, rounds, place, stop):
    """Return the round and the position where a stop costs least, and that cost; round -1 to leave it out."""
    best, which, where = doors[stop, PRICE], -1, 0
    overlooked = int(np.log(1.0 - np.random.random()) / NOT_BLINKING)
    for k in range(near.shape[1]):
        beside = near[stop, k]
        v = place[beside, CARRIER]
        if v < 0:
            continue
        at, extra = place[beside, AT], dear[stop, v]
        before, after = order[v, at - 1], order[v, at + 1]
        first = into[stop, before] + out_of[stop, beside] - place[beside, DROVE] + extra
        then = into[stop, beside] + out_of[stop, after] - place[after, DROVE] + extra
        if min(first, then) >= best:
            continue
        for p in range(at, at + 2):
            more = first if p == at else then
            if more < best and overlooked != 2 * k + p - at:
                more = checked(spent, opens, doors, crew, order, rounds, place, stop, v, p, more, best)
                if more < best:
                    best, which, where = more, v, p
    tried = -1
    for v in range(len(rounds)):
        if rounds[v, LENGTH] == 0 and crew[v, KIND] != tried:
            tried = crew[v, KIND]
            end = order[v, 1]
            more = into[stop, order[v, 0]] + out_of[stop, end] - place[end, DROVE] + dear[stop, v]
            if more < best:
                more = checked(spent, opens, doors, crew, order, rounds, place, stop, v, 1, more, best)
                if more < best:
                    best, which, where = more, v, 1
    return which, where, best


@within
def insert(out_of, spent, opens, doors, crew, order, rounds, place, stop, v, p, more):
    """Put a stop in at ``p`` of a round."""
    for i in range(rounds[v, LENGTH] + 2, p, -1):
        order[v, i] = order[v, i - 1]
    order[v, p] = stop
    place[stop, CARRIER] = v
    place[stop, FIRST] = opens[crew[v, DAY], stop, EARLY]
    place[stop, LAST] = opens[crew[v, DAY], stop, LATE]
    rounds[v, LENGTH] += 1
    rounds[v, LOAD] += doors[stop, VOLUME]
    rounds[v, COST] += more
    link(out_of, spent, crew, order, rounds, place, v, p)
    link(out_of, spent, crew, order, rounds, place, v, p + 1)


@compiled
def begin(out_of, spent, opens, doors, dear, crew, order, rounds, place, left, state, seed):
    """Set all that is known of the rounds from their orders."""
    np.random.seed(seed)
    n, cost, n_left = len(doors), 0, 0
    for stop in range(n):
        place[stop, CARRIER] = -1
    for v in range(len(rounds)):
        start, end, day = order[v, 0], order[v, rounds[v, LENGTH] + 1], crew[v, DAY]
        place[start, BEGUN], place[end, LATEST], place[end, FIRST] = crew[v, FROM], crew[v, UNTIL], crew[v, FROM]
        place[start, CARRIER], place[end, CARRIER] = v, v
        rounds[v, LOAD] = 0
        for i in range(1, rounds[v, LENGTH] + 1):
            stop = order[v, i]
            place[stop, CARRIER], rounds[v, LOAD] = v, rounds[v, LOAD] + doors[stop, VOLUME]
            place[stop, FIRST], place[stop, LAST] = opens[day, stop, EARLY], opens[day, stop, LATE]
            link(out_of, spent, crew, order, rounds, place, v, i)
        link(out_of, spent, crew, order, rounds, place, v, rounds[v, LENGTH] + 1)
        forward(order, rounds, place, v, 1)
        backward(order, place, v, rounds[v, LENGTH])
        price_round(dear, crew, order, rounds, place, v)
        cost += rounds[v, COST]
    for stop in range(n):
        if place[stop, CARRIER] < 0:
            left[n_left] = stop
            n_left += 1
            cost += doors[stop, PRICE]
    state[NOW], state[LEAST], state[N_LEFT] = cost, cost, n_left


@within
def ruin(out_of, spent, doors, near, dear, crew, order, rounds, place, kept, were, out, n_out):
    """Tear strings out of the rounds around a stop drawn by chance; return rounds remembered and stops out."""
    n, n_used = len(doors), 0
    for v in range(len(rounds)):
        n_used += rounds[v, LENGTH] > 0
    most = min(LONGEST_STRING, (n - n_out) / max(1, n_used))
    n_strings = int(np.random.random() * (4 * MEAN_OUT / (1 + most) - 1) + 1.0)
    seed = int(np.random.random() * n)
    n_kept = 0
    for k in range(-1, near.shape[1]):
        stop = seed if k < 0 else near[seed, k]
        v = place[stop, CARRIER]
        if v < 0 or n_kept == keep(order, rounds, place, kept, were, n_kept, v):
            continue
        n_kept += 1
        n_out, first, stays = tear(doors, order, rounds, place, out, n_out, v, stop, most)
        link(out_of, spent, crew, order, rounds, place, v, first)
        if stays:
            link(out_of, spent, crew, order, rounds, place, v, first + stays)
        forward(order, rounds, place, v, first)
        backward(order, place, v, rounds[v, LENGTH])
        price_round(dear, crew, order, rounds, place, v)
        if n_kept >= n_strings:
            break
    return n_kept, n_out


@within
def recreate(
    into, out_of, spent, opens, doors, near, dear, crew, order, rounds, place, kept, were, out, n_kept, n_out,
    change, bound,
):  # fmt: skip
    """Put each stop that is out where it costs least; return rounds remembered, how many stay out, change of cost.

    Hardly any stop put back makes a day cheaper: once the change reaches the ``bound`` the step is over, -1 stay out.
    """
    sort_out(doors, out, n_out)
    n_still = 0
    for k in range(n_out):
        stop = out[k]
        v, p, more = cheapest(into, out_of, spent, opens, doors, near, dear, crew, order, rounds, place, stop)
        change += more
        if change >= bound:
            return n_kept, -1, change
        if v < 0:
            out[n_still] = stop
            n_still += 1
            continue
        n_kept = keep(order, rounds, place, kept, were, n_kept, v)
        insert(out_of, spent, opens, doors, crew, order, rounds, place, stop, v, p, more)
        forward(order, rounds, place, v, p)
        backward(order, place, v, p)
    return n_kept, n_still, change


@compiled
def search(
    into, out_of, spent, opens, doors, near, dear, crew, order, rounds, place, kept, were, out, left, best,
    state, heat, n_steps,
):  # fmt: skip
    """Take some steps at one heat; ``best`` are the cheapest rounds so far, each after its length."""
    for _ in range(n_steps):
        n_left, change = state[N_LEFT], 0
        for k in range(n_left):
            out[k] = left[k]
            change -= doors[left[k], PRICE]
        n_kept, n_out = ruin(out_of, spent, doors, near, dear, crew, order, rounds, place, kept, were, out, n_left)
        for k in range(n_kept):
            change += rounds[were[k, WHOSE], COST] - were[k, COST]
        bound = -heat * np.log(1.0 - np.random.random())
        n_kept, n_still, change = recreate(
            into, out_of, spent, opens, doors, near, dear, crew, order, rounds, place, kept, were, out, n_kept,
            n_out, change, bound,
        )  # fmt: skip
        if n_still < 0:
            for k in range(n_left):
                place[left[k], CARRIER] = -1
            put_back(order, rounds, place, kept, were, n_kept)
            continue
        state[NOW] += change
        state[N_LEFT] = n_still
        for k in range(n_still):
            left[k] = out[k]
        if state[NOW] < state[LEAST]:
            state[LEAST] = state[NOW]
            for v in range(len(rounds)):
                best[v, 0] = rounds[v, LENGTH]
                for i in range(1, rounds[v, LENGTH] + 1):
                    best[v, i] = order[v, i]
