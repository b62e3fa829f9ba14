"""From what the post holds to rounds: what is planned, who wins, what is loaded, what comes home."""

import threading
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from postal import chain, doorstep, intake, rounds
from postal.errors import NotFound
from postal.models import (
    Absence,
    AddressStatus,
    CommuneClosure,
    Consignment,
    Coverage,
    DayPlan,
    Discrepancy,
    Item,
    Leg,
    PlanStatus,
    TrackingEvent,
)
from postal.rounds import DayHasStarted, PlanIncomplete, PlanNotDraft, PlanOutdated, PublishedMeanwhile, RoundStateWrong
from postal.rules.lifecycle import EventKind, State
from postal.to_agency import submission
from routing import Limits, Register, StraightLine, check, plan, replan
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import DAY, EVENING, MORNING


@pytest.fixture
def day(session):
    return a_day.build_day(session)


def planned_ids(session, on=DAY):
    return {int(stop.stop_id) for stop in rounds.planning_problem(session, on, now=MORNING).stops}


def stop_of(session, item, on=DAY):
    problem = rounds.planning_problem(session, on, now=MORNING)
    return next(stop for stop in problem.stops if stop.stop_id == str(item.consignment_id))


def test_everything_the_post_holds_is_one_stop_a_consignment(session, day):
    problem = rounds.planning_problem(session, DAY, now=MORNING)
    assert planned_ids(session) == {item.consignment_id for item in day.items}
    assert [one.courier_id for one in problem.couriers] == ["BT-1", "BT-2"]
    assert {stop.office_id for stop in problem.stops} == {"BC-THU"}


def test_the_real_planner_plans_it_and_the_plan_is_kept(session, day):
    problem = rounds.planning_problem(session, DAY, now=MORNING)
    travel = StraightLine()
    made = plan(problem, travel=travel, limits=Limits(seconds=1, pieces=1))
    assert check(problem, made, travel) == []
    saved = rounds.save_plan(build.act(session, MORNING), DAY, problem, made)
    assert sum(len(one.stops) for one in saved.rounds) == len(day.items)
    assert [one.number for one in saved.rounds] == list(range(1, len(saved.rounds) + 1))


def test_items_for_elsewhere_are_never_planned(session, day):
    day.items[0].consignment.address_status = AddressStatus.OUTSIDE
    session.flush()
    assert day.items[0].consignment_id not in planned_ids(session)


def test_a_commune_is_planned_on_its_delivery_days_only_and_the_plan_says_when(session, day):
    session.execute(update(Coverage).values(weekdays="24"))
    assert planned_ids(session) == set()
    saved = a_day.saved_plan(session)
    assert {u.reason for u in saved.unserved} == {"not_a_delivery_day"}
    assert {u.detail["day"] for u in saved.unserved} == {"2026-11-25"}
    assert planned_ids(session, date(2026, 11, 25)) != set()


def test_what_cannot_wait_for_the_next_delivery_day_must_go_today(session, day):
    assert stop_of(session, day.items[0]).must_today
    # J+1 ends on Monday; a promise until Friday may wait for Wednesday, not for next Monday.
    for consignment in session.scalars(select(Consignment)):
        consignment.promised_by = datetime(2026, 11, 27, 16, 59, tzinfo=build.EVENING.tzinfo)
    session.flush()
    assert not stop_of(session, day.items[0]).must_today
    session.execute(update(Coverage).values(weekdays="0"))
    session.expire_all()
    assert stop_of(session, day.items[0]).must_today


def test_absent_couriers_do_not_walk_and_closed_communes_are_told(session, day):
    session.add(Absence(courier_id=day.couriers[0].id, from_date=DAY, until_date=DAY))
    session.add(
        CommuneClosure(commune_code=a_day.THUAN_HOA, from_date=DAY, until_date=DAY, reason="lụt", noted_at=MORNING)
    )
    session.flush()
    problem = rounds.planning_problem(session, DAY, now=MORNING)
    assert [one.courier_id for one in problem.couriers] == ["BT-2"]
    assert problem.closed_communes == {a_day.THUAN_HOA}


