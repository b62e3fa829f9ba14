"""A courier's acts in any order: late, doubled, told by three devices, with counts and new plans in between.

Whatever comes when, the pieces end where they would have ended had everything come at once, and no line that two sides
signed is written anew.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from postal import doorstep, rounds
from postal.models import HandoverLine, Item
from postal.rules.lifecycle import holder
from routing import Unserved
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import DAY, EVENING, MORNING
from tests.scale import record_figure, scaled

WEDNESDAY = date(2026, 11, 25)  # the 24th is a holiday
NEXT = MORNING + (WEDNESDAY - DAY)
MINUTE = timedelta(minutes=1)
N = scaled(40, 20_000)
CHUNKS = scaled(2, 40)
_RUN: list[int] = []
REASONS = ("VANG_NHA", "TU_CHOI", "KHONG_TIM_THAY")


@dataclass(frozen=True)
class Act:
    """One true act at a door: which item, how many minutes after the morning's load, a reason where it failed."""

    item: int
    minutes: int
    reason: str | None
    is_next_day: bool = False


@dataclass(frozen=True)
class Story:
    """What truly happened: acts, the items that came back in the evening, and which of them were taken out again.

    Planned again is only what was not tried: what an office plans else depends on what it was told by then.
    """

    acts: tuple[Act, ...]
    back: frozenset[int]
    again: frozenset[int]


def story(chance, n_items):
    acts, back, again = [], set(), set()
    is_planned_again = chance.random() < 0.7
    for item in range(n_items):
        minutes, n_failed = chance.randint(10, 60), chance.choice((0, 0, 1, 2))
        for _ in range(n_failed):
            acts.append(Act(item, minutes, chance.choice(REASONS)))
            minutes += chance.randint(31, 120)
        if chance.random() < 0.5:
            acts.append(Act(item, minutes, None))
            continue
        back.add(item)
        if is_planned_again and n_failed == 0:
            again.add(item)
            reason = chance.choice((None, None, *REASONS))
            acts.append(Act(item, chance.randint(10, 400), reason, is_next_day=True))
    return Story(tuple(acts), frozenset(back), frozenset(again))


def told(items, act, device, apart=0):
    """Return an act as one of three devices tells it; another device's clock is a little apart."""
    at = (NEXT if act.is_next_day else MORNING) + act.minutes * MINUTE
    name = f"{device}-{items[act.item].id}-{act.minutes}-{act.is_next_day}"
    if act.reason is None:
        made = replace(a_day.delivered(items[act.item], minutes=act.minutes), scan_id=name)
    else:
        made = replace(a_day.failed(items[act.item], act.reason, at=at), scan_id=name)
    return replace(made, happened_at=at + timedelta(seconds=apart))


class Post:
    """The server's side of a story: scans as they come, the evening's count, the next day's plan."""

    def __init__(self, session, day, plan):
        self.session, self.day, self.plan = session, day, plan
        self.courier_of = {i.id: n for n, one in enumerate(plan.rounds) for s in one.stops for i in s.consignment.items}

    def hear(self, scans, now):
        for n in (0, 1):
            own = [one for one in scans if self._courier(one) == n]
            if own:
                doorstep.record_scans(build.act(self.session, now, by=self.day.actor(n)), own)

    def _courier(self, scan):
        return self.courier_of[next(i.id for i in self.day.items if i.s10 == scan.s10)]

    def count(self, back):
        for one in self.plan.rounds:
            own = {i.id for s in one.stops for i in s.consignment.items}
            codes = [self.day.items[n].s10 for n in back if self.day.items[n].id in own]
            rounds.close_round(build.act(self.session, EVENING), one.id, scanned=codes)

    def plan_again(self, again):
        shares = [[], []]
        for item in (self.day.items[n] for n in sorted(again)):
            shares[self.courier_of[item.id]].append(str(item.consignment_id))
        if not again:
            return
        problem = rounds.planning_problem(self.session, WEDNESDAY, now=EVENING + timedelta(hours=2))
        planned = {stop_id for share in shares for stop_id in share}
        left = [Unserved(stop_id=s.stop_id, reason="no_room") for s in problem.stops if s.stop_id not in planned]
        plan = replace(a_day.hand_made_plan(problem, shares), unserved=tuple(left))
        saved = rounds.save_plan(build.act(self.session, EVENING), WEDNESDAY, problem, plan)
        rounds.publish_plan(build.act(self.session, EVENING), saved.id)
        for one in saved.rounds:
            codes = [i.s10 for stop in one.stops for i in stop.consignment.items]
            rounds.start_round(build.act(self.session, NEXT), one.id, scanned=codes)

    def end(self):
        self.session.flush()
        items = self.session.scalars(select(Item).order_by(Item.id).execution_options(populate_existing=True)).all()
        return [(str(item.state), str(holder(item.state))) for item in items]

    def signed(self):
        query = select(HandoverLine.id, HandoverLine.handover_id, HandoverLine.item_id, HandoverLine.found)
        return {row.id: tuple(row) for row in self.session.execute(query)}


