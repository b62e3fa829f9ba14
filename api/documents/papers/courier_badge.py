"""Thẻ bưu tá: from a courier to the badge he wears; its printing is an act that issues the code on it."""

from __future__ import annotations

from api.documents.paper import Paper, Printing
from api.words import fraud_warning
from labels import clean_data
from labels.papers import courier_badge as drawing
from labels.samples import courier_badge as samples
from postal import Act, Action, Message, citizen, models, people


def badge_of(printing: Printing, act: Act, courier: models.Courier, *, reason: str) -> bytes:
    """Print a courier's next badge and return it; the one before ends. Raises BadgeNeedsReason, UnprintableText."""
    settings, session = printing.services.settings, printing.session
    printed, token = citizen.print_badge(act, courier, reason=reason)
    person = session.get_one(models.Person, courier.person_id)
    office = session.get_one(models.Office, courier.office_id)
    data = drawing.BadgeData(
        full_name=people.open_person(session, person).full_name,
        courier_code=courier.code,
        office_name=office.name,
        post_name=printing.post_name,
        token_url=f"{settings.public_url.rstrip('/')}/genuine/{token}",
        warning=fraud_warning(settings, printing.language),
        number=printed.number,
    )
    return drawing.draw([clean_data(data)], say=printing.say)


COURIER_BADGE = Paper(
    key="courier-badge",
    noun=Message("thẻ bưu tá"),
    file="the-buu-ta",
    action=Action.MANAGE_PHONES,
    data=drawing.BadgeData,
    draw=drawing.draw,
    samples=samples.SAMPLES,
    named=lambda badge: badge.courier_code,
)
