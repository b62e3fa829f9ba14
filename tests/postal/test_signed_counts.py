"""A count both sides signed stands: what was told before it and comes after it is kept, shown, and moves nothing."""

import json
import random
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from postal import custody, doorstep, outside, rounds
from postal.doorstep import CourierScan
from postal.life import facts, tracking
from postal.models import Callback, CallbackEndpoint, Discrepancy, Item, TrackingEvent
from postal.rules.lifecycle import EventKind, Fact, Holder, State, fold, holder
from postal.to_agency import returns, withdrawal
from tests import builders as build
from tests.postal import day as a_day
from tests.postal import test_one_holder as stories
from tests.postal.day import DAY, EVENING, MORNING
from tests.scale import record_figure, scaled

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WEDNESDAY = date(2026, 11, 25)  # the 24th is a holiday
NEXT = MORNING + (WEDNESDAY - DAY)


@pytest.fixture
def day(session):
    policy = outside.AddressPolicy(allow_http_hosts=frozenset({"127.0.0.1"}))
    outside.register_endpoint(session, build.SYSTEM, "http://127.0.0.1:9/", (), policy=policy, now=MORNING)
    return a_day.build_day(session)


@pytest.fixture
def item(day):
    return day.items[0]


@pytest.fixture
def plan(session, day):
    return a_day.walking(session, shares=[[str(i.consignment_id) for i in day.items]])


def send(session, day, *scans, now=EVENING, courier=0):
    return [a.status for a in doorstep.record_scans(build.act(session, now, by=day.actor(courier)), scans)]


def scan(item, kind, at, scan_id="", **more):
    scan_id = scan_id or f"{kind}-{item.id}-{at:%d%H%M}"
    code = {"s10": item.s10} if item.s10 else {"dossier_code": item.dossier_code}
    return CourierScan(scan_id=scan_id, kind=EventKind(kind), happened_at=at, **code, **more)


def told(session, item):
    query = select(Callback.body).where(Callback.item_id == item.id).order_by(Callback.sequence)
    return [json.loads(body) for body in session.scalars(query)]


def open_kinds(session, item=None):
    query = select(Discrepancy.kind, Discrepancy.detail).where(Discrepancy.settled_at.is_(None))
    if item is not None:
        query = query.where(Discrepancy.item_id == item.id)
    return [tuple(row) for row in session.execute(query.order_by(Discrepancy.id))]


def settle_all(session, *, now=EVENING):
    for one in session.scalars(select(Discrepancy).where(Discrepancy.settled_at.is_(None))).all():
        custody.settle_discrepancy(build.act(session, now), one.id, settlement="đã hỏi bưu tá: quét nhầm")


def history(session, item):
    return [str(event.kind) for event in tracking.life_in(session, item, facts.events_of(session, item.id))]


def close(session, plan, *, without=(), now=EVENING):
    for one in plan.rounds:
        codes = [i.s10 for stop in one.stops for i in stop.consignment.items if i not in without]
        rounds.close_round(build.act(session, now), one.id, scanned=codes)


# ---- what was told is never untold


@pytest.mark.parametrize("reason", ["VANG_NHA", "TU_CHOI", "SAI_DIA_CHI"])
def test_a_failure_that_comes_after_the_delivery_does_not_take_it_back(session, day, item, plan, reason):
    at = MORNING + 2 * HOUR
    send(session, day, a_day.delivered(item, minutes=120), now=at)
    assert told(session, item)[-1]["data"]["dossier_status"] == 10
    assert send(session, day, a_day.failed(item, reason, at=at - 30 * MINUTE), now=at + 3 * HOUR) == ["recorded"]
    assert item.state is State.DELIVERED
    last = told(session, item)[-1]
    assert (last["type"], last["data"]["state"]) == ("item.attempt_failed", "delivered")
    after = [m["data"] for m in told(session, item) if m["data"]["sequence"] > 5]
    assert [(m["state"], m["dossier_status"]) for m in after] == [("delivered", 10)]
    assert history(session, item)[-2:] == ["attempt_failed", "delivered"]


