"""Couriers' acts in any order: late, doubled, told by three devices, with moves, counts and new plans in between.

Whatever comes when, the pieces end where what truly happened leaves them, and no line that two sides signed is written
anew. That what is told in its own order ends there as well is asked of every tenth day.

A history is the life of six pieces at two couriers. Forty of them are told in one day of 120 stops a courier, by the
same six phones, in the same requests and counts: so it is on the road, and what costs once a day is paid once for
forty. They are counted apart: `make test-long` tells 20,000 on SQLite and the first 1,000 of them on PostgreSQL too;
what is stated is that all of them were told.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from postal import doorstep, rounds, under_way
from postal.chain.unsealed import take_unsealed
from postal.models import HandoverLine, Item
from postal.rules.lifecycle import State, holder
from routing import Unserved
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import DAY, EVENING, MORNING
from tests.scale import record_figure, scaled

IN_ORDER_EVERY = 10
WEDNESDAY = date(2026, 11, 25)  # the 24th is a holiday
NEXT = MORNING + (WEDNESDAY - DAY)
MINUTE = timedelta(minutes=1)
MOVED_AT = 100  # minutes after the morning's load
PIECES, OF_A_DAY = 6, 40
DAYS = {"sqlite": scaled(1, 500), "postgresql": scaled(1, 25)}
CHUNKS = scaled(1, 25)
_TOLD: Counter[str] = Counter()
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

    ``moved`` are those that passed to the other courier at noon, who did what was done after that. Planned again is
    only what was not tried: what an office plans else depends on what it was told by then.
    """

    acts: tuple[Act, ...]
    back: frozenset[int]
    again: frozenset[int]
    moved: frozenset[int]


def story(chance, pieces):
    acts, back, again, moved = [], set(), set(), set()
    is_planned_again = chance.random() < 0.7
    for item in pieces:
        minutes, n_failed = chance.randint(10, 60), chance.choice((0, 0, 1, 2))
        for _ in range(n_failed):
            acts.append(Act(item, minutes, chance.choice(REASONS)))
            minutes += chance.randint(31, 120)
        is_delivered = chance.random() < 0.5
        if chance.random() < 0.3 and (minutes > MOVED_AT or not is_delivered):
            moved.add(item)
        if is_delivered:
            acts.append(Act(item, minutes, None))
            continue
        back.add(item)
        if is_planned_again and n_failed == 0:
            again.add(item)
            reason = chance.choice((None, None, *REASONS))
            acts.append(Act(item, chance.randint(10, 400), reason, is_next_day=True))
    return Story(tuple(acts), frozenset(back), frozenset(again), frozenset(moved))


def together(tales):
    """Return the stories of one day as one."""
    return Story(
        tuple(act for tale in tales for act in tale.acts),
        *(frozenset().union(*(getattr(tale, name) for tale in tales)) for name in ("back", "again", "moved")),
    )


