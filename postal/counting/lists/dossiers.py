"""Dossiers collected at home, submitted to their agency: the receipt is the legal time of submission."""

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
from postal.to_agency.submission import submit_counted
from routing import Message


def _pieces(agency_id: int) -> Select[int, Any, str]:
    return pieces_of_agency(agency_id, State.DOSSIER_AT_OFFICE)


def _end(act: Act, agency_id: int, ending: Ending) -> Handover:
    giver, receiver = ending.sides()
    return submit_counted(act, agency_id, scanned=ending.codes, giver=giver, receiver=receiver)


LIST = ListKind(
    name="dossiers",
    path="dossiers",
    of=owners.AGENCY,
    right=Action.RETURN_TO_SENDER,
    pieces=_pieces,
    end=_end,
    sides=(
        Side(label=Message("Người giao (bưu chính)"), is_post=True),
        Side(label=Message("Người nhận (cơ quan)"), is_post=False),
    ),
    has_dossiers=True,
    summary="Count dossiers collected at home that are submitted to an agency",
    words=Words(
        heading=Message("Đếm hồ sơ nhận tại nhà"),
        scan=Message("Quét mã của từng hồ sơ"),
        end=Message("Nộp cơ quan"),
        missing=Message("hồ sơ thiếu vẫn ở bưu chính và được ghi là chênh lệch."),
        button=Message("Bàn giao và lập biên bản"),
    ),
)
