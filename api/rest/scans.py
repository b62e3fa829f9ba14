"""`POST /v1/scans`: what happened at the doors, from a courier's phone or another system's terminal."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response, jsonify
from pydantic import Field, StringConstraints

from api.rest.common import v1
from api.rest.envelopes import Locked, SealedBodies, open_all, some_of
from api.schemas.answers import ScansTold
from api.schemas.common import Body, Degrees, DeviceClock, Instant, Line200, Money, Whole
from api.schemas.each import KEEP_UNREAD, Unread, read_and_unread
from api.schemas.pictures import PictureId
from api.web.auth import acting, allow
from api.web.errors import Problem, problem_of, problems_of_entry
from api.words import Said, in_both
from postal import Action, EventKind, InvalidInput, custody, doorstep, pictures

# A PNG or JPEG in base64, drawn on the device: a few kilobytes; a day's scans are one request.
Picture = Annotated[str, StringConstraints(max_length=200_000, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
ScanId = Annotated[str, StringConstraints(min_length=4, max_length=60, pattern=r"^[A-Za-z0-9._:-]+$")]


class ProofBody(Body):
    """Who received, what was shown, what was paid and taken back."""

    receiver_name: Annotated[str, StringConstraints(max_length=250)]
    relation: Literal["self", "authorised", "introduced"] = "self"
    id_kind: Literal["cccd", "passport", "vneid", "other"] = "cccd"
    id_tail: Annotated[str, StringConstraints(max_length=4)] = ""
    letter_number: Annotated[str, StringConstraints(max_length=40)] = ""
    seal: Annotated[str, StringConstraints(max_length=40)] = ""
    n_documents: Annotated[Whole, Field(ge=0, le=50)] | None = None
    fee_vnd: Money = 0
    fee_receipt: Annotated[str, StringConstraints(max_length=40)] | None = None
    receipt_number: Annotated[str, StringConstraints(max_length=40)] = ""
    taken_back: Annotated[list[Line200], Field(max_length=50, default_factory=list)]
    lat: Degrees | None = None
    lon: Degrees | None = None
    signature: Picture | None = None


class ScanBody(DeviceClock):
    """One act. ``scan_id`` is the device's own: a repeat of it is the same act."""

    scan_id: ScanId
    code: Annotated[str, StringConstraints(min_length=4, max_length=80)]
    kind: Literal[
        "out_for_delivery", "delivered", "attempt_failed", "out_for_collection", "collected", "collection_failed"
    ]
    happened_at: Instant
    reason: Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Z_]+$")] | None = None
    called_at: Annotated[list[Instant], Field(max_length=20, default_factory=list)]
    words: Annotated[str, StringConstraints(max_length=1_000)] = ""
    proof: ProofBody | None = None
    pictures: Annotated[list[PictureId], Field(max_length=pictures.MOST_OF_AN_ACT, default_factory=list)]


class ScansBody(Body):
    """Up to 500 scans, plain or sealed; ``sent_at`` is the device's time now, so that a wrong clock is corrected."""

    scans: Annotated[
        list[Annotated[ScanBody, KEEP_UNREAD]],
        Field(min_length=1, max_length=doorstep.MAX_SCANS, default_factory=list),
    ]
    sealed: SealedBodies
    sent_at: Instant | None = None


@v1.post(
    "/scans",
    summary="Report scans of one's own round; late, doubled and shuffled ones are welcome",
    responses={200: ScansTold},
)
@allow(Action.SCAN_OWN_ROUND, Action.ENTER_ROUND_RESULTS)
def post_scans(body: ScansBody) -> Response:
    """Record scans; the answer has one entry for each: recorded, held, known or refused with its code.

    First those of the scans in the clear, then those of the sealed ones.
    """
    told: dict[int, dict[str, Any]] = {}
    scans: dict[int, doorstep.CourierScan] = {}
    drawn: dict[str, bytes] = {}
    sealed = open_all(body.sealed, ScanBody, id_field="scan_id")
    for position, entry in enumerate([*read_and_unread(some_of(body.scans, body.sealed, "scans")), *sealed]):
        try:
            scans[position] = _scan(entry, position, body.sent_at, drawn)
        except _Refused as refusal:
            told[position] = _answer(refusal.scan_id, "refused", refusal.problem.code, refusal.problem.message)
            told[position]["field"] = refusal.problem.field
    with acting() as act:
        answers = doorstep.record_scans(act, list(scans.values()))
    told |= {
        position: _answer(a.scan_id, a.status, a.code, a.message, a.missing_pictures)
        for position, a in zip(scans, answers, strict=True)
    }
    return jsonify({"scans": [told[position] for position in sorted(told)]})


class _Refused(Exception):
    """A scan that cannot be read, with what is wrong with it."""

    def __init__(self, scan_id: str, problem: Problem) -> None:
        self.scan_id, self.problem = scan_id, problem
        super().__init__(problem.code)


def _scan(
    entry: ScanBody | Unread | Locked, position: int, sent_at: datetime | None, drawn: dict[str, bytes]
) -> doorstep.CourierScan:
    """Return an entry that was read and whose picture is one, as the rules read it. Raises _Refused."""
    if isinstance(entry, Locked):
        raise _Refused(entry.entry_id, problem_of(entry.why))
    if isinstance(entry, Unread):
        raise _Refused(entry.text("scan_id", 60), problems_of_entry(entry.why, f"scans.{position}")[0])
    try:
        return courier_scan(entry, sent_at, drawn)
    except InvalidInput as exc:
        problem = problem_of(exc)
        field = f"scans.{position}.proof.{problem.field}"
        raise _Refused(entry.scan_id, replace(problem, field=field)) from exc


def _answer(
    scan_id: str, status: str, code: str, message: Said | None, missing: tuple[str, ...] = ()
) -> dict[str, Any]:
    told = {"scan_id": scan_id, "status": status, "code": code, "field": None, "missing_pictures": list(missing)}
    return told | in_both(message)


def courier_scan(
    told: ScanBody, sent_at: datetime | None, drawn: dict[str, bytes] | None = None
) -> doorstep.CourierScan:
    """Return a scan as the rules read it. ``drawn`` keeps the signatures made anew so far: a stop's pieces share one.

    Raises InvalidInput for a signature that is no picture.
    """
    proof = None
    if told.proof is not None:
        fields = told.proof.model_dump(exclude={"signature"})
        is_authorised = told.proof.relation == "authorised"
        signature = picture_of(told.proof.signature, drawn)
        proof = doorstep.ProofIn(**fields, is_authorised=is_authorised, signature=signature)
    return doorstep.CourierScan(
        scan_id=told.scan_id,
        s10=told.code,
        dossier_code=told.code,
        kind=EventKind(told.kind),
        happened_at=told.happened_at,
        sent_at=sent_at,
        reason=told.reason,
        called_at=tuple(told.called_at),
        words=told.words,
        proof=proof,
        pictures=tuple(told.pictures),
        clock_offset=told.clock_offset,
        heard_at=told.heard_at,
        seq=told.seq,
    )


def picture_of(text: str | None, drawn: dict[str, bytes] | None = None) -> bytes | None:
    """Return a drawn signature in base64 made anew, None for none. Raises InvalidInput.

    Decoding takes long: it is done before anything is locked, and once for what is in ``drawn``.
    """
    if text is None:
        return None
    drawn = {} if drawn is None else drawn
    if text in drawn:
        return drawn[text]
    try:
        made = custody.check_drawn(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as exc:
        raise InvalidInput(field="signature") from exc
    except InvalidInput as exc:
        exc.field = "signature"
        raise
    drawn[text] = made
    return made
