"""What a day ends with: what goes back to an agency, what was taken back for it, and an office's report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.documents.common import GIVER, RECEIVER, legible, local, say
from api.wiring import Services
from api.words import say_state
from labels.papers import PartyData, day_report, return_list, reverse_handover
from postal import EventKind, Session, State, chain, custody, desk, errors, models, people
from postal.life import follow_up
from postal.rules import reasons as why
from postal.to_agency import returns

_LOADED = (EventKind.OUT_FOR_DELIVERY, EventKind.OUT_FOR_COLLECTION)
_FAILED = (EventKind.ATTEMPT_FAILED, EventKind.COLLECTION_FAILED)
_DONE = (EventKind.DELIVERED, EventKind.COLLECTED)
# What left and needs no further word at the end of a day.
_SETTLED = frozenset({State.DELIVERED, State.SUBMITTED, State.DOSSIER_AT_OFFICE})


def return_list_of(
    services: Services, session: Session, agency: models.Office, *, office_id: int | None, language: str = "vi"
) -> bytes:
    """Return the list of what is on its way back to an agency, of one delivery office or of all.

    Raises NotFound where nothing is, UnprintableText.
    """
    items = [i for i in returns.returning_items(session, agency.id) if office_id is None or i.office_id == office_id]
    if not items:
        raise errors.NotFound(what="bưu gửi chuyển hoàn")
    attempts = follow_up.load_attempts(session, [item.id for item in items])
    at = local(services, services.now())
    office = desk.all_offices(session).get(office_id or items[0].office_id or 0)
    lines = tuple(
        _return_line(services, session, (number, item), attempts.get(item.id, []), language)
        for number, item in enumerate(items, start=1)
    )
    data = return_list.ReturnListData(
        number=f"CH-{at:%Y%m%d}-{agency.code}",
        at=at,
        office=office.name if office else "Bưu chính",
        agency=agency.name,
        giver=_side(say(language, *GIVER), office.name if office else "Bưu chính"),
        receiver=_side(say(language, *RECEIVER), agency.name),
        lines=lines,
    )
    return return_list.draw([data], language=language)


def _return_line(
    services: Services,
    session: Session,
    numbered: tuple[int, models.Item],
    tried: Sequence[follow_up.Attempt],
    language: str,
) -> return_list.ReturnLine:
    number, item = numbered
    started = next((e for e in desk.events_of(session, item.id) if e.kind is EventKind.RETURN_STARTED), None)
    reason = why.say(started.reason, language) if started is not None and started.reason else ""
    return return_list.ReturnLine(
        position=number,
        s10=item.s10 or "",
        dossier_code=item.dossier_code,
        reason=reason[:1].upper() + reason[1:],
        attempts="; ".join(f"{local(services, one.at):%d/%m %H:%M}" for one in tried),
        n_documents=len(item.documents) or 1,
    )


def reverse_handover_of(
    services: Services,
    session: Session,
    agency: models.Office,
    day: date,
    *,
    office_id: int | None,
    language: str = "vi",
) -> bytes:
    """Return the minutes of papers taken back and money collected for an agency on a day. Raises NotFound."""
    from_at, until_at = _bounds(services, day)
    events = desk.events_between(
        session, _DONE, from_at, until_at, issuing_office_id=agency.id, courier_office_id=office_id
    )
    proofs = [(event.item, event.proof) for event in events if event.proof]
    owed = [(item, proof) for item, proof in proofs if proof.fee_vnd or proof.taken_back]
    if not owed:
        raise errors.NotFound(what="giấy tờ thu hồi hay tiền thu hộ")
    lines = tuple(
        reverse_handover.ReturnedPaperLine(
            position=number,
            s10=item.s10 or "",
            dossier_code=item.dossier_code,
            papers=legible("; ".join(proof.taken_back), language),
            fee_vnd=proof.fee_vnd,
            fee_receipt=legible(proof.fee_receipt or "", language),
        )
        for number, (item, proof) in enumerate(owed, start=1)
    )
    office = desk.all_offices(session).get(office_id or 0)
    data = reverse_handover.ReverseHandoverData(
        number=f"TH-{day:%Y%m%d}-{agency.code}",
        at=local(services, services.now()),
        place=agency.name,
        giver=_side(say(language, *GIVER), office.name if office else "Bưu chính"),
        receiver=_side(say(language, *RECEIVER), agency.name),
        lines=lines,
        n_papers=sum(len(proof.taken_back) for _, proof in owed),
        fee_total_vnd=sum(proof.fee_vnd for _, proof in owed),
        digest="",
    )
    return reverse_handover.draw([data], language=language)


def day_report_of(
    services: Services, session: Session, office: models.Office, day: date, *, language: str = "vi"
) -> bytes:
    """Return a delivery office's report of a day, closed or still open. Raises UnprintableText."""
    from_at, until_at = _bounds(services, day)
    events = desk.events_between(session, (*_LOADED, *_FAILED, *_DONE), from_at, until_at, courier_office_id=office.id)
    codes = {courier.id: courier.code for courier in desk.couriers(session)}
    closed = custody.closed_day(session, office.id, day)
    by = session.get(models.User, closed.closed_by_id) if closed and closed.closed_by_id else None
    couriers = _couriers(events, codes)
    data = day_report.DayReportData(
        number=f"BC-{day:%Y%m%d}-{office.code}",
        day=day,
        office=office.name,
        closed_at=local(services, closed.closed_at) if closed else None,
        closed_by=legible(_name(session, by), language) if by else "",
        couriers=couriers,
        open_lines=_open_lines(events, codes, language),
        fee_expected_vnd=sum(one.fee_vnd for one in couriers),
        fee_counted_vnd=None,
        chain_head=chain.head_of(session).head,
    )
    return day_report.draw([data], language=language)


