"""The report of an intake: its counts, and one line for each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.cells.problems import Problem
from postal.models import Intake, IntakeRow, RowOutcome


@dataclass(frozen=True, kw_only=True, slots=True)
class RowReport:
    """One row and what became of it; ``problems`` are as they are stored, see ``Problem.as_json``.

    ``sheet`` is None unless the file has several tables; ``mended`` names the fields a clerk changed.
    """

    row_number: int
    dossier_code: str
    outcome: RowOutcome
    problems: list[dict[str, Any]] = field(default_factory=list)
    item_id: int | None = None
    sheet: str | None = None
    mended: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IntakeReport:
    """The counts of an intake: each row is in exactly one of the four. ``intake_id`` is None after a dry run.

    ``is_repeat`` says that the same file came before and nothing was created now. ``notes`` say what of the file was
    not read as results, see ``Note.as_json``.
    """

    intake_id: int | None
    n_in: int
    n_accepted: int
    n_attention: int
    n_refused: int
    n_duplicate: int
    rows: list[RowReport] = field(repr=False)
    is_repeat: bool = False
    notes: list[dict[str, str]] = field(default_factory=list)


def verdict(problems: Iterable[Problem], *, is_duplicate: bool) -> RowOutcome:
    """Return the pile a row belongs to."""
    found = list(problems)
    if is_duplicate:
        return RowOutcome.DUPLICATE
    if any(problem.is_refusal for problem in found):
        return RowOutcome.REFUSED
    return RowOutcome.ATTENTION if found else RowOutcome.ACCEPTED


def report_of(
    rows: list[RowReport],
    *,
    intake_id: int | None,
    notes: Sequence[dict[str, str]] = (),
    is_repeat: bool = False,
) -> IntakeReport:
    """Return the report with its counts taken from the rows themselves."""
    counts = Counter(row.outcome for row in rows)
    return IntakeReport(
        intake_id=intake_id,
        n_in=len(rows),
        n_accepted=counts[RowOutcome.ACCEPTED],
        n_attention=counts[RowOutcome.ATTENTION],
        n_refused=counts[RowOutcome.REFUSED],
        n_duplicate=counts[RowOutcome.DUPLICATE],
        rows=rows,
        is_repeat=is_repeat,
        notes=list(notes),
    )


def stored_report(session: Session, intake: Intake) -> IntakeReport:
    """Return the report of an intake that took place before, from its own rows."""
    query = (
        select(
            IntakeRow.row_number,
            IntakeRow.dossier_code,
            IntakeRow.outcome,
            IntakeRow.problems,
            IntakeRow.item_id,
            IntakeRow.sheet,
        )
        .where(IntakeRow.intake_id == intake.id)
        .order_by(IntakeRow.id)
    )
    rows = [RowReport(**row) for row in session.execute(query).mappings()]
    return report_of(rows, intake_id=intake.id, notes=intake.notes or (), is_repeat=True)
