"""Judges one incoming row as a whole: what it says, what is wrong with it, where it goes. No database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from postal.cells import dates, sums, texts
from postal.cells.problems import REFUSALS, Problem, question, refusal
from postal.cells.sums import MAX_FEE_VND
from postal.intake.columns import COLUMNS, CollectionIn, ResultIn
from postal.intake.guide import Guide
from postal.intake.placing import Place, place
from postal.intake.reading import BrokenRow
from postal.people import PersonData
from postal.rules.lifecycle import Direction
from postal.rules.working_days import LOCAL, local_day

Judge = Callable[[str, str], tuple[Any, Problem | None]]

_STRICT_CHANNELS = frozenset({"api"})
_LATEST_WISH_DAYS = 366


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """Everything a row that can be taken becomes. ``ready_at`` is when the result was finished, or when a
    collection may begin; ``window`` is seconds of the local day."""

    direction: Direction
    dossier_code: str
    office: str
    ready_at: datetime
    person: PersonData
    place: Place
    procedure_code: str | None
    procedure_name: str
    documents: list[dict[str, str]]
    take_back: list[dict[str, str]]
    fee_vnd: int
    window: tuple[int, int] | None
    service_level: str | None
    channel: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One row judged: its problems, and what it becomes unless one of them keeps it out.

    ``sheet`` is where the row stands, in a file with several tables; ``mended`` names the fields somebody changed.
    """

    row_number: int
    dossier_code: str
    problems: tuple[Problem, ...]
    accepted: Accepted | None = field(default=None, repr=False)
    sheet: str | None = None
    mended: tuple[str, ...] = ()

    @property
    def dossier_key(self) -> str:
        """Return how the code is compared: codes differ in more than case, or they are one."""
        return self.dossier_code.casefold()


@dataclass
class _Cells:
    """The cells of one row on their way through the judges; collects what they find."""

    row: ResultIn | CollectionIn
    is_strict: bool
    problems: list[Problem] = field(default_factory=list)

    def read(self, judge: Judge, name: str) -> Any:
        """Return the value of a cell that must hold something, by one of the judges of `postal.cells`."""
        value, problem = judge(getattr(self.row, name, ""), COLUMNS[name])
        self.note(problem)
        return value

    def optional(self, judge: Judge, name: str) -> Any:
        """Return the value of a cell that may be empty: one that cannot be used asks and keeps no row out."""
        value, problem = judge(getattr(self.row, name, ""), COLUMNS[name])
        if problem is not None and problem.is_refusal and not self.is_strict:
            problem = question(problem.column, problem.code)
        self.note(problem)
        return value

    def phone(self) -> str | None:
        """Return the phone; one that cannot be is asked about in a file and refused where a program sent it."""
        value, is_right = texts.phone(self.row.phone, COLUMNS["phone"])
        if not is_right:
            self.note(question(COLUMNS["phone"], "bad_phone"))
        return value

    def note(self, problem: Problem | None) -> None:
        """Keep a problem; a question that a program can answer at once becomes a refusal."""
        if problem is None:
            return
        if self.is_strict and not problem.is_refusal and problem.code in REFUSALS:
            problem = refusal(problem.column, problem.code, limit=MAX_FEE_VND)
        self.problems.append(problem)

    @property
    def is_refused(self) -> bool:
        return any(problem.is_refusal for problem in self.problems)


def judge_result(
    row_number: int, row: ResultIn | BrokenRow, guide: Guide, *, now: datetime, channel: str = "file"
) -> Judged:
    """Return what a finished result becomes, and everything wrong with it at once rather than one at a time."""
    if isinstance(row, BrokenRow):
        return Judged(row_number=row_number, dossier_code=row.dossier_code, problems=row.problems)
    found = _Cells(row, is_strict=channel in _STRICT_CHANNELS)
    code = found.read(texts.dossier_code, "dossier_code")
    judge = dates.exact_instant if found.is_strict else dates.instant
    finished_at: datetime | None = found.read(judge, "finished_at")
    if finished_at is not None and finished_at > now:
        found.note(question(COLUMNS["finished_at"], "date_in_future"))
    return _judged(row_number, found, guide, Direction.RESULT, code, finished_at)