@pytest.mark.parametrize("chance", range(6))
def test_however_a_rounds_scans_arrive_the_last_message_is_the_truth(session, day, item, plan, chance):
    scans = [a_day.failed(item, at=MORNING + n * HOUR) for n in (1, 2)] + [a_day.delivered(item, minutes=180)]
    random.Random(chance).shuffle(scans)
    for n, one in enumerate(scans):
        send(session, day, one, now=EVENING + n * MINUTE)
    assert item.state is State.DELIVERED
    last = told(session, item)[-1]["data"]
    assert (last["state"], last["dossier_status"]) == ("delivered", 10)
    assert item.n_attempts == 3


# ---- collections


@pytest.fixture
def order(session, day):
    order = stories.collection(session, 1)
    others = [str(i.consignment_id) for i in day.items]
    return order, a_day.walking(session, shares=[[str(order.consignment_id)], others])


def collected(order, at, **more):
    proof = doorstep.ProofIn(receiver_name="Trần Đình Phước", n_documents=1, **more)
    return scan(order, "collected", at, proof=proof)


def missed(order, at):
    return scan(order, "collection_failed", at, reason="VANG_NHA")


@pytest.mark.parametrize("is_shuffled", [False, True])
def test_an_order_that_failed_is_collected_on_the_same_round(session, day, order, is_shuffled):
    order, plan = order
    scans = [missed(order, MORNING + 2 * HOUR), collected(order, MORNING + 4 * HOUR)]
    for one in reversed(scans) if is_shuffled else scans:
        assert send(session, day, one) == ["recorded"]
    assert (order.state, holder(order.state)) == (State.COLLECTED, Holder.COURIER)
    assert str(order.consignment_id) not in {s.stop_id for s in problem(session).stops}
    receipt = rounds.close_round(build.act(session, EVENING), plan.rounds[0].id, scanned=[order.dossier_code])
    assert [(line.item_id, str(line.found)) for line in receipt.lines] == [(order.id, "present")]
    assert order.state is State.DOSSIER_AT_OFFICE


def test_an_order_the_courier_may_ring_for_again_is_not_planned_until_he_is_back(session, day, order):
    order, plan = order
    send(session, day, missed(order, MORNING + 2 * HOUR), now=MORNING + 2 * HOUR)
    assert order.state is State.AWAITING_COLLECTION
    assert str(order.consignment_id) not in {s.stop_id for s in problem(session).stops}
    rounds.close_round(build.act(session, EVENING), plan.rounds[0].id)
    assert str(order.consignment_id) in {s.stop_id for s in problem(session, WEDNESDAY).stops}
    assert send(session, day, collected(order, MORNING + 3 * HOUR), now=EVENING + HOUR) == ["held"]
    assert order.state is State.AWAITING_COLLECTION
    assert open_kinds(session, order) == [("scan_does_not_fit", "collected")]


def problem(session, on=DAY):
    return rounds.planning_problem(session, on, now=MORNING)


# ---- facts of another day


def unloaded(session, day, item):
    """Publish a round and load all of it but one piece."""
    plan = a_day.saved_plan(session, shares=[[str(i.consignment_id) for i in day.items]])
    rounds.publish_plan(build.act(session, MORNING), plan.id)
    codes = [i.s10 for i in day.items if i is not item]
    rounds.start_round(build.act(session, MORNING), plan.rounds[0].id, scanned=codes)
    return plan


def test_a_delivery_of_what_was_not_loaded_is_put_before_a_person_at_once(session, day, item):
    unloaded(session, day, item)
    assert send(session, day, a_day.delivered(item), now=MORNING + 2 * HOUR) == ["held"]
    assert ("scan_does_not_fit", "delivered") in open_kinds(session, item)
    assert str(item.consignment_id) not in {s.stop_id for s in problem(session, WEDNESDAY).stops}
    saved = a_day.saved_plan(session, WEDNESDAY)
    assert {u.reason for u in saved.unserved if u.consignment_id == item.consignment_id} == {"in_doubt"}


def test_a_delivery_told_before_the_load_is_put_before_a_person_when_the_piece_was_not_loaded(session, day, item):
    plan = a_day.saved_plan(session, shares=[[str(i.consignment_id) for i in day.items]])
    rounds.publish_plan(build.act(session, MORNING), plan.id)
    send(session, day, a_day.delivered(item, minutes=-20), now=MORNING)
    assert open_kinds(session, item) == []
    rounds.start_round(build.act(session, MORNING), plan.rounds[0].id, scanned=[i.s10 for i in day.items[1:]])
    assert ("scan_does_not_fit", "delivered") in open_kinds(session, item)


