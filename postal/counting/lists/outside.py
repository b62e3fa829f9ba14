"""What goes to other provinces, counted when the national post takes it at an office."""

from __future__ import annotations

from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.policy import Action
from postal.counting import owners
from postal.counting.kinds import Ending, ListKind, Side, Words
from postal.custody import outside_pieces, pass_to_carrier
from postal.errors import NotFound
from postal.models import Handover, Office, OfficeKind
from routing import Message


def _may_open(_: Session, office: Office) -> None:
    if office.kind is not OfficeKind.DELIVERY:
        raise NotFound(what=Message("bưu cục"))


def _end(act: Act, office_id: int, ending: Ending) -> Handover:
    giver, receiver = ending.sides()
    return pass_to_carrier(act, office_id, scanned=ending.codes, giver=giver, receiver=receiver)


LIST = ListKind(
    name="outside",
    path="outside",
    of=owners.OFFICE,
    right=Action.RECEIVE_AT_OFFICE,
    may_open=_may_open,
    pieces=outside_pieces,
    end=_end,
    sides=(
        Side(label=Message("Người giao (bưu cục)"), is_post=True),
        Side(label=Message("Người nhận (bưu chính đường trục)"), is_post=False, is_carrier=True),
    ),
    summary="Count what goes to other provinces",
    words=Words(
        heading=Message("Đếm bưu gửi ngoài tỉnh của {number}"),
        scan=Message("Quét từng bưu gửi ngoài tỉnh"),
        end=Message("Giao cho bưu chính đường trục"),
        missing=Message("bưu gửi thiếu vẫn ở bưu cục, lần sau giao tiếp."),
        button=Message("Bàn giao và lập biên bản"),
    ),
)
