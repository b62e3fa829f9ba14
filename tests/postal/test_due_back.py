"""What is due back as lists weigh it, against the rule asked of each item: whatever happened, whatever the calendar."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import desk
from postal.desk import Step
from postal.life.follow_up import Attempt, follow_up, load_attempts, read_tries, write_tries
from postal.life.tracking import Scan, record
from postal.models import Consignment, Item, TrackingEvent
from postal.network import closures, days_off
from postal.network.closures import Cut
from postal.network.promises import load_calendars
from postal.queue import EVERYTHING, Wanted
from postal.rules.lifecycle import EventKind, State
from postal.rules.reasons import REASONS
from postal.rules.working_days import local_day
from postal.to_agency import returns
from tests import builders as build
from tests.postal import day as a_day
from tests.scale import scaled
from tests.statements import asked

K = EventKind
COMMUNES = ("Thuận Hóa", "Phú Xuân")


def a_life(chance, office, n_days):
    """Return the events of one item after its handover: some rounds, on each of which some tries fail."""
    told, at = [], a_day.MORNING
    for _ in range(chance.randrange(5)):
        at += timedelta(days=chance.randrange(n_days), minutes=chance.randrange(300))
        told.append((K.OUT_FOR_DELIVERY, at, None))
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            at += timedelta(minutes=chance.choice((0, 30, 400, 1000)))
            told.append((K.ATTEMPT_FAILED, at, chance.choice([*REASONS, "C18", None])))
        at += timedelta(minutes=chance.choice((0, 60)))
        told.append((K.BACK_AT_OFFICE, at, None))
        if chance.random() < 0.2:
            told.append((K.ADDRESS_CHANGED, at + timedelta(minutes=chance.choice((0, 5))), None))
        if chance.random() < 0.2:
            told.append((K.HELD, at + timedelta(minutes=6), None))
    lost = chance.random() < 0.2
    kept = [one for one in told if not (lost and chance.random() < 0.2)]
    return [
        Scan(kind=kind, scan_id=f"{office.id}:{n}", happened_at=at, reason=reason, office_id=office.id)
        for n, (kind, at, reason) in enumerate(kept)
    ]


def live(session, chance, items, office):
    """Record the life of each item, its events in any order."""
    for item in items:
        life = a_life(chance, office, 4)
        if chance.random() < 0.5:
            chance.shuffle(life)
        for scan in life:
            told = {**scan.__dict__, "scan_id": f"{item.id}:{scan.scan_id}"}
            record(build.act(session, a_day.EVENING + timedelta(days=30)), item, Scan(**told))


def by_the_rule(session, *, now):
    """Return what goes back today and why, each item asked about by itself and from its events."""
    calendars, due = load_calendars(session), {}
    for item in session.scalars(select(Item).order_by(Item.id)):
        found = follow_up(
            load_attempts(session, [item.id]).get(item.id, ()), calendars.of(item.consignment.commune_code)
        )
        is_here = item.state in (State.AT_OFFICE, State.HELD)
        if is_here and found is not None and found.return_on is not None and found.return_on <= local_day(now):
            due[item.id] = found.reason
    return due


def change_calendar(session, chance):
    for _ in range(3):
        first = a_day.DAY + timedelta(days=chance.randrange(12))
        where = chance.sample([a_day.THUAN_HOA, a_day.PHU_XUAN], chance.choice((1, 2)))
        cut = Cut(
            communes=tuple(where),
            first=first,
            last=first + timedelta(days=chance.randrange(4)),
            reason="lũ",
            proof=chance.choice(("", "CV 12/UBND")),
        )
        closures.close(session, cut, now=a_day.EVENING)
    on = a_day.DAY + timedelta(days=chance.randrange(12))
    days_off.note_day(session, on, is_working=chance.random() < 0.5, note="thử")
    session.flush()


@pytest.mark.parametrize("seed", range(scaled(4, 60)))
def test_lists_say_of_all_what_the_rule_says_of_each(session, seed):
    chance = random.Random(seed)
    places = [{"address": f"{n} Lê Lợi, phường {COMMUNES[n % 2]}, thành phố Huế"} for n in range(12)]
    day = a_day.build_day(session, *places)
    assert {item.consignment.commune_code for item in day.items} == {a_day.THUAN_HOA, a_day.PHU_XUAN}
    live(session, chance, day.items, day.office)
    for item in day.items:
        tries = load_attempts(session, [item.id]).get(item.id, [])
        assert [(local_day(one.at), one.reason) for one in read_tries(item.tries)] == [
            (local_day(one.at), one.reason) for one in tries
        ]
    n_due = 0
    for _ in range(2):
        for later in (0, 1, 2, 4, 7, 12, 25):
            now = a_day.EVENING + timedelta(days=later)
            due = by_the_rule(session, now=now)
            n_due += len(due)
            assert list(returns.due_returns(session, now=now).items()) == list(due.items())
            n, first = returns.first_due(session, now=now, office_id=day.office.id, most=5)
            assert (n, [(item.id, why) for item, why in first]) == (len(due), list(due.items())[:5])
            assert returns.first_due(session, now=now, office_id=day.office.id + 1, most=5) == (0, [])
            agree(session, due, now=now)
        change_calendar(session, chance)
    assert n_due > 0, "a day on which nothing goes back shows nothing"


def agree(session, due, *, now):
    """Compare the list, its pages and its figure with what is due, for all and for one commune."""
    of = dict(session.execute(select(Item.id, Consignment.commune_code).join(Item.consignment)).all())
    since = dict(session.execute(select(Item.id, Item.state_since)).all())
    for wanted in (EVERYTHING, Wanted(commune_code=a_day.PHU_XUAN)):
        here = [one for one in due if wanted.commune_code in (None, of[one])]
        here.sort(key=lambda one: (since[one], one))
        assert desk.leaving_counts(session, [Step.DUE], wanted, now=now) == {Step.DUE: len(here)}
        page = desk.leaving_items(session, Step.DUE, wanted, now=now, limit=3, offset=1)
        assert [(line.item.id, line.reason) for line in page] == [(one, due[one]) for one in here[1:4]]
        assert list(desk.leaving_ids(session, Step.DUE, wanted, now=now, limit=None)) == here


def test_the_rule_is_asked_once_for_all_that_were_tried_alike(session):
    day = a_day.build_day(session, n=4)
    now = a_day.EVENING + timedelta(days=20)
    for item in day.items[:1]:
        live(session, random.Random(3), [item], day.office)
    with asked(session.get_bind()) as few:
        returns.first_due(session, now=now, office_id=None, most=50)
    for n, item in enumerate(day.items[1:]):
        live(session, random.Random(n), [item], day.office)
    session.expire_all()
    with asked(session.get_bind()) as many:
        returns.first_due(session, now=now, office_id=None, most=50)
    assert len(many) == len(few)


def test_what_an_item_keeps_is_read_as_it_was_written():
    at = a_day.MORNING
    life = [
        TrackingEvent(kind=kind, happened_at=at + timedelta(days=n), reason=why)
        for n, (kind, why) in enumerate([
            (K.ATTEMPT_FAILED, "HEN_LAI"), (K.ADDRESS_CHANGED, None), (K.BACK_AT_OFFICE, None),
            (K.ATTEMPT_FAILED, "VANG_NHA"), (K.ATTEMPT_FAILED, None)])
    ]  # fmt: skip
    assert write_tries(life) == "2026-11-26 VANG_NHA\n2026-11-27 "
    read = read_tries(write_tries(life))
    assert [(local_day(one.at), one.reason) for one in read] == [
        (local_day(at + timedelta(days=3)), "VANG_NHA"),
        (local_day(at + timedelta(days=4)), ""),
    ]
    assert all(isinstance(one, Attempt) for one in read)
    assert write_tries(life[:3]) is None
    assert read_tries(None) == []