def test_a_scan_that_comes_to_fit_closes_what_was_open_about_it(session, day, item):
    unloaded(session, day, item)
    send(session, day, a_day.delivered(item), now=MORNING + 2 * HOUR)
    send(session, day, scan(item, "out_for_delivery", MORNING + 5 * MINUTE), now=MORNING + 3 * HOUR)
    assert item.state is State.DELIVERED
    assert ("scan_does_not_fit", "delivered") not in open_kinds(session, item)


@pytest.mark.parametrize("kind", ["delivered", "attempt_failed"])
def test_a_settled_scan_never_comes_to_life_again(session, day, item, kind):
    plan = unloaded(session, day, item)
    one = a_day.delivered(item) if kind == "delivered" else a_day.failed(item)
    send(session, day, one, now=MORNING + 2 * HOUR)
    settle_all(session)
    close(session, plan)
    next_plan = a_day.walking(session, WEDNESDAY, shares=[[str(i.consignment_id) for i in day.items]])
    assert (item.state, item.round_id) == (State.ON_ROUND, next_plan.rounds[0].id)
    assert send(session, day, one, now=NEXT + HOUR) == ["known"]
    assert item.state is State.ON_ROUND
    at = NEXT + 2 * HOUR
    assert send(session, day, scan(item, "delivered", at, proof=a_day.proof()), now=at) == ["recorded"]
    assert item.state is State.DELIVERED


def test_even_an_unsettled_scan_of_another_day_waits_for_a_person_only(session, day, item):
    plan = unloaded(session, day, item)
    send(session, day, a_day.failed(item), now=MORNING + 2 * HOUR)
    close(session, plan)
    a_day.walking(session, WEDNESDAY, shares=[[str(i.consignment_id) for i in day.items]])
    assert item.state is State.ON_ROUND
    assert ("scan_does_not_fit", "attempt_failed") in open_kinds(session, item)


# ---- late scans against a signed count


@pytest.mark.parametrize("minutes", [30, 480, 629])
@pytest.mark.parametrize("kind", ["delivered", "attempt_failed", "out_for_delivery"])
def test_a_signed_count_stands_against_a_scan_that_comes_later(session, day, item, plan, minutes, kind):
    close(session, plan)
    told_before = len(told(session, item))
    at = MORNING + minutes * MINUTE
    one = {
        "delivered": a_day.delivered(item, minutes=minutes),
        "attempt_failed": a_day.failed(item, at=at),
        "out_for_delivery": scan(item, "out_for_delivery", at),
    }[kind]
    expected = "known" if kind == "out_for_delivery" else "held"
    assert send(session, day, one, now=EVENING + HOUR) == [expected]
    assert (item.state, holder(item.state)) == (State.AT_OFFICE, Holder.POST_OFFICE)
    assert len(told(session, item)) == told_before
    if expected == "held":
        assert open_kinds(session, item) == [("scan_does_not_fit", kind)]
        assert {e.kind for e in events(session, item)} >= {EventKind(kind)}


def events(session, item):
    return session.scalars(select(TrackingEvent).where(TrackingEvent.item_id == item.id)).all()


@pytest.mark.parametrize("is_settled", [False, True])
def test_a_late_scan_of_the_last_round_does_not_end_the_next_one(session, day, item, plan, is_settled):
    close(session, plan)
    a_day.walking(session, WEDNESDAY, shares=[[str(i.consignment_id) for i in day.items]])
    assert send(session, day, a_day.delivered(item, minutes=510), now=NEXT + HOUR) == ["held"]
    assert (item.state, holder(item.state)) == (State.ON_ROUND, Holder.COURIER)
    if is_settled:
        settle_all(session)
    at = NEXT + 2 * HOUR
    true_one = scan(item, "delivered", at, proof=a_day.proof())
    assert send(session, day, true_one, now=at) == ["recorded"]
    assert item.state is State.DELIVERED
    assert told(session, item)[-1]["data"]["dossier_status"] == 10


