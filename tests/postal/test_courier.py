"""Couriers' scans: whose round, which proof, and one state whatever the order they arrive in."""

import random
import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from postal import doorstep, outside, rounds
from postal.access.policy import ANONYMOUS
from postal.doorstep.scans import CourierScan, TooManyScans
from postal.errors import Forbidden
from postal.models import Callback, DayPlan, ProofOfDelivery, TrackingEvent
from postal.rules.lifecycle import EventKind, State
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import EVENING, MORNING
from tests.postal.told import HERE
from tests.scale import record_figure, scaled


@pytest.fixture
def day(session):
    day = a_day.build_day(session)
    ids = [str(item.consignment_id) for item in day.items]
    a_day.walking(session, shares=[ids[:3], ids[3:]])
    return day


def send(session, day, *scans, number=0, now=EVENING):
    return doorstep.record_scans(build.act(session, now, by=day.actor(number)), scans)


def test_a_delivery_with_proof_is_recorded_once(session, day):
    scan = a_day.delivered(day.items[0])
    assert [answer.status for answer in send(session, day, scan, scan)] == ["recorded", "known"]
    assert [answer.status for answer in send(session, day, scan)] == ["known"]
    assert day.items[0].state is State.DELIVERED
    assert session.scalar(select(func.count()).select_from(ProofOfDelivery)) == 1


def test_the_receivers_name_and_document_are_sealed(session, day):
    send(session, day, a_day.delivered(day.items[0]))
    proof = session.scalar(select(ProofOfDelivery))
    assert "Hằng" not in repr(vars(proof))
    assert "1234" not in repr(vars(proof))


def test_an_item_of_anothers_round_looks_unknown(session, day):
    answers = send(session, day, a_day.delivered(day.items[3]), a_day.delivered(day.items[0]))
    assert [(a.status, a.code) for a in answers] == [("refused", "unknown_s10"), ("recorded", "")]
    assert day.items[3].state is State.ON_ROUND


def test_nobody_else_may_scan(session, day):
    with pytest.raises(Forbidden):
        doorstep.record_scans(build.act(session, EVENING, by=ANONYMOUS), [a_day.delivered(day.items[0])])


def test_the_office_types_a_paper_day_back(session, day):
    answers = doorstep.record_scans(build.act(session, EVENING, by=a_day.CLERK), [a_day.delivered(day.items[0])])
    assert answers[0].status == "recorded"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"receiver_name": " "}, "proof_missing"),
        ({"relation": "family"}, "proof_missing"),
        ({"relation": "authorised"}, "proof_missing"),
        ({"id_tail": "12"}, "proof_missing"),
        ({"id_tail": "１２３４"}, "proof_missing"),
        ({"id_kind": "library card"}, "proof_missing"),
        ({"n_documents": None}, "documents_differ"),
        ({"n_documents": 2}, "documents_differ"),
    ],
)
def test_weak_proof_is_refused_and_nothing_moves(session, day, changes, code):
    answers = send(session, day, a_day.delivered(day.items[0], **changes))
    assert [(a.status, a.code) for a in answers] == [("refused", code)]
    assert day.items[0].state is State.ON_ROUND
    assert answers[0].message is not None


def test_the_agencys_system_hears_of_a_delivery_only_after_its_proof(session):
    outside.register_endpoint(session, build.SYSTEM, "http://127.0.0.1:9/", (), policy=HERE, now=MORNING)
    day = a_day.build_day(session)
    a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])

    def told():
        return [body for body in session.scalars(select(Callback.body)) if '"item.delivered"' in body]

    send(session, day, a_day.delivered(day.items[0], id_tail=""), a_day.failed(day.items[1]))
    send(session, day, CourierScan(**vars(a_day.delivered(day.items[2])) | {"proof": None}))
    assert told() == []
    send(session, day, a_day.delivered(day.items[0]))
    assert len(told()) == 1
    assert session.scalars(select(TrackingEvent.proof_id).where(TrackingEvent.kind == EventKind.DELIVERED)).one()


def test_somebody_with_a_written_authorisation_may_receive(session, day):
    send(session, day, a_day.delivered(day.items[0], relation="authorised", is_authorised=True))
    assert day.items[0].state is State.DELIVERED


