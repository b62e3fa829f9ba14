"""S10 numbers for labels: taken in blocks from granted ranges, never twice; a spoilt one is never used again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.orm import Session

from postal.access import ownership
from postal.access.act import Act
from postal.access.policy import Action, require_for
from postal.custody.numbers import NumbersHeld
from postal.errors import Conflict, InvalidInput, RangeExhausted, RangeOverlaps, UnknownS10
from postal.life.items import with_s10s
from postal.life.tracking import lock_items
from postal.models import LabelPrint, S10Range, SpoiltS10
from postal.network.home import installation
from postal.rules.lifecycle import State
from postal.rules.s10 import LAST_SERIAL, S10, parse
from routing import Message

HELD = "S10:"
"""How a held range is written in `Installation.held_series`: with its id behind it."""
_MONTH = timedelta(days=30)
_BEFORE_CUSTODY = frozenset({State.NEW, State.WAITING, State.AWAITING_COLLECTION})


class NumberOnList(Conflict):
    """A number on a list is part of what both sides count: the item leaves the batch first."""

    code = "number_on_list"
    says = Message("Số hiệu {s10} đang nằm trong lô. Đưa bưu gửi ra khỏi lô rồi mới hủy số.")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What the designated operator granted, serials ``first`` to ``last`` included; ``granted_by`` names the grant."""

    indicator: str
    first: int
    last: int
    granted_by: str
    country: str = "VN"
    is_fake: bool = False


def grant_range(session: Session, grant: Grant, *, now: datetime) -> S10Range:
    """Note a range the designated operator granted.

    Raises InvalidInput for a range that cannot be, RangeOverlaps where any number of it was granted before.
    """
    if not 0 <= grant.first <= grant.last <= LAST_SERIAL:
        raise InvalidInput(field="first")
    _refuse_overlap(session, grant)
    granted = _given_back_whole(session, grant) or S10Range(
        indicator=grant.indicator, country=grant.country, first_serial=grant.first, next_serial=grant.first
    )
    granted.last_serial, granted.is_fake = grant.last, grant.is_fake
    granted.granted_by, granted.granted_at = grant.granted_by, now
    session.add(granted)
    session.flush()
    return granted


def close_range(session: Session, found: S10Range) -> None:
    """Give no more numbers of a range; those taken stay. Raises Conflict where some were taken at this very moment."""
    seen = found.next_serial
    closing = update(S10Range).where(S10Range.id == found.id, S10Range.next_serial == seen)
    closing = closing.values(last_serial=seen - 1).execution_options(synchronize_session=False)
    if session.connection().execute(closing).rowcount != 1:
        raise Conflict
    session.refresh(found)


def reopen_range(session: Session, found: S10Range, *, last: int) -> None:
    """Let a closed range go on until a serial. Raises InvalidInput, RangeOverlaps where it was granted since."""
    if not found.next_serial <= last <= LAST_SERIAL:
        raise InvalidInput(field="last")
    grant = Grant(
        indicator=found.indicator,
        first=found.next_serial,
        last=last,
        granted_by=found.granted_by,
        country=found.country,
    )
    _refuse_overlap(session, grant)
    found.last_serial = last
    session.flush()


def _refuse_overlap(session: Session, grant: Grant) -> None:
    try:
        ends = [S10(grant.indicator, serial, grant.country) for serial in (grant.first, grant.last)]
    except ValueError as exc:
        raise InvalidInput(field="indicator") from exc
    if session.get_bind().dialect.name == "postgresql":
        # Two grants at once must see each other; SQLite has one writer anyway.
        session.execute(text("LOCK TABLE s10_ranges IN SHARE ROW EXCLUSIVE MODE"))
    taken = select(S10Range.id).where(
        S10Range.indicator == grant.indicator,
        S10Range.country == grant.country,
        S10Range.first_serial <= grant.last,
        S10Range.last_serial >= grant.first,
        S10Range.first_serial <= S10Range.last_serial,  # one given back whole holds nothing
    )
    if session.scalar(taken.limit(1)) is not None:
        raise RangeOverlaps(first=ends[0], last=ends[1])


