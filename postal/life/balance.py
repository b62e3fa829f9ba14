"""The balance of every item: in = delivered + returning + waiting + refused, counted from the rows themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from postal.models import IntakeRow, Item, RowOutcome
from postal.readings import once
from postal.rules.lifecycle import Outcome, State, outcome

_REFUSED = (RowOutcome.REFUSED, RowOutcome.DUPLICATE)


@dataclass(frozen=True, kw_only=True)
class Balance:
    """The four piles, and whether they add up to what came in. Duplicates count as refused."""

    n_in: int
    delivered: int
    returning: int
    waiting: int
    refused: int

    @property
    def is_balanced(self) -> bool:
        """Say whether nothing is lost and nothing came from nowhere."""
        return self.n_in == self.delivered + self.returning + self.waiting + self.refused


def balance(session: Session, intake_id: int | None = None) -> Balance:
    """Return the balance of one intake, or of everything that ever came in.

    Two counts that know nothing of each other: incoming rows on one side, items by their state and rows
    refused on the other. A row whose item vanished, or an item without a row, makes them differ. Over everything a
    dossier counts once as refused, however often it was sent; of one intake each row counts.
    """
    in_rows = select(func.count()).select_from(IntakeRow)
    refused_rows = in_rows.where(IntakeRow.outcome.in_(_REFUSED))
    n_again = 0 if intake_id is not None else _n_sent_again(session)
    by_state = n_by_state(session) if intake_id is None else {}
    if intake_id is not None:
        in_rows = in_rows.where(IntakeRow.intake_id == intake_id)
        refused_rows = refused_rows.where(IntakeRow.intake_id == intake_id)
        own = select(IntakeRow.item_id).where(IntakeRow.intake_id == intake_id, IntakeRow.outcome.not_in(_REFUSED))
        states = select(Item.state, func.count()).where(Item.id.in_(own)).group_by(Item.state)
        by_state = {row[0]: row[1] for row in session.execute(states)}
    piles: Counter[Outcome] = Counter()
    for state, n_items in by_state.items():
        piles[outcome(state)] += n_items
    return Balance(
        n_in=(session.scalar(in_rows) or 0) - n_again,
        delivered=piles[Outcome.DELIVERED],
        returning=piles[Outcome.RETURNING],
        waiting=piles[Outcome.WAITING],
        refused=piles[Outcome.REFUSED] + (session.scalar(refused_rows) or 0) - n_again,
    )


def n_by_state(session: Session) -> dict[State, int]:
    """Return how many items are in each state; states without any are left out."""
    query = select(Item.state, func.count()).group_by(Item.state)
    return once(session, "items by state", lambda: {row[0]: row[1] for row in session.execute(query)})


def _n_sent_again(session: Session) -> int:
    """Return how many rows brought nothing new: a dossier that is here already, or was refused before."""
    is_named = (IntakeRow.outcome == RowOutcome.REFUSED) & (IntakeRow.dossier_code != "")
    code = case((is_named, func.lower(IntakeRow.dossier_code)))
    again = case((is_named | (IntakeRow.outcome == RowOutcome.DUPLICATE), 1))
    query = select(func.count(again) - func.count(func.distinct(code))).where(IntakeRow.outcome.in_(_REFUSED))
    return session.scalar(query) or 0
