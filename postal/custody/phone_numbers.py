"""Numbers of receipts that phones give out without signal: reserved in blocks, used once, void or never used.

A block belongs to one phone and no two blocks share a number, so that two phones, a phone enrolled anew and one that is
good no more never give the same. What a phone had left when it ended is never given to another.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from postal.access import audit
from postal.access.act import Act
from postal.custody.numbers import next_numbers
from postal.errors import Conflict, NotFound
from postal.models import Courier, GivenNumber, NumberBlock, Phone, TrackingEvent
from routing import Message

SERIES = "BN"
AT_LEAST, AT_MOST = 20, 300
"""How many numbers a block holds: a day's collections and fees, and what a phone may have unused at once."""
_NUMBER = re.compile(rf"({SERIES}-[0-9]{{4}})-([0-9]{{6,9}})", re.ASCII)
# Why a number is void: its act was refused, the office dismissed it, or the same act had been told under another.
VOID_REFUSED, VOID_DISMISSED, VOID_TWICE = "refused", "dismissed", "told_twice"


class NumberNotYours(Conflict):
    code = "number_not_yours"
    says = Message("Số biên nhận {number} không thuộc dải số của bưu tá. Ghi lại để máy cấp số khác.")


class NumberUsed(Conflict):
    code = "number_used"
    says = Message("Số biên nhận {number} đã dùng hoặc đã hủy. Ghi lại để máy cấp số khác.")


@dataclass(frozen=True, kw_only=True)
class PhoneNumbers:
    """What became of a phone's numbers: reserved, used and void ones, and the blocks they came from."""

    phone: Phone
    blocks: tuple[NumberBlock, ...]
    n_used: int
    n_void: int

    @property
    def n_left(self) -> int:
        """Return how many were not told of: the phone has them, or they ended with it."""
        return sum(one.last_number - one.first_number + 1 for one in self.blocks) - self.n_used - self.n_void


def reserve_numbers(act: Act, phone_id: int, *, knows: str, n_more: int) -> Sequence[NumberBlock]:
    """Return a phone's blocks, the oldest first, with a new one where it needs ``n_more`` numbers.

    ``knows`` is the last number of the newest block the phone has, "" without any: a block whose answer was lost is
    told again instead of another. Nothing is added beyond 300 numbers nobody told of. Raises NotFound, NumbersHeld.
    """
    phone = act.session.get(Phone, phone_id, with_for_update={"key_share": True}, populate_existing=True)
    if phone is None:
        raise NotFound(what=Message("điện thoại"))
    blocks = _blocks(act.session, [phone_id]).get(phone_id, [])
    is_known = not blocks or number_in(blocks[-1], blocks[-1].last_number) == knows
    (so_far,) = _numbers(act.session, [phone])
    n = min(max(n_more, AT_LEAST), AT_MOST - so_far.n_left)
    if not is_known or n_more <= 0 or n <= 0:
        return blocks
    series, last = next_numbers(act.session, SERIES, n, now=act.now)
    made = NumberBlock(
        series=series,
        first_number=last - n + 1,
        last_number=last,
        courier_id=phone.courier_id,
        phone_id=phone_id,
        reserved_at=act.now,
    )
    act.session.add(made)
    act.session.flush()
    audit.note(act, "reserve_numbers", "phone", phone_id, series=series, first=made.first_number, last=last)
    return [*blocks, made]


def number_in(block: NumberBlock, number: int) -> str:
    """Return a number of a block as it is written: "BN-2026-000123"."""
    return f"{block.series}-{number:06d}"


def use_number(act: Act, number: str, event: TrackingEvent) -> None:
    """Let a number stand on the receipt of an event. Raises NumberNotYours, NumberUsed."""
    _give(act, number, check_number(act.session, number, event.courier_id), event_id=event.id)


def check_number(session: Session, number: str, courier_id: int | None) -> NumberBlock:
    """Return the block of a number a courier may still use. Raises NumberNotYours, NumberUsed."""
    block = _block_of(session, number)
    if block is None or block.courier_id != courier_id:
        raise NumberNotYours(number=number)
    if session.get(GivenNumber, number) is not None:
        raise NumberUsed(number=number)
    return block


