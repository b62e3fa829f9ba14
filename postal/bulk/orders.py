"""An order to do one thing with many items: made and judged, confirmed, carried out so many consignments at a time.

Each chunk is one transaction that judges its lines again, does what is allowed and writes down what became of each, so
that an order that was interrupted goes on where it stopped and one sent twice does nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, Text, and_, cast, delete, func, or_, select
from sqlalchemy.orm import Session, joinedload

from postal.access import audit, ownership
from postal.access.act import Act
from postal.bulk.deeds import WHOLE, Deed, do, judged
from postal.errors import InvalidInput, MoveNotAllowed, NotFound, PostalError
from postal.life.tracking import lock_items
from postal.models import BulkLine, BulkOrder, BulkOutcome, Consignment, Item, LabelPrint
from postal.models.keys import blocks, write_many
from routing import Message

MOST = 2_000
CHUNK = 25
_ORDER = Message("việc hàng loạt")
_NOW_NOT = Message("Trạng thái hiện tại không cho làm việc này.")
_NOT_OURS = Message("Không còn thuộc đơn vị của bạn.")
_KEPT_DAYS = 60


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many lines of an order are still to do, were done, were refused."""

    pending: int
    done: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class LinesAlike:
    """How many lines of an order have one outcome, refused ones for one reason, and the first of them with items."""

    outcome: BulkOutcome
    n: int
    first: Sequence[BulkLine]


def order_deed(act: Act, deed: Deed, item_ids: Sequence[int], *, n_wanted: int, back: str) -> BulkOrder:
    """Keep what somebody wants done with items, each judged; nothing is done yet.

    What is nothing of the actor's office is only counted. ``n_wanted`` says how many were meant where more are than
    `MOST`; ``back`` is the list it was chosen from. Raises InvalidInput where nothing was chosen, NotFound for who has
    no account.
    """
    chosen = list(dict.fromkeys(item_ids))[:MOST]
    if not chosen:
        raise InvalidInput(field=Message("Chọn bưu gửi"))
    if act.by.user_id is None:
        raise NotFound(what=_ORDER)
    items = _own_items(act.session, chosen, act.by.office_id)
    why = judged(act.session, deed, items, by=act.by)
    order = BulkOrder(
        deed=deed.value,
        user_id=act.by.user_id,
        made_at=act.now,
        back=back[:500],
        n_unknown=len(chosen) - len(items),
        n_left=max(0, n_wanted - len(chosen)),
    )
    act.session.add(order)
    act.session.flush()
    rows = [{"order_id": order.id, "item_id": item.id, **_as_judged(why.get(item.id))} for item in items]
    write_many(act.session, BulkLine, rows)
    return order


def find_order(session: Session, order_id: int, *, user_id: int | None) -> BulkOrder:
    """Return one's own order. Raises NotFound for another's."""
    order = session.get(BulkOrder, order_id)
    if order is None or order.user_id != user_id:
        raise NotFound(what=_ORDER)
    return order


def counts_of(session: Session, order: BulkOrder) -> Counts:
    """Return how far an order is."""
    query = select(BulkLine.outcome, func.count()).where(BulkLine.order_id == order.id).group_by(BulkLine.outcome)
    found = {row[0]: row[1] for row in session.execute(query)}
    return Counts(**{outcome.value: found.get(outcome, 0) for outcome in BulkOutcome})


def lines_of(
    session: Session, order: BulkOrder, outcome: BulkOutcome | None = None, *, first: int = 0, most: int = MOST
) -> Sequence[BulkLine]:
    """Return lines with their items in the order they were chosen: of one outcome or of all, from one on."""
    query = select(BulkLine).where(BulkLine.order_id == order.id).options(joinedload(BulkLine.item))
    if outcome is not None:
        query = query.where(BulkLine.outcome == outcome)
    return session.scalars(query.order_by(BulkLine.id).offset(first).limit(most)).all()


