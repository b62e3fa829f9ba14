"""What other carriers report of items passed to them: known codes move the item, every code is kept as it came.

The list of codes is data (``data/carrier_codes.csv``, gathered from clients of the national post; no official list is
public), so an unknown code is no error: it is kept raw and moves nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.life.items import is_called
from postal.life.tracking import Scan, lock_items, record
from postal.models import CarrierOutcome, CarrierReport, Item
from postal.rules.codes import bare_code
from postal.rules.lifecycle import EventKind, State, next_state

MAX_REPORTS = 500


@dataclass(frozen=True, kw_only=True)
class Reported:
    """One line of a carrier: the item by S10 or dossier code, the carrier's own status code as it wrote it."""

    code: str
    status: str
    happened_at: datetime
    version: str = "2"


@dataclass(frozen=True, kw_only=True)
class KnownCode:
    """What a carrier's code means: the event it is for us, None for one that only informs."""

    kind: EventKind | None


@cache
def known_codes() -> dict[tuple[str, str, str], KnownCode]:
    """Return the meaning of codes by carrier, version and code."""
    text = resources.files("postal").joinpath("data/carrier_codes.csv").read_text(encoding="utf-8")
    return {
        (row["carrier"], row["version"], row["code"]): KnownCode(kind=EventKind(row["kind"]) if row["kind"] else None)
        for row in csv.DictReader(text.splitlines())
    }


def take_reports(act: Act, carrier: str, reports: Sequence[Reported]) -> list[CarrierReport]:
    """Keep a carrier's reports in the order they came; return one row for each. A repeat is the same row.

    A report is the same whatever way it names the item: by S10, spaced or in lower case, or by its dossier. Only items
    with the carrier move. A report of the future is kept at the time it came.
    """
    return [_take(act, carrier, report) for report in reports]


def _known(session: Session, carrier: str, report: Reported, item: Item | None, at: datetime) -> CarrierReport | None:
    is_about = CarrierReport.item_id == item.id if item is not None else CarrierReport.item_id.is_(None)
    query = select(CarrierReport).where(
        CarrierReport.carrier == carrier,
        CarrierReport.version == report.version,
        func.lower(CarrierReport.status) == report.status.lower(),
        CarrierReport.happened_at == at,
        is_about,
    )
    # A code nobody knows is compared as it is written, but for blanks, hyphens and case.
    found = session.scalars(query.order_by(CarrierReport.id)).all()
    return next((row for row in found if item is not None or bare_code(row.code) == bare_code(report.code)), None)


def _take(act: Act, carrier: str, report: Reported) -> CarrierReport:
    happened_at = min(report.happened_at, act.now)
    item = _item(act.session, report.code)
    if item is not None:
        lock_items(act.session, [item])  # the same line twice at once: the second finds the first
    known = _known(act.session, carrier, report, item, happened_at)
    if known is not None:
        return known
    row = CarrierReport(
        carrier=carrier,
        version=report.version,
        code=report.code,
        status=report.status,
        item_id=None if item is None else item.id,
        happened_at=happened_at,
        received_at=act.now,
        outcome=CarrierOutcome.UNKNOWN_ITEM,
    )
    try:
        with act.session.begin_nested():
            act.session.add(row)
    except IntegrityError:
        known = _known(act.session, carrier, report, item, happened_at)
        if known is None:
            raise
        return known
    if item is not None:
        row.outcome = _apply(act, item, row)
        act.session.flush()
    return row


def _apply(act: Act, item: Item, row: CarrierReport) -> CarrierOutcome:
    """Move the item where the code is an event that fits; return what became of the report."""
    meaning = known_codes().get((row.carrier, row.version, row.status.upper()))
    if meaning is None:
        return CarrierOutcome.UNKNOWN_CODE
    if meaning.kind is None:
        return CarrierOutcome.NOTED
    if item.state is not State.WITH_CARRIER or next_state(item.state, meaning.kind) is None:
        return CarrierOutcome.DOES_NOT_FIT
    scan = Scan(
        kind=meaning.kind,
        scan_id=f"carrier-report:{row.id}",
        happened_at=max(row.happened_at, item.state_since),
        facts={"carrier": row.carrier, "version": row.version, "status": row.status},
    )
    record(act, item, scan)
    return CarrierOutcome.RECORDED


def _item(session: Session, code: str) -> Item | None:
    # The national post knows some items by their dossier alone, and a dossier may have been here twice.
    found = session.scalars(select(Item).where(is_called(code)).limit(10)).all()
    exact = [item for item in found if item.dossier_key == code.strip().casefold()] or found
    return exact[0] if len(exact) == 1 else None
