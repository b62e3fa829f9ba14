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

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.life.items import is_called
from postal.life.tracking import Scan, record
from postal.models import CarrierOutcome, CarrierReport, Item
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

    Only items with the carrier move. A report of the future is kept at the time it came.
    """
    return [_take(act, carrier, report) for report in reports]


def _take(act: Act, carrier: str, report: Reported) -> CarrierReport:
    happened_at = min(report.happened_at, act.now)
    known = act.session.scalar(
        select(CarrierReport).where(
            CarrierReport.carrier == carrier,
            CarrierReport.code == report.code,
            CarrierReport.version == report.version,
            CarrierReport.status == report.status,
            CarrierReport.happened_at == happened_at,
        )
    )
    if known is not None:
        return known
    item = _item(act.session, report.code)
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
    act.session.add(row)
    act.session.flush()
    if item is not None:
        row.outcome = _apply(act, item, row)
        act.session.flush()
    return row


def _apply(act: Act, item: Item, row: CarrierReport) -> CarrierOutcome:
    """Move the item where the code is an event that fits; return what became of the report."""
    meaning = known_codes().get((row.carrier, row.version, row.status))
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
    found = session.scalars(select(Item).where(is_called(code)).limit(2)).all()
    return found[0] if len(found) == 1 else None
