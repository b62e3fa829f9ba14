"""Two at once, from a barrier: exactly one wins, nothing contradicts itself, and an item's sequence has no doubles."""

import threading
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from postal import NewUser, counting, custody, doorstep, outside, rounds
from postal.access import accounts
from postal.custody.serials import Grant, claim, grant_range
from postal.doorstep import counter
from postal.errors import PostalError
from postal.life import carriers, facts, items
from postal.life.carriers import Reported, take_reports
from postal.models import (
    AddressStatus,
    CallbackEndpoint,
    CarrierReport,
    DayPlan,
    DeliveryRound,
    Discrepancy,
    GivenBack,
    Handover,
    Item,
    PlanStatus,
    Role,
    RoundStatus,
    TrackingEvent,
)
from postal.rules.lifecycle import EventKind, State, fold
from postal.rules.working_days import WorkingDays
from postal.to_agency import returns, withdrawal
from routing import StraightLine
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import DAY, EVENING, MORNING
from tests.scale import record_figure, scaled

N = scaled(2, 25)
BY = custody.Party(name="Người Ký")


@pytest.fixture(autouse=True)
def sound(database):
    """After each race no item has two events of one number, and each is where its own events lead."""
    yield
    with database.read() as session:
        doubled = (
            select(TrackingEvent.item_id)
            .where(TrackingEvent.sequence.is_not(None))
            .group_by(TrackingEvent.item_id, TrackingEvent.sequence)
            .having(func.count() > 1)
        )
        assert session.scalars(doubled).all() == []
        for item in session.scalars(select(Item)):
            query = select(TrackingEvent).where(TrackingEvent.item_id == item.id).order_by(TrackingEvent.id)
            events = session.scalars(query).all()
            folded = fold(facts.facts_of(session, events), item.direction)
            assert folded.state is item.state
            assert set(folded.applied) == {event.scan_id for event in events if event.is_applied}


def race(database, *acts):
    """Let each act begin its own transaction at one instant; return how each ended: "done", or the refusal's code."""
    start, ended = threading.Barrier(len(acts)), ["" for _ in acts]

    def run(number, act):
        start.wait()
        try:
            with database.write() as session:
                act(session)
            ended[number] = "done"
        except PostalError as refusal:
            ended[number] = refusal.code

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(ended), "an act ended in an error of its own"
    return ended


@pytest.fixture(scope="module", autouse=True)
def figures():
    yield
    record_figure("races from a barrier, times each", N, "times, both databases")


def kinds(session, item_id):
    query = select(TrackingEvent.kind).where(TrackingEvent.item_id == item_id, TrackingEvent.is_applied)
    return [str(kind) for kind in session.scalars(query.order_by(TrackingEvent.sequence))]


def closed_batches(database):
    """Return (batch, item, code) for each race: one item a batch, its list closed."""
    with database.write() as session:
        build.s10_range(session)
        found = []
        for number in range(1, N + 1):
            (item,) = build.accepted(session, build.result(number))
            batch = custody.open_batch(build.act(session), item.consignment.issuing_office_id)
            build.closed_batch(session, batch.id)
            found.append((batch.id, item.id, item.s10))
        return found


@pytest.mark.parametrize("how", ["withdraw", "cancel"])
def test_hand_over_against_withdrawal(database, how):
    def hand_over(batch_id, code):
        return lambda s: custody.hand_over(build.act(s, MORNING), batch_id, scanned=[code], giver=BY, receiver=BY)

    def take_back(item_id):
        def act(session):
            item = session.get_one(Item, item_id)
            if how == "cancel":
                items.cancel(build.act(session, MORNING), item, reason="cấp nhầm")
            else:
                withdrawal.withdraw(build.act(session, MORNING), item.consignment, reason="nhầm", payer="agency")

        return act

    for batch_id, item_id, code in closed_batches(database):
        ended = race(database, hand_over(batch_id, code), take_back(item_id))
        with database.read() as session:
            told = kinds(session, item_id)
            state = session.get_one(Item, item_id).state
        assert not {"handed_over", "cancelled"} <= set(told), told
        if how == "cancel":
            assert ended in (["done", "done"], ["done", "move_not_allowed"])
            assert (state is State.CANCELLED) == (ended[1] == "done")


