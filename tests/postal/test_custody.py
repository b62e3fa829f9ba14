"""Batches, fixed lists, counted handovers and prints."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from postal import custody
from postal.custody import AlreadyHandedOver, BatchClosed, Party, ReprintNeedsReason, count
from postal.errors import EmptyBatch, InvalidInput
from postal.models import Consignment, Discrepancy, Found, Handover, Item, LabelPrint, Office, OfficeKind, TrackingEvent
from postal.network.promises import load_promises
from postal.rules.lifecycle import State
from tests import builders as build

NOW = build.EVENING
GIVER, RECEIVER = Party(name="Lê Thị Giao", position="Cán bộ"), Party(name="Trần Văn Nhận", code="BC-1")


@pytest.fixture
def batch(session):
    build.s10_range(session)
    items = _results(session, 5)
    return custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)


def _results(session, n):
    start = session.scalar(select(func.count()).select_from(Item))
    return build.accepted(session, *(build.result(start + i + 1) for i in range(n)))


def codes_of(manifest):
    return [line.s10 for line in manifest.lines]


def hand_over(session, batch, scanned, **others):
    at = others.pop("now", NOW)
    wanted = {"giver": GIVER, "receiver": RECEIVER} | others
    return custody.hand_over(build.act(session, at), batch.id, scanned=scanned, **wanted)


def test_a_batch_gathers_everything_of_one_office_that_may_leave(session, batch):
    assert len(batch.lines) == 5
    assert {line.item.state for line in batch.lines} == {State.BATCHED}
    with pytest.raises(EmptyBatch):
        custody.open_batch(build.act(session, NOW), batch.office_id)


def test_what_still_has_a_question_stays_out_of_the_batch(session):
    build.s10_range(session)
    items = _results(session, 3)
    items[0].consignment.address_status = "unknown"
    items[1].consignment.precision, items[1].consignment.released_reason = "commune", None
    batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
    assert [line.item_id for line in batch.lines] == [items[2].id]


def test_closing_numbers_the_lines_and_gives_each_item_its_code_and_link(session, batch):
    manifest = build.closed_batch(session, batch.id, now=NOW)
    assert [line.position for line in manifest.lines] == [1, 2, 3, 4, 5]
    items = session.scalars(select(Item)).all()
    assert len({item.s10 for item in items}) == 5
    assert len({custody.token_of(session, item) for item in items}) == 5
    assert all(item.token_hash for item in items)
    assert manifest.digest == custody.list_digest(codes_of(manifest))


def test_a_closed_batch_never_changes(session, batch):
    item_id = batch.lines[0].item_id
    build.closed_batch(session, batch.id, now=NOW)
    for change in (
        lambda: custody.remove_item(build.act(session, NOW), batch.id, item_id),
        lambda: custody.add_items(build.act(session, NOW), batch.id, [item_id]),
        lambda: build.closed_batch(session, batch.id, now=NOW),
    ):
        with pytest.raises(BatchClosed):
            change()


def test_an_item_may_leave_a_batch_and_enter_another(session, batch):
    item = batch.lines[0].item
    custody.remove_item(build.act(session, NOW), batch.id, item.id)
    assert item.state is State.WAITING
    again = custody.open_batch(build.act(session, NOW + timedelta(minutes=1)), batch.office_id)
    assert [line.item_id for line in again.lines if line.is_current] == [item.id]


def test_everything_scanned_passes_to_the_post_and_starts_the_clock(session, batch):
    manifest = build.closed_batch(session, batch.id, now=NOW)
    handover = hand_over(session, batch, [code.lower() for code in codes_of(manifest)])
    assert (handover.n_expected, handover.n_present) == (5, 5)
    assert {item.state for item in session.scalars(select(Item))} == {State.HANDED_OVER}
    for consignment in session.scalars(select(Consignment)):
        assert consignment.posted_at == NOW
        assert consignment.promised_by > NOW
    assert session.scalar(select(func.count()).select_from(Discrepancy)) == 0


def test_the_clock_starts_at_the_handover_even_if_list_and_label_are_of_the_day_before(session, batch):
    manifest = build.closed_batch(session, batch.id, now=NOW)
    items = session.scalars(select(Item)).all()
    custody.record_label_print(build.act(session, NOW), items)
    monday = NOW + timedelta(days=3)
    hand_over(session, batch, codes_of(manifest), now=monday)
    for item in items:
        assert item.consignment.posted_at == monday
        assert item.consignment.promised_by == load_promises(session).of(item.consignment, monday).by
        assert item.consignment.promised_by > load_promises(session).of(item.consignment, NOW).by


def test_missing_extra_and_wrong_are_named_and_nothing_is_lost(session, batch):
    manifest = build.closed_batch(session, batch.id, now=NOW)
    other = _results(session, 1)[0]
    other.s10 = "EY999999995VN"
    codes = codes_of(manifest)
    handover = hand_over(session, batch, [*codes[1:], other.s10, "khong-phai-ma", codes[1]])
    found = {line.code: line.found for line in handover.lines}
    assert found[codes[0]] is Found.MISSING
    assert found[other.s10] is Found.EXTRA
    assert found["KHONGPHAIMA"] is Found.WRONG
    assert handover.n_present == 4
    missing = session.scalar(select(Item).where(Item.s10 == codes[0]))
    assert missing.state is State.WAITING
    assert other.state is State.WAITING
    assert {d.kind for d in session.scalars(select(Discrepancy))} == {"missing", "extra", "wrong"}
    again = custody.open_batch(build.act(session, NOW + timedelta(hours=1)), batch.office_id)
    assert missing.id in {line.item_id for line in again.lines}


def test_a_list_is_handed_over_once(session, batch):
    manifest = build.closed_batch(session, batch.id, now=NOW)
    first = hand_over(session, batch, codes_of(manifest))
    with pytest.raises(AlreadyHandedOver, match=first.number):
        hand_over(session, batch, codes_of(manifest))
    assert session.scalar(select(func.count()).select_from(Handover)) == 1


def test_both_parties_are_named_and_their_names_are_sealed(session, batch):
    manifest = build.closed_batch(session, batch.id, now=NOW)
    with pytest.raises(InvalidInput):
        hand_over(session, batch, codes_of(manifest), receiver=Party(name="  "))
    handover = hand_over(session, batch, codes_of(manifest))
    assert "Giao" not in repr(vars(handover))


def test_receipts_are_numbered_without_gaps(session):
    build.s10_range(session)
    numbers = [custody.next_number(session, "BB", now=NOW) for _ in range(3)]
    assert numbers == ["BB-2026-000001", "BB-2026-000002", "BB-2026-000003"]


def test_a_label_prints_once_and_a_reprint_needs_a_reason(session, batch):
    items = [line.item for line in batch.lines]
    first = custody.record_label_print(build.act(session, NOW), items)
    assert {printed.reprint_number for printed in first} == {0}
    with pytest.raises(ReprintNeedsReason):
        custody.record_label_print(build.act(session, NOW), items[:1])
    again = custody.record_label_print(build.act(session, NOW), items[:1], reason="nhãn rách")
    assert again[0].reprint_number == 1
    assert session.scalar(select(func.count()).select_from(LabelPrint)) == 6
    assert custody.reprints_by_person(session) == {None: 1}


def test_a_revoked_link_is_another_link(session, batch):
    item = batch.lines[0].item
    custody.set_token(session, item)
    old, old_hash = custody.token_of(session, item), item.token_hash
    custody.revoke_token(build.act(session, NOW), item.id)
    assert custody.token_of(session, item) != old
    assert item.token_hash != old_hash


def test_items_for_elsewhere_travel_in_the_batch_and_go_on_with_the_national_post(session):
    build.s10_range(session)
    items = _results(session, 2)
    items[0].consignment.address_status, items[0].consignment.commune_code = "outside", None
    batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
    manifest = build.closed_batch(session, batch.id, now=NOW)
    hand_over(session, batch, codes_of(manifest))
    office = a_delivery_office(session)
    sides = {"giver": Party(name="Trần Văn Nhận"), "receiver": Party(name="Đội xe")}
    later = build.act(session, NOW + timedelta(minutes=5))
    nothing = custody.pass_to_carrier(later, office.id, scanned=[items[1].s10], **sides)
    assert [(line.code, str(line.found)) for line in nothing.lines] == [(items[1].s10, "extra")]
    assert items[0].state is State.HANDED_OVER  # it may lie at another office: nobody misses it here
    receipt = custody.pass_to_carrier(later, office.id, scanned=[items[0].s10], **sides)
    assert items[0].state is State.WITH_CARRIER
    assert receipt.giver_office_id == office.id
    assert (receipt.leg, [line.code for line in receipt.lines]) == ("post_to_carrier", [items[0].s10])
    assert items[1].state is State.HANDED_OVER


def test_each_act_of_the_office_is_one_event_with_the_next_sequence(session, batch):
    manifest = build.closed_batch(session, batch.id, now=NOW)
    hand_over(session, batch, codes_of(manifest))
    item = batch.lines[0].item
    events = session.scalars(
        select(TrackingEvent).where(TrackingEvent.item_id == item.id).order_by(TrackingEvent.sequence)
    ).all()
    assert [e.sequence for e in events] == [1, 2, 3]
    assert [str(e.kind) for e in events] == ["accepted", "batched", "handed_over"]


def test_counting_is_about_sets_of_codes():
    counted = count(["A", "B"], ["B", "B", "C", "D", ""], ["C"])
    assert counted == custody.Counted(present=("B",), missing=("A",), extra=("C",), wrong=("D",))


def test_two_clerks_gathering_at_once_never_share_an_item(database):
    with database.write() as session:
        build.s10_range(session)
        office_id = _results(session, 20)[0].consignment.issuing_office_id
    start, told = threading.Barrier(2), []

    def gather():
        start.wait()
        try:
            with database.write() as session:
                custody.open_batch(build.act(session, NOW), office_id)
            told.append("opened")
        except (custody.NotReady, EmptyBatch):
            told.append("refused")

    clerks = [threading.Thread(target=gather) for _ in range(2)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    assert sorted(told) == ["opened", "refused"]
    with database.read() as session:
        batched = session.scalars(select(Item.state)).all()
        assert batched == [State.BATCHED] * 20


def a_delivery_office(session):
    office = Office(code="BC-THU", kind=OfficeKind.DELIVERY, name="Bưu cục Thử", lat=16.46, lon=107.59)
    session.add(office)
    session.flush()
    return office


def test_what_lies_at_an_office_for_elsewhere_and_is_not_scanned_is_missed(session):
    build.s10_range(session)
    items = _results(session, 2)
    for item in items:
        item.consignment.address_status, item.consignment.commune_code = "outside", None
    batch = custody.open_batch(build.act(session, NOW), items[0].consignment.issuing_office_id)
    hand_over(session, batch, codes_of(build.closed_batch(session, batch.id, now=NOW)))
    office = a_delivery_office(session)
    later = build.act(session, NOW + timedelta(minutes=5))
    assert len(custody.receive_at_office(later, office.id, [item.s10 for item in items]).present) == 2
    assert {item.office_id for item in items} == {office.id}
    again = custody.receive_at_office(later, office.id, [items[0].s10.lower(), "EY999999999VN"])
    assert (again.present, again.extra, len(again.wrong)) == ((), (items[0].s10,), 1)
    sides = {"giver": Party(name="Trần Văn Nhận"), "receiver": Party(name="Đội xe")}
    receipt = custody.pass_to_carrier(later, office.id, scanned=[items[0].s10], **sides)
    assert {(line.code, str(line.found)) for line in receipt.lines} == {
        (items[0].s10, "present"), (items[1].s10, "missing")}  # fmt: skip
    assert [str(item.state) for item in items] == ["with_carrier", "at_office"]
