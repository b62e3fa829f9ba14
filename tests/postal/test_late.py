"""An item that is open is never in no list: every state, every custodian, every office that has a part in it."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from postal import desk, queue
from postal.models import AddressStatus, Courier, Item, Office, OfficeKind, RoundStatus
from postal.network import closures
from postal.network.closures import Cut
from postal.network.promises import load_calendars
from postal.rules.lifecycle import FINAL, Holder, State, holder
from postal.rules.working_days import local_day
from tests import builders as build
from tests.postal import day as a_day
from tests.scale import scaled

OPEN = sorted(set(State) - FINAL)
LATER = a_day.EVENING + timedelta(days=40)


def put(session, item, state, *, courier=None, office=None):
    """Place an item as its life would leave it; lateness looks at these columns alone."""
    item.state, item.state_since = state, a_day.MORNING
    item.courier_id, item.office_id = courier and courier.id, office and office.id
    session.flush()


def test_each_state_lies_in_one_pile_and_each_open_one_has_somebody_who_acts():
    piled = [state for states in desk.PILES.values() for state in states]
    assert sorted(piled) == sorted(State)
    assert set(desk.STEPS) == set(State) - FINAL


def test_who_acts_is_who_holds_the_paper_or_fetches_it():
    acts = {
        Holder.AGENCY: desk.Custodian.CENTRE, Holder.POST_OFFICE: desk.Custodian.OFFICE,
        Holder.COURIER: desk.Custodian.COURIER, Holder.CARRIER: desk.Custodian.CARRIER,
    }  # fmt: skip
    for state in OPEN:
        if holder(state) is not Holder.RECIPIENT:
            assert desk.STEPS[state][0] is acts[holder(state)], state


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("where", ["here", "elsewhere", "unknown"])
def test_an_open_item_is_in_the_lists_of_whoever_has_a_part_in_it(session, state, where):
    office, couriers = a_day.set_up(session)
    item = build.accepted(session)[0]
    consignment = item.consignment
    if where != "here":
        consignment.commune_code = None
        consignment.address_status = AddressStatus.OUTSIDE if where == "elsewhere" else AddressStatus.UNKNOWN
    custodian = desk.STEPS[state][0]
    is_out = custodian is desk.Custodian.COURIER
    put(session, item, state, courier=couriers[0] if is_out else None, office=office if is_out else None)
    if state is State.WITH_CARRIER:
        item.office_id = office.id
    session.flush()
    own = {None, consignment.issuing_office_id}
    if where == "here" or custodian is not desk.Custodian.CENTRE:
        own.add(office.id)
    if where != "here" and state is State.AWAITING_COLLECTION:
        own.discard(office.id)  # nobody knows yet which office fetches it: the centre asks
    for office_id in own:
        late = desk.late_items(session, queue.Wanted(office_id=office_id), now=LATER)
        assert [line.item.id for line in late] == [item.id], office_id
        assert late[0].custodian is custodian
        only = desk.late_items(session, queue.Wanted(office_id=office_id), now=LATER, custodian=custodian)
        assert [line.item.id for line in only] == [item.id]
        assert desk.late_counts(session, queue.Wanted(office_id=office_id), now=LATER).by_custodian[custodian] == 1
        counts = desk.pile_counts(session, office_id=office_id)
        assert sum(counts.values()) == 1
        name = next(name for name, n in counts.items() if n)
        assert [one.id for one in desk.pile(session, name, office_id=office_id)] == [item.id]


@pytest.mark.parametrize("state", OPEN)
def test_an_item_is_late_by_the_first_of_its_promise_and_its_step(session, state):
    a_day.set_up(session)
    item = build.accepted(session)[0]
    put(session, item, state)
    calendar = load_calendars(session).everywhere
    _, days = desk.STEPS[state]
    last_day = calendar.add(local_day(a_day.MORNING), days)
    end = datetime.combine(last_day, datetime.min.time(), UTC) + timedelta(hours=16, minutes=59)
    if state is State.MISSING:
        assert desk.late_items(session, now=a_day.MORNING + timedelta(minutes=1))
        return
    assert desk.late_items(session, now=end - timedelta(minutes=1)) == []
    assert [line.is_promise for line in desk.late_items(session, now=end + timedelta(minutes=2))] == [False]
    item.consignment.promised_by = a_day.MORNING + timedelta(minutes=30)
    session.flush()
    at_once = desk.late_items(session, now=a_day.MORNING + timedelta(hours=1))
    promise_counts = state in (State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND, State.WITH_CARRIER)
    assert [line.is_promise for line in at_once] == ([True] if promise_counts else [])


def test_another_office_is_shown_nothing_of_it(session):
    office, couriers = a_day.set_up(session)
    other = Office(code="BC-KHAC", kind=OfficeKind.DELIVERY, name="Bưu cục Khác", lat=16.4, lon=107.6)
    agency = Office(code="CQ-KHAC", kind=OfficeKind.ISSUING, name="Cơ quan khác")
    session.add_all([other, agency])
    item = build.accepted(session)[0]
    put(session, item, State.ON_ROUND, courier=couriers[0], office=office)
    for stranger in (other, agency):
        assert desk.late_items(session, queue.Wanted(office_id=stranger.id), now=LATER) == []
        assert sum(desk.pile_counts(session, office_id=stranger.id).values()) == 0


def test_rounds_of_days_before_that_nobody_closed_stand_on_top(session):
    a_day.set_up(session)
    a_day.handed_over(session, n=2)
    plan = a_day.walking(session)
    office_id = plan.rounds[0].office_id
    assert desk.unfinished_rounds(session, before=a_day.DAY) == []
    found = desk.unfinished_rounds(session, before=a_day.DAY + timedelta(days=1), office_id=office_id)
    assert [one.id for one in found] == [one.id for one in plan.rounds]
    assert desk.late_counts(session, now=LATER).n_rounds == len(plan.rounds)
    plan.rounds[0].status = RoundStatus.CLOSED
    session.flush()
    assert plan.rounds[0] not in desk.unfinished_rounds(session, before=a_day.DAY + timedelta(days=1))


def test_the_figures_are_the_lengths_of_their_lists(session):
    a_day.set_up(session)
    a_day.handed_over(session, n=5)
    a_day.walking(session)
    courier = session.scalars(select(Courier)).first()
    for office_id in (None, courier.office_id, session.scalars(select(Item)).first().consignment.issuing_office_id):
        counts = desk.pile_counts(session, office_id=office_id)
        lists = {name: len(desk.pile(session, name, office_id=office_id)) for name in desk.PILES}
        assert counts == lists
        assert sum(counts.values()) == 5


@pytest.mark.parametrize("is_flood", [False, True])
def test_the_list_and_its_pages_are_what_each_item_by_itself_is_reckoned_to_be(session, is_flood):
    """The list asks the database for what is late; `late_since` reckons one item in plain words."""
    chance = random.Random(scaled(11, 12))
    a_day.set_up(session)
    for n, code in enumerate([a_day.THUAN_HOA, a_day.PHU_XUAN, "20014"] if is_flood else []):
        first = a_day.DAY - timedelta(days=9 - n)
        cut = Cut(communes=(code,), first=first, last=first + timedelta(days=6), reason="lũ", proof="CĐ 12" * (n < 2))
        closures.close(session, cut, now=a_day.EVENING)
    calendar = load_calendars(session)
    items = build.accepted(session, *(build.result(n) for n in range(1, scaled(60, 400))))
    where = [a_day.THUAN_HOA, a_day.PHU_XUAN, "20014", "19804", None]

    def somewhen():
        return a_day.EVENING + timedelta(hours=chance.randrange(-24 * 20, 1))

    for item in items:
        put(session, item, chance.choice(OPEN))
        item.consignment.commune_code = chance.choice(where) if is_flood else item.consignment.commune_code
        item.state_since, item.consignment.ready_at = somewhen(), somewhen()
        item.first_attempt_at = chance.choice([None, None, somewhen()])
        item.consignment.promised_by = chance.choice([None, somewhen(), somewhen() + timedelta(days=9)])
    session.flush()
    for days in (0, 1, 2, 9):
        now = a_day.EVENING + timedelta(days=days, minutes=chance.randrange(600))
        reckoned = {item.id: desk.late_since(item, item.consignment, calendar) for item in items}
        late = {item_id: since for item_id, since in reckoned.items() if since[0] < now}
        found = desk.late_items(session, now=now)
        assert {line.item.id: (line.late_since, line.is_promise) for line in found} == late
        assert [line.late_since for line in found] == sorted(line.late_since for line in found)
        pages = [desk.late_items(session, now=now, limit=7, offset=first) for first in range(0, len(found) + 7, 7)]
        assert [line.item.id for page in pages for line in page] == [line.item.id for line in found]
        assert desk.late_counts(session, now=now).n == len(late)
        for custodian in desk.Custodian:
            only = desk.late_items(session, now=now, custodian=custodian)
            assert [line.item.id for line in only] == [line.item.id for line in found if line.custodian is custodian]


@pytest.mark.parametrize("state", sorted(set(desk.STEPS) - {State.MISSING}))
def test_only_the_steps_to_a_door_stand_still_while_its_commune_is_cut_off_and_only_with_proof(session, state):
    a_day.set_up(session)
    item = build.accepted(session)[0]
    put(session, item, state)
    item.consignment.promised_by = None
    session.flush()

    def late_from():
        return desk.late_since(item, item.consignment, load_calendars(session))[0]

    before = late_from()
    code = item.consignment.commune_code
    cut = Cut(communes=(code,), first=a_day.DAY, last=a_day.DAY + timedelta(days=20), reason="lũ")
    (closure,) = closures.close(session, cut, now=a_day.EVENING)
    assert late_from() == before, "nothing shows it"
    closure.proof = "Công điện 12"
    session.flush()
    to_the_door = {State.AT_OFFICE, State.HELD, State.ON_ROUND, State.ATTEMPTED, State.AWAITING_COLLECTION,
                   State.ON_COLLECTION_ROUND, State.COLLECTED}  # fmt: skip
    assert (late_from() > before) is (state in to_the_door)
    if state in to_the_door:
        assert local_day(late_from()) > closure.until_date
        now = a_day.EVENING + timedelta(days=10)
        assert desk.late_items(session, now=now) == []
        closures.end(closure, on=a_day.DAY + timedelta(days=5), now=now)
        session.flush()
        assert [line.item.id for line in desk.late_items(session, now=now)] == [item.id], "the clock goes on"
    closures.end(closure, on=a_day.DAY, now=a_day.EVENING)
    session.flush()
    assert late_from() == before, "taken back, it never was"
