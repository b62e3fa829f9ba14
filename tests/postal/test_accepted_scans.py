"""A person who settles a discrepancy may say that the scan is true: the piece follows, what was signed stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import NewUser, Role, custody, rounds
from postal.access import accounts
from postal.chain import check_chain
from postal.errors import InvalidInput, MoveNotAllowed, NotFound
from postal.life import tracking
from postal.life.follow_up import load_attempts
from postal.models import AuditEntry, Discrepancy, Found, HandoverLine, Item, TrackingEvent
from postal.rules.lifecycle import DECISIONS, EventKind, Fact, Holder, State, fold, holder
from postal.to_agency import returns
from tests import builders as build
from tests.postal import day as a_day
from tests.postal import test_one_holder as stories
from tests.postal import test_signed_counts as signed
from tests.postal.day import EVENING, MORNING
from tests.postal.test_signed_counts import HOUR, MINUTE, NEXT, WEDNESDAY, history, open_kinds, send, told

day, item, plan = signed.day, signed.item, signed.plan
WHY = "đã gọi người nhận: đã nhận lúc 10 giờ"


@pytest.fixture
def chief(session):
    """Return the id of whoever decides."""
    new = NewUser(username="truong-ca", password="mot mat khau dai", full_name="Trưởng Ca", role=Role.DISPATCHER)
    return accounts.add_user(session, new, now=MORNING).id


def note_of(session, item):
    query = select(Discrepancy).where(Discrepancy.item_id == item.id, Discrepancy.event_id.is_not(None))
    return session.scalars(query.order_by(Discrepancy.id.desc())).first()


def accept(session, item, by=None, *, now=EVENING + 2 * HOUR):
    return custody.accept_scan(build.act(session, now, user_id=by), note_of(session, item).id, settlement=WHY)


def counted_back(session, day, item, plan, one):
    """Let the office count everything back and sign, then let a scan of the day come."""
    signed.close(session, plan)
    assert send(session, day, one, now=EVENING + HOUR) == ["held"]


def test_a_true_delivery_that_was_counted_back_wrongly_is_a_delivery_again(session, day, item, plan, chief):
    counted_back(session, day, item, plan, a_day.delivered(item, minutes=150))
    accept(session, item, chief)
    assert (item.state, holder(item.state)) == (State.DELIVERED, Holder.RECIPIENT)
    assert (item.n_attempts, item.first_attempt_at) == (1, MORNING + 150 * MINUTE)
    assert history(session, item)[-2:] == ["back_at_office", "delivered"]  # the count stays in its life
    lines = select(HandoverLine.found).where(HandoverLine.item_id == item.id).order_by(HandoverLine.id.desc())
    assert session.scalars(lines).first() is Found.PRESENT
    last = told(session, item)[-1]
    assert (last["type"], last["data"]["state"], last["data"]["dossier_status"]) == ("item.delivered", "delivered", 10)
    assert last["data"]["sequence"] == max(m["data"]["sequence"] for m in told(session, item))


def test_the_scan_and_the_decision_are_two_facts_and_the_decision_names_who_took_it(session, day, item, plan, chief):
    counted_back(session, day, item, plan, a_day.delivered(item, minutes=150))
    note = accept(session, item, chief)
    query = select(TrackingEvent).where(TrackingEvent.item_id == item.id, TrackingEvent.kind == EventKind.DELIVERED)
    scan, decision = session.scalars(query.order_by(TrackingEvent.id)).all()
    assert (scan.is_applied, decision.is_applied) == (False, True)
    assert (decision.user_id, decision.recorded_at) == (chief, EVENING + 2 * HOUR)
    assert (decision.happened_at, decision.proof_id, decision.courier_id, decision.round_id) == (
        scan.happened_at, scan.proof_id, scan.courier_id, scan.round_id)  # fmt: skip
    assert (note.settled_by_id, note.settlement) == (chief, WHY)
    (line,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "scan_accepted"))
    assert (line.user_id, line.reason, line.facts) == (chief, WHY, {"item_id": item.id})


def test_it_is_decided_once_and_the_scan_told_again_changes_nothing(session, day, item, plan):
    counted_back(session, day, item, plan, a_day.delivered(item, minutes=150))
    accept(session, item)
    with pytest.raises(custody.AlreadySettled):
        accept(session, item)
    with pytest.raises(custody.AlreadySettled):
        custody.settle_discrepancy(build.act(session), note_of(session, item).id, settlement=WHY)
    n_told = len(told(session, item))
    for scan_id in ("", "another-phone"):
        again = a_day.delivered(item, minutes=150, scan_id=scan_id)
        assert send(session, day, again, now=EVENING + 3 * HOUR) == ["known"]
    assert (item.state, item.n_attempts, len(told(session, item))) == (State.DELIVERED, 1, n_told)


def test_what_was_paid_at_the_door_is_asked_for_and_owed_once(session):
    day = signed.with_fee(session, 70_000)
    (item,) = day.items
    plan = a_day.walking(session, shares=[[str(item.consignment_id)]])
    counted_back(session, day, item, plan, signed.paid(item, 70_000))
    assert custody.owed_to(session, item.consignment.issuing_office_id) == []
    accept(session, item)
    assert open_kinds(session, item) == [("money", "0 / 70000")]  # the decision settles the scan, not the money
    assert [one.proof.fee_vnd for one in custody.owed_to(session, item.consignment.issuing_office_id)] == [70_000]
    assert rounds.due_from_courier(session, plan.rounds[0])["fees_vnd"] == 70_000


@pytest.mark.parametrize("steps", ["at the office", "held", "returning", "on the next round", "missing"])
def test_wherever_the_post_has_it_meanwhile_the_piece_follows(session, day, item, plan, steps):
    counted_back(session, day, item, plan, a_day.delivered(item, minutes=150))
    now, act = NEXT + HOUR, build.act(session, EVENING + HOUR)
    if steps == "held":
        tracking.record_strictly(
            act, item, tracking.Scan(kind=EventKind.HELD, scan_id=f"held-{item.id}", happened_at=EVENING + HOUR)
        )
    elif steps == "returning":
        returns.start_return(act, item.id, returns.AGENCY_ASKED)
    elif steps == "missing":
        custody.declare_missing(act, item.id, reason="không thấy")
    elif steps == "on the next round":
        custody.settle_discrepancy(act, note_of(session, item).id, settlement="quét nhầm")
        a_day.walking(session, WEDNESDAY, shares=[[str(i.consignment_id) for i in day.items]])
        second = a_day.failed(item, at=MORNING + 200 * MINUTE)
        assert send(session, day, second, now=now) == ["held"]
    accept(session, item, now=now)
    expected = State.ON_ROUND if steps == "on the next round" else State.DELIVERED
    assert item.state is expected
    assert item.n_attempts == 1


def test_a_failed_try_counts_and_the_piece_stays_where_it_was_counted(session, day, item, plan):
    counted_back(session, day, item, plan, a_day.failed(item, at=MORNING + 150 * MINUTE))
    since = item.state_since
    accept(session, item)
    assert (item.state, item.n_attempts, item.state_since) == (State.AT_OFFICE, 1, since)
    assert [a.reason for a in load_attempts(session, [item.id])[item.id]] == ["VANG_NHA"]
    a_day.walking(session, WEDNESDAY, shares=[[str(i.consignment_id) for i in day.items]])
    assert item.state is State.ON_ROUND


def test_a_collection_told_after_its_round_was_counted_lies_at_the_office(session, day):
    order = stories.collection(session, 1)
    plan = a_day.walking(session, shares=[[str(order.consignment_id)], [str(i.consignment_id) for i in day.items]])
    send(session, day, signed.missed(order, MORNING + HOUR), now=MORNING + 2 * HOUR)
    rounds.close_round(build.act(session, EVENING), plan.rounds[0].id)
    assert send(session, day, signed.collected(order, MORNING + 4 * HOUR), now=EVENING + HOUR) == ["held"]
    accept(session, order)
    assert (order.state, holder(order.state)) == (State.DOSSIER_AT_OFFICE, Holder.POST_OFFICE)


def test_what_the_agency_has_back_no_decision_moves(session, day, item, plan):
    counted_back(session, day, item, plan, a_day.delivered(item, minutes=150))
    returns.start_return(build.act(session, EVENING + HOUR), item.id, returns.AGENCY_ASKED)
    agency_id = item.consignment.issuing_office_id
    act = build.act(session, EVENING + HOUR)
    returns.confirm_returned(act, agency_id, scanned=[item.s10], giver=a_day.GIVER, receiver=a_day.RECEIVER)
    assert item.state is State.RETURNED_TO_SENDER
    with pytest.raises(MoveNotAllowed):
        accept(session, item)
    assert note_of(session, item).settled_at is None
    custody.settle_discrepancy(build.act(session), note_of(session, item).id, settlement="đã trả cơ quan")
    assert item.state is State.RETURNED_TO_SENDER


def test_a_decision_needs_its_grounds_and_a_scan(session, day, item, plan):
    counted_back(session, day, item, plan, a_day.delivered(item, minutes=150))
    with pytest.raises(InvalidInput):
        custody.accept_scan(build.act(session), note_of(session, item).id, settlement="  ")
    other = Discrepancy(kind="missing", item_id=item.id, noted_at=EVENING)
    session.add(other)
    session.flush()
    for wrong in (other.id, 999_999):
        with pytest.raises(NotFound):
            custody.accept_scan(build.act(session), wrong, settlement=WHY)
    assert (other.settled_at, item.state) == (None, State.AT_OFFICE)


@pytest.mark.parametrize("hours", [-3, 0, 2])
def test_a_decision_stands_whatever_the_servers_clock_says_and_whatever_comes_later(session, day, item, plan, hours):
    counted_back(session, day, item, plan, a_day.delivered(item, minutes=150))
    accept(session, item, now=EVENING + hours * HOUR)
    assert item.state is State.DELIVERED
    late = [a_day.failed(item, at=MORNING + n * 20 * MINUTE) for n in (2, 5)]
    send(session, day, *late, now=EVENING + 4 * HOUR)
    assert item.state is State.DELIVERED
    assert history(session, item)[-1] == "delivered"
    assert item.n_attempts == 1


def test_the_chain_binds_the_decision(database):
    with database.write() as session:
        day = a_day.build_day(session)
        item = day.items[0]
        plan = a_day.walking(session, shares=[[str(i.consignment_id) for i in day.items]])
        counted_back(session, day, item, plan, a_day.delivered(item, minutes=150))
        item_id = item.id
    with database.write() as session:
        accept(session, session.get_one(Item, item_id))
    with database.read() as session:
        assert check_chain(session).broken is None


# ---- the fold itself


def test_a_decision_is_the_last_of_what_was_known_and_keeps_every_wall():
    at = MORNING
    told = [("accepted", False), ("batched", False), ("handed_over", True), ("out_for_delivery", True)]
    facts = [
        Fact(scan_id=kind, kind=EventKind(kind), happened_at=at + n * MINUTE, is_wall=wall, n_walls=max(0, n - 2))
        for n, (kind, wall) in enumerate(told)
    ]
    for (state, kind), after in DECISIONS.items():
        if state is not State.ON_ROUND:
            continue
        decision = Fact(scan_id="d", kind=kind, happened_at=at - timedelta(days=1), n_walls=2, is_decision=True)
        folded = fold([*facts, decision])
        assert (folded.state, folded.applied[-1]) == (after, "d")
