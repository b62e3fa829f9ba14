"""The end of an office's day, and what happens when something went wrong."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from postal import chain, custody, doorstep, rounds
from postal.custody import DayClosed, DayNotAccountedFor, InventoryLine, NotOut
from postal.errors import InvalidInput, MoveNotAllowed, NotFound
from postal.life.address_change import NewAddress, TooLateToChange, change_address
from postal.models import AddressChange, Handover, IncidentKind, Person, ReceiptSignature, TrackingEvent
from postal.people import open_person
from postal.pictures import as_photo
from postal.rules.lifecycle import EventKind, State
from routing import Register
from tests import builders as build
from tests.hostile_pictures import huge_png, png
from tests.postal import day as a_day
from tests.postal.day import DAY, EVENING, MORNING

PNG = png(60, 20)


@pytest.fixture
def day(session):
    return a_day.build_day(session, n=3)


@pytest.fixture
def plan(session, day):
    return a_day.walking(session, shares=[[str(item.consignment_id) for item in day.items]])


def close_day(session, day):
    return custody.close_day(build.act(session, EVENING), day.office.id, DAY)


def test_a_day_is_not_closed_while_a_round_is_out(session, day, plan):
    with pytest.raises(DayNotAccountedFor):
        close_day(session, day)
    a_day.close_all(session, plan)
    close_day(session, day)
    with pytest.raises(DayClosed):
        close_day(session, day)


def test_an_earlier_day_is_closed_while_todays_round_is_out(session, day, plan):
    custody.close_day(build.act(session, EVENING), day.office.id, DAY - timedelta(days=1))
    assert [one.what for one in custody.what_is_open(session, day.office.id, DAY)] == ["round", "item", "item", "item"]
    assert custody.what_is_open(session, day.office.id, DAY + timedelta(days=1)) != [], "a later day waits for it"


def test_nothing_leaves_an_office_whose_day_is_closed(session, day):
    made = a_day.saved_plan(session)
    rounds.publish_plan(build.act(session, MORNING), made.id)
    close_day(session, day)
    before = [item.state for item in day.items]
    with pytest.raises(DayClosed):
        rounds.start_round(build.act(session, EVENING), made.rounds[0].id, scanned=[item.s10 for item in day.items])
    assert [item.state for item in day.items] == before


def left_out(session, day, plan):
    """Close the round with its first piece still in the courier's hands."""
    scanned = [item.s10 for item in day.items[1:]]
    rounds.close_round(build.act(session, EVENING), plan.rounds[0].id, scanned=scanned)
    return day.items[0]


def test_what_did_not_come_back_keeps_the_day_open_and_is_named(session, day, plan):
    item = left_out(session, day, plan)
    with pytest.raises(DayNotAccountedFor, match=item.s10):
        close_day(session, day)
    (still_open,) = custody.what_is_open(session, day.office.id, DAY)
    assert (still_open.code, still_open.courier_code) == (item.s10, "BT-1")


def test_a_permission_lets_the_day_close_for_that_day_only(session, day, plan):
    item = left_out(session, day, plan)
    with pytest.raises(InvalidInput):
        custody.keep_overnight(build.act(session, EVENING), item.id, DAY, reason=" ")
    custody.keep_overnight(build.act(session, EVENING), item.id, DAY, reason="đường ngập")
    assert close_day(session, day).facts == {"kept": 1}
    assert custody.what_is_open(session, day.office.id, DAY + timedelta(days=1)) != []


def test_only_what_a_courier_holds_can_be_kept(session, day):
    with pytest.raises(NotOut):
        custody.keep_overnight(build.act(session, EVENING), day.items[0].id, DAY, reason="x")


def test_what_is_declared_missing_no_longer_keeps_the_day_open_and_may_be_found(session, day, plan):
    item = left_out(session, day, plan)
    custody.declare_missing(build.act(session, EVENING), item.id, reason="rơi trên đường")
    assert item.state is State.MISSING
    close_day(session, day)
    later = EVENING + timedelta(hours=1)
    custody.declare_found(build.act(session, later), item.id, reason="người dân mang đến")
    assert item.state is State.AT_OFFICE
    with pytest.raises(MoveNotAllowed):
        custody.declare_found(build.act(session, later + timedelta(minutes=1)), item.id, reason="lần nữa")


