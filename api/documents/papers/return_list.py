"""Bảng kê chuyển hoàn: from what is on its way back to the list its agency signs."""

from __future__ import annotations

from collections.abc import Sequence

from api.documents.about import AGENCY
from api.documents.common import post_side, receiving_side
from api.documents.paper import Paper, Printing, Way
from api.words import translate
from labels.papers import return_list as drawing
from labels.samples import return_list as samples
from postal import Action, EventKind, Message, desk, models
from postal.life import follow_up
from postal.rules import reasons as why
from postal.to_agency import returns


def _has_returns(printing: Printing, agency: models.Office) -> bool:
    return returns.has_returning(printing.session, agency.id, at_office_id=printing.office_id)


def _returning(printing: Printing, agency: models.Office) -> list[models.Item]:
    """Return what the reader's office, or all of them, send back to an agency."""
    own = printing.office_id
    return [item for item in returns.returning_items(printing.session, agency.id) if own in (None, item.office_id)]


def _read(printing: Printing, agency: models.Office) -> list[drawing.ReturnListData]:
    session, items = printing.session, _returning(printing, agency)
    if not items:
        return []
    attempts = follow_up.load_attempts(session, [item.id for item in items])
    at = printing.local(printing.services.now())
    giver = post_side(printing, office_id=items[0].office_id)
    return [
        drawing.ReturnListData(
            number=f"CH-{at:%Y%m%d}-{agency.code}",
            at=at,
            office=giver.organisation,
            agency=agency.name,
            giver=giver,
            receiver=receiving_side(printing, agency.name),
            lines=tuple(
                _line(printing, number, item, attempts.get(item.id, [])) for number, item in enumerate(items, start=1)
            ),
        )
    ]


def _line(printing: Printing, number: int, item: models.Item, tried: Sequence[follow_up.Attempt]) -> drawing.ReturnLine:
    events = desk.events_of(printing.session, [item])[item.id]
    started = next((event for event in events if event.kind is EventKind.RETURN_STARTED), None)
    reason = translate(why.say(started.reason), printing.language) if started is not None and started.reason else ""
    return drawing.ReturnLine(
        position=number,
        s10=item.s10 or "",
        dossier_code=item.dossier_code,
        reason=reason[:1].upper() + reason[1:],
        attempts="; ".join(f"{printing.local(one.at):%d/%m %H:%M}" for one in tried),
        n_documents=len(item.documents) or 1,
    )


RETURN_LIST = Paper(
    key="return-list",
    noun=Message("bảng kê bưu gửi chuyển hoàn"),
    file="chuyen-hoan",
    action=Action.RETURN_TO_SENDER,
    data=drawing.ReturnListData,
    draw=drawing.draw,
    samples=samples.SAMPLES,
    ways=(Way(path="/agencies/<int:agency_id>/returns.pdf", about=AGENCY, when=_has_returns, read=_read),),
)