def test_a_list_counted_by_two_is_handed_over_once(database):
    kind = counting.all_lists()["batch"]
    for batch_id, _, code in closed_batches(database):
        with database.write() as session:
            counting.scan_codes(build.act(session, MORNING), kind, batch_id, [code])

        def end(session, batch_id=batch_id):
            counting.end_count(build.act(session, MORNING), kind, batch_id, counting.Ending(giver=BY, receiver=BY))

        ended = race(database, end, end)
        assert sorted(ended)[-1] == "done" or "done" in ended
        assert ended.count("done") == 1, ended
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Handover)) == N


def one_stop_each(database, *, fee=0):
    """Return one round under way for each race: a courier, a piece; and the office."""
    with database.write() as session:
        office, couriers = a_day.set_up(session, n_couriers=N)
        pieces = a_day.handed_over(session, *({"fee_vnd": str(fee)} for _ in range(N)))
        plan = a_day.walking(session, shares=[[str(item.consignment_id)] for item in pieces])
        by_courier = {one.courier_id: one for one in plan.rounds}
        return [
            (by_courier[courier.id].id, stop.consignment.items[0].id, courier.id)
            for courier in couriers
            for stop in by_courier[courier.id].stops
        ], office.id


def knock(item_id, *scans, now=EVENING):
    def act(session):
        item = session.get_one(Item, item_id)
        made = [make(item) for make in scans]
        doorstep.record_scans(build.act(session, now, by=a_day.CLERK), made)

    return act


def test_closing_a_round_against_a_late_delivery(database):
    found, _ = one_stop_each(database, fee=50_000)

    def delivered(item):
        return a_day.delivered(item, fee_vnd=50_000, fee_receipt="BL-1")

    seen = Counter()
    for round_id, item_id, _ in found:
        race(
            database,
            lambda s, round_id=round_id: rounds.close_round(build.act(s, EVENING), round_id),
            knock(item_id, delivered),
        )
        with database.read() as session:
            told, item = kinds(session, item_id), session.get_one(Item, item_id)
            assert ("delivered" in told) != ("back_at_office" in told), told
            assert item.state in (State.DELIVERED, State.AT_OFFICE)
            receipt = session.scalars(
                select(Handover).where(Handover.round_id == round_id).order_by(Handover.id.desc())
            ).first()
            noted = set(session.scalars(select(Discrepancy.kind).where(Discrepancy.item_id == item_id)))
            is_held = item.state is State.AT_OFFICE
            assert receipt.facts["fees_vnd"] == (0 if is_held else 50_000)
            assert noted == ({"money", "scan_does_not_fit"} if is_held else set())
        seen[is_held] += 1


def test_one_scan_from_two_phones_and_a_double_tap(database):
    found, _ = one_stop_each(database)
    for _, item_id, _ in found:
        at = MORNING + timedelta(hours=1)

        def tapped(item, n=0, at=at):
            one = a_day.failed(item, at=at + timedelta(seconds=n))
            return doorstep.CourierScan(**vars(one) | {"scan_id": f"tap-{item.id}-{n}"})

        race(database, knock(item_id, tapped), knock(item_id, lambda i, f=tapped: f(i, 1)), knock(item_id, tapped))
        with database.read() as session:
            assert kinds(session, item_id).count("attempt_failed") == 1
            assert session.get_one(Item, item_id).n_attempts == 1


def test_two_planning_runs_of_one_day(database):
    with database.write() as session:
        a_day.build_day(session)
    for n in range(N):
        day = date(2026, 11, 30) + timedelta(days=7 * n)

        def plan(session, day=day):
            problem = rounds.planning_problem(session, day, now=MORNING)
            saved = rounds.save_plan(build.act(session, MORNING), day, problem, a_day.hand_made_plan(problem))
            rounds.publish_plan(build.act(session, MORNING), saved.id)

        with database.write() as session:
            drafts = [a_day.saved_plan(session, day).id for _ in range(2)]
        publish = [lambda s, i=i: rounds.publish_plan(build.act(s, MORNING), i) for i in drafts]
        assert sorted(race(database, *publish)) == ["done", "published_meanwhile"]
        ended = race(database, plan, plan)
        assert "done" in ended
        assert set(ended) <= {"done", "published_meanwhile"}
        with database.read() as session:
            published = select(func.count()).where(DayPlan.day == day, DayPlan.status == PlanStatus.PUBLISHED)
            assert session.scalar(published) == 1
            versions = session.scalars(select(DayPlan.version).where(DayPlan.day == day)).all()
            assert len(versions) == len(set(versions))


