"""Ruin and recreate, compiled: strings of neighbouring stops are torn out of their rounds and put back, while it cools.

The method is SISR (Christiaens and Vanden Berghe, Slack Induction by String Removals for Vehicle Routing Problems,
2020) on the arrays of one piece. OR-Tools knows it too, but a step takes it forty times as long: its solver propagates
every change. Whatever this search finds is weighed by ``Piece.cost``. Runs only inside a child process.

Numba compiles what is here once a machine and keeps the result beside this file or in the user's cache. It notices only
changes of the file itself, so all that is compiled stays in this one file, and so do the columns of its arrays. It is
slow with tuples of arrays (each call counts the references of all of them): hence the many plain arrays.

roads[a, b]      int32   from place a to place b, stops first: TRAVEL; SPENT, from the start of service at a to the
                         earliest start at b
opens[day, stop] int64   EARLY and LATE start of service on that kind of day
doors[stop]      int64   PRICE of leaving it out, VOLUME, how far AWAY the nearest start is, when it OPENs and how WIDE
near[stop]       int32   its neighbours, nearest first
dear[v, stop]    int64   what it costs more with courier v; NOT_ALLOWED if he may not serve it
crew[v]          int64   START to KIND of a courier; KIND is the same for couriers who differ in nothing
order[v]         int32   the stops of a round
rounds[v]        int64   LENGTH, COST, LOAD of a round, and when it is BACK
place[stop]      int64   CARRIER (-1: left out), position AT, BEGUN the earliest and LATEST the latest start of service
kept, were       int64   rounds as they were before a step: stops with BEGUN, LATEST; rows of ``rounds``, and WHOSE
out, left        int64   stops torn out in a step; stops left out between steps, N_LEFT of them
state            int64   the cost NOW and the LEAST so far, N_LEFT
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

TRAVEL, SPENT = 0, 1
EARLY, LATE = 0, 1
PRICE, VOLUME, AWAY, OPEN, WIDE = range(5)
START, END, FROM, UNTIL, FIXED, CAPACITY, LONGEST, FAIR_UNTIL, FAIR_PRICE, DAY, KIND = range(11)
LENGTH, COST, LOAD, BACK, WHOSE = range(5)
CARRIER, AT, BEGUN, LATEST = range(4)
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


@compiled
def forward(roads, opens, crew, order, rounds, place, v, p):
    """Set the earliest starts of a round from position ``p`` on, and when it is back."""
    day, n = crew[v, DAY], rounds[v, LENGTH]
    here = order[v, p - 1] if p else crew[v, START]
    clock = place[here, BEGUN] if p else crew[v, FROM]
    for i in range(p, n):
        stop = order[v, i]
        clock = max(clock + roads[here, stop, SPENT], opens[day, stop, EARLY])
        place[stop, BEGUN] = clock
        place[stop, AT] = i
        here = stop
    rounds[v, BACK] = clock + roads[here, crew[v, END], SPENT] if n else clock


@compiled
def backward(roads, opens, crew, order, rounds, place, v, p):
    """Set the latest starts of a round from position ``p`` back to its beginning."""
    day, n = crew[v, DAY], rounds[v, LENGTH]
    last = p >= n - 1
    p = n - 1 if last else p
    after = crew[v, END] if last else order[v, p + 1]
    limit = crew[v, UNTIL] if last else place[after, LATEST]
    for i in range(p, -1, -1):
        stop = order[v, i]
        limit = min(limit - roads[stop, after, SPENT], opens[day, stop, LATE])
        place[stop, LATEST] = limit
        after = stop


@compiled
def price_round(roads, dear, crew, order, rounds, v):
    """Set what a round costs."""
    n, here = rounds[v, LENGTH], crew[v, START]
    cost = crew[v, FIXED] if n else 0
    for i in range(n):
        stop = order[v, i]
        cost += roads[here, stop, TRAVEL] + dear[v, stop]
        here = stop
    if n:
        cost += roads[here, crew[v, END], TRAVEL]
        cost += crew[v, FAIR_PRICE] * max(0, rounds[v, BACK] - crew[v, FAIR_UNTIL])
    rounds[v, COST] = cost


@compiled
def keep(order, rounds, place, kept, were, n_kept, v):
    """Remember a round as it is, once a step; return how many are remembered."""
    for k in range(n_kept):
        if were[k, WHOSE] == v:
            return n_kept
    for c in range(WHOSE):
        were[n_kept, c] = rounds[v, c]
    were[n_kept, WHOSE] = v
    for i in range(rounds[v, LENGTH]):
        stop = order[v, i]
        kept[n_kept, i, 0] = stop
        kept[n_kept, i, 1] = place[stop, BEGUN]
        kept[n_kept, i, 2] = place[stop, LATEST]
    return n_kept + 1


@compiled
def put_back(order, rounds, place, kept, were, n_kept):
    """Bring the remembered rounds back."""
    for k in range(n_kept):
        v = were[k, WHOSE]
        for c in range(WHOSE):
            rounds[v, c] = were[k, c]
        for i in range(rounds[v, LENGTH]):
            stop = kept[k, i, 0]
            order[v, i] = stop
            place[stop, CARRIER] = v
            place[stop, AT] = i
            place[stop, BEGUN] = kept[k, i, 1]
            place[stop, LATEST] = kept[k, i, 2]


@compiled
def tear(doors, order, rounds, place, out, n_out, v, stop, most):
    """Tear a string around a stop out of its round; return how many stops are out, and where the string began."""
    n, p = rounds[v, LENGTH], place[stop, AT]
    size = min(n, int(np.random.random() * min(n, most) + 1.0))
    stays = 0
    if 1 < size < n and np.random.random() < SPLIT:
        stays = 1
        while size + stays < n and np.random.random() < WIDER:
            stays += 1
    whole = size + stays
    low, high = max(0, p - whole + 1), min(p, n - whole)
    first = low + int(np.random.random() * (high - low + 1))
    spared = first + 1 + int(np.random.random() * (size - 1)) if stays else first + whole
    to = first
    for i in range(first, n):
        here = order[v, i]
        if i < first + whole and not spared <= i < spared + stays:
            out[n_out] = here
            n_out += 1
            place[here, CARRIER] = -1
            rounds[v, LOAD] -= doors[here, VOLUME]
        else:
            order[v, to] = here
            to += 1
    rounds[v, LENGTH] = to
    return n_out, first


@compiled
def sort_out(doors, out, n_out):
    """Sort the stops that are out: by chance, by their windows, or by how far they are from where rounds begin."""
    key = np.empty(n_out)
    drawn = np.random.random() * 11
    for k in range(n_out):
        stop = out[k]
        if drawn < 4:
            key[k] = np.random.random()
        elif drawn < 6:
            key[k] = doors[stop, WIDE]
        elif drawn < 10:
            key[k] = doors[stop, AWAY] if drawn < 8 else -doors[stop, AWAY]
        else:
            key[k] = doors[stop, OPEN]
    for k in range(1, n_out):
        this, stop, to = key[k], out[k], k - 1
        while to >= 0 and key[to] > this:
            key[to + 1] = key[to]
            out[to + 1] = out[to]
            to -= 1
        key[to + 1] = this
        out[to + 1] = stop


@compiled
def back_with(roads, opens, crew, order, rounds, v, p, new):
    """Return when a round is back with a stop put in at ``p``, -1 if that breaks a rule: the whole round is driven."""
    day, n = crew[v, DAY], rounds[v, LENGTH]
    clock, here = crew[v, FROM], crew[v, START]
    waited, slack = 0, crew[v, UNTIL]
    for i in range(n + 1):
        stop = new if i == p else order[v, i - (i > p)]
        clock += roads[here, stop, SPENT]
        early, late = opens[day, stop, EARLY], opens[day, stop, LATE]
        waited += max(0, early - clock)
        clock = max(clock, early)
        if clock > late:
            return -1
        slack = min(slack, waited + late - clock)
        here = stop
    clock += roads[here, crew[v, END], SPENT]
    too_long = clock - crew[v, FROM] - min(waited, slack) > crew[v, LONGEST]
    return -1 if too_long or clock > crew[v, UNTIL] else clock


@compiled
def cheapest(roads, opens, doors, near, dear, crew, order, rounds, place, stop):
    """Return the round and the position where a stop costs least, and that cost; round -1 to leave it out."""
    best, which, where = doors[stop, PRICE], -1, 0
    n_beside, tried = 2 * near.shape[1], -1
    v = p = 0
    overlooked = int(np.log(1.0 - np.random.random()) / NOT_BLINKING)
    for k in range(n_beside + len(rounds)):
        if k < n_beside:
            beside = near[stop, k // 2]
            v = place[beside, CARRIER]
            if v < 0 or k == overlooked:
                continue
            p = place[beside, AT] + k % 2
        else:
            v, p = k - n_beside, 0
            if rounds[v, LENGTH] > 0 or crew[v, KIND] == tried:
                continue
            tried = crew[v, KIND]
        n, day = rounds[v, LENGTH], crew[v, DAY]
        before = order[v, p - 1] if p else crew[v, START]
        after = order[v, p] if p < n else crew[v, END]
        more = roads[before, stop, TRAVEL] + roads[stop, after, TRAVEL] + dear[v, stop]
        more += -roads[before, after, TRAVEL] if n else crew[v, FIXED]
        if more >= best or rounds[v, LOAD] + doors[stop, VOLUME] > crew[v, CAPACITY]:
            continue
        clock = (place[before, BEGUN] if p else crew[v, FROM]) + roads[before, stop, SPENT]
        clock = max(clock, opens[day, stop, EARLY])
        limit = place[after, LATEST] if p < n else crew[v, UNTIL]
        if clock > opens[day, stop, LATE] or clock + roads[stop, after, SPENT] > limit:
            continue
        if crew[v, FAIR_PRICE] > 0 or crew[v, LONGEST] < crew[v, UNTIL] - crew[v, FROM]:
            back = back_with(roads, opens, crew, order, rounds, v, p, stop)
            if back < 0:
                continue
            fair = crew[v, FAIR_UNTIL]
            more += crew[v, FAIR_PRICE] * (max(0, back - fair) - (max(0, rounds[v, BACK] - fair) if n else 0))
            if more >= best:
                continue
        best, which, where = more, v, p
    return which, where, best


@compiled
def insert(doors, order, rounds, place, stop, v, p, more):
    """Put a stop in at ``p`` of a round."""
    for i in range(rounds[v, LENGTH], p, -1):
        order[v, i] = order[v, i - 1]
    order[v, p] = stop
    place[stop, CARRIER] = v
    rounds[v, LENGTH] += 1
    rounds[v, LOAD] += doors[stop, VOLUME]
    rounds[v, COST] += more


@compiled
def begin(roads, opens, doors, dear, crew, order, rounds, place, left, state, seed):
    """Set all that is known of the rounds from their orders."""
    np.random.seed(seed)
    cost, n_left = 0, 0
    for stop in range(len(place)):
        place[stop, CARRIER] = -1
    for v in range(len(rounds)):
        rounds[v, LOAD] = 0
        for i in range(rounds[v, LENGTH]):
            place[order[v, i], CARRIER] = v
            rounds[v, LOAD] += doors[order[v, i], VOLUME]
        forward(roads, opens, crew, order, rounds, place, v, 0)
        backward(roads, opens, crew, order, rounds, place, v, rounds[v, LENGTH])
        price_round(roads, dear, crew, order, rounds, v)
        cost += rounds[v, COST]
    for stop in range(len(place)):
        if place[stop, CARRIER] < 0:
            left[n_left] = stop
            n_left += 1
            cost += doors[stop, PRICE]
    state[NOW], state[LEAST], state[N_LEFT] = cost, cost, n_left


@compiled
def ruin(roads, opens, doors, near, dear, crew, order, rounds, place, kept, were, out, n_out):
    """Tear strings out of the rounds around a stop drawn by chance; return rounds remembered and stops out."""
    n, n_used = len(place), 0
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
        n_out, first = tear(doors, order, rounds, place, out, n_out, v, stop, most)
        forward(roads, opens, crew, order, rounds, place, v, first)
        backward(roads, opens, crew, order, rounds, place, v, rounds[v, LENGTH])
        price_round(roads, dear, crew, order, rounds, v)
        if n_kept >= n_strings:
            break
    return n_kept, n_out


@compiled
def recreate(roads, opens, doors, near, dear, crew, order, rounds, place, kept, were, out, n_kept, n_out):
    """Put each stop that is out where it costs least; return rounds remembered, and how many stops stay out."""
    sort_out(doors, out, n_out)
    n_still = 0
    for k in range(n_out):
        stop = out[k]
        v, p, more = cheapest(roads, opens, doors, near, dear, crew, order, rounds, place, stop)
        if v < 0:
            out[n_still] = stop
            n_still += 1
            continue
        n_kept = keep(order, rounds, place, kept, were, n_kept, v)
        insert(doors, order, rounds, place, stop, v, p, more)
        forward(roads, opens, crew, order, rounds, place, v, p)
        backward(roads, opens, crew, order, rounds, place, v, p)
    return n_kept, n_still


@compiled
def search(
    roads, opens, doors, near, dear, crew, order, rounds, place, kept, were, out, left, best, state, heat, n_steps
):
    """Take some steps at one heat; ``best`` are the cheapest rounds so far, each after its length."""
    for _ in range(n_steps):
        n_left, change = state[N_LEFT], 0
        for k in range(n_left):
            out[k] = left[k]
            change -= doors[left[k], PRICE]
        n_kept, n_out = ruin(roads, opens, doors, near, dear, crew, order, rounds, place, kept, were, out, n_left)
        n_kept, n_still = recreate(
            roads, opens, doors, near, dear, crew, order, rounds, place, kept, were, out, n_kept, n_out
        )
        for k in range(n_still):
            change += doors[out[k], PRICE]
        for k in range(n_kept):
            change += rounds[were[k, WHOSE], COST] - were[k, COST]
        if change >= -heat * np.log(1.0 - np.random.random()):
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
                for i in range(rounds[v, LENGTH]):
                    best[v, i + 1] = order[v, i]