def _name(session: Session, user: models.User) -> str:
    return people.open_person(session, session.get_one(models.Person, user.person_id)).full_name


def _couriers(events: Sequence[models.TrackingEvent], codes: dict[int, str]) -> tuple[day_report.CourierDay, ...]:
    counts: Counter[tuple[int, EventKind]] = Counter()
    fees: Counter[int] = Counter()
    for event in events:
        courier_id = event.courier_id or 0
        counts[courier_id, event.kind] += 1
        fees[courier_id] += event.proof.fee_vnd if event.proof else 0
    return tuple(
        day_report.CourierDay(
            courier=codes[courier_id],
            loaded=sum(counts[courier_id, kind] for kind in _LOADED),
            delivered=counts[courier_id, EventKind.DELIVERED],
            failed=sum(counts[courier_id, kind] for kind in _FAILED),
            collected=counts[courier_id, EventKind.COLLECTED],
            fee_vnd=fees[courier_id],
        )
        for courier_id in sorted({key for key, _ in counts}, key=lambda key: codes[key])
    )


def _open_lines(
    events: Sequence[models.TrackingEvent], codes: dict[int, str], language: str
) -> tuple[day_report.OpenLine, ...]:
    """Return every item that left and was not delivered or brought in, with where it is now."""
    left = {event.item_id: event for event in events}
    return tuple(
        day_report.OpenLine(
            s10=event.item.s10 or "",
            dossier_code=event.item.dossier_code,
            courier=codes.get(event.courier_id or 0, ""),
            state=say_state(event.item.state, language),
        )
        for event in left.values()
        if event.item.state not in _SETTLED
    )


def _side(title: str, organisation: str) -> PartyData:
    """Return a side whose name is written by hand when it signs."""
    return PartyData(title=title, organisation=organisation, full_name="")


def _bounds(services: Services, day: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(services.settings.timezone)
    return datetime.combine(day, time.min, zone), datetime.combine(day + timedelta(days=1), time.min, zone)
