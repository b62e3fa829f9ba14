"""What the API answers, as the contract describes it; the routes answer exactly this, and a test holds them to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from postal import Direction, EventKind, State, counting


class Told(BaseModel):
    """An answer: no key beyond those described."""

    model_config = ConfigDict(extra="forbid")


class RowProblem(Told):
    """One thing wrong with, or to ask about, one field of a row."""

    field: str
    code: str
    detail: str
    detail_en: str


class RowTold(Told):
    """What became of one row."""

    dossier_code: str
    outcome: Literal["accepted", "attention", "refused", "duplicate"]
    problems: list[RowProblem]


class _Counts(Told):
    n_in: int
    n_accepted: int
    n_attention: int
    n_refused: int
    n_duplicate: int


class ResultsTold(_Counts):
    """What became of a batch of results, one entry a row in the order sent."""

    results: list[RowTold]


class CollectionsTold(_Counts):
    """What became of a batch of orders, one entry a row in the order sent."""

    collections: list[RowTold]


class ItemTold(Told):
    """An item as other systems see it."""

    s10: str | None
    dossier_code: str
    direction: Direction
    state: State
    holder: str
    since: datetime
    promised_by: date | None
    n_attempts: int
    address_status: str
    commune_code: str | None


class EventTold(Told):
    """One event; ``kind`` is as in callbacks, ``sequence`` its place in the item's life."""

    kind: Literal[tuple(f"item.{kind}" for kind in EventKind)]  # type: ignore[valid-type]
    sequence: int
    happened_at: datetime
    recorded_at: datetime
    reason: str | None


class EventsTold(Told):
    """An item's events, oldest first."""

    events: list[EventTold]


class ScanTold(Told):
    """What became of one scan."""

    scan_id: str
    status: Literal["recorded", "held", "known", "refused"]
    code: str
    field: str | None
    missing_pictures: list[str]
    detail: str
    detail_en: str


class ScansTold(Told):
    """What became of the scans, in the order sent."""

    scans: list[ScanTold]


class CarrierReportTold(Told):
    """What became of one line of a carrier. An unknown code is kept as it came and moves nothing."""

    code: str
    status: str
    outcome: Literal["recorded", "noted", "unknown_code", "does_not_fit", "unknown_item", "refused"]
    problem: str | None
    field: str | None


class CarrierReportsTold(Told):
    """What became of the lines, in the order sent."""

    reports: list[CarrierReportTold]


class CountedCode(Told):
    """What one scanned code is to the list; ``tone`` is the page's sound and colour."""

    code: str
    said: counting.Match
    tone: Literal["good", "again", "wrong", "elsewhere", "unknown"]
    detail: str
    detail_en: str


class CountTold(Told):
    """The answers in the order sent, and how far the count is."""

    scans: list[CountedCode]
    n_scanned: int
    n_expected: int


class EndpointTold(Told):
    """A receiver of callbacks."""

    id: int
    url: str
    kinds: list[str]
    state: str
    failing_since: datetime | None


class NewEndpointTold(EndpointTold):
    """A receiver with its secret, shown this once."""

    secret: str


class EndpointsTold(Told):
    """One's own receivers."""

    endpoints: list[EndpointTold]


class EndpointRemovedTold(Told):
    """A receiver that is gone, and how many messages for it will never be sent."""

    id: int
    n_dropped: int


class QueueTold(Told):
    """How many items wait for what; an item that needs two answers counts twice."""

    address: int
    point: int
    question: int
    ready: int
    outside: int
    post: int


class CommuneTold(Told):
    """Who serves a commune, on which weekdays, with which promise from the centre, and when last."""

    code: str
    commune: str
    office: str
    weekdays: str
    promise: str
    last_round: date | None


class CommunesTold(Told):
    """The communes of the register."""

    communes: list[CommuneTold]


class ErrorTold(BaseModel):
    """What a code means."""

    code: str
    status: int
    detail: str
    detail_en: str
    how_to: str | None = None


class DossierStepTold(Told):
    """One status a dossier reached."""

    status: int
    at: datetime


class DossierTold(Told):
    """A dossier as the citizen's page knows it, steps in the order they happened."""

    dossier_code: str
    appointment_on: date | None
    steps: list[DossierStepTold]