def taken_a_day(session: Session, *, now: datetime) -> int:
    """Return how many labels were first printed a day, over the month before now; rounded up, 0 for none."""
    since = now - _MONTH
    query = select(func.count()).where(LabelPrint.printed_at >= since, LabelPrint.number == 1)
    return -(-(session.scalar(query) or 0) // _MONTH.days)


def _given_back_whole(session: Session, grant: Grant) -> S10Range | None:
    return session.scalar(
        select(S10Range).where(
            S10Range.indicator == grant.indicator,
            S10Range.country == grant.country,
            S10Range.first_serial == grant.first,
            S10Range.last_serial < S10Range.first_serial,
        )
    )


def claim(session: Session, n: int, *, indicator: str | None = None, country: str = "VN") -> list[str]:
    """Take the next ``n`` numbers, oldest range first; they belong to the caller once the transaction commits.

    A block is taken from each range by one guarded UPDATE, so two processes never hold the same number.
    Raises RangeExhausted, taking nothing, where the granted ranges hold fewer, NumbersHeld in a restored copy.
    """
    if n < 0:
        raise InvalidInput(field="n")
    codes: list[str] = []
    # A savepoint, so that a caller who lives on after the refusal has burnt nothing.
    with session.begin_nested():
        while len(codes) < n:
            block = _take_block(session, n - len(codes), indicator, country)
            if not block:
                raise NumbersHeld(series="S10") if held_ranges(session) else RangeExhausted(wanted=n)
            codes += block
    return codes


def left(session: Session, *, indicator: str | None = None, country: str = "VN") -> int:
    """Return how many numbers can still be claimed, so that a new range is asked for in time."""
    return sum(row.last_serial - row.next_serial + 1 for row in session.execute(_open_ranges(indicator, country)))


def spoil(act: Act, code: str, *, reason: str) -> SpoiltS10:
    """Burn a number that must never come back (torn label, misprint); the item that held it needs another.

    Raises BadS10, UnknownS10 for a number never taken from a grant, NumberOnList, Conflict once custody has begun,
    InvalidInput without a reason, Forbidden for another office's item. Burning twice is one burning.
    """
    s10, reason = parse(code), reason.strip()
    if not reason:
        raise InvalidInput(field=Message("Lý do hủy số"))
    known = act.session.get(SpoiltS10, str(s10))
    if known is not None:
        return known
    if not _was_taken(act.session, s10):
        raise UnknownS10(s10=str(s10), what=Message("số hiệu {s10}").filled(s10=s10))
    item = with_s10s(act.session, [str(s10)]).get(str(s10))
    if item is not None:
        require_for(act.by, Action.PRINT, ownership.subject_of_item(act.session, item))
        lock_items(act.session, [item])
    if item is not None and item.state is State.BATCHED:
        raise NumberOnList(s10=str(s10))
    if item is not None and item.state not in _BEFORE_CUSTODY:
        raise Conflict(s10=str(s10))
    # UPU S10 forbids a number for 12 months; a label lost in a drawer lives longer, so here it never returns.
    burnt = SpoiltS10(
        s10=str(s10),
        item_id=item.id if item is not None else None,
        spoilt_at=act.now,
        reason=reason,
        user_id=act.by.user_id,
    )
    if item is not None:
        item.s10 = None
    act.session.add(burnt)
    act.session.flush()
    return burnt


def held_ranges(session: Session) -> list[int]:
    """Return the ids of ranges nobody may take from: those of a restored copy until somebody says how far they are."""
    return [int(name.removeprefix(HELD)) for name in installation(session).held_series if name.startswith(HELD)]


def _open_ranges(indicator: str | None, country: str) -> Select[int, str, int, int]:
    query = select(S10Range.id, S10Range.indicator, S10Range.next_serial, S10Range.last_serial).where(
        S10Range.country == country, S10Range.next_serial <= S10Range.last_serial
    )
    if indicator is not None:
        query = query.where(S10Range.indicator == indicator)
    return query.order_by(S10Range.id)


def _take_block(session: Session, n: int, indicator: str | None, country: str) -> list[str]:
    """Return up to ``n`` numbers of one range; nothing where every range is used up."""
    free = _open_ranges(indicator, country).where(S10Range.id.not_in(held_ranges(session))).limit(1)
    while (found := session.execute(free).first()) is not None:
        range_id, letters, first, last = found
        after = min(first + n, last + 1)
        mine = (
            update(S10Range)
            # A range may have been given back since it was read: its last number is looked at again as well.
            .where(S10Range.id == range_id, S10Range.next_serial == first, S10Range.last_serial >= after - 1)
            .values(next_serial=after)
            .execution_options(synchronize_session=False)
        )
        if session.connection().execute(mine).rowcount == 1:
            return [str(S10(letters, serial, country)) for serial in range(first, after)]
    return []


def _was_taken(session: Session, s10: S10) -> bool:
    query = select(S10Range.id).where(
        S10Range.indicator == s10.indicator,
        S10Range.country == s10.country,
        S10Range.first_serial <= s10.serial,
        S10Range.next_serial > s10.serial,
    )
    return session.scalar(query.limit(1)) is not None
