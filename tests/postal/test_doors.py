"""One door, several consignments: one card, one form, one message; every piece keeps its own act and evidence."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from postal import doorstep, people, phones
from postal.doorstep.doors import at_the_door_of
from postal.models import Consignment, DeliveryRound, Notice, PointPrecision, TrackingEvent
from postal.rules.lifecycle import State
from tests import builders as build
from tests.postal import day as a_day

HOUSE = {"phone": "0905120001", "address": "1 Lê Lợi, phường Thuận Hóa, thành phố Huế"}
FILED_APART = {"channel": "cổng dịch vụ công"}  # another consignment, as one of another day is
TRIED = a_day.MORNING + timedelta(minutes=60)


@pytest.fixture
def day(session):
    """Return a day of five results: three of one recipient, the fourth of a relative there, the last of a stranger."""
    family = HOUSE | {"recipient": "Trần Văn Em"}
    return a_day.build_day(session, HOUSE, HOUSE | FILED_APART | {"fee_vnd": "20000"}, family, HOUSE | FILED_APART, {})


@pytest.fixture
def plan(session, day):
    return a_day.walking(session, shares=[list(dict.fromkeys(str(item.consignment_id) for item in day.items))])


def seen(session, day, *, number=0, now=TRIED):
    return phones.day_of(session, day.couriers[number].id, now=now)


def test_stops_of_one_recipient_at_one_address_are_one_card_and_everybody_else_has_his_own(session, day, plan):
    first, second, relative, third, stranger = day.items
    assert second.consignment_id == third.consignment_id != first.consignment_id
    doors = seen(session, day).stops
    assert [[piece.code for piece in one.pieces] for one in doors] == [
        [first.s10, second.s10, third.s10],
        [relative.s10],
        [stranger.s10],
    ]
    door = doors[0]
    assert (door.position, door.positions, door.code) == (1, (1, 2), door.codes[0])
    assert [(piece.position, piece.evidence.fee_vnd) for piece in door.pieces] == [(1, 0), (2, 20000), (2, 0)]
    for code in (*door.codes, second.s10):
        step = phones.next_step(session, day.couriers[0].id, code, now=TRIED)
        assert (step.act, step.position in door.positions) == ("deliver", True), code


APART = (
    {"phone_hash": None},
    {"name_hash": "another"},
    {"address_hash": "another", "precision": PointPrecision.STREET},
    {"window_from_s": 28_800, "window_until_s": 36_000},
    {"start_s": 60_000},
    {"commune_code": a_day.PHU_XUAN},
)


def test_a_name_or_a_place_alone_joins_nothing_nor_other_hours_nor_a_stop_apart_on_the_way(session, day, plan):
    stop = plan.rounds[0].stops[1]
    for apart in APART:
        for thing in (stop, stop.consignment, stop.consignment.person):
            for name in apart.keys() & vars(thing).keys():
                setattr(thing, name, apart[name])
        with session.no_autoflush:
            assert len(doorstep.doors_of(session, plan.rounds[0].stops)) == 4, apart
        session.expire_all()
    assert len(doorstep.doors_of(session, plan.rounds[0].stops)) == 3


def test_who_is_called_otherwise_by_an_accent_has_a_door_of_his_own_and_nobody_is_looked_at(session, day, plan):
    people_at = [stop.consignment.person for stop in plan.rounds[0].stops[:2]]
    known = people.unseal(session, people_at[0])
    looking = people.Looking(may_see=False)
    for one, other, n_doors in [
        ("Lê Văn Hùng", "Lê Văn Hưng", 4),
        ("Trần Thị Hoa", "Trần Thị Hòa", 4),
        ("Trần Thị Hòa", "TRẦN THỊ HOÀ", 3),
        ("LÊ ĐỨC ĐẠT", unicodedata.normalize("NFD", "Lê  Đức Đạt"), 3),
    ]:
        for person, name in zip(people_at, (one, other), strict=True):
            people.replace_person(session, person, replace(known, full_name=name))
        session.flush()
        with people.watching(looking):
            assert len(doorstep.doors_of(session, plan.rounds[0].stops)) == n_doors, (one, other)
            here = at_the_door_of(session, plan.rounds[0].id, plan.rounds[0].stops[1].consignment)
            assert len(here) == (1 if n_doors == 4 else 2)
    assert looking.seen == set()


def test_an_address_spelt_otherwise_joins_where_both_points_are_the_door_and_both_are_read(session, day, plan):
    person = plan.rounds[0].stops[1].consignment.person
    person.address_hash = "spelt otherwise"
    session.flush()
    door = seen(session, day).stops[0]
    assert (door.positions, door.addresses) == ((1, 2), (HOUSE["address"],) * 2)


def test_of_one_signature_each_piece_has_its_own_event_and_what_is_refused_stays_open(session, day, plan):
    first, second, _, third, _ = day.items
    scans = [a_day.delivered(first), a_day.delivered(second), a_day.delivered(third, minutes=61)]
    answers = doorstep.record_scans(build.act(session, TRIED, by=day.actor()), scans)
    assert [one.status for one in answers] == ["recorded", "refused", "recorded"], "its fee was not told"
    assert [item.state for item in (first, second, third)] == [State.DELIVERED, State.ON_ROUND, State.DELIVERED]
    events = session.scalars(select(TrackingEvent).where(TrackingEvent.kind == "delivered")).all()
    assert {event.item_id for event in events} == {first.id, third.id}
    assert len({event.proof_id for event in events}) == 2
    door = seen(session, day).stops[0]
    assert [bool(piece.acts) for piece in door.pieces] == [False, True, False]


def test_a_stop_that_passed_on_leaves_the_card_and_what_was_told_of_the_rest_counts(session, day, plan):
    stop = plan.rounds[0].stops[1]
    stop.passed_on_at = TRIED
    session.flush()
    assert [one.positions for one in seen(session, day).stops] == [(1,), (3,), (4,)]
    (answer,) = doorstep.record_scans(build.act(session, TRIED, by=day.actor()), [a_day.delivered(day.items[0])])
    assert answer.status == "recorded", "an act told before the card was parted is its piece's"


def left(session, day, plan, position, **changes):
    told = {"what": "message", "happened_at": TRIED, "round_id": plan.rounds[0].id} | changes
    note_id = f"{position}-{told['what']}-{told['happened_at']:%H%M}-{told.get('facts', {}).get('number', '')}"
    note = doorstep.NoteIn(note_id=note_id.replace(" ", "_"), kind=doorstep.NoteKind.CARD, position=position, **told)
    (answer,) = doorstep.record_notes(build.act(session, TRIED, by=day.actor()), [note])
    return answer.code or answer.status


def test_one_message_tells_of_all_that_was_tried_at_the_door_and_of_nothing_that_was_not(session, day, plan):
    first, second, relative, _, _ = day.items
    act = build.act(session, TRIED, by=day.actor())
    doorstep.record_scans(act, [a_day.failed(first)])
    assert left(session, day, plan, 2) == "nothing_to_tell", "its own pieces were not tried"
    doorstep.record_scans(act, [a_day.failed(second), a_day.failed(relative)])
    assert [left(session, day, plan, n, happened_at=TRIED + timedelta(minutes=1)) for n in (2, 1, 3)] == [
        "recorded"
    ] * 3
    notices = session.scalars(select(Notice).order_by(Notice.id)).all()
    told = [doorstep.card_told(session, doorstep.note_with(session, one.about_id)) for one in notices]
    assert [one.codes for one in told] == [(second.s10, first.s10), (relative.s10,)]
    shown = [doorstep.left_at_door(session, item.consignment_id)[-1] for item in (first, second)]
    assert [one.notice for one in shown] == [notices[0]] * 2


def test_a_correction_approved_at_a_door_holds_for_all_that_goes_there(session, day, plan):
    note = doorstep.NoteIn(
        note_id="fix-1",
        kind=doorstep.NoteKind.CORRECTION,
        happened_at=TRIED,
        round_id=plan.rounds[0].id,
        position=1,
        facts={"address": "1A Lê Lợi", "lat": 16.4635, "lon": 107.5865},
    )
    doorstep.record_notes(build.act(session, TRIED, by=day.actor()), [note])
    (noted,) = doorstep.open_notes(session)
    doorstep.settle_note(build.act(session, TRIED), noted.id, "approved", guide=build.guide())
    assert [one.positions for one in seen(session, day).stops] == [(1, 2), (3,), (4,)]
    points = {one.id: one.lat for one in session.scalars(select(Consignment))}
    ids = [item.consignment_id for item in day.items[:3]]
    assert [round(points[one], 4) for one in ids] == [16.4635, 16.4635, 16.4632]


def test_a_door_written_in_two_ways_has_one_place_and_words_stay_with_whom_they_are_about(session, day, plan):
    person = plan.rounds[0].stops[1].consignment.person
    people.replace_person(session, person, replace(people.unseal(session, person), address="Số 1, kiệt 2 Lê Lợi"))
    session.flush()
    assert seen(session, day).stops[0].addresses == (HOUSE["address"], "Số 1, kiệt 2 Lê Lợi")

    def approved(**facts):
        told = {"happened_at": TRIED, "round_id": plan.rounds[0].id, "position": 1, "facts": facts}
        note = doorstep.NoteIn(note_id=f"fix-{facts['lat']}", kind=doorstep.NoteKind.CORRECTION, **told)
        doorstep.record_notes(build.act(session, TRIED, by=day.actor()), [note])
        (noted,) = doorstep.open_notes(session)
        doorstep.settle_note(build.act(session, TRIED), noted.id, "approved", guide=build.guide())
        stops = plan.rounds[0].stops[:2]
        return [
            (round(one.consignment.lat, 4), people.unseal(session, one.consignment.person).address) for one in stops
        ]

    assert approved(address="1A Lê Lợi", lat=16.4635, lon=107.5865) == [
        (16.4635, "1A Lê Lợi"),
        (16.4635, "Số 1, kiệt 2 Lê Lợi"),
    ]
    assert seen(session, day).stops[0].positions == (1, 2)
    # Sent on to another address while the office reads: what was seen at this door is nothing of it any more.
    moved, elsewhere = plan.rounds[0].stops[1].consignment, day.items[4].consignment.person_id
    away = update(Consignment).where(Consignment.id == moved.id).values(person_id=elsewhere)
    session.execute(away.execution_options(synchronize_session=False))
    assert [lat for lat, _ in approved(lat=16.4637, lon=107.5866)] == [16.4637, 16.4635]


def test_a_card_is_of_its_round_and_lies_at_one_door(session, day, plan):
    own = plan.rounds[0].id

    def card(position, number, **changes):
        return left(session, day, plan, position, what="paper", facts={"number": number}, **changes)

    assert card(1, f"GM-{own}-01") == "recorded"
    assert card(2, f"gm {own} 1") == "recorded", "one card for the door, however it is typed"
    assert card(3, f"GM-{own}-01") == "card_used"
    for wrong in (f"GM-{own + 1}-01", f"GM-{own}-41", f"GM-{own}-00", "GM-0417", "EY900000005VN"):
        assert card(3, wrong) == "card_not_of_round", wrong
    assert card(4, f"GM-{own}-40") == "recorded", "printed while the round was longer"
    assert card(3, f"GM-{own}-01", held_since=TRIED) == "recorded", "what the office held is kept as it was told"
    assert left(session, day, plan, 4, what="paper") == "recorded", "no number was asked for"
    again = session.get_one(DeliveryRound, own)
    planned_again = DeliveryRound(
        plan_id=again.plan_id,
        number=again.number + 9,
        courier_id=again.courier_id,
        office_id=again.office_id,
        leave_at_s=0,
        back_at_s=0,
        travel_s=0,
        travel_m=0,
    )
    session.add(planned_again)
    session.flush()
    assert card(3, f"GM-{planned_again.id}-02") == "recorded", "printed before the day was planned again"
    shown = doorstep.left_at_door(session, day.items[1].consignment_id)
    assert [one.number for one in shown] == [f"GM-{own}-01"], "as it is printed"
