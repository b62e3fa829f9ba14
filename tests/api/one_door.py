"""The first two stops of a round made one door: one recipient at one address, filed apart."""

from __future__ import annotations

from sqlalchemy import select

from postal import models, people


def stops_of(session, round_id):
    return session.get_one(models.DeliveryRound, round_id).stops


def join(database, round_id):
    """Let the second stop be for the first's recipient; return the two pieces' codes and ids, and the stops' ids."""
    with database.write() as session:
        first, second, *_ = stops_of(session, round_id)
        known = people.open_person(session, first.consignment.person)
        people.replace_person(session, second.consignment.person, known)
        items = [stop.consignment.items[0] for stop in (first, second)]
        return [item.s10 for item in items], [item.id for item in items], [first.id, second.id]


def part(database, round_id):
    """Let the second stop be another's: what the office put right while the courier was on the road."""
    with database.write() as session:
        second = stops_of(session, round_id)[1]
        known = people.open_person(session, second.consignment.person)
        other = people.PersonData(**vars(known) | {"full_name": "Trần Văn Em"})
        people.replace_person(session, second.consignment.person, other)


def delivered(database):
    """Return the codes of the pieces that were delivered, each by an event with its own proof."""
    with database.read() as session:
        events = session.scalars(select(models.TrackingEvent).where(models.TrackingEvent.proof_id.is_not(None))).all()
        assert len({event.proof_id for event in events}) == len(events)
        return [event.item.s10 for event in events]
