"""What is due back to agencies, weighed once for all items that were tried alike.

Items keep their failed attempts by day and reason. Those at an office are grouped by them, the rule of
`postal.life.follow_up` says of each group whether it goes back, and the database counts and lists what does: however
many items wait, the rule is asked once for each way in which one of them was tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal_column, or_, select
from sqlalchemy.orm import Session

from postal.life.follow_up import follow_up, read_tries
from postal.models import Consignment, Item
from postal.network.promises import load_calendars
from postal.rules.lifecycle import State
from postal.rules.working_days import local_day

Columns = TypeVarTuple("Columns")

IS_TRIED = and_(Item.state.in_((State.AT_OFFICE, State.HELD)), Item.tries.is_not(None))
"""The condition under which an item may be due back: it lies at an office after an attempt that failed."""


@dataclass(frozen=True, kw_only=True)
class DueBack:
    """How many of the items asked about go back by now, and the condition under which one of them does."""

    n: int
    condition: ColumnElement[bool]


def due_back(session: Session, tried: Select[*Columns], *, now: datetime) -> DueBack:
    """Weigh the items of a query over items and their consignments that `IS_TRIED` narrows already."""
    calendars, today = load_calendars(session), local_day(now)
    alike = calendars.alike()
    place = _place(alike)
    each = tried.order_by(None).with_only_columns(Item.tries, place.label("place")).subquery()
    groups = select(each.c.tries, each.c.place, func.count()).group_by(each.c.tries, each.c.place)
    n, due = 0, dict[int, list[str]]()
    for written, where, n_items in session.execute(groups):
        found = follow_up(read_tries(written), calendars.of(alike[where][0] if where >= 0 else None))
        if found is not None and found.return_on is not None and found.return_on <= today:
            n += n_items
            due.setdefault(where, []).append(written)
    conditions = (and_(place == where, Item.tries.in_(sorted(tries))) for where, tries in sorted(due.items()))
    return DueBack(n=n, condition=or_(false(), *conditions))


def reason_of(item: Item) -> str:
    """Return the reason for which an item that is due goes back: that of its last attempt."""
    return read_tries(item.tries)[-1].reason


def _place(alike: Sequence[Sequence[str]]) -> ColumnElement[Any]:
    """Return which of the communes of the same days cut off an item goes to; -1 for those that were never."""
    if not alike:
        return literal_column("-1")
    return case(*((Consignment.commune_code.in_(codes), n) for n, codes in enumerate(alike)), else_=-1)
