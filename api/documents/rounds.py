"""Route sheets of published or drafted rounds."""

from __future__ import annotations

from collections.abc import Sequence

from api.documents.common import commune_name, legible
from api.wiring import Services
from api.words import say_day_seconds
from labels.papers import route_sheet
from postal import Direction, Session, desk, models, people, rounds
from postal.rules import reasons


def route_sheets_of(services: Services, session: Session, round_ids: Sequence[int], *, language: str = "vi") -> bytes:
    """Return the route sheets of these rounds as one PDF. Raises NotFound, UnprintableText."""
    found = [desk.delivery_round(session, round_id) for round_id in round_ids]
    return route_sheet.draw([_sheet(services, session, one, language) for one in found], language=language)


def _sheet(
    services: Services, session: Session, walked: models.DeliveryRound, language: str
) -> route_sheet.RouteSheetData:
    courier = people.open_person(session, session.get_one(models.Person, walked.courier.person_id))
    day = walked.plan.day
    return route_sheet.RouteSheetData(
        number=walked.number,
        day=day,
        office=walked.office.name,
        courier_code=walked.courier.code,
        courier_name=legible(courier.full_name, language),
        leave=say_day_seconds(walked.leave_at_s),
        back=say_day_seconds(walked.back_at_s),
        km=round(walked.travel_m / 1000),
        office_lat=walked.office.lat,
        office_lon=walked.office.lon,
        stops=tuple(_stop(services, session, stop, language) for stop in walked.stops),
        reasons=tuple(reason.vi if language == "vi" else reason.en for reason in reasons.REASONS.values()),
    )


def _stop(services: Services, session: Session, stop: models.RoundStop, language: str) -> route_sheet.SheetStopData:
    consignment = stop.consignment
    person = people.open_person(session, consignment.person)
    is_collection = consignment.direction is Direction.COLLECTION
    first = consignment.items[0]
    window = ""
    if consignment.window_from_s is not None and consignment.window_until_s is not None:
        window = f"{say_day_seconds(consignment.window_from_s)}–{say_day_seconds(consignment.window_until_s)}"
    address = person.address or commune_name(services, consignment)
    address = f"{address} ({person.landmark})" if person.landmark else address
    return route_sheet.SheetStopData(
        position=stop.position,
        arrive=say_day_seconds(stop.start_s),
        window=window,
        is_collection=is_collection,
        recipient_name=legible(person.full_name, language),
        address=legible(address, language),
        phone_masked=people.mask_phone(person.phone),
        precision=_precision(consignment),
        barcode=rounds.stop_code(stop.round_id, stop.position),
        code=first.s10 or first.dossier_code,
        must_today=rounds.is_due(stop),
        lat=consignment.lat or 0.0,
        lon=consignment.lon or 0.0,
        items=tuple(
            route_sheet.SheetItemData(
                code=item.s10 or item.dossier_code,
                dossier_code=item.dossier_code,
                fee_vnd=item.fee_vnd,
                has_take_back=bool(item.take_back),
                take_back=legible(_names(item.take_back), language),
                to_collect=legible(_names(item.documents), language) if is_collection else "",
            )
            for item in consignment.items
        ),
    )


def _names(papers: Sequence[dict[str, str]]) -> str:
    return ", ".join(paper["name"] for paper in papers)


def _precision(consignment: models.Consignment) -> str:
    if consignment.precision in (models.PointPrecision.DOOR, models.PointPrecision.REMEMBERED):
        return ""
    if consignment.radius_m is None:
        return "≈"
    return f"≈ {consignment.radius_m / 1000:.1f} km".replace(".", ",")
