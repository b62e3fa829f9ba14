"""What one phone tells in several requests: ordered by its own numbers, with every instant by our clock."""

import itertools
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import doorstep
from postal.life import facts, tracking
from postal.models import CourierNote, TrackingEvent
from postal.rules.lifecycle import State
from postal.rules.sequences import Numbered, in_turn
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import EVENING, MORNING
from tests.scale import scaled

MINUTE, HOUR, A_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def day(session):
    day = a_day.build_day(session, n=3)
    a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
    return day


@pytest.fixture
def phone(session, day):
    return a_day.phone_of(session, day.couriers[0])


def tried(item, seq, minutes, reason="TU_CHOI", **told):
    at = MORNING + minutes * MINUTE
    made = replace(a_day.failed(item, reason, at=at), scan_id=f"act-{seq}-{item.id}", words="đã nói rõ", seq=seq)
    return replace(made, clock_offset=timedelta(0), heard_at=MORNING, **told)


def given(item, seq, minutes, **told):
    made = a_day.delivered(item, minutes=minutes, scan_id=f"act-{seq}-{item.id}")
    return replace(made, seq=seq, clock_offset=timedelta(0), heard_at=MORNING, **told)


def send(session, by, *scans, now=EVENING):
    return [one.status for one in doorstep.record_scans(build.act(session, now, by=by), scans)]


def end_of(session, item):
    session.flush()
    session.refresh(item)
    life = [
        event.scan_id.rpartition(":")[2] for event in tracking.life_in(session, item, facts.events_of(session, item.id))
    ]
    told = [scan_id for scan_id in life if scan_id.startswith("act-")]
    return told, item.state, item.n_attempts, item.first_attempt_at, item.state_since, item.finished_at


def ends(session, item, ways, by):
    """Return the ends of one item for several ways in which the same acts come, each told in requests."""
    found = []
    for requests in ways:
        with session.begin_nested() as here:
            for n, scans in enumerate(requests):
                assert "refused" not in send(session, by, *scans, now=EVENING + n * HOUR)
            found.append(end_of(session, item))
            here.rollback()
        session.expire_all()
    return found


def test_a_clock_set_back_between_requests_puts_no_act_before_the_one_before_it(session, day, phone):
    item = day.items[0]
    # Three tries and a delivery in their true order; the clock was set back by an hour after the second.
    acts = [tried(item, 1, 60), tried(item, 2, 100), tried(item, 3, 80, "KHONG_TIM_THAY", pictures=("door-0001",),
            called_at=(MORNING + 79 * MINUTE,)), given(item, 4, 95)]  # fmt: skip
    ways = [[[act] for act in order] for order in itertools.permutations(acts)]
    ways += [[acts], [acts[2:], acts[:2], acts], [acts[3:], acts[::-1]], [[acts[3], acts[0]], [acts[1], acts[2]]]]
    found = ends(session, item, ways, phone)
    assert set(map(str, found)) == {str(found[0])}
    told, state, n_attempts, first, since, finished = found[0]
    assert told == [f"act-{n}-{item.id}" for n in (1, 2, 3, 4)]
    assert (state, n_attempts, first) == (State.DELIVERED, 4, MORNING + 60 * MINUTE)
    assert since == finished == MORNING + 100 * MINUTE


def test_a_number_that_never_comes_blocks_nothing_and_takes_its_place_when_it_comes_after_all(session, day, phone):
    item = day.items[0]
    assert send(session, phone, given(item, 9, 95)) == ["recorded"]
    assert end_of(session, item)[1] is State.DELIVERED
    assert send(session, phone, tried(item, 4, 100), now=EVENING + 30 * HOUR) == ["recorded"]
    told, state, n_attempts, *_ = end_of(session, item)
    assert (told, state, n_attempts) == ([f"act-4-{item.id}", f"act-9-{item.id}"], State.DELIVERED, 2)


def test_numbers_of_another_phone_say_nothing_of_this_ones(session, day, phone):
    item, other = day.items[0], a_day.phone_of(session, day.couriers[0], "b")
    assert send(session, phone, tried(item, 7, 60)) == ["recorded"]
    assert send(session, other, given(item, 1, 90)) == ["recorded"]
    assert end_of(session, item)[1:3] == (State.DELIVERED, 2)


def test_a_second_try_of_one_phone_is_no_repeat_and_a_double_tap_is(session, day, phone):
    item = day.items[0]
    assert send(session, phone, tried(item, 1, 60)) == ["recorded"]
    assert send(session, phone, tried(item, 2, 61)) == ["known"]
    assert send(session, phone, tried(item, 3, 66)) == ["recorded"]
    other = a_day.phone_of(session, day.couriers[0], "b")
    assert send(session, other, replace(tried(item, 1, 58), scan_id="other-1")) == ["known"]


