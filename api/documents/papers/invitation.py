"""Giấy mời nhận bưu gửi: from an attempt that failed to the card left at the door, and blank ones for a round."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from api.documents.about import CONSIGNMENT, ROUND
from api.documents.common import papers, token_url
from api.documents.own_words import CARD
from api.documents.paper import Paper, Printing, Way
from api.words import fraud_warning, translate
from labels.papers import invitation as drawing
from labels.samples import invitation as samples
from postal import Action, Message, doorstep, models, people
from postal.access import ownership
from postal.life import follow_up
from postal.network import promises
from postal.rules import reasons as why

_Missed = tuple[models.Item, follow_up.Attempt, follow_up.FollowUp, date | None]


def _was_missed(printing: Printing, consignment: models.Consignment) -> bool:
    return bool(_missed(printing, consignment))


def _missed(printing: Printing, consignment: models.Consignment) -> list[_Missed]:
    """Return the items whose recipient is invited, with the last attempt: not every one invites."""
    tried_of = follow_up.load_attempts(printing.session, [item.id for item in consignment.items if item.n_attempts])
    missed: list[_Missed] = []
    if not tried_of:
        return missed
    commune_code = consignment.commune_code
    calendar = promises.load_calendars(printing.session, commune_code=commune_code).of(commune_code)
    for item in consignment.items:
        tried = tried_of.get(item.id, [])
        found = follow_up.follow_up(tried, calendar) if not item.finished_at else None
        if found is not None and found.n_invitations:
            missed.append((item, tried[-1], found, follow_up.fetch_by(found, calendar)))
    return missed


def _read(printing: Printing, consignment: models.Consignment) -> list[drawing.InvitationData]:
    return [_card(printing, *missed) for missed in _missed(printing, consignment)]


def _card(
    printing: Printing, item: models.Item, last: follow_up.Attempt, found: follow_up.FollowUp, keep_until: date | None
) -> drawing.InvitationData:
    session, consignment = printing.session, item.consignment
    office_id = item.office_id or ownership.delivery_office_id(session, consignment.commune_code or "")
    office = session.get_one(models.Office, office_id) if office_id else consignment.issuing_office
    return drawing.InvitationData(
        s10=item.s10 or "",
        invitation=min(found.n_invitations, follow_up.N_INVITATIONS),
        recipient_name=people.open_person(session, consignment.person).full_name,
        sender_name=consignment.issuing_office.name,
        tried_at=printing.local(last.at),
        reason=_reason(printing, last.reason),
        next_try=_next_try(printing, found),
        **_office(printing, office),
        keep_until=keep_until,
        fee_vnd=item.fee_vnd,
        take_back=papers(item.take_back),
        token_url=token_url(printing, item),
        warning=fraud_warning(printing.services.settings, printing.language),
    )


def _reason(printing: Printing, code: str) -> str:
    words = translate(why.say(code), printing.language)
    return words[:1].upper() + words[1:]


def _office(printing: Printing, office: models.Office) -> dict[str, str]:
    """Return where and when an office is open, and its telephone, as both kinds of card say it."""
    return {
        "office_name": office.name,
        "office_address": office.address,
        "office_hours": office.opening_hours or printing.say("trong giờ làm việc"),
        "office_phone": office.phone,
    }


def _next_try(printing: Printing, found: follow_up.FollowUp) -> str:
    if found.try_from:
        return printing.say("Bưu tá đến lại từ {day}.", day=printing.say.day(found.try_from))
    return printing.say("Mời Ông/Bà đến bưu cục nhận; quá hạn, bưu gửi được chuyển trả cơ quan.")


INVITATION = Paper(
    key="invitation",
    noun=Message("giấy mời nhận bưu gửi"),
    file="giay-moi",
    action=Action.PRINT,
    data=drawing.InvitationData,
    draw=drawing.draw,
    samples=samples.SAMPLES,
    ways=(
        Way(
            path="/consignments/<int:consignment_id>/papers/invitation.pdf",
            about=CONSIGNMENT,
            when=_was_missed,
            read=_read,
        ),
    ),
    named=lambda card: card.s10,
    words=CARD,
)


def _is_open(_: Printing, walked: models.DeliveryRound) -> bool:
    return walked.status is not models.RoundStatus.CLOSED


def _blanks(printing: Printing, walked: models.DeliveryRound) -> list[drawing.BlankCardData]:
    """Return a round's blank cards, numbered by the round: printed again they are the same, of another round others."""
    settings = printing.services.settings
    track_url = f"{settings.public_url.rstrip('/')}/track"
    card = drawing.BlankCardData(
        serial="",
        courier_code=walked.courier.code,
        **_office(printing, walked.office),
        reasons=tuple(_reason(printing, one.code) for one in why.REASONS.values() if one.invites),
        track_url=track_url,
        track_address=track_url.partition("://")[2],
        warning=fraud_warning(settings, printing.language),
    )
    return [replace(card, serial=number) for number in doorstep.blank_cards_of(walked)]


BLANK_CARD = Paper(
    key="blank-card",
    noun=Message("giấy mời in sẵn"),
    file="giay-moi-in-san",
    action=Action.PRINT,
    data=drawing.BlankCardData,
    draw=drawing.draw_blank,
    samples=samples.BLANK_SAMPLES,
    ways=(Way(path="/rounds/<int:round_id>/papers/blank-cards.pdf", about=ROUND, when=_is_open, read=_blanks),),
    named=lambda card: card.serial,
    words=CARD,
)
