"""The recipient comes to the post office: same proof, valid delivery."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from postal.doorstep import counter
from postal.doorstep.counter import NotAtOffice
from postal.doorstep.proof import ProofMissing
from postal.errors import UnknownS10
from postal.models import TrackingEvent
from postal.rules.lifecycle import EventKind, State
from tests import builders as build
from tests.postal import day as a_day
from tests.postal.day import EVENING

LATER = EVENING + timedelta(hours=1)


@pytest.fixture
def day(session):
    """Return a day on which nobody was reached: everything is back at the office."""
    day = a_day.build_day(session, n=2)
    a_day.close_all(session, a_day.walking(session))
    return day


def deliver(session, day, number=0, office_id=None, **changes):
    return counter.deliver_at_counter(
        build.act(session, LATER), day.items[number].s10, a_day.proof(**changes), office_id=office_id or day.office.id
    )


def test_what_is_held_is_handed_over_at_the_counter_with_proof(session, day):
    counter.hold_for_recipient(build.act(session, EVENING), day.items[0].s10, office_id=day.office.id)
    assert day.items[0].state is State.HELD
    assert deliver(session, day).state is State.DELIVERED
    event = session.scalar(select(TrackingEvent).where(TrackingEvent.kind == EventKind.DELIVERED))
    assert event.facts == {"where": "office"}
    assert event.proof is not None


def test_who_comes_unasked_gets_it_too(session, day):
    assert deliver(session, day).state is State.DELIVERED


def test_family_without_a_written_authorisation_gets_nothing(session, day):
    with pytest.raises(ProofMissing):
        deliver(session, day, relation="family")
    assert day.items[0].state is State.AT_OFFICE


def test_what_is_not_here_is_not_handed_over(session, day):
    deliver(session, day)
    for number, office_id in ((0, None), (1, day.office.id + 1)):
        with pytest.raises(NotAtOffice):
            deliver(session, day, number, office_id)
    with pytest.raises(UnknownS10):
        counter.hold_for_recipient(build.act(session, LATER), "EY999999995VN", office_id=None)