@pytest.mark.parametrize(
    ("until", "served_again"),
    [
        (DAY, date(2026, 11, 25)),  # 24/11 is a holiday
        (date(2026, 11, 25), date(2026, 11, 26)),
        (date(2026, 11, 27), date(2026, 11, 30)),  # a Friday: nobody walks on the weekend
        (date(2027, 11, 27), None),
    ],
)
def test_a_stop_in_a_closed_commune_is_told_the_day_it_is_served_again(session, day, until, served_again):
    closed = {"commune_code": a_day.THUAN_HOA, "from_date": DAY, "until_date": until, "reason": "lụt"}
    session.add(CommuneClosure(**closed, noted_at=MORNING))
    session.flush()
    problem = rounds.planning_problem(session, DAY, now=MORNING)
    made = plan(problem, travel=StraightLine(), limits=Limits(seconds=1, pieces=1))
    saved = rounds.save_plan(build.act(session, MORNING), DAY, problem, made)
    told = [one.detail for one in saved.unserved if one.reason == "commune_closed"]
    expected = {"change": "open_commune", "commune_code": a_day.THUAN_HOA}
    assert told
    assert all(one == expected | ({"day": served_again.isoformat()} if served_again else {}) for one in told)


def test_fees_and_papers_make_a_stop_longer(session):
    a_day.set_up(session)
    items = a_day.handed_over(session, {}, {"fee_vnd": "50000", "take_back": "Giấy cũ"})
    assert stop_of(session, items[1]).service_s > stop_of(session, items[0]).service_s


def test_a_plan_that_forgets_or_doubles_a_stop_is_not_kept(session, day):
    problem = rounds.planning_problem(session, DAY, now=MORNING)
    ids = [stop.stop_id for stop in problem.stops]
    for shares in ([ids[1:]], [ids, ids[:1]]):
        made = a_day.hand_made_plan(problem, shares)
        with pytest.raises(PlanIncomplete):
            rounds.save_plan(build.act(session, MORNING), DAY, problem, made)


def test_a_plan_made_before_an_item_moved_on_is_not_kept(session, day):
    problem = rounds.planning_problem(session, DAY, now=MORNING)
    a_day.walking(session)
    with pytest.raises(PlanOutdated):
        rounds.save_plan(build.act(session, MORNING), DAY, problem, a_day.hand_made_plan(problem))


def test_each_plan_of_a_day_is_the_next_version_and_one_is_published(session, day):
    first, second = a_day.saved_plan(session), a_day.saved_plan(session)
    assert (first.version, second.version) == (1, 2)
    rounds.publish_plan(build.act(session, MORNING), first.id)
    with pytest.raises(PlanNotDraft):
        rounds.publish_plan(build.act(session, MORNING), first.id)
    with pytest.raises(PublishedMeanwhile):  # made side by side: it did not know the first
        rounds.publish_plan(build.act(session, MORNING), second.id)
    third = a_day.saved_plan(session)
    rounds.publish_plan(build.act(session, MORNING), third.id)
    session.expire_all()
    assert (first.status, third.status) == (PlanStatus.SUPERSEDED, PlanStatus.PUBLISHED)
    with pytest.raises(NotFound):
        rounds.publish_plan(build.act(session, MORNING), 4711)


def test_a_day_that_has_started_is_not_replaced(session, day):
    plan_ = a_day.saved_plan(session, shares=[[str(day.items[0].consignment_id)], _others(day)])
    rounds.publish_plan(build.act(session, MORNING), plan_.id)
    later = a_day.saved_plan(session)
    rounds.start_round(build.act(session, MORNING), plan_.rounds[0].id, scanned=[])
    with pytest.raises(DayHasStarted):
        rounds.publish_plan(build.act(session, MORNING), later.id)