def lines_alike(session: Session, order: BulkOrder, *, most: int) -> list[LinesAlike]:
    """Return the lines of an order by what became of them and why, the most first, with ``most`` lines of each."""
    alike = (BulkLine.outcome, func.coalesce(cast(BulkLine.refusal, Text), "null"))
    n, place = func.count().over(partition_by=alike), func.row_number().over(partition_by=alike, order_by=BulkLine.id)
    counted = select(BulkLine.id, n.label("n"), place.label("place")).where(BulkLine.order_id == order.id).subquery()
    query = (
        select(BulkLine, counted.c.n)
        .join(counted, counted.c.id == BulkLine.id)
        .where(counted.c.place <= most)
        .options(joinedload(BulkLine.item))
        .order_by(BulkLine.id)
    )
    found: dict[tuple[BulkOutcome, str], tuple[int, list[BulkLine]]] = {}
    for line, n_alike in session.execute(query):
        found.setdefault((line.outcome, json.dumps(line.refusal)), (n_alike, []))[1].append(line)
    alike_lines = [LinesAlike(outcome=key[0], n=n_alike, first=lines) for key, (n_alike, lines) in found.items()]
    return sorted(alike_lines, key=lambda one: (-one.n, one.first[0].id))


def items_done(session: Session, order: BulkOrder) -> list[int]:
    """Return the ids of the items an order was carried out for."""
    return list(session.scalars(_ids(order, BulkOutcome.DONE).order_by(BulkLine.id)))


def is_to_reprint(session: Session, order: BulkOrder) -> bool:
    """Say whether a label of an item of a line still to do was printed before."""
    query = select(LabelPrint.id).where(LabelPrint.item_id.in_(_ids(order, BulkOutcome.PENDING)))
    return session.scalar(query.limit(1)) is not None


def confirm(act: Act, order_id: int, *, reason: str) -> BulkOrder:
    """Let an order be carried out, for a reason that is kept; one confirmed before keeps its own. Raises NotFound."""
    order = _locked(act, order_id)
    order.confirmed_at, order.reason = order.confirmed_at or act.now, order.reason or reason.strip()[:200] or None
    act.session.flush()
    return order


def carry_out(act: Act, order_id: int) -> int:
    """Do the next chunk of a confirmed order in the running transaction; return how many lines are still to do.

    What cannot be done any more is refused by itself. Raises NotFound.
    """
    order = _locked(act, order_id)
    if order.confirmed_at is None:
        raise NotFound(what=_ORDER)
    items = pending_items(act.session, order, most=CHUNK)
    lock_items(act.session, items)
    deed = Deed(order.deed)
    refused = judged_again(act, deed, items)
    for group in _done_together(deed, [item for item in items if item.id not in refused]):
        try:
            do(act, deed, group, reason=order.reason or "")
        except PostalError as refusal:
            why = _NOW_NOT if isinstance(refusal, MoveNotAllowed) else refusal.message
            refused |= {item.id: why for item in group}
    settle(act, order, [item.id for item in items], refused)
    return counts_of(act.session, order).pending


def judged_again(act: Act, deed: Deed, items: Sequence[Item]) -> dict[int, Message]:
    """Return, by the ids of an order's items, why the deed is not allowed now; what left the actor's office is no more.

    Reads only.
    """
    own = items
    if act.by.office_id is not None:
        own = _own_items(act.session, [item.id for item in items], act.by.office_id)
    foreign = {item.id for item in items} - {item.id for item in own}
    return dict.fromkeys(foreign, _NOT_OURS) | judged(act.session, deed, own, by=act.by)


def items_to_draw(session: Session, item_ids: Sequence[int]) -> list[Item]:
    """Return items a job is to draw papers of, whole, in the order asked for, which nobody moves till it has.

    An item that is no more is left out.
    """
    found = _own_items(session, item_ids, None)
    lock_items(session, found)
    return _own_items(session, [item.id for item in found], None)  # locking forgot what belongs to them