def test_what_a_wall_froze_is_the_same_whatever_comes_later_and_in_which_order(session, day, item, plan):
    send(session, day, a_day.failed(item), now=MORNING + 2 * HOUR)
    close(session, plan)
    before = history(session, item)
    late = [a_day.failed(item, at=MORNING + n * 20 * MINUTE) for n in range(4, 9)]
    random.Random(1).shuffle(late)
    assert set(send(session, day, *late, now=EVENING + HOUR)) == {"held"}
    assert history(session, item) == before
    assert item.n_attempts == 1


# ---- money


def with_fee(session, *fees):
    office, couriers = a_day.set_up(session)
    items = a_day.handed_over(session, *({"fee_vnd": str(fee)} for fee in fees))
    return a_day.Day(office=office, couriers=couriers, items=items)


def paid(item, fee, **more):
    return a_day.delivered(item, fee_vnd=fee, fee_receipt=f"BL-{item.id}", **more)


@pytest.mark.parametrize("minutes", [-600, -90, -40, 5])
@pytest.mark.parametrize("is_before_load", [True, False])
def test_a_fee_is_due_on_its_round_whatever_the_phones_clock_says(session, minutes, is_before_load):
    day = with_fee(session, 50_000)
    plan = a_day.saved_plan(session, shares=[[str(day.items[0].consignment_id)]])
    rounds.publish_plan(build.act(session, MORNING), plan.id)
    load = MORNING + 30 * MINUTE
    one = paid(day.items[0], 50_000, minutes=30 + minutes)
    if is_before_load and minutes < 0:
        assert send(session, day, one, now=load - MINUTE) == ["held"]
    rounds.start_round(build.act(session, load), plan.rounds[0].id, scanned=[day.items[0].s10])
    if not (is_before_load and minutes < 0):
        assert send(session, day, one, now=load + HOUR) == ["recorded"]
    assert day.items[0].state is State.DELIVERED
    assert rounds.due_from_courier(session, plan.rounds[0])["fees_vnd"] == 50_000
    assert history(session, day.items[0])[-2:] == ["out_for_delivery", "delivered"]
    assert [p.fee_vnd for _, p, _ in custody.deliveries_of(session, plan.rounds[0])] == [50_000]


@pytest.mark.parametrize("is_back", [True, False])
def test_a_fee_that_comes_after_the_closing_is_a_discrepancy_at_once(session, is_back):
    day = with_fee(session, 70_000, 70_000)
    first, late = day.items
    plan = a_day.walking(session, shares=[[str(i.consignment_id) for i in day.items]])
    send(session, day, paid(first, 70_000), now=MORNING + 2 * HOUR)
    codes = [late.s10] if is_back else []
    brought = rounds.Brought(money_vnd=70_000, n_papers=0)
    rounds.close_round(build.act(session, EVENING), plan.rounds[0].id, scanned=codes, brought=brought)
    send(session, day, paid(late, 70_000), now=EVENING + HOUR)
    assert ("money", "0 / 70000") in open_kinds(session, late)
    send(session, day, paid(late, 70_000, scan_id="again"), now=EVENING + HOUR)
    assert open_kinds(session, late).count(("money", "0 / 70000")) == 1
    with pytest.raises(custody.DayNotAccountedFor):
        custody.close_day(build.act(session, EVENING + HOUR), day.office.id, DAY)
    settle_all(session, now=EVENING + 2 * HOUR)
    custody.close_day(build.act(session, EVENING + 2 * HOUR), day.office.id, DAY)


# ---- planning knows what is in hands