def note(session, item, kind, **changes):
    wanted = {"fault": "post", "postage_vnd": 30_000} | changes
    return custody.note_incident(build.act(session, EVENING), item.id, custody.WhatWentWrong(kind=kind, **wanted))


def test_a_lost_piece_is_worth_four_times_its_postage_and_the_re_issue(session, day):
    minutes = note(session, day.items[0], IncidentKind.LOST)
    assert minutes.number.startswith("SV-2026-")
    assert (minutes.compensation_vnd, minutes.reissue_payer) == (120_000, "post")
    assert (minutes.pay_by - DAY).days == 30
    assert note(session, day.items[0], IncidentKind.LOST, fault="agency").compensation_vnd == 0


def test_a_torn_cover_needs_an_inventory_and_a_new_seal(session, day):
    whole = [InventoryLine(name="Giấy chứng nhận", is_there=True)]
    for changes in ({}, {"inventory": whole}, {"new_seal": "NP-1"}):
        with pytest.raises(InvalidInput):
            note(session, day.items[0], IncidentKind.TORN, **changes)
    minutes = note(session, day.items[0], IncidentKind.TORN, inventory=whole, new_seal="NP-1")
    assert (minutes.compensation_vnd, minutes.reissue_payer) == (0, "nobody")
    gone = [InventoryLine(name="Giấy chứng nhận", is_there=True, is_whole=False)]
    assert note(session, day.items[0], IncidentKind.SHORT, inventory=gone).compensation_vnd == 120_000


def test_minutes_are_settled_once_with_words(session, day):
    minutes = note(session, day.items[0], IncidentKind.SWAPPED)
    with pytest.raises(InvalidInput):
        custody.settle_incident(build.act(session, EVENING), minutes.id, settlement="")
    custody.settle_incident(build.act(session, EVENING), minutes.id, settlement="đã bồi thường")
    with pytest.raises(custody.AlreadyPaid):
        custody.settle_incident(build.act(session, EVENING), minutes.id, settlement="lần nữa")


def test_a_broken_promise_gives_the_postage_back_but_not_after_a_flood(session, day, plan):
    consignment = day.items[0].consignment
    in_time, late = EVENING, consignment.promised_by + timedelta(hours=1)
    assert not custody.is_refund_due(session, consignment, now=in_time)
    assert custody.is_refund_due(session, consignment, now=late)
    doorstep.record_scans(build.act(session, EVENING, by=day.actor()), [a_day.failed(day.items[0])])
    assert not custody.is_refund_due(session, consignment, now=late)  # the first attempt stopped the clock
    flooded = day.items[1].consignment
    at = consignment.promised_by + timedelta(hours=2)
    scan = a_day.failed(day.items[1], "BAT_KHA_KHANG", at=at)
    doorstep.record_scans(build.act(session, at, by=day.actor()), [scan])
    assert not custody.is_refund_due(session, flooded, now=at)


def test_both_sides_sign_once_and_the_pictures_are_sealed(session, day):
    handover = session.scalars(select(Handover)).first()
    assert custody.unsigned_sides(session, [handover.id])[handover.id] == {"giver", "receiver"}
    signed = custody.sign_receipt(build.act(session, EVENING), handover.id, "giver", PNG)
    assert custody.unsigned_sides(session, [handover.id])[handover.id] == {"receiver"}
    assert as_photo(PNG).data not in signed.sealed
    assert custody.signature_image(session, signed) == as_photo(PNG).data
    with pytest.raises(custody.AlreadySigned):
        custody.sign_receipt(build.act(session, EVENING), handover.id, "giver", PNG)
    for wrong in ({"side": "both"}, {"image": b"GIF89a"}, {"image": PNG[:40]}, {"image": huge_png()}, {"how": "stamp"}):
        told = {"side": "receiver", "image": PNG} | wrong
        with pytest.raises(InvalidInput):
            custody.sign_receipt(build.act(session, EVENING), handover.id, **told)
    with pytest.raises(NotFound):
        custody.sign_receipt(build.act(session, EVENING), 4711, "giver", PNG)


def test_a_signature_put_under_another_receipt_breaks_the_chain(session, day, plan):
    first, second = session.scalars(select(Handover).order_by(Handover.id)).all()[:2]
    custody.sign_receipt(build.act(session, EVENING), first.id, "giver", PNG)
    chain.seal(session, now=EVENING)
    assert chain.check_chain(session).broken is None
    build.lift_guards(session)
    session.scalars(select(ReceiptSignature)).one().handover_id = second.id
    session.flush()
    broken = chain.check_chain(session).broken
    assert (broken.kind, broken.why) == ("signature", "subject_changed")