@pytest.mark.parametrize("how", ["load", "own scan"])
def test_a_round_that_leaves_against_another_plan(database, how):
    with database.write() as session:
        item_id = a_day.build_day(session, n=1).items[0].id
    day = DAY
    for _ in range(N):
        day = WorkingDays().next_working_day(day)
        with database.write() as session:
            first = a_day.saved_plan(session, day)
            rounds.publish_plan(build.act(session, MORNING), first.id)
            round_id, second = first.rounds[0].id, a_day.saved_plan(session, day).id
            code = session.get_one(Item, item_id).s10
        at = MORNING + (day - DAY)

        def leave(session, round_id=round_id, code=code, at=at):
            if how == "load":
                rounds.start_round(build.act(session, at), round_id, scanned=[code])
                return
            scan = doorstep.CourierScan(
                scan_id=f"out-{round_id}", s10=code, kind=EventKind.OUT_FOR_DELIVERY, happened_at=at
            )
            doorstep.record_scans(build.act(session, at, by=a_day.CLERK), [scan])

        race(database, leave, lambda s, i=second: rounds.publish_plan(build.act(s, MORNING), i))
        with database.write() as session:
            item = session.get_one(Item, item_id)
            if item.state is not State.ON_ROUND:
                continue
            his = session.get_one(DeliveryRound, item.round_id)
            assert his.plan.status is PlanStatus.PUBLISHED  # his scans at the door find it
            if his.status is RoundStatus.PLANNED:
                rounds.start_round(build.act(session, at), his.id, scanned=[code])
            rounds.close_round(build.act(session, at), his.id)


@pytest.mark.parametrize("how", ["fetched", "withdrawn", "declared missing"])
def test_a_return_against_what_else_may_happen_at_the_office(database, how):
    with database.write() as session:
        office, _ = a_day.set_up(session)
        pieces = a_day.handed_over(session, n=N)
        custody.receive_at_office(build.act(session, MORNING), office.id, [item.s10 for item in pieces])
        found = [(item.id, item.s10) for item in pieces]
    for item_id, code in found:

        def other(session, item_id=item_id, code=code):
            act = build.act(session, EVENING)
            if how == "fetched":
                counter.deliver_at_counter(act, code, a_day.proof(), office_id=None)
            elif how == "withdrawn":
                withdrawal.withdraw(act, session.get_one(Item, item_id).consignment, reason="nhầm", payer="agency")
            else:
                custody.declare_missing(act, item_id, reason="không thấy")

        ended = race(
            database,
            lambda s, item_id=item_id: returns.start_return(build.act(s, EVENING), item_id, returns.AGENCY_ASKED),
            other,
        )
        with database.read() as session:
            told = kinds(session, item_id)
        assert told.count("return_started") <= 1
        assert not {"delivered", "return_started"} <= set(told), told
        assert "done" in ended


def test_settling_twice(database):
    with database.write() as session:
        day = a_day.build_day(session, n=1)
        notes = [Discrepancy(kind="missing", item_id=day.items[0].id, noted_at=MORNING) for _ in range(N)]
        session.add_all(notes)
        session.flush()
        ids = [note.id for note in notes]
    for one in ids:
        settle = [
            lambda s, one=one, n=n: custody.settle_discrepancy(build.act(s, EVENING), one, settlement=f"lần {n}")
            for n in range(2)
        ]
        assert sorted(race(database, *settle)) == ["already_settled", "done"]


