"""Numbers of receipts that phones give out without signal: never double, bound to their event, or void and told."""

from __future__ import annotations

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, select

from postal import custody, doorstep
from postal.access.policy import Actor, ActorKind
from postal.custody import numbers
from postal.custody.numbers import NumbersHeld
from postal.errors import NotFound
from postal.models import Courier, CourierNote, GivenNumber, NumberBlock, Phone, Role
from postal.operation import copies
from postal.rules.lifecycle import EventKind
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.test_one_holder import collection


@pytest.fixture
def day(session):
    day = a_day.build_day(session, {"fee_vnd": "50000"}, {})
    day.items += [collection(session, number) for number in (1, 2)]
    return day


@pytest.fixture
def walked(session, day):
    stops = dict.fromkeys(str(item.consignment_id) for item in day.items)
    return a_day.walking(session, shares=[list(stops)]).rounds[0]


def phone(session, courier, n=1):
    made = Phone(
        courier_id=courier.id,
        token_hash=f"{n:064}",
        key_hash=f"{n:064}",
        enrolled_at=a_day.MORNING,
        last_contact_at=a_day.MORNING,
    )
    session.add(made)
    session.flush()
    return made


def through(day, phone):
    kind = ActorKind.PHONE
    office_id = day.couriers[0].office_id
    return Actor(kind=kind, role=Role.COURIER, courier_id=phone.courier_id, office_id=office_id, phone_id=phone.id)


def reserve(session, phone, *, knows="", n_more=20):
    return custody.reserve_numbers(build.act(session, a_day.MORNING), phone.id, knows=knows, n_more=n_more)


def written(blocks):
    return [custody.number_in(one, n) for one in blocks for n in range(one.first_number, one.last_number + 1)]


def collected(item, number, *, scan_id="c-1"):
    proof = doorstep.ProofIn(receiver_name="Trần Đình Phước", n_documents=1, seal="NP-1", receipt_number=number)
    return doorstep.CourierScan(
        scan_id=scan_id,
        dossier_code=item.dossier_code,
        kind=EventKind.COLLECTED,
        happened_at=a_day.MORNING,
        proof=proof,
    )


def record(session, by, *scans):
    return doorstep.record_scans(build.act(session, a_day.EVENING, by=by), scans)


def test_a_lost_answer_is_told_again_and_another_block_only_to_who_knows_the_last(session, day):
    one = phone(session, day.couriers[0])
    first = written(reserve(session, one))
    assert written(reserve(session, one)) == first
    assert written(reserve(session, one, knows=first[-1], n_more=0)) == first
    more = written(reserve(session, one, knows=first[-1]))
    assert more[: len(first)] == first
    assert len(set(more)) == len(more) > len(first)


def test_a_phone_never_has_more_than_three_hundred_nobody_told_of(session, day):
    one, knows = phone(session, day.couriers[0]), ""
    for _ in range(20):
        knows = written(reserve(session, one, knows=knows, n_more=300))[-1]
    (told,) = custody.numbers_of_phones(session)
    assert (told.n_left, told.n_used, told.n_void) == (300, 0, 0)
    with pytest.raises(NotFound):
        custody.reserve_numbers(build.act(session, a_day.MORNING), 999, knows="", n_more=1)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60), st.booleans()), max_size=12))
def test_no_two_phones_share_a_number_whatever_they_ask_and_hear(session, day, asked):
    found = session.scalars(select(Phone).order_by(Phone.id)).all()
    phones = found or [phone(session, day.couriers[n % 2], n + 1) for n in range(4)]
    heard = {}
    for which, n_more, is_heard in asked:
        told = written(reserve(session, phones[which], knows=heard.get(which, ""), n_more=n_more))
        if is_heard and told:
            heard[which] = told[-1]
    blocks = session.scalars(select(NumberBlock)).all()
    assert len(written(blocks)) == len(set(written(blocks)))