def test_a_new_address_keeps_both_names_the_payer_and_sends_the_item_on(session, day, plan):
    item = day.items[0]
    doorstep.record_scans(build.act(session, EVENING, by=day.actor()), [a_day.failed(item, "SAI_DIA_CHI")])
    a_day.close_all(session, plan)
    phu_xuan = Register.builtin().commune(a_day.PHU_XUAN)
    wednesday = DAY + timedelta(days=2)
    before = {stop.stop_id for stop in rounds.planning_problem(session, wednesday, now=EVENING).stops}
    assert str(item.consignment_id) not in before
    change = change_address(
        build.act(session, EVENING),
        item.consignment_id,
        NewAddress(address="5 Đặng Dung", commune=phu_xuan),
        payer="agency",
    )
    old, new = (open_person(session, session.get_one(Person, i)) for i in (change.old_person_id, change.new_person_id))
    assert (old.full_name, old.phone) == (new.full_name, new.phone)
    assert "Lê Lợi" in old.address
    assert new.address == "5 Đặng Dung"
    assert (change.payer, item.state, item.consignment.commune_code) == ("agency", State.AT_OFFICE, a_day.PHU_XUAN)
    event = session.scalar(select(TrackingEvent).where(TrackingEvent.kind == EventKind.ADDRESS_CHANGED))
    assert event.facts == {"address_change": change.id, "payer": "agency"}
    after = {stop.stop_id for stop in rounds.planning_problem(session, wednesday, now=EVENING).stops}
    assert str(item.consignment_id) in after


def test_a_new_address_is_too_late_once_delivered_and_needs_a_payer(session, day, plan):
    doorstep.record_scans(build.act(session, EVENING, by=day.actor()), [a_day.delivered(day.items[0])])
    commune = Register.builtin().commune(a_day.PHU_XUAN)
    with pytest.raises(TooLateToChange):
        change_address(
            build.act(session, EVENING),
            day.items[0].consignment_id,
            NewAddress(address="5 Đặng Dung", commune=commune),
            payer="agency",
        )
    with pytest.raises(InvalidInput):
        change_address(
            build.act(session, EVENING),
            day.items[1].consignment_id,
            NewAddress(address="5 Đặng Dung", commune=commune),
            payer="nobody",
        )
    with pytest.raises(InvalidInput):
        change_address(
            build.act(session, EVENING),
            day.items[1].consignment_id,
            NewAddress(address=" ", commune=commune),
            payer="agency",
        )
    assert session.scalars(select(AddressChange)).all() == []


def test_the_agency_changes_an_address_before_the_post_has_the_item_and_its_promise_starts_at_the_handover(session):
    a_day.set_up(session)
    item = build.accepted(session, now=a_day.MORNING)[0]
    phu_xuan = Register.builtin().commune(a_day.PHU_XUAN)
    change = change_address(
        build.act(session, a_day.MORNING),
        item.consignment_id,
        NewAddress(address="5 Đặng Dung", commune=phu_xuan),
        payer="agency",
    )
    old, new = (open_person(session, session.get_one(Person, i)) for i in (change.old_person_id, change.new_person_id))
    assert (old.address == new.address, new.address) == (False, "5 Đặng Dung")
    assert (item.state, item.consignment.commune_code) == (State.WAITING, a_day.PHU_XUAN)
    assert item.consignment.promised_by is None


def test_an_address_on_a_fixed_list_is_changed_once_the_post_has_the_item(session):
    a_day.set_up(session)
    build.s10_range(session)
    item = build.accepted(session, now=a_day.MORNING)[0]
    batch = custody.open_batch(build.act(session, a_day.MORNING), item.consignment.issuing_office_id)
    build.closed_batch(session, batch.id, now=a_day.MORNING)
    commune = Register.builtin().commune(a_day.PHU_XUAN)
    with pytest.raises(TooLateToChange):
        change_address(
            build.act(session, a_day.MORNING),
            item.consignment_id,
            NewAddress(address="5 Đặng Dung", commune=commune),
            payer="agency",
        )
