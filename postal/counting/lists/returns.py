"""What goes back undelivered to an agency."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from postal.access.act import Act
from postal.access.policy import Action
from postal.counting import owners
from postal.counting.kinds import Ending, ListKind, Side, Words
from postal.models import Handover
from postal.rules.lifecycle import State
from postal.to_agency.agency_handover import pieces_of_agency
from postal.to_agency.returns import confirm_returned
from routing import Message


def _pieces(agency_id: int) -> Select[int, Any, str]:
    return pieces_of_agency(agency_id, State.RETURNING_TO_SENDER)


def _end(act: Act, agency_id: int, ending: Ending) -> Handover:
    giver, receiver = ending.sides()
    return confirm_returned(act, agency_id, scanned=ending.codes, giver=giver, receiver=receiver)


LIST = ListKind(
    name="returns",
    path="returns",
    of=owners.AGENCY,
    right=Action.RETURN_TO_SENDER,
    pieces=_pieces,
    end=_end,
    sides=(
        Side(label=Message("Người giao (bưu chính)"), is_post=True),
        Side(label=Message("Người nhận (cơ quan)"), is_post=False),
    ),
    summary="Count what goes back to an agency",
    words=Words(
        heading=Message("Đếm bưu gửi chuyển hoàn"),
        scan=Message("Quét từng bưu gửi"),
        end=Message("Giao lại cơ quan"),
        missing=Message("bưu gửi thiếu vẫn ở bưu chính, lần sau giao tiếp."),
        button=Message("Bàn giao và lập biên bản"),
    ),
)
