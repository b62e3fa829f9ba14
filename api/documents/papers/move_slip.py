"""Phiếu chuyển điểm: from a move between two rounds under way to the slip both couriers sign."""

from __future__ import annotations

from api.documents.about import MOVE
from api.documents.paper import Paper, Printing, Way
from labels.papers import PartyData
from labels.papers import move_slip as drawing
from labels.samples import move_slip as samples
from postal import Action, Message, models, people, rounds


def _is_open(_: Printing, move: models.StopMove) -> bool:
    return move.ended_at is None


def _read(printing: Printing, move: models.StopMove) -> list[drawing.MoveSlipData]:
    stops = {stop.consignment_id: stop.position for stop in move.from_round.stops}
    return [
        drawing.MoveSlipData(
            number=move.number,
            at=printing.local(move.ordered_at),
            from_round=move.from_round.number,
            to_round=move.to_round.number,
            reason=printing.legible(move.reason),
            giver=_side(printing, move.from_round, printing.say("Bên giao")),
            receiver=_side(printing, move.to_round, printing.say("Bên nhận")),
            lines=tuple(
                _line(printing, number, piece.item, stops.get(piece.item.consignment_id, 0))
                for number, piece in enumerate(move.pieces, start=1)
            ),
        )
    ]


def _side(printing: Printing, walked: models.DeliveryRound, title: str) -> PartyData:
    party = rounds.courier_party(printing.session, walked)
    return PartyData(
        title=title,
        organisation=walked.office.name,
        full_name=printing.legible(party.name),
        position=printing.say("Bưu tá"),
        code=party.code,
    )


def _line(printing: Printing, number: int, item: models.Item, stop: int) -> drawing.MoveLine:
    person = people.open_person(printing.session, item.consignment.person)
    return drawing.MoveLine(
        position=number,
        s10=item.s10 or "",
        dossier_code=item.dossier_code,
        recipient=printing.legible(person.full_name),
        commune=printing.commune_name(item.consignment),
        stop=stop,
        fee_vnd=item.fee_vnd,
        has_take_back=bool(item.take_back),
    )


MOVE_SLIP = Paper(
    key="move-slip",
    noun=Message("phiếu chuyển điểm"),
    file="phieu-chuyen",
    action=Action.PRINT,
    data=drawing.MoveSlipData,
    draw=drawing.draw,
    samples=samples.SAMPLES,
    ways=(Way(path="/moves/<int:move_id>/slip.pdf", about=MOVE, when=_is_open, read=_read),),
)