def is_reserved(session: Session, number: str, courier_id: int | None) -> bool:
    """Say whether a number is one of a courier's blocks, used or not."""
    block = _block_of(session, number)
    return block is not None and block.courier_id == courier_id


def void_number(act: Act, number: str, courier_id: int | None, *, why: str) -> None:
    """Note that a number stands for nothing, for it may be on a citizen's paper; one that was used stays used.

    Raises NumberNotYours for a number of no block of the courier.
    """
    block = _block_of(act.session, number)
    if block is None or block.courier_id != courier_id:
        raise NumberNotYours(number=number)
    if act.session.get(GivenNumber, number) is None:
        _give(act, number, block, void_why=why)
        audit.note(act, "void_number", "number_block", block.id, number=number, why=why)


def numbers_of_phones(session: Session, *, office_id: int | None = None) -> Sequence[PhoneNumbers]:
    """Return what became of the numbers of an office's phones (None: of all), revoked ones too, the newest first."""
    query = select(Phone).join(Phone.courier).options(contains_eager(Phone.courier))
    query = query.where(Phone.id.in_(select(NumberBlock.phone_id)))
    if office_id is not None:
        query = query.where(Courier.office_id == office_id)
    return _numbers(session, session.scalars(query.order_by(Phone.id.desc())).all())


def void_numbers(session: Session, *, office_id: int | None = None, limit: int = 100) -> Sequence[GivenNumber]:
    """Return the void numbers of an office's phones (None: of all), the newest first."""
    query = select(GivenNumber).join(GivenNumber.block).join(Courier, Courier.id == NumberBlock.courier_id)
    query = query.options(contains_eager(GivenNumber.block)).where(GivenNumber.void_why.is_not(None))
    if office_id is not None:
        query = query.where(Courier.office_id == office_id)
    return session.scalars(query.order_by(GivenNumber.recorded_at.desc(), GivenNumber.number).limit(limit)).all()


def _give(
    act: Act, number: str, block: NumberBlock, *, event_id: int | None = None, void_why: str | None = None
) -> None:
    given = GivenNumber(
        number=number,
        block_id=block.id,
        event_id=event_id,
        void_why=void_why,
        recorded_at=act.now,
        user_id=act.by.user_id,
        phone_id=act.by.phone_id,
    )
    act.session.add(given)
    act.session.flush()


def _block_of(session: Session, number: str) -> NumberBlock | None:
    told = _NUMBER.fullmatch(number)
    if told is None:
        return None
    series, value = told[1], int(told[2])
    query = select(NumberBlock).where(
        NumberBlock.series == series, NumberBlock.first_number <= value, NumberBlock.last_number >= value
    )
    found = session.scalars(query).first()
    return found if found is not None and number_in(found, value) == number else None


def _blocks(session: Session, phone_ids: Collection[int]) -> dict[int, list[NumberBlock]]:
    """Return the blocks of phones, the oldest first, by phone."""
    found: dict[int, list[NumberBlock]] = {}
    query = select(NumberBlock).where(NumberBlock.phone_id.in_(phone_ids)).order_by(NumberBlock.id)
    for block in session.scalars(query):
        found.setdefault(block.phone_id, []).append(block)
    return found


def _numbers(session: Session, phones: Sequence[Phone]) -> list[PhoneNumbers]:
    query = (
        select(NumberBlock.phone_id, func.count(GivenNumber.event_id), func.count(GivenNumber.void_why))
        .join(GivenNumber, GivenNumber.block_id == NumberBlock.id)
        .where(NumberBlock.phone_id.in_([phone.id for phone in phones]))
        .group_by(NumberBlock.phone_id)
    )
    told = {phone_id: (n_used, n_void) for phone_id, n_used, n_void in session.execute(query)}
    nothing, blocks = (0, 0), _blocks(session, [phone.id for phone in phones])
    return [
        PhoneNumbers(
            phone=phone,
            blocks=tuple(blocks.get(phone.id, ())),
            n_used=told.get(phone.id, nothing)[0],
            n_void=told.get(phone.id, nothing)[1],
        )
        for phone in phones
    ]