@dataclass(frozen=True)
class Device:
    """One of three phones: its clock is wrong all along, and may be set by days in between."""

    name: str
    wrong: timedelta = timedelta(0)
    is_set_at: int = 10_000
    set_by: timedelta = timedelta(0)

    def off(self, minutes):
        return self.wrong + (self.set_by if minutes >= self.is_set_at else timedelta(0))

    def tells(self, items, act, apart=0):
        """Return an act as this phone keeps it: by its own clock, numbered, with the offset heard in the morning."""
        morning = NEXT if act.is_next_day else MORNING
        at, minutes = morning + act.minutes * MINUTE, (morning - MORNING) // MINUTE + act.minutes
        name = f"{self.name}-{items[act.item].id}-{act.minutes}-{act.is_next_day}"
        if act.reason is None:
            made = a_day.delivered(items[act.item])
        else:
            made = replace(a_day.failed(items[act.item], act.reason), words="đã tìm", pictures=(f"{name}-door",))
        at_device = at + self.off(minutes) + timedelta(seconds=apart)
        return replace(
            made,
            scan_id=name,
            seq=minutes * 1000 + act.item,
            happened_at=at_device,
            called_at=(at_device - MINUTE,),
            clock_offset=-self.off((morning - MORNING) // MINUTE),
            heard_at=morning,
        )


def devices(chance):
    """Return three phones; one clock in three is right, one in three is set while there is no signal."""
    made = []
    for name in "abc":
        wrong = timedelta(minutes=chance.choice((0, chance.randint(-4000, 4000))))
        set_by = timedelta(days=chance.choice((-2, -1, 1, 2)))
        made.append(Device(name, wrong, chance.choice((10_000, 10_000, chance.randint(10, 300))), set_by))
    return {one.name: one for one in made}


RIGHT = {name: Device(name) for name in "abc"}


class Post:
    """The server's side of a day: scans as they come, the noon's move, the evening's count, the next day's plan."""

    def __init__(self, session, pieces, rounds_, phones, tale):
        self.session, self.items, self.rounds, self.phones, self.tale = session, pieces, rounds_, phones, tale

    def hear(self, told, now, by=RIGHT):
        """Take pairs of an act and its scan, each from the phone it was noted on."""
        for (n, name), actor in self.phones.items():
            own = [one for act, one in told if self.who(act) == n and one.scan_id.startswith(f"{name}-")]
            if own:
                sent_at = now + by[name].off((now - MORNING) // MINUTE)
                sent = [replace(one, sent_at=sent_at) for one in own]
                answers = doorstep.record_scans(build.act(self.session, now, by=actor), sent)
                assert {one.status for one in answers} <= {"recorded", "held", "known"}, answers

    def who(self, act):
        """Return whose act it was: of a piece that was moved at noon the other courier's from then on."""
        first = self.items[act.item].courier
        is_moved = act.item in self.tale.moved and not act.is_next_day and act.minutes > MOVED_AT
        return 1 - first if is_moved else first

    def move(self):
        """Let each courier give stops to the other; both confirm what changes hands on a phone."""
        now = MORNING + MOVED_AT * MINUTE
        for n in (0, 1):
            moved = [self.items[k] for k in self.tale.moved if self.items[k].courier == n]
            if not moved:
                continue
            ids, taker = [one.stop_id for one in moved], self.rounds[1 - n]
            move = under_way.move_stops(build.act(self.session, now), ids, taker.id, reason="xe hỏng").move
            codes = [piece.item.s10 for piece in move.pieces]
            assert len(codes) == len(moved)
            for side in (n, 1 - n):
                act = build.act(self.session, now, by=self.phones[side, "a"])
                confirmed = under_way.confirm_pieces(act, move.id, codes)
            assert confirmed.is_over

    def count(self):
        for n, one in enumerate(self.rounds):
            back = [k for k in sorted(self.tale.back) if self.who(Act(k, 24 * 60, None)) == n]
            codes = [self.items[k].s10 for k in back]
            rounds.close_round(build.act(self.session, EVENING), one.id, scanned=codes)

    def plan_again(self):
        shares = [[], []]
        for item in (self.items[n] for n in sorted(self.tale.again)):
            shares[item.courier].append(str(item.consignment_id))
        if not self.tale.again:
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
        query = select(Item.state, Item.courier_id).order_by(Item.id)
        return [(state, holder(state), courier_id) for state, courier_id in self.session.execute(query)]

    def truth(self):
        """Return where each piece is and who answers for it after what truly happened, whoever told what when."""
        at_office = State.AT_OFFICE
        ends = {k: (at_office, self.who(Act(k, 24 * 60, None))) for k in range(len(self.items))}
        for act in self.tale.acts:
            if act.is_next_day or act.reason is None:
                ends[act.item] = (State.DELIVERED if act.reason is None else State.ATTEMPTED, self.who(act))
        ids = [one.courier_id for one in self.rounds]
        return [(state, holder(state), ids[n]) for state, n in ends.values()]

    def signed(self):
        query = select(HandoverLine.id, HandoverLine.handover_id, HandoverLine.item_id, HandoverLine.found)
        return {row.id: tuple(row) for row in self.session.execute(query)}


def as_it_happened(post):
    told = [(act, RIGHT["a"].tells(post.items, act)) for act in sorted(post.tale.acts, key=lambda one: one.minutes)]
    before = [one for one in told if is_before_move(one[0])]
    post.hear(before, MORNING + (MOVED_AT - 1) * MINUTE)
    post.move()
    post.hear([one for one in told if not one[0].is_next_day and one not in before], EVENING - MINUTE)
    post.count()
    post.plan_again()
    post.hear([one for one in told if one[0].is_next_day], NEXT + timedelta(hours=9))
    return post.end()


def is_before_move(act):
    return act.minutes <= MOVED_AT and not act.is_next_day


def as_it_came(post, chance):
    """Deliver the same acts late, twice, by other devices, shuffled and in batches around moves, counts and plans."""
    copies, by = [], devices(chance)
    for act in post.tale.acts:
        first = chance.choice("abc")
        copies.append((act, by[first].tells(post.items, act)))
        if chance.random() < 0.4:
            copies.append((act, by[first].tells(post.items, act)))
        if chance.random() < 0.4:
            other = chance.choice([name for name in "abc" if name != first])
            copies.append((act, by[other].tells(post.items, act, apart=chance.randint(-50, 50))))
    chance.shuffle(copies)
    at_noon, early, between, late = [], [], [], []
    for act, one in copies:
        heard = [late] if act.is_next_day else [early, between, late, late]
        if is_before_move(act):
            heard += [at_noon, at_noon]
        chance.choice(heard).append((act, one))
    in_batches(post, at_noon, MORNING + MOVED_AT * MINUTE, chance, by)
    post.move()
    signed = post.signed()
    in_batches(post, early, EVENING - timedelta(hours=1), chance, by)
    post.count()
    in_batches(post, between, EVENING + timedelta(hours=1), chance, by)
    signed |= post.signed()
    post.plan_again()
    in_batches(post, late, NEXT + timedelta(hours=9), chance, by)
    after = post.signed()
    assert {line: after[line] for line in signed} == signed, "a signed line was written anew"
    return post.end()


def in_batches(post, told, now, chance, by):
    while told:
        n = chance.randint(1, len(told))
        post.hear(told[:n], now, by)
        told, now = told[n:], now + timedelta(seconds=10)


@dataclass(frozen=True)
class Piece:
    """What is fixed of an item once its day is planned: no rolled back day can change it."""

    id: int
    s10: str
    consignment_id: int
    courier: int
    stop_id: int


@dataclass(frozen=True)
class Round:
    id: int
    courier_id: int


@pytest.fixture
def began(session):
    """Return a morning: the pieces of all stories on two rounds under way, three phones a courier."""
    day = a_day.build_day(session, n=PIECES * OF_A_DAY)
    plan = a_day.walking(session)
    at = {s.consignment_id: (n, s.id) for n, one in enumerate(plan.rounds) for s in one.stops}
    pieces = [Piece(i.id, i.s10, i.consignment_id, *at[i.consignment_id]) for i in day.items]
    phones = {(n, name): a_day.phone_of(session, day.couriers[n], name) for n in (0, 1) for name in "abc"}
    return pieces, [Round(one.id, one.courier_id) for one in plan.rounds], phones


@pytest.fixture
def tell(session, began):
    """Return what tells a day one way and undoes it: the next starts from the same morning."""

    def told(tale, how):
        with session.begin_nested() as here:
            post = Post(session, *began, tale)
            end = how(post)
            here.rollback()
        session.expunge_all()
        take_unsealed(session)
        return end, post.truth()

    return told


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_one_story_ends_in_one_state_however_it_is_told(session, tell, chunk):
    dialect = session.get_bind().dialect.name
    n = DAYS[dialect] // CHUNKS
    for seed in range(chunk * n, (chunk + 1) * n):
        chance = random.Random(seed)
        tales = [story(chance, range(first, first + PIECES)) for first in range(0, PIECES * OF_A_DAY, PIECES)]
        tale = together(tales)
        ways = [lambda post, by=chance: as_it_came(post, by)]
        for way in ways if seed % IN_ORDER_EVERY else [as_it_happened, *ways]:
            end, truth = tell(tale, way)
            for first, told in zip(range(0, len(truth), PIECES), tales, strict=True):
                assert end[first : first + PIECES] == truth[first : first + PIECES], (seed, told)
    _TOLD[dialect] += n
    if _TOLD[dialect] == DAYS[dialect]:  # every chunk passed, in this process
        record_figure(
            f"histories of couriers' acts that end in one state, {dialect}", n * CHUNKS * OF_A_DAY, "histories"
        )
        del _TOLD[dialect]
