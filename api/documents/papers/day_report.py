"""Báo cáo cuối ngày: a delivery office's day, closed or still open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from api.documents.about import OFFICE
from api.documents.common import day_bounds
from api.documents.paper import Paper, Printing, Way, always
from api.words import say_state
from labels.papers import day_report as drawing
from labels.samples import day_report as samples
from postal import Action, EventKind, Message, Session, State, chain, custody, desk, models, people

_LOADED = (EventKind.OUT_FOR_DELIVERY, EventKind.OUT_FOR_COLLECTION)
_FAILED = (EventKind.ATTEMPT_FAILED, EventKind.COLLECTION_FAILED)
_DONE = (EventKind.DELIVERED, EventKind.COLLECTED)
# What left and needs no further word at the end of a day.
_SETTLED = frozenset({State.DELIVERED, State.SUBMITTED, State.DOSSIER_AT_OFFICE})


def _read(printing: Printing, office: models.Office) -> list[drawing.DayReportData]:
    session, day = printing.session, printing.the_day
    from_at, until_at = day_bounds(printing)
    events = desk.events_between(session, (*_LOADED, *_FAILED, *_DONE), from_at, until_at, courier_office_id=office.id)
    names = _names(printing, events)
    closed = custody.closed_day(session, office.id, day)
    by = session.get(models.User, closed.closed_by_id) if closed and closed.closed_by_id else None
    couriers = _couriers(events, names)
    return [
        drawing.DayReportData(
            number=f"BC-{day:%Y%m%d}-{office.code}",
            day=day,
            office=office.name,
            closed_at=printing.local(closed.closed_at) if closed else None,
            closed_by=printing.legible(_name(session, by)) if by else "",
            couriers=couriers,
            open_lines=_open_lines(events, names, printing.language),
            fee_expected_vnd=sum(one.fee_vnd for one in couriers),
            fee_counted_vnd=None,
            chain_head=chain.head_of(session).head,
        )
    ]


def _names(printing: Printing, events: Sequence[models.TrackingEvent]) -> dict[int, str]:
    """Return who carried something, by name and code, in the order of the codes; 0 and a dash for nobody."""
    ids = {event.courier_id or 0 for event in events}
    found = [courier for one in ids if (courier := printing.session.get(models.Courier, one)) is not None]
    names = {0: "–"} if 0 in ids else {}
    for courier in sorted(found, key=lambda courier: courier.code):
        person = people.open_person(printing.session, printing.session.get_one(models.Person, courier.person_id))
        names[courier.id] = f"{printing.legible(person.full_name)} ({courier.code})"
    return names


def _name(session: Session, user: models.User) -> str:
    return people.open_person(session, session.get_one(models.Person, user.person_id)).full_name


def _couriers(events: Sequence[models.TrackingEvent], names: dict[int, str]) -> tuple[drawing.CourierDay, ...]:
    counts: Counter[tuple[int, EventKind]] = Counter()
    fees: Counter[int] = Counter()
    for event in events:
        courier_id = event.courier_id or 0
        counts[courier_id, event.kind] += 1
        fees[courier_id] += event.proof.fee_vnd if event.proof else 0
    return tuple(
        drawing.CourierDay(
            courier=names[courier_id],
            loaded=sum(counts[courier_id, kind] for kind in _LOADED),
            delivered=counts[courier_id, EventKind.DELIVERED],
            failed=sum(counts[courier_id, kind] for kind in _FAILED),
            collected=counts[courier_id, EventKind.COLLECTED],
            fee_vnd=fees[courier_id],
        )
        for courier_id in names
    )


def _open_lines(
    events: Sequence[models.TrackingEvent], names: dict[int, str], language: str
) -> tuple[drawing.OpenLine, ...]:
    """Return every item that left and was not delivered or brought in, with where it is now."""
    left = {event.item_id: event for event in events}
    return tuple(
        drawing.OpenLine(
            s10=event.item.s10 or "",
            dossier_code=event.item.dossier_code,
            courier=names[event.courier_id or 0],
            state=say_state(event.item.state, language),
        )
        for event in left.values()
        if event.item.state not in _SETTLED
    )


DAY_REPORT = Paper(
    key="day-report",
    noun=Message("báo cáo cuối ngày"),
    file="cuoi-ngay",
    action=Action.RECEIVE_AT_OFFICE,
    data=drawing.DayReportData,
    draw=drawing.draw,
    samples=samples.SAMPLES,
    ways=(Way(path="/offices/<int:office_id>/day-report.pdf", about=OFFICE, when=always, read=_read),),
)