def test_pieces_a_courier_scanned_out_stay_on_his_round_over_a_re_plan(session, day):
    ids = [str(i.consignment_id) for i in day.items]
    first = a_day.saved_plan(session, shares=[ids[:3], ids[3:]])
    stale = a_day.saved_plan(session, shares=[ids[2:], ids[:2]])
    rounds.publish_plan(build.act(session, MORNING), first.id)
    out = [scan(i, "out_for_delivery", MORNING + MINUTE) for i in day.items[:2]]
    assert send(session, day, *out, now=MORNING + 2 * MINUTE) == ["recorded"] * 2
    his = next(r for r in first.rounds if r.courier_id == day.couriers[0].id)
    with pytest.raises((rounds.DayHasStarted, rounds.PublishedMeanwhile)):
        rounds.publish_plan(build.act(session, MORNING), stale.id)
    again, _ = rounds.replanning_problem(session, DAY, now=MORNING)
    assert {s.stop_id for s in again.stops} == {ids[3]}
    assert [c.courier_id for c in again.couriers] == ["BT-2"]
    saved = rounds.save_plan(build.act(session, MORNING), DAY, again, a_day.hand_made_plan(again))
    rounds.publish_plan(build.act(session, MORNING), saved.id)
    assert his.plan_id == saved.id
    assert send(session, day, a_day.delivered(day.items[0]), now=MORNING + HOUR) == ["recorded"]
    rounds.start_round(build.act(session, MORNING + HOUR), his.id, scanned=[i.s10 for i in day.items[1:3]])
    rounds.close_round(build.act(session, EVENING), his.id)
    assert day.items[0].state is State.DELIVERED


def test_what_was_not_loaded_goes_with_somebody_else_the_same_day(session, day, item):
    unloaded(session, day, item)
    again, _ = rounds.replanning_problem(session, DAY, now=MORNING)
    assert [s.stop_id for s in again.stops] == [str(item.consignment_id)]
    saved = rounds.save_plan(build.act(session, MORNING), DAY, again, a_day.hand_made_plan(again))
    rounds.publish_plan(build.act(session, MORNING), saved.id)
    his = next(r for r in saved.rounds if r.courier_id == day.couriers[1].id)
    rounds.start_round(build.act(session, MORNING), his.id, scanned=[item.s10])
    first = next(r for r in saved.rounds if r is not his)
    receipt = rounds.close_round(build.act(session, EVENING), first.id)
    assert item.id not in {line.item_id for line in receipt.lines}
    assert (item.state, item.round_id) == (State.ON_ROUND, his.id)


@pytest.mark.parametrize(
    ("on", "again"),
    [
        (date(2027, 1, 1), date(2027, 1, 4)),  # a Friday
        (date(2026, 11, 24), date(2026, 11, 25)),  # the day of culture
        (date(2027, 4, 30), date(2027, 5, 4)),  # two days in a row, the second a Saturday made up on Monday
    ],
)
def test_nobody_walks_on_a_holiday_and_each_stop_says_when_it_is_its_turn(session, day, on, again):
    assert problem(session, on).stops == ()
    saved = a_day.saved_plan(session, on)
    assert saved.rounds == []
    assert {(u.reason, u.detail["day"]) for u in saved.unserved} == {("not_a_delivery_day", again.isoformat())}
    assert len(saved.unserved) == len(day.items)
    assert problem(session, again).stops != ()


# ---- lost on the way back


@pytest.mark.parametrize("how", ["return", "withdraw", "twice"])
def test_what_was_lost_on_its_way_back_and_found_goes_back_again(session, day, item, how):
    def start():
        returns.start_return(build.act(session, EVENING), item.id, returns.AGENCY_ASKED)

    for n in range(2 if how == "twice" else 1):
        start()
        now = EVENING + n * MINUTE
        custody.declare_missing(build.act(session, now), item.id, reason="không thấy")
        custody.declare_found(build.act(session, now), item.id, reason="trong tủ")
        assert item.state is State.AT_OFFICE
    if how == "withdraw":
        withdrawal.withdraw(build.act(session, EVENING), item.consignment, reason="cấp nhầm", payer="agency")
    else:
        start()
        start()  # pressed twice
    assert item.state is State.RETURNING_TO_SENDER


def test_a_dossier_that_was_lost_and_found_is_submitted_not_delivered(session, day, order):
    order, plan = order
    send(session, day, collected(order, MORNING + HOUR))
    rounds.close_round(build.act(session, EVENING), plan.rounds[0].id)
    custody.declare_missing(build.act(session, EVENING), order.id, reason="không thấy")
    custody.declare_found(build.act(session, EVENING), order.id, reason="trong tủ")
    assert order.state is State.DOSSIER_AT_OFFICE


# ---- one act told twice