def test_an_act_no_clock_tells_lies_between_its_neighbours_of_other_requests(session, day, phone):
    sent = {"sent_at": EVENING}
    assert send(session, phone, tried(day.items[0], 1, 60, **sent)) == ["recorded"]
    assert send(session, phone, tried(day.items[1], 3, 90, **sent)) == ["recorded"]
    # Recorded between the two, while the clock stood a day ahead, and set back since.
    lost = replace(tried(day.items[2], 2, 70, **sent), happened_at=MORNING + 70 * MINUTE + A_DAY)
    assert send(session, phone, lost) == ["recorded"]
    event = session.scalars(select(TrackingEvent).where(TrackingEvent.scan_id.endswith(lost.scan_id))).one()
    assert MORNING + 60 * MINUTE <= event.happened_at <= MORNING + 90 * MINUTE
    assert (event.device_at, event.seq, event.facts["seq"]) == (lost.happened_at, 2, 2)


@pytest.mark.parametrize("wrong", [A_DAY, -A_DAY, 7 * HOUR, -20 * MINUTE])
@pytest.mark.parametrize("set_since", [timedelta(0), A_DAY, -A_DAY])
def test_a_call_is_told_by_our_clock_as_its_try_is_and_the_phones_word_is_kept(session, day, phone, wrong, set_since):
    item, at = day.items[0], MORNING + HOUR
    call = at - 4 * MINUTE + wrong
    scan = replace(
        tried(item, 1, 60, "VANG_NHA"),
        happened_at=at + wrong + set_since,
        called_at=(call,),
        clock_offset=-wrong,
        sent_at=EVENING + wrong + set_since,
    )
    assert send(session, phone, scan) == ["recorded"]
    event = session.scalars(select(TrackingEvent).where(TrackingEvent.scan_id.endswith(scan.scan_id))).one()
    assert event.happened_at == at
    assert event.facts["called_at"] == [(at - 4 * MINUTE).isoformat()]
    assert event.facts["called_at_device"] == [call.isoformat()]


def test_notes_keep_the_phones_order_and_both_instants(session, day, phone):
    stop_round = session.scalars(select(TrackingEvent.round_id).where(TrackingEvent.round_id.is_not(None))).first()
    assert send(session, phone, tried(day.items[0], 1, 60)) == ["recorded"]
    note = doorstep.NoteIn(
        note_id="note-1", kind=doorstep.NoteKind.CALLED, happened_at=MORNING + 50 * MINUTE, round_id=stop_round,
        position=1, seq=2, clock_offset=timedelta(0), heard_at=MORNING,
    )  # fmt: skip
    (answer,) = doorstep.record_notes(build.act(session, EVENING, by=phone), [note])
    assert answer.status == "recorded"
    kept = session.scalars(select(CourierNote).where(CourierNote.kind == "called")).one()
    assert (kept.happened_at, kept.device_at) == (MORNING + 60 * MINUTE, MORNING + 50 * MINUTE)


def test_turns_are_a_function_of_the_set_and_never_go_backwards():
    chance = random.Random(22)
    for _ in range(scaled(300, 20_000)):
        acts = [
            Numbered(seq=n, at=MORNING + chance.randint(0, 600) * MINUTE, is_known=chance.random() < 0.7)
            for n in sorted(chance.sample(range(60), chance.randint(1, 12)))
        ]
        placed = in_turn(acts)
        assert placed == sorted(placed)
        order = chance.sample(range(len(acts)), len(acts))
        assert in_turn([acts[n] for n in order]) == [placed[n] for n in order]
        highest = MORNING
        for act, at in zip(acts, placed, strict=True):
            if act.is_known:  # a bound moves nothing that a clock tells
                highest = max(highest, act.at)
                assert at == highest


def test_what_was_refused_after_all_leaves_nothing_behind_for_the_acts_of_its_batch(session, day, phone):
    item = day.items[0]
    spoilt = replace(given(item, 1, 60), proof=a_day.proof(signature=b"no picture"))
    assert send(session, phone, spoilt, tried(item, 2, 70), given(item, 3, 80)) == ["refused", "recorded", "recorded"]
    told, state, n_attempts, *_ = end_of(session, item)
    assert (told, state, n_attempts) == ([f"act-2-{item.id}", f"act-3-{item.id}"], State.DELIVERED, 2)
    events = session.scalars(select(TrackingEvent).where(TrackingEvent.item_id == item.id)).all()
    assert len({event.sequence for event in events}) == len(events)