def test_fee_and_papers_come_before_the_result(session):
    office, couriers = a_day.set_up(session)
    (item,) = a_day.handed_over(session, {"fee_vnd": "30000", "take_back": "Giấy phép cũ"})
    a_day.walking(session)
    day = a_day.Day(office=office, couriers=couriers, items=[item])
    paid = {"fee_vnd": 30_000, "fee_receipt": "BL-7"}
    for changes, code in (
        ({}, "fee_not_collected"),
        ({"fee_vnd": 30_000}, "fee_not_collected"),
        ({"fee_vnd": 1, "fee_receipt": "BL-7"}, "fee_not_collected"),
        (paid, "papers_not_taken_back"),
    ):
        assert send(session, day, a_day.delivered(item, **changes))[0].code == code
    assert send(session, day, a_day.delivered(item, **paid, taken_back=["Giấy phép cũ"]))[0].status == "recorded"


def test_a_failed_attempt_needs_a_reason_of_the_list(session, day):
    for reason in (None, "", "KHONG_CO", "vang_nha"):
        scan = CourierScan(
            scan_id="x",
            s10=day.items[0].s10,
            kind=EventKind.ATTEMPT_FAILED,
            happened_at=MORNING + timedelta(hours=1),
            reason=reason,
        )
        assert send(session, day, scan)[0].code == "unknown_reason"
    assert send(session, day, a_day.failed(day.items[0]))[0].status == "recorded"
    assert day.items[0].state is State.ATTEMPTED


def test_the_first_attempt_stops_the_clock_and_the_item_stays_open(session, day):
    send(session, day, a_day.failed(day.items[0]))
    item = day.items[0]
    assert item.first_attempt_at < item.consignment.promised_by
    assert item.finished_at is None


def test_one_bad_scan_never_keeps_the_others_out(session, day):
    bad = CourierScan(scan_id="y", s10="???", kind=EventKind.DELIVERED, happened_at=MORNING)
    odd = CourierScan(
        scan_id="mã có dấu", s10=day.items[1].s10, kind=EventKind.ATTEMPT_FAILED, happened_at=MORNING, reason="VANG_NHA"
    )
    wrong = CourierScan(scan_id="w", s10=day.items[1].s10, kind=EventKind.COLLECTED, happened_at=MORNING)
    statuses = [a.status for a in send(session, day, bad, odd, wrong, a_day.delivered(day.items[0]))]
    assert statuses == ["refused", "refused", "refused", "recorded"]


def test_a_scan_id_used_for_something_else_is_refused(session, day):
    first = a_day.delivered(day.items[0], scan_id="same")
    second = a_day.delivered(day.items[1], scan_id="same")
    assert [(a.status, a.code) for a in send(session, day, first, second)] == [
        ("recorded", ""),
        ("refused", "scan_id_reused"),
    ]


def test_a_scan_from_the_future_or_long_ago_is_refused(session, day):
    for minutes in (24 * 60, -60 * 24 * 40):
        assert send(session, day, a_day.delivered(day.items[0], minutes=minutes))[0].code == "bad_happened_at"


def test_a_wrong_device_clock_is_corrected_by_when_it_says_it_sent(session, day):
    slow = timedelta(hours=3)
    scan = a_day.delivered(day.items[0], minutes=60)
    told = CourierScan(
        scan_id=scan.scan_id,
        s10=scan.s10,
        kind=scan.kind,
        happened_at=scan.happened_at - slow,
        sent_at=EVENING - slow,
        proof=scan.proof,
    )
    send(session, day, told)
    event = session.scalar(select(TrackingEvent).where(TrackingEvent.kind == EventKind.DELIVERED))
    assert event.happened_at == MORNING + timedelta(minutes=60)
    assert event.device_at == told.happened_at


def test_a_scan_sent_after_the_round_was_closed_counts_where_the_piece_did_not_come_back(session, day):
    plan_ = session.scalars(select(DayPlan)).one()
    others = [item.s10 for item in day.items[1:]]
    for one in plan_.rounds:
        rounds.close_round(build.act(session, EVENING), one.id, scanned=others)
    assert day.items[0].state is State.ON_ROUND
    later = EVENING + timedelta(hours=3)
    assert send(session, day, a_day.delivered(day.items[0]), now=later)[0].status == "recorded"
    assert day.items[0].state is State.DELIVERED


def test_the_load_is_one_act_whoever_scans_it(session, day):
    scan = CourierScan(
        scan_id="load",
        s10=day.items[0].s10,
        kind=EventKind.OUT_FOR_DELIVERY,
        happened_at=MORNING + timedelta(minutes=1),
    )
    assert send(session, day, scan)[0].status == "known"
    kinds = select(func.count()).where(TrackingEvent.kind == EventKind.OUT_FOR_DELIVERY)
    assert session.scalar(kinds) == len(day.items)


