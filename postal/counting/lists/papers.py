"""Papers taken back and fees collected at the door, counted by the items they belong to."""

from __future__ import annotations

from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.policy import Action
from postal.counting import owners
from postal.counting.kinds import Due, Ending, ListKind, Side, Words
from postal.custody import give_back, owed_pieces, owed_to
from postal.models import Handover
from routing import Message


def _due(session: Session, agency_id: int) -> Due:
    owed = owed_to(session, agency_id)
    return Due(money_vnd=sum(o.proof.fee_vnd for o in owed), n_papers=sum(len(o.proof.taken_back) for o in owed))


def _end(act: Act, agency_id: int, ending: Ending) -> Handover:
    giver, receiver = ending.sides()
    return give_back(act, agency_id, scanned=ending.codes, money_vnd=ending.money_vnd, giver=giver, receiver=receiver)


LIST = ListKind(
    name="papers",
    path="papers",
    of=owners.AGENCY,
    right=Action.RETURN_TO_SENDER,
    pieces=owed_pieces,
    end=_end,
    due=_due,
    sides=(
        Side(label=Message("Người giao (bưu chính)"), is_post=True),
        Side(label=Message("Người nhận (cơ quan)"), is_post=False),
    ),
    summary="Count papers taken back and money by the items they belong to",
    words=Words(
        heading=Message("Đếm giấy tờ và tiền trả cơ quan"),
        scan=Message("Quét số hiệu của từng hồ sơ có giấy tờ hoặc tiền"),
        end=Message("Giao lại cơ quan"),
        missing=Message("giấy tờ và tiền của hồ sơ thiếu vẫn phải trả lần sau."),
        button=Message("Bàn giao và lập biên bản"),
        due=Message("Tất cả: {n} giấy tờ, {amount}."),
    ),
)
