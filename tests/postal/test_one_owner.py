"""What an office's lists show it is what its acts and its pages take for its own, at every step."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import select

from postal import bulk
from postal.access import ownership
from postal.access.policy import Actor, ActorKind, is_own
from postal.desk import leaving, piles
from postal.models import AddressStatus, Courier, Item, Office, OfficeKind, Role
from postal.rules.lifecycle import State
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import MORNING


@pytest.fixture
def offices(session):
    """Two delivery offices, the second without a commune of its own, and the agency."""
    first, couriers = a_day.set_up(session)
    other = Office(code="BC-KHA", kind=OfficeKind.DELIVERY, name="Bưu cục Khác", lat=16.4, lon=107.5,
                   commune_code=a_day.PHU_XUAN)  # fmt: skip
    session.add(other)
    session.flush()
    helper = Courier(code="BT-9", office_id=other.id, person_id=couriers[0].person_id)
    session.add(helper)
    session.flush()
    return first, other, [*couriers, helper]


def clerk(office_id):
    return Actor(kind=ActorKind.USER, role=Role.POSTAL_CLERK, user_id=1, office_id=office_id)


def owned(session, items, office_id):
    """Return the ids of what bulk acts take for an office's; what pages do must be the same."""
    act = build.act(session, MORNING, by=clerk(office_id))
    foreign = [one for one, why in bulk.judged_again(act, bulk.Deed.LABEL, items).items() if why.text.startswith(
        "Không còn thuộc đơn vị"
    )]  # fmt: skip
    by_bulk = {item.id for item in items} - set(foreign)
    by_page = {
        item.id
        for item in items
        if is_own(clerk(office_id), ownership.subject_of_consignment(session, item.consignment))
    }
    assert by_bulk == by_page
    return by_bulk


@pytest.mark.parametrize("seed", range(4))
def test_lists_bulk_acts_and_pages_have_one_owner(session, offices, seed):
    first, other, couriers = offices
    items, chance = build.accepted(session, *(build.result(n) for n in range(1, 41))), Random(seed)
    for item in items:
        item.state = chance.choice(list(State))
        item.office_id = chance.choice([None, None, first.id, other.id])
        item.courier_id = chance.choice([None, None, *(one.id for one in couriers)])
        item.consignment.commune_code = chance.choice([None, "19000", a_day.THUAN_HOA])
        if item.consignment.commune_code is None:
            item.consignment.address_status = AddressStatus.OUTSIDE
        item.n_attempts = chance.choice([0, 1])
    session.flush()
    agency_id = items[0].consignment.issuing_office_id
    for office_id in (first.id, other.id, agency_id):
        own = owned(session, items, office_id)
        listed = set(session.scalars(piles.of_office(session, select(Item.id).join(Item.consignment), office_id)))
        assert listed <= own
        for step in leaving.Step:
            shown = leaving.leaving_ids(session, step, desk_wanted(office_id), now=MORNING, limit=None)
            assert set(shown) <= own, step
    assert owned(session, items, other.id) != owned(session, items, first.id)


def desk_wanted(office_id):
    from postal.queue import Wanted

    return Wanted(office_id=office_id)


def test_what_no_office_scanned_in_is_any_delivery_offices_until_one_does(session, offices):
    first, other, _couriers = offices
    (item,) = build.accepted(session, build.result(1))
    item.state, item.office_id, item.consignment.commune_code = State.HANDED_OVER, None, None
    session.flush()
    assert [owned(session, [item], one.id) for one in (first, other)] == [{item.id}] * 2
    item.office_id, item.state = first.id, State.AT_OFFICE
    session.flush()
    assert [owned(session, [item], one.id) for one in (first, other)] == [{item.id}, set()]
