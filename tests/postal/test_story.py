"""An item's story: one holder after the other without a gap, the proof, what was printed; late work by whose it is."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import custody, desk, doorstep, people, queue
from postal.access import ownership
from postal.life.address_change import NewAddress, change_address
from postal.life.facts import events_of
from postal.life.tracking import life_in
from postal.models import CallbackState, Courier, Item, Person
from postal.outside import CUT_OFF, queue_notice
from postal.rules.lifecycle import Holder, State
from routing import Register
from tests import builders as build
from tests.postal import day as a_day


@pytest.fixture
def walked(session):
    """A day on which the first item was delivered and the second missed."""
    day = a_day.build_day(session, n=2)
    plan = a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])
    assert len(plan.rounds) == 1
    walker = next(n for n, one in enumerate(day.couriers) if one.id == plan.rounds[0].courier_id)
    scans = [a_day.delivered(day.items[0], lat=16.4631, lon=107.5861), a_day.failed(day.items[1])]
    doorstep.record_scans(build.act(session, a_day.EVENING, by=day.actor(walker)), scans)
    return day, plan


def story(session, item):
    life = life_in(session, item, events_of(session, item.id))
    post_id = ownership.delivery_office_id(session, item.consignment.commune_code)
    return desk.held(item, life, desk.names_in(session, life), post_id=post_id)


def test_one_party_after_the_other_answers_for_an_item_and_each_has_a_name(session, walked):
    (delivered, missed), plan = walked[0].items, walked[1]
    stations = story(session, delivered)
    assert [one.holder for one in stations] == [Holder.AGENCY, Holder.POST_OFFICE, Holder.COURIER, Holder.RECIPIENT]
    assert [one.until for one in stations] == [*(one.since for one in stations[1:]), None]
    courier = session.get_one(Courier, plan.rounds[0].courier_id)
    walker = people.open_person(session, session.get_one(Person, courier.person_id)).full_name
    assert stations[0].who == build.CENTRE
    assert (stations[1].who, stations[2].who) == ("Bưu cục Thử", walker)
    assert story(session, missed)[-1].holder is Holder.COURIER
    assert desk.held(missed, [], desk.names_in(session, [])) == []


def test_the_proof_says_who_signed_with_which_paper_and_where(session, walked):
    delivered, missed = walked[0].items
    (proved,) = desk.proofs_of(session, desk.events_of(session, [delivered])[delivered.id])
    assert (proved.receiver, proved.id_tail, proved.proof.relation) == ("Tôn Nữ Thị Diễm Hằng", "1234", "self")
    assert (proved.proof.lat, proved.proof.lon) == (16.4631, 107.5861)
    assert "Hằng" not in repr(proved)
    assert desk.proofs_of(session, desk.events_of(session, [missed])[missed.id]) == []
    with people.watching(people.Looking(may_see=False)):
        (masked,) = desk.proofs_of(session, desk.events_of(session, [delivered])[delivered.id])
    assert (masked.receiver, masked.id_tail) == ("T. N. T. D. Hằng", None)


def test_prints_receipts_and_messages_of_an_item_are_found(session, walked):
    delivered, missed = walked[0].items
    act = build.act(session, a_day.EVENING)
    custody.record_label_print(act, [delivered])
    custody.record_label_print(act, [delivered], reason="rách")
    assert [(one.number, one.reason) for one in desk.prints_of(session, [delivered.id])] == [(2, "rách"), (1, None)]
    assert desk.prints_of(session, [missed.id]) == []
    assert len(desk.receipts_of(session, [delivered.id])) == 2, "the agency's handover and the round's load"
    assert desk.notices_to(session, delivered.consignment) == []
    assert set(desk.callbacks_of(session, [delivered.id])) <= set(CallbackState)


def test_messages_of_an_item_stay_in_its_story_after_an_address_change(session, walked):
    missed = walked[0].items[1]
    a_day.close_all(session, walked[1])
    act = build.act(session, a_day.EVENING)
    told = queue_notice(act, CUT_OFF, person_id=missed.consignment.person_id, about_id=None, lasts=timedelta(days=1))
    before = missed.consignment.person_id
    wanted = NewAddress(address="5 Đặng Dung", commune=Register.builtin().commune(a_day.PHU_XUAN))
    change_address(act, missed.consignment_id, wanted, payer="agency")
    session.flush()
    assert missed.consignment.person_id != before
    later = queue_notice(act, CUT_OFF, person_id=missed.consignment.person_id, about_id=None, lasts=timedelta(days=1))
    assert [one.id for one in desk.notices_to(session, missed.consignment)] == [later.id, told.id]
    assert desk.notices_to(session, walked[0].items[0].consignment) == []


def test_late_work_is_counted_by_whose_it_is_as_its_list_has_it(session, walked):
    later = a_day.EVENING + timedelta(days=30)
    waiting = build.accepted(session, build.result(50), build.result(51, office="Sở Xây dựng"))
    assert {item.state for item in waiting} == {State.WAITING}
    found = desk.late_by_whom(session, now=later)
    assert sum(one.n for one in found) == desk.late_counts(session, now=later).n == 3
    filters = {
        desk.Custodian.CENTRE: "agency_id",
        desk.Custodian.OFFICE: "post_id",
        desk.Custodian.COURIER: "courier_id",
    }
    for one in found:
        wanted = queue.Wanted(**{filters[one.custodian]: one.who_id})
        listed = desk.late_items(session, wanted, now=later, custodian=one.custodian)
        assert len(listed) == one.n
        assert {line.who for line in listed} == {one.who}
    assert session.scalar(select(Item.id).where(Item.state == State.ATTEMPTED)) is not None


def test_batches_to_finish_are_counted_by_how_far_they_are(session):
    build.s10_range(session)
    items = build.accepted(session, build.result(1), build.result(2, office="Sở Xây dựng"))
    for item in items:
        custody.open_batch(build.act(session), item.consignment.issuing_office_id)
    assert desk.n_unfinished_batches(session) == (2, 0)
    first = items[0].consignment.issuing_office_id
    manifest = build.closed_batch(session, 1)
    assert desk.n_unfinished_batches(session) == (1, 1)
    assert desk.n_unfinished_batches(session, agency_id=first) == (0, 1)
    codes = [line.s10 for line in manifest.lines]
    act = build.act(session, a_day.MORNING)
    custody.hand_over(act, 1, scanned=codes, giver=a_day.GIVER, receiver=a_day.RECEIVER)
    assert desk.n_unfinished_batches(session) == (1, 0)
