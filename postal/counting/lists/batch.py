"""A closed batch, counted when the agency hands it to the post."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.policy import Action
from postal.counting import owners
from postal.counting.kinds import CountOver, Ending, ListKind, Side, Words
from postal.custody import hand_over
from postal.errors import NotFound
from postal.models import Batch, Handover, Item, Manifest, ManifestLine
from postal.rules.lifecycle import State
from routing import Message


def _may_open(session: Session, batch: Batch) -> None:
    manifest_id = session.scalar(select(Manifest.id).where(Manifest.batch_id == batch.id))
    if manifest_id is None:
        raise NotFound(what=Message("danh sách đã chốt"))
    if session.scalar(select(Handover.id).where(Handover.manifest_id == manifest_id)) is not None:
        raise CountOver


def _pieces(batch_id: int) -> Select[int, Any, str]:
    # What the agency withdrew meanwhile stays on the fixed list but is not handed over.
    return (
        select(Item.id, ManifestLine.s10, Item.dossier_code)
        .join(ManifestLine, ManifestLine.item_id == Item.id)
        .join(Manifest, Manifest.id == ManifestLine.manifest_id)
        .where(Manifest.batch_id == batch_id, Item.state == State.BATCHED)
        .order_by(ManifestLine.position)
    )


def _end(act: Act, batch_id: int, ending: Ending) -> Handover:
    giver, receiver = ending.sides()
    return hand_over(act, batch_id, scanned=ending.codes, giver=giver, receiver=receiver)


LIST = ListKind(
    name="batch",
    path="count",
    of=owners.BATCH,
    right=Action.HAND_OVER,
    may_open=_may_open,
    pieces=_pieces,
    end=_end,
    sides=(
        Side(label=Message("Người giao (cơ quan)"), is_post=False),
        Side(label=Message("Người nhận (bưu chính)"), is_post=True),
    ),
    summary="Count a closed batch at the handover",
    words=Words(
        heading=Message("Đếm lô {number}"),
        scan=Message("Quét từng bưu gửi"),
        end=Message("Bàn giao"),
        missing=Message("bưu gửi thiếu trở lại hàng chờ của cơ quan và được ghi vào biên bản."),
        button=Message("Bàn giao và lập biên bản"),
    ),
)