def test_phones_that_ask_at_once_get_different_numbers(database):
    with database.write() as session:
        _, couriers = a_day.set_up(session, n_couriers=2)
        ids = [phone(session, couriers[n % 2], n + 1).id for n in range(6)]
    told, start = [], threading.Barrier(6)

    def ask(phone_id):
        start.wait()
        with database.write() as session:
            act = build.act(session, a_day.MORNING)
            told.extend(written(custody.reserve_numbers(act, phone_id, knows="", n_more=20)))

    asking = [threading.Thread(target=ask, args=(phone_id,)) for phone_id in ids]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert len(told) == len(set(told)) == 6 * 20


def test_a_collection_bears_its_number_and_no_other_act_ever_does(session, day, walked):
    own = phone(session, day.couriers[0])
    number, other = written(reserve(session, own))[:2]
    first, second = day.items[2:]
    by = through(day, own)
    assert [a.status for a in record(session, by, collected(first, number))] == ["recorded"]
    assert [a.status for a in record(session, by, collected(first, number))] == ["known"]
    (double,) = record(session, by, collected(second, number, scan_id="c-2"))
    assert (double.status, double.code) == ("refused", "number_used")
    for foreign in ("BN-2026-999999", "BN-2026-1", "BB-2026-000001", "x"):
        (answer,) = record(session, by, collected(second, foreign, scan_id="c-2"))
        assert (answer.status, answer.code) == ("refused", "number_not_yours")
    assert record(session, by, collected(second, other, scan_id="c-3"))[0].status == "recorded"
    given = session.scalars(select(GivenNumber).order_by(GivenNumber.number)).all()
    assert [(one.number, one.void_why) for one in given] == [(number, None), (other, None)]


def test_a_number_of_another_couriers_phone_is_refused_and_one_of_ones_former_phone_is_not(session, day, walked):
    theirs = phone(session, day.couriers[1], 1)
    former, own = phone(session, day.couriers[0], 2), phone(session, day.couriers[0], 3)
    foreign = written(reserve(session, theirs))[0]
    before = written(reserve(session, former))[0]
    former.revoked_at = a_day.MORNING
    (answer,) = record(session, through(day, own), collected(day.items[2], foreign))
    assert answer.code == "number_not_yours"
    # What was sealed before the phone was enrolled anew still comes under the number on the citizen's receipt.
    assert record(session, through(day, own), collected(day.items[2], before))[0].status == "recorded"


def test_one_act_told_twice_under_two_numbers_voids_the_second(session, day, walked):
    first, second = phone(session, day.couriers[0], 1), phone(session, day.couriers[0], 2)
    one, two = written(reserve(session, first))[0], written(reserve(session, second))[0]
    assert record(session, through(day, first), collected(day.items[2], one))[0].status == "recorded"
    assert record(session, through(day, second), collected(day.items[2], two, scan_id="khac"))[0].status == "known"
    (void,) = custody.void_numbers(session)
    assert (void.number, void.void_why) == (two, custody.VOID_TWICE)


def test_a_fee_has_the_phones_number_or_a_typed_one(session, day, walked):
    own = phone(session, day.couriers[0])
    number = written(reserve(session, own))[0]
    paid = {"fee_vnd": 50_000, "fee_receipt": number, "receipt_number": number}
    assert record(session, through(day, own), a_day.delivered(day.items[0], **paid))[0].status == "recorded"
    assert session.get(GivenNumber, number).event_id is not None


def test_a_clerk_who_types_the_number_from_the_citizens_receipt_uses_it_up(session, day, walked):
    own = phone(session, day.couriers[0])
    number = written(reserve(session, own))[0]
    act = build.act(session, a_day.EVENING, by=a_day.CLERK)
    scan = a_day.delivered(day.items[0], fee_vnd=50_000, fee_receipt=number)
    assert doorstep.record_scans(act, [scan])[0].status == "recorded"
    assert session.get(GivenNumber, number) is not None


def test_a_typed_number_of_a_paper_book_is_nobodys_block(session, day, walked):
    scan = a_day.delivered(day.items[0], fee_vnd=50_000, fee_receipt="BL-1")
    assert record(session, day.actor(), scan)[0].status == "recorded"
    assert session.scalars(select(GivenNumber)).all() == []


