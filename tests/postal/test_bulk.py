"""One act on many items: what is allowed is done, what is not is named, nothing is done twice or half."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from postal import bulk, custody, doorstep, errors, models, people, queue
from postal.access.policy import Actor, ActorKind, Role
from postal.bulk import Deed
from postal.life.tracking import Scan, record_all
from postal.models import BulkLine, BulkOutcome, Item
from postal.rules.lifecycle import EventKind, State
from tests import builders as build
from tests.postal import day as a_day

NOW = build.EVENING
VAGUE = {"address": "Thôn Đông, xã Vinh Lộc", "lat": "", "lon": ""}


@pytest.fixture
def clerk(session):
    """A clerk of the whole province with an account."""
    person = people.add_person(session, models.PersonKind.STAFF, people.PersonData(full_name="Người Làm"), now=NOW)
    user = models.User(
        username="nguoi-lam", person_id=person.id, role=Role.POSTAL_CLERK, password_hash="-", added_at=NOW
    )
    session.add(user)
    session.flush()
    return Actor(kind=ActorKind.USER, role=Role.POSTAL_CLERK, user_id=user.id)


def ordered(session, clerk, deed, items, *, now=NOW):
    ids = [item if isinstance(item, int) else item.id for item in items]
    return bulk.order_deed(build.act(session, now, by=clerk), deed, ids, n_wanted=len(ids), back="/staff/queue")


def carried_out(session, clerk, order, *, now=NOW, reason="đã hỏi"):
    act = build.act(session, now, by=clerk)
    bulk.confirm(act, order.id, reason=reason)
    n_chunks = 1
    while bulk.carry_out(act, order.id):
        n_chunks += 1
    return n_chunks


def outcomes(session, order):
    return {line.item_id: line.outcome for line in bulk.lines_of(session, order)}


def test_what_is_allowed_is_done_and_the_rest_is_named_with_its_reason(session, clerk):
    vague = build.accepted(session, *(build.result(n, **VAGUE) for n in (1, 2, 3)), now=NOW)
    (clear,) = build.accepted(session, build.result(4), now=NOW)
    order = ordered(session, clerk, Deed.RELEASE, [*vague, clear, 999])
    assert order.n_unknown == 1
    assert [line.refusal for line in bulk.lines_of(session, order) if line.refusal] == [
        {"text": "Không có câu hỏi về điểm gần đúng."}
    ]
    assert all(item.consignment.released_reason is None for item in vague), "a preview does nothing"
    with pytest.raises(errors.NotFound):
        bulk.carry_out(build.act(session, NOW, by=clerk), order.id)
    queue.release_point(build.act(session, NOW), vague[2].consignment_id, "người khác đã làm")
    carried_out(session, clerk, order)
    assert [item.consignment.released_reason for item in vague] == ["đã hỏi", "đã hỏi", "người khác đã làm"]
    assert outcomes(session, order) == {
        vague[0].id: BulkOutcome.DONE, vague[1].id: BulkOutcome.DONE, vague[2].id: BulkOutcome.REFUSED,
        clear.id: BulkOutcome.REFUSED,
    }  # fmt: skip
    assert order.finished_at == NOW


def test_an_order_goes_chunk_by_chunk_goes_on_where_it_stopped_and_does_nothing_twice(session, clerk):
    items = build.accepted(session, *(build.result(n) for n in range(1, bulk.CHUNK + 21)), now=NOW)
    order = ordered(session, clerk, Deed.BATCH, items)
    act = build.act(session, NOW, by=clerk)
    bulk.confirm(act, order.id, reason="")
    left = bulk.carry_out(act, order.id)
    assert 0 < left <= 20
    assert sum(item.state is State.BATCHED for item in items) == len(items) - left
    assert order.finished_at is None
    assert bulk.carry_out(act, order.id) == 0
    assert bulk.carry_out(act, order.id) == 0
    assert {item.state for item in items} == {State.BATCHED}
    assert session.scalar(select(func.count()).select_from(models.Batch)) == 1
    n_events = select(func.count()).where(models.TrackingEvent.kind == EventKind.BATCHED)
    assert session.scalar(n_events) == len(items)


def test_a_consignment_travels_whole_and_each_agency_has_its_own_batch(session, clerk):
    same = {"recipient": "Trần Thị Bé", "phone": "0905999888", "address": "3 Lê Lợi, phường Thuận Hóa, thành phố Huế"}
    pair = build.accepted(session, build.result(1, **same), build.result(2, **same), now=NOW)
    (other,) = build.accepted(session, build.result(3, office="Sở Xây dựng"), now=NOW)
    assert pair[0].consignment_id == pair[1].consignment_id
    carried_out(session, clerk, ordered(session, clerk, Deed.BATCH, [pair[0], other]))
    assert {item.state for item in (*pair, other)} == {State.BATCHED}
    lines = session.scalars(select(models.BatchItem)).all()
    assert len({line.batch_id for line in lines}) == 2
    added = build.accepted(session, build.result(4), now=NOW)
    carried_out(session, clerk, ordered(session, clerk, Deed.BATCH, added))
    assert session.scalar(select(func.count()).select_from(models.Batch)) == 2, "an open batch takes more"


def _at_office(session, n):
    office, _couriers = a_day.set_up(session)
    items = a_day.handed_over(session, n=n)
    arrived = Scan(kind=EventKind.ARRIVED_AT_OFFICE, scan_id="den", happened_at=NOW, office_id=office.id)
    record_all(build.act(session, NOW), items[:-1], arrived)
    return office, items


def test_items_at_the_office_are_held_and_those_elsewhere_stay(session, clerk):
    _office, items = _at_office(session, 3)
    order = ordered(session, clerk, Deed.HOLD, items)
    carried_out(session, clerk, order, now=NOW + timedelta(minutes=5))
    assert [item.state for item in items] == [State.HELD, State.HELD, State.HANDED_OVER]


def test_returns_begin_only_where_the_law_lets_them_unless_the_agency_asked(session, clerk):
    office, items = _at_office(session, 4)
    refusal = Scan(kind=EventKind.ATTEMPT_FAILED, scan_id="tu-choi", happened_at=NOW, reason="TU_CHOI")
    out = Scan(kind=EventKind.OUT_FOR_DELIVERY, scan_id="di", happened_at=NOW)
    back = Scan(kind=EventKind.BACK_AT_OFFICE, scan_id="ve", happened_at=NOW, office_id=office.id)
    for n, scan in enumerate((out, refusal, back), start=1):
        at = NOW + timedelta(minutes=n)
        record_all(build.act(session, at), items[:1], Scan(**{**vars(scan), "happened_at": at}))
    later = NOW + timedelta(hours=1)
    order = ordered(session, clerk, Deed.RETURN, items, now=later)
    carried_out(session, clerk, order, now=later)
    assert [item.state is State.RETURNING_TO_SENDER for item in items] == [True, False, False, False]
    asked = ordered(session, clerk, Deed.RETURN_ASKED, items[1:3], now=later)
    carried_out(session, clerk, asked, now=later)
    assert [item.state for item in items[1:3]] == [State.RETURNING_TO_SENDER] * 2


def test_labels_and_invitations_are_allowed_for_what_has_a_number_or_was_missed(session, clerk):
    day = a_day.build_day(session, n=2)
    (new,) = build.accepted(session, build.result(50), now=NOW)
    plan = a_day.walking(session)
    missed, other = day.items
    walker = next(n for n, one in enumerate(plan.rounds) if missed.id in _on(one))
    doorstep.record_scans(build.act(session, a_day.EVENING, by=day.actor(walker)), [a_day.failed(missed)])
    by = build.act(session, a_day.EVENING, by=clerk).by
    assert set(bulk.judged(session, Deed.LABEL, [new, missed, other], by=by)) == {new.id}
    assert set(bulk.judged(session, Deed.INVITE, [new, missed, other], by=by)) == {new.id, other.id}


def _on(one):
    return {item.id for stop in one.stops for item in stop.consignment.items}


def test_nobody_sees_or_carries_out_anothers_order_or_acts_on_another_offices_items(session, clerk):
    items = build.accepted(session, build.result(1, **VAGUE), now=NOW)
    order = ordered(session, clerk, Deed.RELEASE, items)
    other = Actor(kind=ActorKind.USER, role=Role.POSTAL_CLERK, user_id=clerk.user_id + 1)
    for act in (bulk.carry_out, lambda act, order_id: bulk.confirm(act, order_id, reason="")):
        with pytest.raises(errors.NotFound):
            act(build.act(session, NOW, by=other), order.id)
    with pytest.raises(errors.NotFound):
        bulk.find_order(session, order.id, user_id=other.user_id)
    office, _ = a_day.set_up(session)
    bound = Actor(kind=ActorKind.USER, role=Role.POSTAL_CLERK, user_id=clerk.user_id, office_id=office.id)
    foreign = ordered(session, bound, Deed.RELEASE, items)
    assert (foreign.n_unknown, bulk.lines_of(session, foreign)) == (1, [])


def test_what_left_the_office_since_it_was_ordered_is_refused(session, clerk):
    kept, left = build.accepted(session, *(build.result(n, **VAGUE) for n in (1, 2)), now=NOW)
    other = build.accepted(session, build.result(3, office="Sở Xây dựng"), now=NOW)[0].consignment.issuing_office_id
    office_id = kept.consignment.issuing_office_id
    bound = Actor(kind=ActorKind.USER, role=Role.CENTRE_CLERK, user_id=clerk.user_id, office_id=office_id)
    order = ordered(session, bound, Deed.RELEASE, [kept, left])
    left.consignment.issuing_office_id = other
    session.flush()
    carried_out(session, bound, order)
    assert outcomes(session, order) == {kept.id: BulkOutcome.DONE, left.id: BulkOutcome.REFUSED}
    assert left.consignment.released_reason is None


def test_more_than_one_order_takes_is_counted_and_old_orders_are_forgotten(session, clerk):
    items = build.accepted(session, *(build.result(n, **VAGUE) for n in (1, 2)), now=NOW)
    act = build.act(session, NOW, by=clerk)
    order = bulk.order_deed(act, Deed.RELEASE, [one.id for one in items], n_wanted=2_500, back="")
    assert order.n_left == 2_498
    with pytest.raises(errors.InvalidInput):
        bulk.order_deed(act, Deed.RELEASE, [], n_wanted=0, back="")
    kept = ordered(session, clerk, Deed.RELEASE, items)
    carried_out(session, clerk, kept)
    bulk.forget_old_orders(session, now=NOW + timedelta(days=2))
    assert session.scalars(select(models.BulkOrder.id)).all() == [kept.id]
    assert session.scalars(select(BulkLine.order_id).distinct()).all() == [kept.id]
    bulk.forget_old_orders(session, now=NOW + timedelta(days=70))
    assert session.scalar(select(func.count()).select_from(BulkLine)) == 0
    assert session.scalar(select(func.count()).select_from(Item)) == 2


def test_a_chosen_item_of_two_agencies_is_no_batch(session):
    one, other = build.accepted(session, build.result(1), build.result(2, office="Sở Xây dựng"), now=NOW)
    with pytest.raises(errors.NotFound):
        custody.gather(build.act(session, NOW), [one.id, other.id])
    with pytest.raises(custody.NotReady):
        custody.gather(build.act(session, NOW), build_vague(session))
    assert session.scalar(select(func.count()).select_from(models.Batch)) == 0


def build_vague(session):
    return [item.id for item in build.accepted(session, build.result(9, **VAGUE), now=NOW)]
