"""Biên bản giấy tờ thu hồi và tiền thu hộ: a day's list before it is signed, the minutes afterwards."""

from __future__ import annotations

from api.documents.about import AGENCY, HANDOVER
from api.documents.common import day_bounds, post_side, receipt_code, receiving_side, signatory
from api.documents.paper import InVietnamese, Paper, Printing, Way
from labels.papers import reverse_handover as drawing
from labels.samples import reverse_handover as samples
from postal import Action, EventKind, Message, custody, desk, models

_DONE = (EventKind.DELIVERED, EventKind.COLLECTED)


def _is_owed(printing: Printing, agency: models.Office) -> bool:
    """Say whether something is owed to an agency now; of a day of the past, the reading finds out."""
    return printing.day is not None or custody.owes(printing.session, agency.id)


def _of_agency(printing: Printing, agency: models.Office) -> list[drawing.ReverseHandoverData]:
    """Return what is owed to an agency now or, of a day, what was taken back and collected on it; [] for nothing."""
    if printing.day is None:
        owed = [(one.item, one.proof) for one in custody.owed_to(printing.session, agency.id)]
    else:
        owed = _of_day(printing, agency)
    if not owed:
        return []
    return [
        drawing.ReverseHandoverData(
            number=f"TH-{printing.the_day:%Y%m%d}-{agency.code}",
            at=printing.local(printing.services.now()),
            place=agency.name,
            giver=post_side(printing),
            receiver=receiving_side(printing, agency.name),
            lines=tuple(_line(printing, n, item, proof) for n, (item, proof) in enumerate(owed, start=1)),
            n_papers=sum(len(proof.taken_back) for _, proof in owed),
            fee_total_vnd=sum(proof.fee_vnd for _, proof in owed),
            digest="",
        )
    ]


def _of_day(printing: Printing, agency: models.Office) -> list[tuple[models.Item, models.ProofOfDelivery]]:
    from_at, until_at = day_bounds(printing)
    events = desk.events_between(
        printing.session,
        _DONE,
        from_at,
        until_at,
        issuing_office_id=agency.id,
        courier_office_id=printing.office_id,
    )
    return [(e.item, e.proof) for e in events if e.proof and (e.proof.fee_vnd or e.proof.taken_back)]


def _of_handover(printing: Printing, found: models.Handover) -> list[drawing.ReverseHandoverData]:
    """Return the minutes of papers taken back and money, by item, as they were signed."""
    owed = custody.given_back(printing.session, found)
    place = desk.all_offices(printing.session).get(found.receiver_office_id or 0)
    giver, receiver = signatory(printing, found)
    return [
        drawing.ReverseHandoverData(
            number=found.number,
            at=printing.local(found.handed_over_at),
            place=place.name if place else "bưu cục",
            giver=giver,
            receiver=receiver,
            lines=tuple(_line(printing, n, one.item, one.proof) for n, one in enumerate(owed, start=1)),
            n_papers=sum(len(one.proof.taken_back) for one in owed),
            fee_total_vnd=sum(one.proof.fee_vnd for one in owed),
            digest=found.digest,
            code=receipt_code(printing.session, found),
            missing=tuple(line.code for line in found.lines if line.found is models.Found.MISSING),
        )
    ]


def _line(
    printing: Printing, position: int, item: models.Item, proof: models.ProofOfDelivery
) -> drawing.ReturnedPaperLine:
    return drawing.ReturnedPaperLine(
        position=position,
        s10=item.s10 or "",
        dossier_code=item.dossier_code,
        papers=printing.legible("; ".join(proof.taken_back)),
        fee_vnd=proof.fee_vnd,
        fee_receipt=printing.legible(proof.fee_receipt or ""),
    )


def _is_giving_back(_: Printing, found: models.Handover) -> bool:
    return custody.is_giving_back(found)


REVERSE_HANDOVER = Paper(
    key="reverse-handover",
    noun=Message("biên bản giấy tờ thu hồi và tiền thu hộ"),
    file="thu-hoi",
    action=Action.RETURN_TO_SENDER,
    data=drawing.ReverseHandoverData,
    draw=InVietnamese(drawing.draw),
    samples=samples.SAMPLES,
    ways=(
        Way(path="/agencies/<int:agency_id>/taken-back.pdf", about=AGENCY, when=_is_owed, read=_of_agency),
        Way(
            path="/handovers/<int:handover_id>/receipt.pdf",
            about=HANDOVER,
            when=_is_giving_back,
            action=Action.PRINT,
            read=_of_handover,
        ),
    ),
)
