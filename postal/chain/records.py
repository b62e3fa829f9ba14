"""Records of custody besides events and receipts, as the chain binds them: whole when written, and again when settled.

A row's canonical text is Python's `ascii()` of its bound columns, in the order of `RECORDS`; instants in UTC as in an
event's text, days as "2026-11-23", what is a list or an object as JSON with sorted keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from postal.chain.instants import instant_text
from postal.models import AddressChange, AuditEntry, Discrepancy, Incident, KeptOvernight, OfficeDay
from postal.models.keys import blocks


@dataclass(frozen=True, kw_only=True)
class Record:
    """One kind of link: its table, the columns it binds, and which column says when it was written.

    A fact that comes later, such as how a discrepancy was settled, is a kind of its own over the same table: it is
    there where ``at`` is set.
    """

    table: Any
    columns: tuple[InstrumentedAttribute[Any], ...]
    at: InstrumentedAttribute[Any]

    @property
    def is_there(self) -> ColumnElement[bool]:
        """Return the condition that a row of the table has this fact."""
        return self.at.is_not(None) if self.at.property.columns[0].nullable else true()


D, I, A, O, K, U = Discrepancy, Incident, AddressChange, OfficeDay, KeptOvernight, AuditEntry  # noqa: E741
RECORDS: dict[str, Record] = {
    "difference": Record(
        table=D, at=D.noted_at, columns=(D.id, D.kind, D.item_id, D.event_id, D.handover_id, D.noted_at, D.detail)
    ),
    "settled": Record(
        table=D, at=D.settled_at, columns=(D.id, D.settled_at, D.settled_by_id, D.settlement, D.is_voided)
    ),
    "minutes": Record(
        table=I,
        at=I.noted_at,
        columns=(
            I.id, I.number, I.kind, I.item_id, I.noted_at, I.noted_by_id, I.fault, I.inventory, I.new_seal,
            I.postage_vnd, I.compensation_vnd, I.reissue_payer, I.pay_by,
        ),
    ),
    "ended": Record(table=I, at=I.settled_at, columns=(I.id, I.settled_at, I.settlement)),
    "address": Record(
        table=A,
        at=A.changed_at,
        columns=(
            A.id, A.consignment_id, A.old_person_id, A.new_person_id, A.old_commune_code, A.new_commune_code, A.payer,
            A.changed_at, A.changed_by_id,
        ),
    ),
    "office_day": Record(
        table=O, at=O.closed_at, columns=(O.id, O.office_id, O.day, O.closed_at, O.closed_by_id, O.facts)
    ),
    "kept": Record(
        table=K, at=K.permitted_at, columns=(K.id, K.item_id, K.day, K.reason, K.permitted_at, K.permitted_by_id)
    ),
    "audit": Record(
        table=U,
        at=U.at,
        columns=(
            U.id, U.at, U.user_id, U.api_key_id, U.command, U.action, U.subject, U.subject_id, U.reason, U.facts,
        ),
    ),
}  # fmt: skip


def kinds_of(row: object) -> Iterator[tuple[str, datetime]]:
    """Yield the kinds of links a row of these tables has by now, each with the instant it was written."""
    for kind, record in RECORDS.items():
        if isinstance(row, record.table):
            at = getattr(row, record.at.key)
            if at is not None:
                yield kind, at


def record_payloads(session: Session, kind: str, ids: Sequence[int]) -> dict[int, str]:
    """Return the canonical texts of rows of one kind, by id; what is gone is not in the answer."""
    record = RECORDS[kind]
    found: dict[int, str] = {}
    for some in blocks(ids):
        query = select(*record.columns).where(record.table.id.in_(some), record.is_there)
        for row in session.execute(query):
            found[row[0]] = ascii(tuple(_canonical(value) for value in row))
    return found


def _canonical(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return str(value) if isinstance(value, str) else value