def test_what_the_office_did_not_load_may_be_scanned_out_until_the_round_is_closed(session):
    day = a_day.build_day(session, n=2)
    plan_ = a_day.saved_plan(session, shares=[[str(i.consignment_id) for i in day.items]])
    rounds.publish_plan(build.act(session, MORNING), plan_.id)
    rounds.start_round(build.act(session, MORNING), plan_.rounds[0].id, scanned=[])
    out = [
        CourierScan(
            scan_id=f"o-{i.id}", s10=i.s10, kind=EventKind.OUT_FOR_DELIVERY, happened_at=MORNING + timedelta(minutes=2)
        )
        for i in day.items
    ]
    assert send(session, day, out[0])[0].status == "recorded"
    rounds.close_round(build.act(session, EVENING), plan_.rounds[0].id)
    assert send(session, day, out[1])[0].code == "round_closed"


def test_more_than_the_limit_is_refused_as_a_whole(session, day):
    with pytest.raises(TooManyScans):
        send(session, day, *[a_day.delivered(day.items[0])] * (doorstep.MAX_SCANS + 1))


def _days_scans(day):
    """Return a day's scans at the doors: two tries at one, a failure, a delivery, a refusal."""
    items = day.items
    return [
        a_day.failed(items[0], at=MORNING + timedelta(minutes=30)),
        a_day.failed(items[0], "KHONG_LIEN_LAC", at=MORNING + timedelta(minutes=200)),
        a_day.delivered(items[0], minutes=300),
        a_day.failed(items[1], "TU_CHOI", at=MORNING + timedelta(minutes=45)),
        a_day.delivered(items[2], minutes=60),
        a_day.failed(items[2], at=MORNING + timedelta(minutes=20)),
    ]


def _history(session, day):
    events = session.scalars(
        select(TrackingEvent)
        .where(TrackingEvent.item_id.in_([item.id for item in day.items]))
        .order_by(TrackingEvent.item_id, TrackingEvent.happened_at, TrackingEvent.scan_id)
    )
    told = [(e.item_id, str(e.kind), e.scan_id, e.happened_at, e.is_applied, str(e.state_after)) for e in events]
    return told, [(item.state, item.n_attempts, item.first_attempt_at, item.finished_at) for item in day.items]


def test_any_repeats_and_shuffles_of_a_days_scans_give_the_same_history(database):
    with database.write() as session:
        day = a_day.build_day(session, n=3)
        a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
        scans = _days_scans(day)
        with session.begin_nested() as savepoint:
            send(session, day, *scans)
            expected = _history(session, day)
            savepoint.rollback()
        session.expire_all()
        count = 0

        @settings(
            max_examples=scaled(40, 2_000) // (1 if "sqlite" in str(database.engine.url) else 4),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.data())
        def shuffled(data):
            nonlocal count
            count += 1
            sent = data.draw(st.permutations(scans + data.draw(st.lists(st.sampled_from(scans), max_size=4))))
            with session.begin_nested() as savepoint:
                while sent:
                    n = data.draw(st.integers(1, len(sent)))
                    send(session, day, *sent[:n])
                    sent = sent[n:]
                assert _history(session, day) == expected
                savepoint.rollback()
            session.expire_all()

        shuffled()
        record_figure(f"shuffled days on {database.engine.dialect.name}", count)


def test_two_phones_sending_the_same_scans_at_once_make_one_history(database):
    with database.write() as session:
        day = a_day.build_day(session, n=3)
        a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
        scans, actor = _days_scans(day), day.actor()
    start, failures = threading.Barrier(3), []

    def phone(number):
        mine = list(scans)
        random.Random(number).shuffle(mine)
        start.wait()
        try:
            for scan in mine:
                with database.write() as session:
                    answer = doorstep.record_scans(build.act(session, EVENING, by=actor), [scan])[0]
                    assert answer.status in ("recorded", "known", "held"), answer
        except BaseException as exc:
            failures.append(exc)

    threads = [threading.Thread(target=phone, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.read() as session:
        kinds = session.scalars(select(TrackingEvent.scan_id).where(TrackingEvent.courier_id.is_not(None))).all()
        assert len(kinds) == len(set(kinds)) == 3 + len(scans)