def test_one_says_that_a_scan_is_true_and_another_that_it_is_not(database):
    found, _ = one_stop_each(database)
    with database.write() as session:
        for round_id, item_id, _ in found:
            rounds.close_round(build.act(session, EVENING), round_id, scanned=[session.get_one(Item, item_id).s10])
    for _, item_id, _ in found:
        with database.write() as session:
            knock(item_id, a_day.delivered)(session)
            note = session.scalars(select(Discrepancy.id).where(Discrepancy.item_id == item_id)).one()

        def settle(session, note=note):
            custody.settle_discrepancy(build.act(session, EVENING), note, settlement="quét nhầm")

        def accept(session, note=note):
            custody.accept_scan(build.act(session, EVENING), note, settlement="đã gọi người nhận")

        ended = race(database, settle, accept, accept)
        assert sorted(ended) == ["already_settled", "already_settled", "done"]
        with database.read() as session:
            expected = State.AT_OFFICE if ended[0] == "done" else State.DELIVERED
            assert session.get_one(Item, item_id).state is expected
            assert kinds(session, item_id).count("delivered") == (expected is State.DELIVERED)


def test_settling_against_the_scan_that_was_missing(database):
    with database.write() as session:
        a_day.set_up(session, n_couriers=N)
        pieces = a_day.handed_over(session, n=N)
        plan = a_day.saved_plan(session, shares=[[str(item.consignment_id)] for item in pieces])
        rounds.publish_plan(build.act(session, MORNING), plan.id)
        for one in plan.rounds:
            rounds.start_round(build.act(session, MORNING), one.id, scanned=[])
        ids = [item.id for item in pieces]
    for item_id in ids:
        with database.write() as session:
            knock(item_id, a_day.delivered)(session)
            note = session.scalars(
                select(Discrepancy.id).where(Discrepancy.item_id == item_id, Discrepancy.event_id.is_not(None))
            ).one()

        def out(item):
            return doorstep.CourierScan(
                scan_id=f"o-{item.id}", s10=item.s10, kind=EventKind.OUT_FOR_DELIVERY, happened_at=MORNING
            )

        ended = race(
            database,
            lambda s, note=note: custody.settle_discrepancy(build.act(s, EVENING), note, settlement="quét nhầm"),
            knock(item_id, out),
        )
        with database.read() as session:
            is_voided = session.get_one(Discrepancy, note).is_voided
            assert session.get_one(Item, item_id).state is (State.ON_ROUND if is_voided else State.DELIVERED)
            assert ended[0] in ("done", "already_settled")


def test_papers_and_money_given_back_twice(database):
    found, _ = one_stop_each(database, fee=50_000)
    for _, item_id, _ in found:
        with database.write() as session:
            knock(item_id, lambda i: a_day.delivered(i, fee_vnd=50_000, fee_receipt="BL"))(session)
            item = session.get_one(Item, item_id)
            agency_id, code = item.consignment.issuing_office_id, item.s10

        def give(session, agency_id=agency_id, code=code):
            act = build.act(session, EVENING)
            custody.give_back(act, agency_id, scanned=[code], money_vnd=50_000, giver=BY, receiver=BY)

        assert race(database, give, give).count("done") == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(GivenBack)) == N


def test_endpoints_reports_and_people_registered_twice(database):
    with database.write() as session:
        office, _ = a_day.set_up(session)
        pieces = a_day.handed_over(session, n=N)
        for item in pieces:
            item.consignment.address_status = AddressStatus.OUTSIDE
        session.flush()
        codes = [item.s10 for item in pieces]
        custody.pass_to_carrier(build.act(session, MORNING), office.id, scanned=codes, giver=BY, receiver=BY)
    for n, code in enumerate(codes):

        def register(session, n=n):
            url = f"https://motcua.hue.gov.vn/{n}"
            outside.register_endpoint(session, build.SYSTEM, url, (), policy=outside.AddressPolicy(), now=MORNING)

        assert sorted(race(database, register, register)) == ["done", "endpoint_exists"]

        def report(session, code=code):
            one = Reported(code=code, status="91", version="1", happened_at=MORNING)
            take_reports(build.act(session, EVENING), "vnpost", [one])

        assert race(database, report, lambda s, code=code, f=report: f(s, code.lower())) == ["done", "done"]

        def enrol(session, n=n):
            new = NewUser(
                username=f"nguoi-{n}", password="mot mat khau dai", full_name="Người Mới", role=Role.CENTRE_CLERK
            )
            accounts.add_user(session, new, now=MORNING)

        assert sorted(race(database, enrol, enrol)) == ["done", "username_taken"]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(CallbackEndpoint)) == N
        assert session.scalar(select(func.count()).select_from(CarrierReport)) == N
    assert carriers.MAX_REPORTS