def as_it_happened(post, items, tale):
    today = [act for act in tale.acts if not act.is_next_day]
    for act in sorted(today, key=lambda act: act.minutes):
        post.hear([told(items, act, "a")], MORNING + (act.minutes + 1) * MINUTE)
    post.count(tale.back)
    post.plan_again(tale.again)
    for act in (act for act in tale.acts if act.is_next_day):
        post.hear([told(items, act, "a")], NEXT + (act.minutes + 1) * MINUTE)
    return post.end()


def as_it_came(post, items, tale, chance):
    """Deliver the same acts late, twice, by other devices, shuffled and in batches around counts and plans."""
    copies = []
    for act in tale.acts:
        first = chance.choice("abc")
        copies.append((act, told(items, act, first)))
        if chance.random() < 0.4:
            copies.append((act, told(items, act, first)))
        if chance.random() < 0.4:
            other = chance.choice([name for name in "abc" if name != first])
            copies.append((act, told(items, act, other, apart=chance.randint(-50, 50))))
    chance.shuffle(copies)
    early = [one for act, one in copies if not act.is_next_day and chance.random() < 0.5]
    late = [one for act, one in copies if not any(one is known for known in early)]
    in_batches(post, early, EVENING - timedelta(hours=1), chance)
    post.count(tale.back)
    between = [one for one in late if one.happened_at < EVENING and chance.random() < 0.5]
    in_batches(post, between, EVENING + timedelta(hours=1), chance)
    before = post.signed()
    post.plan_again(tale.again)
    in_batches(post, [one for one in late if one not in between], NEXT + timedelta(hours=9), chance)
    after = post.signed()
    assert {line: after[line] for line in before} == before, "a signed line was written anew"
    return post.end()


def in_batches(post, scans, now, chance):
    while scans:
        n = chance.randint(1, len(scans))
        post.hear(scans[:n], now)
        scans, now = scans[n:], now + MINUTE


@pytest.fixture
def began(session):
    day = a_day.build_day(session, n=6)
    return day, a_day.walking(session)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_one_story_ends_in_one_state_however_it_is_told(session, began, chunk):
    day, plan = began
    n = N // CHUNKS
    for seed in range(chunk * n, (chunk + 1) * n):
        chance = random.Random(seed)
        tale = story(chance, len(day.items))
        ends = []
        for tell in (as_it_happened, lambda *of, by=chance: as_it_came(*of, by)):
            with session.begin_nested() as here:
                ends.append(tell(Post(session, day, plan), day.items, tale))
                here.rollback()
            session.expire_all()
        assert ends[0] == ends[1], (seed, tale)
    _RUN.append(n)
    if sum(_RUN) == N:
        record_figure("histories of couriers' acts that end in one state", N, "histories")
        _RUN.clear()