def test_a_void_number_is_told_once_and_a_used_one_stays_used(session, day, walked):
    own = phone(session, day.couriers[0])
    used, void = written(reserve(session, own))[:2]
    by = through(day, own)
    record(session, by, collected(day.items[2], used))
    act = build.act(session, a_day.EVENING, by=by)
    for n in range(2):
        note = doorstep.NoteIn(
            note_id=f"huy-{n}",
            kind=doorstep.NoteKind.VOIDED,
            what="refused",
            happened_at=a_day.EVENING,
            round_id=walked.id,
            facts={"numbers": [used, void]},
        )
        assert doorstep.record_notes(act, [note])[0].status == "recorded"
    assert [one.number for one in custody.void_numbers(session)] == [void]
    (answer,) = record(session, by, collected(day.items[3], void, scan_id="c-9"))
    assert answer.code == "number_used"
    (told,) = custody.numbers_of_phones(session, office_id=day.office.id)
    assert (told.n_used, told.n_void) == (1, 1)
    assert custody.void_numbers(session, office_id=day.office.id + 1) == []


def test_skipping_leaves_out_what_phones_reserved_besides_what_was_used(session, day):
    phones = [phone(session, day.couriers[n % 2], n + 1) for n in range(3)]
    for one in phones:
        reserve(session, one, n_more=60)
    phones[0].revoked_at = a_day.MORNING
    copies.hold(session, now=a_day.MORNING)
    skipped = {one.name: one.suggested_skip for one in copies.held(session, now=a_day.MORNING)}
    assert skipped["BN"] - skipped["BB"] >= 2 * (3 * 60 - 1) + 2 * 300


def voided(walked, *numbers, note_id="huy-1"):
    return doorstep.NoteIn(
        note_id=note_id,
        kind=doorstep.NoteKind.VOIDED,
        what="refused",
        happened_at=a_day.EVENING,
        round_id=walked.id,
        facts={"numbers": numbers},
    )


def test_numbers_of_a_block_nobody_knows_keep_no_others_from_being_void(session, day, walked):
    own, theirs = phone(session, day.couriers[0], 1), phone(session, day.couriers[1], 2)
    number, foreign = written(reserve(session, own))[0], written(reserve(session, theirs))[0]
    act = build.act(session, a_day.EVENING, by=through(day, own))
    note = voided(walked, "BN-2026-999999", foreign, number)
    assert [one.status for one in doorstep.record_notes(act, [note])] == ["recorded"]
    assert [one.number for one in custody.void_numbers(session)] == [number]


def test_a_note_that_lost_a_race_for_something_else_is_kept_all_the_same(session, day, walked):
    own = phone(session, day.couriers[0])
    number = written(reserve(session, own))[0]

    def somebody_else(_mapper, connection, target):
        row = {"number": target.number, "block_id": target.block_id, "recorded_at": target.recorded_at}
        connection.execute(insert(GivenNumber.__table__), row)

    event.listen(GivenNumber, "before_insert", somebody_else, once=True)
    act = build.act(session, a_day.EVENING, by=through(day, own))
    assert [one.status for one in doorstep.record_notes(act, [voided(walked, number)])] == ["recorded"]
    assert session.scalars(select(CourierNote.kind)).all() == ["voided"]
    assert [one.status for one in doorstep.record_notes(act, [voided(walked, number)])] == ["known"]


def test_a_restored_copy_gives_no_numbers_before_somebody_says_the_last(session, day):
    one = phone(session, day.couriers[0])
    copies.hold(session, now=a_day.MORNING)
    with pytest.raises(NumbersHeld):
        reserve(session, one)
    for _ in range(2):  # the phone may have reserved 300 beyond what stands on paper
        copies.told_last(session, "BN-2026-000500", now=a_day.MORNING)
    assert written(reserve(session, one))[0] == "BN-2026-000801"
    assert numbers.SERIES["BN"]
    assert session.get(Courier, one.courier_id) is not None