@pytest.mark.parametrize("seconds", [0, 1, 5, 59])
def test_a_double_tap_is_one_attempt_and_one_callback(session, day, item, plan, seconds):
    at = MORNING + HOUR
    scans = [
        scan(item, "attempt_failed", at + timedelta(seconds=n), f"tap-{n}", reason="VANG_NHA") for n in (0, seconds)
    ]
    scans[1] = CourierScan(**vars(scans[1]) | {"scan_id": "tap-again"})
    assert send(session, day, *scans) == ["recorded", "known"]
    assert item.n_attempts == 1
    assert [m["type"] for m in told(session, item)].count("item.attempt_failed") == 1


def test_a_phone_and_its_paper_sheet_are_one_act(session, day, item, plan):
    send(session, day, a_day.failed(item, at=MORNING + HOUR + timedelta(seconds=40)))
    send(session, day, a_day.delivered(day.items[1], minutes=61))
    clerk = build.act(session, EVENING, by=a_day.CLERK, user_id=None)
    typed = [
        scan(item, "attempt_failed", MORNING + 63 * MINUTE, "paper:1", reason="SAI_DIA_CHI"),
        scan(day.items[1], "delivered", MORNING + 75 * MINUTE, "paper:2", proof=a_day.proof()),
    ]
    answers = doorstep.record_scans(
        clerk, [CourierScan(**vars(one) | {"round_id": plan.rounds[0].id}) for one in typed]
    )
    assert [a.status for a in answers] == ["known", "known"]
    assert item.n_attempts == 1
    assert day.items[1].n_attempts == 1


def test_a_second_try_on_the_same_round_is_a_second_try(session, day, item, plan):
    scans = [a_day.failed(item, at=MORNING + n * HOUR) for n in (1, 3)]
    assert send(session, day, *scans) == ["recorded", "recorded"]
    assert item.n_attempts == 2


# ---- the fold itself


def events_with_walls(chance):
    """Return facts as a server hears them: scans of two rounds with clocks of their own, and signed counts between."""
    at = build.EVENING
    steps = [
        ("accepted", None, False), ("batched", None, False), ("handed_over", None, True),
        ("out_for_delivery", 1, True), ("back_at_office", 1, True),
        ("out_for_delivery", 2, True), ("back_at_office", 2, True),
    ]  # fmt: skip
    facts, n_walls = [], 0
    for number, (kind, on, is_wall) in enumerate(steps):
        at += HOUR
        facts.append(
            Fact(
                scan_id=f"o{number}",
                kind=EventKind(kind),
                happened_at=at,
                round_id=on,
                is_wall=is_wall,
                n_walls=n_walls,
            )
        )
        n_walls += is_wall
        for tap in range(chance.randrange(4)):
            kind = chance.choice(["delivered", "attempt_failed"])
            off = chance.randrange(-300, 30) * MINUTE
            on = chance.choice([1, 2])
            facts.append(
                Fact(
                    scan_id=f"s{number}-{tap}", kind=EventKind(kind), happened_at=at + off, round_id=on, n_walls=n_walls
                )
            )
    return facts


def test_a_wall_holds_back_what_comes_behind_it_and_order_between_walls_never_matters():
    n, n_late = scaled(400, 20_000), 0
    for seed in range(n):
        chance = random.Random(seed)
        facts = events_with_walls(chance)
        whole = fold(facts)
        shuffled = list(facts)
        chance.shuffle(shuffled)
        assert fold(shuffled) == whole
        walls = [fact for fact in facts if fact.is_wall]
        for number, wall in enumerate(walls, start=1):
            before = fold([fact for fact in facts if fact.n_walls < number and fact is not wall])
            until = whole.applied.index(wall.scan_id) if wall.scan_id in whole.applied else None
            if until is not None:  # what lay before the wall when it was signed lies before it for ever
                assert whole.applied[:until] == before.applied, seed
        n_late += len(facts) - len(whole.applied)
    assert n_late > n / 4
    record_figure("lives with signed counts, told in any order, whose past stood", n, "lives")


def test_an_endpoint_is_told_nothing_of_what_moves_nothing(session, day, item, plan):
    assert session.scalar(select(CallbackEndpoint.id)) is not None
    close(session, plan)
    n = len(told(session, item))
    send(session, day, *(a_day.failed(i, at=MORNING + HOUR) for i in day.items), now=EVENING + HOUR)
    assert len(told(session, item)) == n
    assert {i.state for i in session.scalars(select(Item))} == {State.AT_OFFICE}
