"""The courier's side of a round's load: scanned on the phone into the list the office counts, and confirmed there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal import counting, rounds
from postal.access.act import Act
from postal.access.ownership import subject_of_round
from postal.access.policy import Action, Actor, Subject, require_own
from postal.counting import CodeAnswer, NothingCounted
from postal.errors import Conflict
from postal.models import DeliveryRound, Item, RoundStop
from routing import Message


class LoadDiffers(Conflict):
    code = "load_differs"
    says = Message("Trên máy đếm {n_seen} bưu gửi, hệ thống đếm {n_present}. Xem lại danh sách rồi xác nhận.")


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A piece expected and not scanned yet, by the door it is for."""

    code: str
    position: int


@dataclass(frozen=True, kw_only=True)
class LoadSoFar:
    """How far a load is: what is missing, what does not belong to it, and whether the courier's word is about it."""

    n_expected: int
    n_scanned: int
    missing: tuple[Missing, ...]
    others: tuple[CodeAnswer, ...]
    is_confirmed: bool


def scan_load(act: Act, round_id: int, codes: Sequence[str]) -> tuple[tuple[CodeAnswer, ...], LoadSoFar]:
    """Count codes into the load of one's own round; no code asks how far it is.

    Raises NotFound for a foreign round, CountOver once it was handed over, InvalidInput.
    """
    _require_own(act.session, act.by, round_id)
    answers = counting.scan_codes(act, _load(), round_id, codes).answers if codes else ()
    return answers, load_so_far(act.session, round_id)


def load_so_far(session: Session, round_id: int) -> LoadSoFar:
    """Return how far the load of a round is. Raises NotFound, CountOver."""
    so_far = counting.count_so_far(session, _load(), round_id)
    ids = [piece.item_id for piece in so_far.missing]
    query = (
        select(Item.id, RoundStop.position)
        .join(RoundStop, RoundStop.consignment_id == Item.consignment_id)
        .where(RoundStop.round_id == round_id)
    )
    positions = {row[0]: row[1] for row in session.execute(query)} if ids else {}
    said = rounds.load_confirmation(session, round_id)
    return LoadSoFar(
        n_expected=so_far.n_expected,
        n_scanned=so_far.n_scanned,
        missing=tuple(Missing(code=one.code, position=positions[one.item_id]) for one in so_far.missing),
        others=so_far.others,
        is_confirmed=rounds.is_confirmed(said, _present(session, round_id)),
    )


def confirm_load(
    act: Act, round_id: int, *, n_seen: int, signature: bytes | None = None, device_at: datetime | None = None
) -> LoadSoFar:
    """Say that what is counted by now was taken over. ``n_seen`` is the number the courier saw.

    Raises NotFound, CountOver, NothingCounted for an empty count of a load with pieces, LoadDiffers where the office
    scanned on meanwhile, InvalidInput.
    """
    _require_own(act.session, act.by, round_id)
    so_far = load_so_far(act.session, round_id)
    if so_far.n_expected and not so_far.n_scanned:
        raise NothingCounted
    if so_far.n_scanned != n_seen:
        raise LoadDiffers(n_seen=n_seen, n_present=so_far.n_scanned)
    present = _present(act.session, round_id)
    rounds.confirm_load(act, round_id, present, signature=signature, device_at=device_at)
    return load_so_far(act.session, round_id)


def _present(session: Session, round_id: int) -> list[str]:
    """Return what is expected now and was scanned."""
    return counting.counted_pieces(session, _load(), round_id)


def _load() -> counting.ListKind:
    return counting.all_lists()["load"]


def _require_own(session: Session, by: Actor, round_id: int) -> None:
    found = session.get(DeliveryRound, round_id)
    own = subject_of_round(found) if found is not None else Subject()
    require_own(by, Action.SCAN_OWN_ROUND, own, what=Message("chuyến phát"))
