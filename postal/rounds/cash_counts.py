"""A round's money counted twice, blind: neither side sees what is due, or what the other counted, before its own count.

A count is never edited: counting again is another row. What differs must be explained before the round is closed
(`postal.rounds.close_round`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access import audit
from postal.access.act import Act
from postal.errors import InvalidInput, NotFound
from postal.models import CashCount, DeliveryRound, RoundStatus
from postal.rounds.cash_and_papers import due_from_courier
from routing import Message

DENOMINATIONS = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200)
_MOST_VND, _MOST_PAPERS = 10**12, 10_000


class CashSide(StrEnum):
    """Who counted."""

    COURIER = "courier"
    CASHIER = "cashier"


class NotesDiffer(InvalidInput):
    code = "notes_differ"
    says = Message("Cộng theo mệnh giá là {notes_vnd} đồng, tổng ghi {money_vnd} đồng. Đếm lại.")


@dataclass(frozen=True, kw_only=True)
class CashSeen:
    """What one side may see: nothing but None before its own count is in."""

    own_vnd: int | None = None
    own_papers: int | None = None
    due_vnd: int | None = None
    due_papers: int | None = None
    transfers_vnd: int | None = None
    other_vnd: int | None = None


def note_count(
    act: Act, round_id: int, side: CashSide, *, money_vnd: int, n_papers: int, notes: Mapping[int, int] | None = None
) -> CashCount:
    """Keep what a side counted, in đồng and papers by piece; the same count again is the same row.

    ``notes``: how many of each denomination, if the side counted so. Raises NotFound for a round that is not under way,
    InvalidInput, NotesDiffer.
    """
    found = act.session.get(DeliveryRound, round_id, with_for_update={"key_share": True})
    if found is None or found.status is not RoundStatus.STARTED:
        raise NotFound(what=Message("chuyến đang đi"))
    if not (0 <= money_vnd < _MOST_VND and 0 <= n_papers < _MOST_PAPERS):
        raise InvalidInput(field="money_vnd")
    counted = {worth: n for worth, n in (notes or {}).items() if n}
    if any(worth not in DENOMINATIONS or n < 0 for worth, n in counted.items()):
        raise InvalidInput(field="notes")
    notes_vnd = sum(worth * n for worth, n in counted.items())
    if counted and notes_vnd != money_vnd:
        raise NotesDiffer(field="notes", notes_vnd=notes_vnd, money_vnd=money_vnd)
    before = last_count(act.session, round_id, side)
    if before is not None and (before.money_vnd, before.n_papers) == (money_vnd, n_papers):
        return before
    noted = CashCount(
        round_id=round_id,
        side=side,
        money_vnd=money_vnd,
        n_papers=n_papers,
        notes={str(worth): n for worth, n in counted.items()},
        is_blind=before is None,
        counted_at=act.now,
        user_id=act.by.user_id,
        phone_id=act.by.phone_id,
    )
    act.session.add(noted)
    audit.note(act, "count_cash", "round", round_id, side=str(side), is_blind=before is None)
    act.session.flush()
    return noted


def last_count(session: Session, round_id: int, side: CashSide) -> CashCount | None:
    """Return what a side counted last, None before its first count."""
    query = select(CashCount).where(CashCount.round_id == round_id, CashCount.side == side)
    return session.scalar(query.order_by(CashCount.id.desc()).limit(1))


def cash_seen(session: Session, found: DeliveryRound, side: CashSide) -> CashSeen:
    """Return what a side may see of a round's money."""
    own = last_count(session, found.id, side)
    if own is None:
        return CashSeen()
    other = last_count(session, found.id, CashSide.CASHIER if side is CashSide.COURIER else CashSide.COURIER)
    due = due_from_courier(session, found)
    return CashSeen(
        own_vnd=own.money_vnd,
        own_papers=own.n_papers,
        due_vnd=due["fees_vnd"],
        due_papers=due["n_taken_back"],
        transfers_vnd=due.get("transfers_vnd", 0),
        other_vnd=other.money_vnd if other is not None else None,
    )
