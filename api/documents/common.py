"""What several papers ask: sides of a handover, links, the event that settled an item, who carried it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from api.documents.paper import Printing
from labels.papers import ContactData, PaperData, PartyData
from postal import EventKind, Session, chain, custody, desk, errors, models, people
from postal.access import ownership


def token_url(printing: Printing, item: models.Item) -> str:
    """Return the link of an item's square code: 128 bits nobody can guess, nothing personal."""
    base = printing.services.settings.public_url.rstrip("/")
    return f"{base}/t/{custody.token_of(printing.session, item)}"


def papers(listed: Sequence[dict[str, str]]) -> tuple[PaperData, ...]:
    """Return an item's papers as they are printed."""
    return tuple(PaperData(name=paper["name"], kind=paper.get("kind", "")) for paper in listed)


def contact(session: Session, consignment: models.Consignment) -> ContactData:
    """Return the citizen with address and whole telephone, for papers that stay with them or the contract."""
    person = people.open_person(session, consignment.person)
    return ContactData(name=person.full_name, address=person.address or "", phone=person.phone or "")


def done_event(session: Session, item: models.Item) -> models.TrackingEvent | None:
    """Return the event with which the item was delivered or collected."""
    kinds = (EventKind.DELIVERED, EventKind.COLLECTED)
    events = desk.events_of(session, item.consignment.items)[item.id]
    return next((event for event in events if event.kind in kinds and event.is_applied), None)


def courier_of(session: Session, event: models.TrackingEvent) -> str:
    """Return who carried the item, "" for an event at a counter."""
    courier = session.get(models.Courier, event.courier_id) if event.courier_id else None
    if courier is None:
        return ""
    person = people.open_person(session, session.get_one(models.Person, courier.person_id))
    return f"{person.full_name} ({courier.code})"


def office_name(session: Session, item: models.Item) -> str:
    """Return the delivery office that has or had the item, "" for an address elsewhere."""
    office_id = item.office_id or ownership.delivery_office_id(session, item.consignment.commune_code or "")
    return session.get_one(models.Office, office_id).name if office_id else ""


def day_bounds(printing: Printing) -> tuple[datetime, datetime]:
    """Return the first instant of the day asked for and of the day after it."""
    day = printing.the_day
    return (
        datetime.combine(day, time.min, printing.zone),
        datetime.combine(day + timedelta(days=1), time.min, printing.zone),
    )


def receiving_side(printing: Printing, organisation: str) -> PartyData:
    """Return the receiver of a list that is not signed yet: its name is written by hand when it signs."""
    return PartyData(title=printing.say("Bên nhận"), organisation=organisation, full_name="")


def post_side(printing: Printing, *, office_id: int | None = None) -> PartyData:
    """Return the post as giver of a list that is not signed yet: who prints it, of which office.

    A reader of the whole province stands for ``office_id``, where that is given, or for the province's post.
    """
    office = printing.session.get(models.Office, printing.office_id or office_id or 0)
    return PartyData(
        title=printing.say("Bên giao"),
        organisation=office.name if office else printing.post_name,
        full_name=printing.reader_name(),
    )


def signatory(printing: Printing, found: models.Handover) -> tuple[PartyData, PartyData]:
    """Return giver and receiver as they signed, with what they drew on a screen."""
    signed = custody.signatures_of(printing.session, found.id)
    giver = _party(printing, found.giver_id, found.giver_office_id, found.facts.get("giver_code", ""))
    receiver = _party(printing, found.receiver_id, found.receiver_office_id, found.facts.get("receiver_code", ""))
    return (
        replace(giver, title=printing.say("Bên giao"), **_drawn(printing, signed.get("giver"))),
        replace(receiver, title=printing.say("Bên nhận"), **_drawn(printing, signed.get("receiver"))),
    )


def _party(printing: Printing, person_id: int, office_id: int | None, code: object) -> PartyData:
    person = people.open_person(printing.session, printing.session.get_one(models.Person, person_id))
    office = desk.all_offices(printing.session).get(office_id or 0)
    return PartyData(
        title="",
        organisation=office.name if office else printing.post_name,
        full_name=printing.legible(person.full_name),
        position=printing.legible(person.position or ""),
        code=printing.legible(str(code)),
    )


def signature_at_door(printing: Printing, proof: models.ProofOfDelivery | None) -> dict[str, Any]:
    """Return what the citizen drew on the courier's screen, as ``signed`` and ``signature``; {} where on paper."""
    return _drawn(printing, custody.signature_of_proof(printing.session, proof.id)) if proof else {}


def _drawn(printing: Printing, signed: models.ReceiptSignature | models.DeliverySignature | None) -> dict[str, Any]:
    """Return how and when a side signed, and the picture of what it drew; a photo shows a whole sheet, not a name."""
    if signed is None:
        return {}
    on_clock = printing.local(signed.device_at or signed.recorded_at)
    at = f"{on_clock:%H:%M} {printing.say.short_day(on_clock.date())}"
    if signed.how != "drawn":
        return {"signed": printing.say("(ký trên giấy, lưu ảnh {time})", time=at)}
    words = printing.say("(ký trên màn hình {time})", time=at)
    return {"signed": words, "signature": custody.signature_image(printing.session, signed)}


def receipt_code(session: Session, found: models.Handover) -> str:
    """Return the signed code; "" for a receipt older than the chain."""
    try:
        return chain.receipt_code(session, found.id)
    except errors.NotFound:
        return ""