def _others(day):
    return [str(item.consignment_id) for item in day.items[1:]]


def test_of_two_published_at_once_exactly_one_wins(database):
    with database.write() as session:
        a_day.build_day(session)
        plan_ids = [a_day.saved_plan(session).id for _ in range(2)]
    start, answers = threading.Barrier(2), []

    def publish(plan_id):
        start.wait()
        try:
            with database.write() as session:
                rounds.publish_plan(build.act(session, MORNING), plan_id)
            answers.append("won")
        except PublishedMeanwhile:
            answers.append("lost")

    threads = [threading.Thread(target=publish, args=(plan_id,)) for plan_id in plan_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["lost", "won"]
    with database.read() as session:
        assert session.scalar(select(func.count()).where(DayPlan.status == PlanStatus.PUBLISHED)) == 1


def test_what_is_not_scanned_is_not_loaded(session, day):
    plan_ = a_day.saved_plan(session, shares=[[str(i.consignment_id) for i in day.items]])
    rounds.publish_plan(build.act(session, MORNING), plan_.id)
    scanned = [item.s10 for item in day.items[:3]]
    handover = rounds.start_round(build.act(session, MORNING), plan_.rounds[0].id, scanned=scanned)
    assert (handover.leg, handover.n_expected, handover.n_present) == (Leg.OFFICE_TO_COURIER, 4, 3)
    assert [item.state for item in day.items] == [State.ON_ROUND] * 3 + [State.HANDED_OVER]
    assert {item.courier_id for item in day.items[:3]} == {day.couriers[0].id}
    assert session.scalar(select(Discrepancy.kind)) == "missing"
    with pytest.raises(RoundStateWrong):
        rounds.start_round(build.act(session, MORNING), plan_.rounds[0].id, scanned=scanned)


def test_an_item_of_another_round_is_extra_and_stays(session, day):
    ids = [str(i.consignment_id) for i in day.items]
    plan_ = a_day.saved_plan(session, shares=[ids[:2], ids[2:]])
    rounds.publish_plan(build.act(session, MORNING), plan_.id)
    scanned = [day.items[0].s10, day.items[1].s10, day.items[2].s10]
    rounds.start_round(build.act(session, MORNING), plan_.rounds[0].id, scanned=scanned)
    assert day.items[2].state is State.HANDED_OVER
    assert session.scalar(select(Discrepancy.kind)) == "extra"


def test_a_closed_round_brings_everything_undelivered_back(session, day):
    plan_ = a_day.walking(session, shares=[[str(i.consignment_id) for i in day.items]])
    scans = [a_day.delivered(day.items[0]), a_day.failed(day.items[1])]
    doorstep.record_scans(build.act(session, EVENING, by=day.actor()), scans)
    handover = rounds.close_round(build.act(session, EVENING), plan_.rounds[0].id)
    assert (handover.leg, handover.n_present) == (Leg.COURIER_TO_OFFICE, 3)
    assert [i.state for i in day.items] == [State.DELIVERED] + [State.AT_OFFICE] * 3
    with pytest.raises(RoundStateWrong):
        rounds.close_round(build.act(session, EVENING), plan_.rounds[0].id)


def test_what_is_missing_when_the_courier_is_back_stays_in_his_name(session, day):
    plan_ = a_day.walking(session, shares=[[str(i.consignment_id) for i in day.items]])
    scanned = [item.s10 for item in day.items[1:]]
    rounds.close_round(build.act(session, EVENING), plan_.rounds[0].id, scanned=scanned)
    assert day.items[0].state is State.ON_ROUND
    assert session.scalar(select(Discrepancy).where(Discrepancy.item_id == day.items[0].id)) is not None


def test_money_and_papers_are_on_the_receipt_of_the_way_back(session):
    office, couriers = a_day.set_up(session)
    items = a_day.handed_over(session, {"fee_vnd": "50000", "take_back": "Giấy phép cũ"})
    plan_ = a_day.walking(session)
    scan = a_day.delivered(items[0], fee_vnd=50_000, fee_receipt="BL-01", taken_back=["Giấy phép cũ"])
    actor = a_day.Day(office=office, couriers=couriers, items=items).actor()
    answers = doorstep.record_scans(build.act(session, EVENING, by=actor), [scan])
    assert answers[0].status == "recorded", answers
    receipt = rounds.close_round(build.act(session, EVENING), plan_.rounds[0].id)
    assert (receipt.facts["fees_vnd"], receipt.facts["n_taken_back"]) == (50_000, 1)
    assert receipt.facts["fee_receipts"] == ["BL-01"]


def test_a_failed_item_goes_out_again_the_next_working_day(session, day):
    plan_ = a_day.walking(session)
    scans = [a_day.failed(item) for item in day.items]
    for number in (0, 1):
        doorstep.record_scans(build.act(session, EVENING, by=day.actor(number)), scans)
    a_day.close_all(session, plan_)
    assert planned_ids(session) == set()
    wednesday = date(2026, 11, 25)  # Tuesday 24 November is a holiday
    assert planned_ids(session, wednesday) == {item.consignment_id for item in day.items}
    # The first attempt was in time: the promise is kept, nothing must go today for its sake.
    assert not stop_of(session, day.items[0], wednesday).must_today


def test_an_item_that_waits_for_the_agencys_word_is_not_planned(session, day):
    plan_ = a_day.walking(session, shares=[[str(i.consignment_id) for i in day.items]])
    doorstep.record_scans(build.act(session, EVENING, by=day.actor()), [a_day.failed(day.items[0], "SAI_DIA_CHI")])
    a_day.close_all(session, plan_)
    assert day.items[0].consignment_id not in planned_ids(session, date(2026, 11, 25))
    saved = a_day.saved_plan(session, date(2026, 11, 25))
    why = {u.consignment_id: u.reason for u in saved.unserved}
    assert why[day.items[0].consignment_id] == "waits_for_answer"


def _collection(session):
    order = intake.CollectionIn(
        dossier_code="H57.15-261123-9001",
        office=build.CENTRE,
        recipient="Trần Đình Phước",
        address="7 An Dương Vương, phường Thuận Hóa, thành phố Huế",
        phone="0905110003",
        documents="Đơn đề nghị (bản chính)",
        lat="16.4632",
        lon="107.5862",
    )
    report = intake.order_collections(
        build.act(session, build.EVENING), [order], source_system=build.SYSTEM, guide=build.guide()
    )
    return session.get_one(Item, report.rows[0].item_id)


def test_a_dossier_is_collected_on_a_round_and_submitted_to_the_agency(session):
    office, couriers = a_day.set_up(session)
    item = _collection(session)
    plan_ = a_day.walking(session)
    assert item.state is State.ON_COLLECTION_ROUND
    scan = doorstep.CourierScan(
        scan_id="c-1",
        dossier_code=item.dossier_code,
        kind=EventKind.COLLECTED,
        happened_at=MORNING + timedelta(hours=1),
        proof=doorstep.ProofIn(receiver_name="Trần Đình Phước", n_documents=1),
    )
    actor = a_day.Day(office=office, couriers=couriers, items=[item]).actor()
    answers = doorstep.record_scans(build.act(session, EVENING, by=actor), [scan])
    assert answers[0].status == "recorded", answers
    receipt = rounds.close_round(build.act(session, EVENING), plan_.rounds[0].id, scanned=[item.dossier_code.lower()])
    assert [(line.item_id, str(line.found)) for line in receipt.lines] == [(item.id, "present")]
    assert item.state is State.DOSSIER_AT_OFFICE
    agency_id, sides = item.consignment.issuing_office_id, {"giver": a_day.RECEIVER, "receiver": a_day.GIVER}
    submission.submit_counted(build.act(session, EVENING), agency_id, scanned=[item.dossier_code], **sides)
    assert item.state is State.SUBMITTED
    with pytest.raises(submission.NothingToSubmit):
        submission.submit_counted(build.act(session, EVENING), agency_id, scanned=[item.dossier_code], **sides)


def test_a_dossier_nobody_was_there_to_give_waits_for_the_next_round(session):
    a_day.set_up(session)
    item = _collection(session)
    a_day.close_all(session, a_day.walking(session))
    assert item.state is State.AWAITING_COLLECTION


def test_all_forty_communes_are_on_the_coverage_list(session, day):
    lines = rounds.coverage(session, Register.builtin())
    assert len(lines) == 40
    served = {line.code: line for line in lines if line.weekdays}
    assert set(served) == {a_day.THUAN_HOA, a_day.PHU_XUAN}
    assert served[a_day.THUAN_HOA].last_round is None
    a_day.walking(session)
    lines = {line.code: line for line in rounds.coverage(session, Register.builtin())}
    assert lines[a_day.THUAN_HOA].last_round == DAY
    assert lines[a_day.THUAN_HOA].promise == "J+1"


def test_a_full_day_is_in_the_chain(session, day):
    plan_ = a_day.walking(session)
    for number in (0, 1):
        scans = [a_day.delivered(item) for item in day.items]
        doorstep.record_scans(build.act(session, EVENING, by=day.actor(number)), scans)
    a_day.close_all(session, plan_)
    chain.seal(session, now=EVENING)
    checked = chain.check_chain(session)
    n_events = session.scalar(select(func.count()).select_from(TrackingEvent))
    assert (checked.broken, checked.n_links) == (None, n_events + build.n_records(session) + 5)
    assert chain.check_people(session) == []


NOON = datetime(2026, 11, 23, 5, 0, tzinfo=build.EVENING.tzinfo)  # 12:00 in Huế


def published(session, shares=None):
    plan = a_day.saved_plan(session, shares=shares)
    return rounds.publish_plan(build.act(session, MORNING), plan.id)


def ids(day):
    return [str(item.consignment_id) for item in day.items]


def start(session, one):
    codes = [i.s10 for stop in one.stops for i in stop.consignment.items if i.s10]
    return rounds.start_round(build.act(session, MORNING), one.id, scanned=codes)


def replanned(session, shares, now=NOON):
    problem, _ = rounds.replanning_problem(session, DAY, now=now)
    made = a_day.hand_made_plan(problem, shares)
    return rounds.save_plan(build.act(session, now), DAY, problem, made)


def test_without_a_published_plan_there_is_nothing_to_plan_again(session, day):
    a_day.saved_plan(session)
    with pytest.raises(rounds.NothingPublished):
        rounds.replanning_problem(session, DAY, now=NOON)


def test_a_round_that_has_left_goes_over_to_the_new_plan_as_it_is(session, day):
    a, b, c, d = ids(day)
    before = published(session, [[a, b], [c, d]])
    gone = before.rounds[0]
    receipt = start(session, gone)
    problem, standing = rounds.replanning_problem(session, DAY, now=NOON)
    assert {s.stop_id for s in problem.stops} == {c, d}
    assert [x.courier_id for x in problem.couriers] == ["BT-2"]
    assert [r.courier_id for r in standing.rounds] == ["BT-2"]
    draft = replanned(session, [[d, c]])
    assert [r.number for r in draft.rounds] == [2]
    after = rounds.publish_plan(build.act(session, NOON), draft.id)
    session.expire_all()
    assert {r.id for r in after.rounds} == {gone.id, draft.rounds[-1].id}
    assert (after.figures["n_carried"], after.figures["n_stops"]) == (1, 4)
    assert session.get(DayPlan, before.id).status is PlanStatus.SUPERSEDED
    rounds.close_round(build.act(session, EVENING), gone.id)
    assert receipt.round_id == gone.id


def test_a_plan_made_before_a_round_left_with_its_stops_cannot_be_published(session, day):
    a, b, c, d = ids(day)
    before = published(session, [[a, b], [c, d]])
    draft = replanned(session, [[a, c], [b, d]])
    start(session, before.rounds[0])
    with pytest.raises(DayHasStarted) as refused:
        rounds.publish_plan(build.act(session, NOON), draft.id)
    assert "1" in str(refused.value.message)
    assert session.get(DayPlan, before.id).status is PlanStatus.PUBLISHED


def test_on_the_day_itself_nobody_is_sent_out_in_the_past(session, day):
    published(session)
    problem, _ = rounds.replanning_problem(session, DAY, now=NOON)
    assert {c.shift.from_s for c in problem.couriers} == {12 * 3600 + 600}
    late, _ = rounds.replanning_problem(session, DAY, now=datetime(2026, 11, 23, 15, tzinfo=build.EVENING.tzinfo))
    assert late.couriers == ()
    ahead, _ = rounds.replanning_problem(session, DAY, now=build.EVENING)
    assert ahead.couriers == rounds.planning_problem(session, DAY, now=MORNING).couriers


def test_a_stop_kept_for_a_courier_is_locked_to_him_whenever_the_day_is_planned_again(session, day):
    a, b, c, d = ids(day)
    first = published(session, [[a, b], [c, d]]).rounds[0].stops[0]
    rounds.keep_stop(build.act(session, NOON, by=a_day.CLERK), first.id, "BT-2")
    problem, standing = rounds.replanning_problem(session, DAY, now=NOON)
    assert {s.stop_id: s.locked_to for s in problem.stops} == {a: "BT-2", b: None, c: None, d: None}
    made = replan(problem, standing, travel=StraightLine(), limits=Limits(seconds=20, pieces=1))
    assert {v.stop_id: r.courier_id for r in made.rounds for v in r.visits}[a] == "BT-2"
    draft = rounds.save_plan(build.act(session, NOON), DAY, problem, made)
    rounds.publish_plan(build.act(session, NOON), draft.id)
    problem, _ = rounds.replanning_problem(session, DAY, now=NOON)
    assert next(s.locked_to for s in problem.stops if s.stop_id == a) == "BT-2"
    kept = next(s for r in draft.rounds for s in r.stops if s.consignment_id == int(a))
    rounds.keep_stop(build.act(session, NOON, by=a_day.CLERK), kept.id, None)
    assert not any(s.locked_to for s in rounds.replanning_problem(session, DAY, now=NOON)[0].stops)


def test_a_stop_is_kept_for_nobody_else_and_not_once_it_has_left(session, day):
    one = published(session).rounds[0]
    stop_id = one.stops[0].id
    for who in ("GHOST", ""):
        if who:
            with pytest.raises(NotFound):
                rounds.keep_stop(build.act(session, NOON, by=a_day.CLERK), stop_id, who)
    start(session, one)
    with pytest.raises(rounds.RoundHasLeft):
        rounds.keep_stop(build.act(session, NOON, by=a_day.CLERK), stop_id, "BT-2")


def test_a_kept_stop_of_a_courier_fallen_ill_is_planned_for_others(session, day):
    first = published(session).rounds[0].stops[0]
    rounds.keep_stop(build.act(session, NOON, by=a_day.CLERK), first.id, "BT-1")
    session.add(Absence(courier_id=day.couriers[0].id, from_date=DAY, until_date=DAY))
    session.flush()
    problem, _ = rounds.replanning_problem(session, DAY, now=NOON)
    assert not any(s.locked_to for s in problem.stops)


def test_a_saved_plan_is_read_back_as_it_was_made(session, day):
    problem = rounds.planning_problem(session, DAY, now=MORNING)
    made = a_day.hand_made_plan(problem)
    saved = rounds.save_plan(build.act(session, MORNING), DAY, problem, made)
    assert rounds.as_plan(saved).rounds == made.rounds