def pending_items(session: Session, order: BulkOrder, *, most: int) -> list[Item]:
    """Return items of the lines still to do, ``most`` of them and what else of the order their consignments hold."""
    lines = select(Item.consignment_id).join(BulkLine, BulkLine.item_id == Item.id).where(*_to_do(order))
    meant = list(session.scalars(lines.order_by(BulkLine.id).limit(most)))
    items: list[Item] = []
    for some in blocks(list(dict.fromkeys(meant))):
        query = select(Item).join(BulkLine, BulkLine.item_id == Item.id)
        query = query.where(*_to_do(order), Item.consignment_id.in_(some)).order_by(BulkLine.id)
        items += session.scalars(query.options(*_WHOLE).execution_options(populate_existing=True))
    return items


def settle(act: Act, order: BulkOrder, item_ids: Collection[int], refused: Mapping[int, Message]) -> None:
    """Write down what became of some lines: done, or refused for the reason given; end the order with its last line."""
    lines = {line.item_id: line for line in _lines(act.session, order, list(item_ids))}
    for item_id, line in lines.items():
        why = refused.get(item_id)
        line.outcome = BulkOutcome.DONE if why is None else BulkOutcome.REFUSED
        line.refusal = why.as_json() if why is not None else None
    act.session.flush()
    counts = counts_of(act.session, order)
    if not counts.pending and order.finished_at is None:
        order.finished_at = act.now
        audit.note(act, f"bulk_{order.deed}", "bulk_order", order.id, reason=order.reason,
                   n_done=counts.done, n_refused=counts.refused)  # fmt: skip


def forget_old_orders(session: Session, *, now: datetime) -> None:
    """Delete orders of two months ago, and those of yesterday that nobody confirmed; the audit keeps what was done."""
    old = or_(
        BulkOrder.made_at < now - timedelta(days=_KEPT_DAYS),
        and_(BulkOrder.confirmed_at.is_(None), BulkOrder.made_at < now - timedelta(days=1)),
    )
    session.execute(delete(BulkLine).where(BulkLine.order_id.in_(select(BulkOrder.id).where(old))))
    session.execute(delete(BulkOrder).where(old))


_WHOLE = (joinedload(Item.consignment).selectinload(Consignment.items),)


def _own_items(session: Session, item_ids: Sequence[int], office_id: int | None) -> list[Item]:
    """Return those of the items that are the office's, as `ownership.is_offices` says, in their order."""
    found: dict[int, Item] = {}
    for some in blocks(item_ids):
        query = select(Item).join(Item.consignment).where(Item.id.in_(some)).options(*_WHOLE)
        if office_id is not None:
            query = query.where(ownership.is_offices(office_id))
        found |= {item.id: item for item in session.scalars(query)}
    return [found[item_id] for item_id in item_ids if item_id in found]


def _as_judged(why: Message | None) -> dict[str, object]:
    outcome = BulkOutcome.PENDING if why is None else BulkOutcome.REFUSED
    return {"outcome": outcome, "refusal": why.as_json() if why is not None else None}


def _locked(act: Act, order_id: int) -> BulkOrder:
    """Return one's own order, kept from everybody else till the transaction ends: two clicks wait for each other."""
    order = act.session.get(BulkOrder, order_id, with_for_update=True, populate_existing=True)
    if order is None or order.user_id != act.by.user_id:
        raise NotFound(what=_ORDER)
    return order


def _to_do(order: BulkOrder) -> tuple[ColumnElement[bool], ...]:
    return BulkLine.order_id == order.id, BulkLine.outcome == BulkOutcome.PENDING


def _ids(order: BulkOrder, outcome: BulkOutcome) -> Select[int]:
    return select(BulkLine.item_id).where(BulkLine.order_id == order.id, BulkLine.outcome == outcome)


def _lines(session: Session, order: BulkOrder, item_ids: Sequence[int]) -> list[BulkLine]:
    found: list[BulkLine] = []
    for some in blocks(item_ids):
        found += session.scalars(select(BulkLine).where(BulkLine.order_id == order.id, BulkLine.item_id.in_(some)))
    return found


def _done_together(deed: Deed, items: Sequence[Item]) -> list[list[Item]]:
    groups: dict[int, list[Item]] = {}
    for item in items:
        groups.setdefault(item.consignment_id if deed in WHOLE else item.id, []).append(item)
    return list(groups.values())
