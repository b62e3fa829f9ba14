"""Giấy mời nhận bưu gửi: from an attempt that failed to the card left at the door."""

from __future__ import annotations

from api.documents.about import CONSIGNMENT
from api.documents.common import papers, token_url
from api.documents.paper import Paper, Printing, Way
from api.words import translate
from labels.papers import invitation as drawing
from labels.samples import invitation as samples
from postal import Action, Message, models, people
from postal.access import ownership
from postal.life import follow_up
from postal.network import promises
from postal.rules import reasons as why

_Missed = tuple[models.Item, follow_up.Attempt, follow_up.FollowUp]


def _was_missed(printing: Printing, consignment: models.Consignment) -> bool:
    return bool(_missed(printing, consignment))


def _missed(printing: Printing, consignment: models.Consignment) -> list[_Missed]:
    """Return the items whose recipient is invited, with the last attempt: not every failed attempt invites."""
    tried_of = follow_up.load_attempts(printing.session, [item.id for item in consignment.items if item.n_attempts])
    missed: list[_Missed] = []
    if not tried_of:
        return missed
    calendar = promises.load_calendar(printing.session)
    for item in consignment.items:
        tried = tried_of.get(item.id, [])
        found = follow_up.follow_up(tried, calendar) if not item.finished_at else None
        if found is not None and found.n_invitations:
            missed.append((item, tried[-1], found))
    return missed


def _read(printing: Printing, consignment: models.Consignment) -> list[drawing.InvitationData]:
    return [_card(printing, item, last, found) for item, last, found in _missed(printing, consignment)]


def _card(
    printing: Printing, item: models.Item, last: follow_up.Attempt, found: follow_up.FollowUp
) -> drawing.InvitationData:
    session, consignment = printing.session, item.consignment
    office_id = item.office_id or ownership.delivery_office_id(session, consignment.commune_code or "")
    office = session.get_one(models.Office, office_id) if office_id else consignment.issuing_office
    reason = translate(why.say(last.reason), printing.language)
    return drawing.InvitationData(
        s10=item.s10 or "",
        invitation=min(found.n_invitations, follow_up.N_INVITATIONS),
        recipient_name=people.open_person(session, consignment.person).full_name,
        sender_name=consignment.issuing_office.name,
        tried_at=printing.local(last.at),
        reason=reason[:1].upper() + reason[1:],
        next_try=_next_try(printing, found),
        office_name=office.name,
        office_address=office.address,
        office_hours=office.opening_hours or printing.say("trong giờ làm việc"),
        office_phone=office.phone,
        keep_until=found.return_on,
        fee_vnd=item.fee_vnd,
        take_back=papers(item.take_back),
        token_url=token_url(printing, item),
    )


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
)