def test_numbers_and_ranges_are_never_given_twice(database):
    with database.write() as session:
        build.s10_range(session, n=3 * N)
    taken = []
    for n in range(N):

        def take(session):
            taken.extend(claim(session, 1))

        race(database, take, take, take)

        def grant(session, n=n):
            first = 10_000 * (n + 1)
            asked = Grant(indicator="RR", first=first, last=first + 9, granted_by="thử", is_fake=True)
            grant_range(session, asked, now=build.EVENING)

        assert race(database, grant, grant).count("done") == 1
    assert len(taken) == len(set(taken)) == 3 * N


@pytest.mark.parametrize("how", ["move", "keep", "undo"])
def test_a_hand_in_a_draft_against_its_publishing(database, how):
    with database.write() as session:
        a_day.build_day(session, n=3)
    for n in range(N):
        day = date(2026, 11, 30) + timedelta(days=7 * n)
        with database.write() as session:
            draft = a_day.saved_plan(session, day)
            one, stop = draft.rounds[0], draft.rounds[0].stops[0].consignment_id
            edit, plan_id, round_id = int(how == "undo"), draft.id, one.id
            if edit:
                rounds.keep_in_draft(build.act(session, MORNING), plan_id, 0, stop)
        with database.read() as session:
            move = rounds.Move(plan_id=plan_id, edit=edit, consignment_id=stop, to_round_id=round_id, position=9)
            found = rounds.judged(rounds.asked_move(session, move, now=MORNING), travel=StraightLine())
        hands = {
            "move": lambda act, found=found: rounds.move_stop(act, found, reason="đổi"),
            "keep": lambda act, p=plan_id, s=stop: rounds.keep_in_draft(act, p, 0, s),
            "undo": lambda act, p=plan_id: rounds.undo(act, p, 1),
        }
        ended = race(
            database,
            lambda s, act=hands[how]: act(build.act(s, MORNING)),
            lambda s, p=plan_id, e=edit: rounds.publish_plan(build.act(s, MORNING), p, edit=e),
        )
        assert ended in (["done", "edited_meanwhile"], ["plan_not_draft", "done"])
        with database.read() as session:
            is_changed = rounds.last_edit(session, plan_id) != edit
            is_published = session.get_one(DayPlan, plan_id).status is PlanStatus.PUBLISHED
        assert is_changed is not is_published, "what was shown is what is published"


@pytest.mark.parametrize("how", ["move", "keep", "undo"])
def test_a_hand_in_a_draft_waits_for_who_publishes_it(database, how):
    """The hand comes while the publishing stands between its look and its commit."""
    with database.write() as session:
        a_day.build_day(session, n=3)
        draft = a_day.saved_plan(session)
        plan_id, round_id, stop = draft.id, draft.rounds[0].id, draft.rounds[0].stops[0].consignment_id
        rounds.keep_in_draft(build.act(session, MORNING), plan_id, 0, stop)
    with database.read() as session:
        move = rounds.Move(plan_id=plan_id, edit=1, consignment_id=stop, to_round_id=round_id, position=9)
        found = rounds.judged(rounds.asked_move(session, move, now=MORNING), travel=StraightLine())
    ended = []

    def hand():
        try:
            with database.write() as session:
                act = build.act(session, MORNING)
                if how == "move":
                    rounds.move_stop(act, found, reason="đổi")
                elif how == "keep":
                    rounds.keep_in_draft(act, plan_id, 1, stop)
                else:
                    rounds.undo(act, plan_id, 1)
            ended.append("done")
        except PostalError as refusal:
            ended.append(refusal.code)

    second = threading.Thread(target=hand)
    with database.write() as session:
        rounds.publish_plan(build.act(session, MORNING), plan_id)
        second.start()
        second.join(1)
        assert second.is_alive(), "it waits"
    second.join()
    assert ended == ["plan_not_draft"]
    with database.read() as session:
        assert rounds.last_edit(session, plan_id) == 1
