"""Phiếu đi phát: from a round, drafted or published, to the sheet its courier carries."""

from __future__ import annotations

from collections.abc import Sequence

from api.documents.about import PLAN, ROUND
from api.documents.paper import Paper, Printing, Way, always
from api.words import say_day_seconds, say_number, translate
from labels.papers import route_sheet as drawing
from labels.samples import route_sheet as samples
from postal import Action, Direction, Message, citizen, doorstep, models, people, rounds
from postal.rules import reasons
from routing import plain_words


def _has_rounds(_: Printing, plan: models.DayPlan) -> bool:
    return bool(plan.rounds)


def _of_plan(printing: Printing, plan: models.DayPlan) -> list[drawing.RouteSheetData]:
    return [_sheet(printing, one) for one in plan.rounds if printing.office_id in (None, one.office_id)]


def _of_round(printing: Printing, walked: models.DeliveryRound) -> list[drawing.RouteSheetData]:
    return [_sheet(printing, walked)]


def numbered_sheet_of(printing: Printing, walked: models.DeliveryRound, number: str) -> bytes:
    """Return the sheet with whole telephones where only the commune is known, under its number.

    Printing it is an act of `rounds.print_numbered`. Raises UnprintableText.
    """
    return drawing.draw([_sheet(printing, walked, number)], say=printing.say)


def _sheet(printing: Printing, walked: models.DeliveryRound, serial: str = "") -> drawing.RouteSheetData:
    session = printing.session
    courier = people.open_person(session, session.get_one(models.Person, walked.courier.person_id))
    day = walked.plan.day
    return drawing.RouteSheetData(
        number=walked.number,
        day=day,
        office=walked.office.name,
        courier_code=walked.courier.code,
        courier_name=printing.legible(courier.full_name),
        leave=say_day_seconds(walked.leave_at_s),
        back=say_day_seconds(walked.back_at_s),
        km=round(walked.travel_m / 1000),
        office_lat=walked.office.lat,
        office_lon=walked.office.lon,
        stops=tuple(
            _stop(printing, door, is_whole=bool(serial))
            for door in sorted(doorstep.doors_of(session, walked.stops), key=lambda door: door.first.position)
        ),
        serial=serial,
        day_code=citizen.day_code(session, walked.courier_id, day),
        reasons=tuple(translate(reason.says, printing.language) for reason in reasons.REASONS.values()),
    )


def _stop(printing: Printing, door: doorstep.Door, *, is_whole: bool) -> drawing.SheetStopData:
    stop, consignment = door.first, door.first.consignment
    person = people.open_person(printing.session, consignment.person)
    is_collection = consignment.direction is Direction.COLLECTION
    first = consignment.items[0]
    window = ""
    if consignment.window_from_s is not None and consignment.window_until_s is not None:
        window = f"{say_day_seconds(consignment.window_from_s)}–{say_day_seconds(consignment.window_until_s)}"
    return drawing.SheetStopData(
        position=stop.position,
        arrive=say_day_seconds(stop.start_s),
        window=window,
        is_collection=is_collection,
        recipient_name=printing.legible(person.full_name),
        address=printing.legible(_address(printing, door, person)),
        telephone=_telephone(person, is_whole=is_whole and rounds.is_unlocated(consignment)),
        where=_where(printing, consignment),
        barcode=rounds.stop_code(stop.round_id, stop.position),
        code=first.s10 or first.dossier_code,
        must_today=any(rounds.is_due(one) for one in door.stops),
        lat=consignment.lat,
        lon=consignment.lon,
        items=tuple(
            drawing.SheetItemData(
                code=item.s10 or item.dossier_code,
                dossier_code=item.dossier_code,
                position=one.position if one is not stop else None,
                fee_vnd=item.fee_vnd,
                has_take_back=bool(item.take_back),
                take_back=printing.legible(_names(item.take_back)),
                to_collect=printing.legible(_names(item.documents)) if is_collection else "",
            )
            for one, item in door.pieces
        ),
    )


def _telephone(person: people.PersonData, *, is_whole: bool) -> str:
    return (person.phone or "") if is_whole else people.mask_phone(person.phone)


def _names(papers: Sequence[dict[str, str]]) -> str:
    return ", ".join(paper["name"] for paper in papers)


def _address(printing: Printing, door: doorstep.Door, person: people.PersonData) -> str:
    """Return the address as it was written, today's commune after it unless it says so itself, and the landmark."""
    written = " / ".join(doorstep.addresses_at(printing.session, door))
    commune = printing.commune_name(door.first.consignment)
    is_named = f" {plain_words(commune)} " in f" {plain_words(written)} "
    address = written if is_named else " – ".join(part for part in (written, commune) if part)
    return f"{address} ({person.landmark})" if person.landmark else address


def _where(printing: Printing, consignment: models.Consignment) -> str:
    """Return in words how far the point may be from the door, "" where it is the door."""
    if consignment.precision in (models.PointPrecision.DOOR, models.PointPrecision.REMEMBERED):
        return ""
    if consignment.precision is not models.PointPrecision.STREET:
        return printing.say("Chỉ biết xã, phường: gọi trước khi đến")
    if consignment.radius_m is None:
        return printing.say("Điểm gần đúng, chưa rõ cửa")
    km = say_number(consignment.radius_m / 1000, 1, printing.language)
    return printing.say("Điểm gần đúng, cửa có thể cách tới {km} km", km=km)


ROUTE_SHEET = Paper(
    key="route-sheet",
    noun=Message("phiếu đi phát"),
    file="phieu-di-phat",
    action=Action.PRINT,
    data=drawing.RouteSheetData,
    draw=drawing.draw,
    samples=samples.SAMPLES,
    ways=(
        Way(path="/rounds/<int:round_id>/sheet.pdf", about=ROUND, when=always, read=_of_round),
        Way(path="/plans/<int:plan_id>/sheets.pdf", about=PLAN, when=_has_rounds, read=_of_plan),
    ),
)
