"""`POST /v1/courier/notes`: what a courier tells besides scans. As with scans, the phone's cookie is enough."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response, jsonify
from pydantic import Field, StringConstraints

from api.rest.common import v1
from api.rest.couriers.order import costs_of
from api.rest.envelopes import Locked, SealedBodies, open_all, some_of
from api.schemas.answers import ScansTold
from api.schemas.common import Body, Degrees, DeviceClock, Instant, Whole
from api.schemas.each import Unread
from api.web.auth import acting, allow
from api.web.errors import problem_of, problems_of_entry
from api.words import in_both
from postal import Action, doorstep
from postal.doorstep import NoteKind

NoteId = Annotated[str, StringConstraints(min_length=4, max_length=60, pattern=r"^[A-Za-z0-9._:-]+$")]


class NoteBody(DeviceClock):
    """One note: of a stop of one's own round, or, for trouble on the road, of none.

    ``what``: of trouble `accident`, `sick`, `breakdown`, `flood`, `other`; of a stop left open those but an accident,
    or `out_of_time`, `office_asked`; of a card or receipt left at a door `message` (the server sends it), `paper` with
    its `number` or `texted` from the courier's own phone; of `voided` `numbers` of receipts `refused`; of a violation
    what the desk's form offers; of a stop walked before its turn `appointment`, `road`, `on_the_way`, `other`, with the
    ``order`` of the open stops and what the phone was told it costs: `asked` of the server, or its own estimate by
    `straight` lines; the server computes it again. A correction says where the door is, the address as it should be, or
    how to find it; `home` says the `codes` scanned of what came home.
    """

    note_id: NoteId
    kind: NoteKind
    happened_at: Instant
    round_id: Annotated[Whole, Field(ge=1, le=2**53)] | None = None
    position: Annotated[Whole, Field(ge=1, le=1_000)] | None = None
    what: Annotated[str, StringConstraints(max_length=20)] = ""
    words: Annotated[str, StringConstraints(max_length=1_000)] = ""
    lat: Degrees | None = None
    lon: Degrees | None = None
    accuracy_m: Annotated[Whole, Field(ge=0, le=100_000)] | None = None
    address: Annotated[str, StringConstraints(max_length=500)] | None = None
    landmark: Annotated[str, StringConstraints(max_length=300)] | None = None
    more_s: Annotated[int, Field(ge=-86_400, le=86_400)] | None = None
    more_m: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] | None = None
    missed: Annotated[list[Annotated[Whole, Field(ge=1, le=1_000)]], Field(max_length=300)] | None = None
    how: Literal["asked", "straight"] | None = None
    order: Annotated[list[Annotated[Whole, Field(ge=1, le=1_000)]], Field(max_length=300)] | None = None
    number: Annotated[str, StringConstraints(max_length=200)] | None = None
    numbers: Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=50)] | None = None
    codes: Annotated[list[Annotated[str, StringConstraints(max_length=80)]], Field(max_length=500)] | None = None


class NotesBody(Body):
    """Up to 500 notes, plain or sealed; ``sent_at`` is the device's time now, so that a wrong clock is corrected."""

    notes: Annotated[list[NoteBody], Field(min_length=1, max_length=doorstep.MAX_SCANS, default_factory=list)]
    sealed: SealedBodies
    sent_at: Instant | None = None


@v1.post(
    "/courier/notes",
    summary="Tell of calls, trouble on the road, corrections and stops left open",
    responses={200: ScansTold},
)
@allow(Action.SCAN_OWN_ROUND)
def post_notes(body: NotesBody) -> Response:
    """Keep notes; the answer has one entry for each, the sealed ones last: recorded, known or refused with its code."""
    entries = [*some_of(body.notes, body.sealed, "notes"), *open_all(body.sealed, NoteBody, id_field="note_id")]
    notes = {n: note_in(told, body.sent_at) for n, told in enumerate(entries) if isinstance(told, NoteBody)}
    notes |= costs_of(notes)
    with acting() as act:
        answers = doorstep.record_notes(act, list(notes.values()))
    told = {n: _answer(answer) for n, answer in zip(notes, answers, strict=True)}
    return jsonify({"scans": [told.get(n) or _unreadable(entry, n) for n, entry in enumerate(entries)]})


def _unreadable(entry: NoteBody | Unread | Locked, n: int) -> dict[str, Any]:
    """Return the answer for what was sealed and cannot be opened or read."""
    if isinstance(entry, Unread):
        note_id, problem = entry.text("note_id", 60), problems_of_entry(entry.why, f"sealed.{n}")[0]
    else:
        assert isinstance(entry, Locked)
        note_id, problem = entry.entry_id, problem_of(entry.why)
    told = {"scan_id": note_id, "status": "refused", "code": problem.code, "field": problem.field}
    return told | in_both(problem.message)


def note_in(told: NoteBody, sent_at: datetime | None) -> doorstep.NoteIn:
    """Return a note as the rules read it."""
    says = {"lat", "lon", "accuracy_m", "address", "landmark", "more_s", "more_m", "missed", "how", "order"}
    says |= {"number", "numbers", "codes"}
    facts = told.model_dump(include=says, exclude_none=True)
    return doorstep.NoteIn(
        note_id=told.note_id,
        kind=told.kind,
        happened_at=told.happened_at,
        sent_at=sent_at,
        round_id=told.round_id,
        position=told.position,
        what=told.what,
        words=told.words,
        facts=facts,
        clock_offset=told.clock_offset,
        heard_at=told.heard_at,
        seq=told.seq,
    )


def _answer(answer: doorstep.ScanAnswer) -> dict[str, Any]:
    told = {"scan_id": answer.scan_id, "status": answer.status, "code": answer.code, "field": None}
    return told | in_both(answer.message)
