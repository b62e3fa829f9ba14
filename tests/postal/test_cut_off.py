"""Flood days: clocks stand still only where and while a commune was provably cut off, and every step can be undone."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from postal import bulk, rounds, under_way
from postal.access.policy import Actor, ActorKind
from postal.bulk import deeds
from postal.citizen.outlook import outlook
from postal.citizen.pieces import by_id
from postal.custody import incidents
from postal.errors import Forbidden, NotFound
from postal.models import AuditEntry, CommuneClosure, Consignment, Notice, Role
from postal.network import closures
from postal.network.closures import ClosureTooLong, Cut
from postal.network.crew import BadPeriod
from postal.rules.working_days import LOCAL, WorkingDays, local_day, promised_by, suspended
from postal.to_agency import returns
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import DAY, EVENING, MORNING
from tests.postal.test_returns import THURSDAY, fail

CALENDAR = WorkingDays()
PROOF = "Công điện 12/CĐ-UBND"


def days(first, n):
    return frozenset(first + timedelta(days=k) for k in range(n))


def at(day, hour=9):
    return datetime(day.year, day.month, day.day, hour, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("cut", "ends"),
    [
        (days(date(2026, 11, 26), 1), date(2026, 11, 27)),  # Thursday, the promised day itself: Tuesday is a holiday
        (days(date(2026, 11, 25), 2), date(2026, 11, 30)),
        (days(date(2026, 11, 27), 3), date(2026, 11, 26)),  # after the end
        (days(date(2026, 11, 21), 4), date(2026, 11, 26)),  # weekend, day of the handover, holiday: none counts
        (days(date(2026, 11, 25), 5), date(2026, 12, 1)),  # over a weekend
        (days(date(2026, 11, 25), 120), date(2027, 3, 26)),  # a winter under water
    ],
)
def test_a_clock_stands_still_on_the_working_days_in_between(cut, ends):
    monday = at(date(2026, 11, 23))
    promise = promised_by(monday, 2, CALENDAR)
    moved = suspended(promise, local_day(monday), CALENDAR, cut)
    assert local_day(moved) == ends
    assert moved.astimezone(LOCAL).time() == promise.astimezone(LOCAL).time()


def test_a_promise_never_ends_sooner_for_a_holiday_noted_later():
    monday = at(date(2026, 11, 23))
    promise = promised_by(monday, 2, CALENDAR)
    since = WorkingDays(overrides={date(2026, 11, 26): False})
    assert suspended(promise, local_day(monday), since, days(date(2026, 11, 20), 2)) == promise


@pytest.fixture
def day(session):
    return a_day.build_day(session, n=3)


def cut(first=DAY, n=2, *, proof=PROOF, communes=(a_day.THUAN_HOA,)):
    return Cut(communes=communes, first=first, last=first + timedelta(days=n - 1), reason="lũ", proof=proof)


def promises(session):
    query = select(Consignment).where(Consignment.commune_code == a_day.THUAN_HOA).order_by(Consignment.id)
    return [found.promised_by for found in session.scalars(query)]


def act(session, now=MORNING, **changes):
    return build.act(session, now, **changes)


def test_a_cut_off_commune_moves_its_promises_and_opening_it_moves_them_back(session, day):
    before = promises(session)
    first_day = local_day(before[0])
    foreseen = under_way.foresee(act(session), cut(first_day, 2))
    under_way.cut_off(act(session), cut(first_day, 2))
    moved = promises(session)
    assert all(was < now for was, now in zip(before, moved, strict=True))
    assert (foreseen.n_promises, foreseen.latest) == (len(before), max(map(local_day, moved)))
    under_way.cut_off(act(session), cut(first_day, 2))  # pressed twice
    assert (promises(session), session.query(CommuneClosure).count()) == (moved, 1)
    assert under_way.open_again(act(session), [a_day.THUAN_HOA], on=first_day) == 1
    assert promises(session) == before
    assert session.scalars(select(CommuneClosure)).one().taken_back_at == MORNING
    assert under_way.open_again(act(session), [a_day.THUAN_HOA], on=first_day) == 0


def test_without_proof_clocks_go_on_and_proof_that_comes_later_counts_from_the_first_day(session, day):
    before = promises(session)
    (closure,) = under_way.cut_off(act(session), cut(local_day(before[0]), proof=""))
    assert promises(session) == before
    assert a_day.THUAN_HOA in closures.closed_communes(session, closure.from_date)
    for nothing in ("", "  "):
        with pytest.raises(under_way.NoProof):
            under_way.prove(act(session), closure.id, nothing)
    under_way.prove(act(session), closure.id, PROOF)
    assert all(was < now for was, now in zip(before, promises(session), strict=True))
    with pytest.raises(NotFound):
        under_way.prove(act(session), 0, PROOF)


def test_any_order_of_notes_and_corrections_ends_alike(session, day):
    random, start = Random(24), local_day(promises(session)[0])
    cuts = [
        cut(start + timedelta(days=k), n, proof=proof) for k, n, proof in ((0, 1, PROOF), (1, 3, ""), (2, 2, PROOF))
    ]
    ends = set()
    for _ in range(6):
        random.shuffle(cuts)
        noted = [closure for one in cuts for closure in under_way.cut_off(act(session), one)]
        bare = [closure for closure in noted if not closure.proof]
        for closure in bare:
            under_way.prove(act(session), closure.id, PROOF)
        ends.add(tuple(promises(session)))
        under_way.open_again(act(session), [a_day.THUAN_HOA], on=start)
        ends.add(("opened", *promises(session)))
    assert len(ends) == 2


def test_half_a_flood_moves_half_as_much(session, day):
    first = local_day(promises(session)[0])
    under_way.cut_off(act(session), cut(first, 4))
    whole = promises(session)
    under_way.open_again(act(session), [a_day.THUAN_HOA], on=first + timedelta(days=1))
    assert all(half < end for half, end in zip(promises(session), whole, strict=True))
    assert closures.closed_communes(session, first + timedelta(days=1)) == []


def test_postage_goes_back_for_a_broken_promise_but_not_for_one_a_proved_flood_moved(session, day):
    consignment = day.items[0].consignment
    late = consignment.promised_by + timedelta(hours=1)
    assert incidents.is_refund_due(session, consignment, now=late)
    (closure,) = under_way.cut_off(act(session), cut(local_day(consignment.promised_by), 1, proof=""))
    assert incidents.is_refund_due(session, consignment, now=late)
    under_way.prove(act(session, late), closure.id, PROOF)
    assert not incidents.is_refund_due(session, consignment, now=late)
    assert incidents.is_refund_due(session, consignment, now=late + timedelta(days=10))


def test_what_waits_for_its_recipient_does_not_go_back_while_he_is_cut_off(session, day):
    fail(session, day, "VANG_NHA")
    fail(session, day, "VANG_NHA", on=THURSDAY)
    monday = EVENING + timedelta(days=7)
    assert returns.due_returns(session, now=monday)
    under_way.cut_off(act(session), cut(THURSDAY + timedelta(days=1), 4))
    assert returns.due_returns(session, now=monday) == {}
    with_flood = outlook(session, by_id(session, day.items[0].id, now=monday), now=monday)
    under_way.open_again(act(session), [a_day.THUAN_HOA], on=THURSDAY)
    assert outlook(session, by_id(session, day.items[0].id, now=monday), now=monday).fetch_by < with_flood.fetch_by
    assert returns.due_returns(session, now=monday)


def test_many_go_back_at_once_by_the_calendar_of_their_own_commune(session, day):
    fail(session, day, "VANG_NHA")
    fail(session, day, "VANG_NHA", on=THURSDAY)
    clerk = act(session)
    assert bulk.judged(session, bulk.Deed.RETURN, day.items, by=clerk.by) == {}
    under_way.cut_off(clerk, cut(DAY + timedelta(days=2), 1))  # both invitations are a day apart there
    assert set(bulk.judged(session, bulk.Deed.RETURN, day.items, by=clerk.by)) == {item.id for item in day.items}
    with pytest.raises(returns.ReturnTooEarly):
        deeds.do(clerk, bulk.Deed.RETURN, day.items[:1], reason="")


def test_the_rounds_a_flood_concerns_are_named_until_they_are_closed(session, day):
    plan = a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
    found = under_way.foresee(act(session), cut())
    assert [(hit.round.id, hit.n_stops) for hit in found.rounds] == [(plan.rounds[0].id, 3)]
    assert (found.n_waiting, found.n_recipients) == (3, 3)
    assert under_way.foresee(act(session), cut(DAY + timedelta(days=1))).rounds == ()
    a_day.close_all(session, plan)
    assert under_way.foresee(act(session), cut()).rounds == ()


def test_each_recipient_is_told_once(session, day):
    under_way.cut_off(act(session), cut(), tells=True)
    told = session.scalars(select(Notice)).all()
    assert len({notice.person_id for notice in told}) == len(told) == 3
    under_way.open_again(act(session, EVENING), [a_day.THUAN_HOA], on=DAY, tells=True)
    assert session.query(Notice).count() == 6


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (cut(communes=()), under_way.NoCommune),
        (Cut(communes=(a_day.THUAN_HOA,), first=DAY, last=DAY - timedelta(days=1), reason=""), BadPeriod),
        (cut(n=61), ClosureTooLong),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_noted(session, day, wrong, refusal):
    for use_case in (under_way.foresee, under_way.cut_off):
        with pytest.raises(refusal):
            use_case(act(session), wrong)
    assert session.query(CommuneClosure).count() == 0


def test_an_office_cuts_off_only_its_own_communes(session, day):
    own = Actor(kind=ActorKind.USER, role=Role.DISPATCHER, office_id=day.office.id)
    (closure,) = under_way.cut_off(act(session, by=own), cut(proof=""))
    stranger = Actor(kind=ActorKind.USER, role=Role.DISPATCHER, office_id=day.items[0].consignment.issuing_office_id)
    for use_case in (
        lambda: under_way.foresee(act(session, by=stranger), cut()),
        lambda: under_way.cut_off(act(session, by=stranger), cut()),
        lambda: under_way.prove(act(session, by=stranger), closure.id, PROOF),
        lambda: under_way.open_again(act(session, by=stranger), [a_day.THUAN_HOA], on=DAY),
    ):
        with pytest.raises(Forbidden):
            use_case()
    assert (closure.proof, closure.taken_back_at) == ("", None)


def test_every_step_is_in_the_audit_without_its_words(session, day):
    under_way.cut_off(act(session), cut())
    under_way.open_again(act(session), [a_day.THUAN_HOA], on=DAY)
    kinds = [entry.action for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert kinds[-2:] == ["commune_closed", "commune_opened"]


def test_plans_leave_out_what_stands_and_not_what_was_taken_back(session, day):
    under_way.cut_off(act(session), cut())
    assert rounds.planning_problem(session, DAY, now=MORNING).closed_communes == {a_day.THUAN_HOA}
    under_way.open_again(act(session), [a_day.THUAN_HOA], on=DAY)
    assert rounds.planning_problem(session, DAY, now=MORNING).closed_communes == frozenset()