def judge_collection(
    row_number: int, order: CollectionIn | BrokenRow, guide: Guide, *, now: datetime, channel: str = "api"
) -> Judged:
    """Return what an order to fetch a dossier at home becomes; a day wished for in the past is refused."""
    if isinstance(order, BrokenRow):
        return Judged(row_number=row_number, dossier_code=order.dossier_code, problems=order.problems)
    found = _Cells(order, is_strict=channel in _STRICT_CHANNELS)
    code = found.read(texts.order_code, "dossier_code")
    ready_at = _wanted_from(found, now)
    return _judged(row_number, found, guide, Direction.COLLECTION, code, ready_at)


def _wanted_from(found: _Cells, now: datetime) -> datetime | None:
    day: date | None = found.read(dates.exact_day, "wanted_on")
    if day is None:
        return now
    if not 0 <= (day - local_day(now)).days <= _LATEST_WISH_DAYS:
        found.note(refusal(COLUMNS["wanted_on"], "bad_day"))
    return max(now, datetime.combine(day, time.min, tzinfo=LOCAL).astimezone(UTC))


def _judged(
    row_number: int, found: _Cells, guide: Guide, direction: Direction, code: str, ready_at: datetime | None
) -> Judged:
    row = found.row
    office = found.read(texts.required, "office")
    name = found.read(texts.name, "recipient")
    address = found.read(texts.address, "address")
    phone = found.phone()
    procedure_code = found.optional(texts.optional, "procedure_code")
    procedure_name = found.optional(texts.optional, "procedure_name")
    person = PersonData(
        full_name=name,
        phone=phone,
        address=address,
        landmark=found.optional(texts.optional, "landmark") or None,
        email=found.optional(texts.optional, "email") or None,
        id_number_tail=found.optional(texts.id_number_tail, "id_number"),
        procedure_name=procedure_name or None,
    )
    rest = {
        "documents": found.optional(texts.documents, "documents"),
        "take_back": found.optional(texts.documents, "take_back"),
        "fee_vnd": found.optional(sums.money, "fee_vnd"),
        "window": found.optional(texts.window, "window"),
        "service_level": found.optional(texts.optional, "service_level") or None,
        "channel": found.optional(texts.optional, "channel") or None,
    }
    if found.is_refused or ready_at is None:
        return Judged(row_number=row_number, dossier_code=_shown(code, row), problems=tuple(found.problems))
    for column, text in ((COLUMNS["recipient"], name), (COLUMNS["address"], address)):
        if (position := guide.is_printable(text)) is not None:
            found.note(question(column, "unprintable", position=position + 1))
    # As it came in: what a resolver makes of invisible letters and line breaks is one, wherever it is asked.
    where = place(row.address, row.lat, row.lon, guide)
    accepted = Accepted(
        direction=direction,
        dossier_code=code,
        office=office,
        ready_at=ready_at,
        person=person,
        place=where,
        procedure_code=procedure_code or None,
        procedure_name=procedure_name,
        **rest,
    )
    problems = (*found.problems, *where.problems)
    return Judged(row_number=row_number, dossier_code=code, problems=problems, accepted=accepted)


def _shown(code: str, row: ResultIn | CollectionIn) -> str:
    """Return the code a refused row is named by: only what looks like one, for a name may stand in that cell."""
    given = code or row.dossier_code.strip()
    return given if len(given) <= 80 and given.isascii() and any(c.isdigit() for c in given) else ""


def attention_of(problems: Sequence[Problem]) -> list[str]:
    """Return the codes of what must be asked, each once, in the order found."""
    return list(dict.fromkeys(problem.code for problem in problems if not problem.is_refusal))
