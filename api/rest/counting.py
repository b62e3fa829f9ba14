"""Counting a list scan by scan: each code gets its own answer at once, and the count is kept."""

from __future__ import annotations

from typing import Annotated

from flask import Response, jsonify
from pydantic import Field, StringConstraints

from api import counting
from api.rest.common import v1
from api.schemas.answers import CountTold
from api.schemas.common import Body, RowId
from api.web.auth import allow
from api.words import in_both
from postal import models

ScannedCode = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class CountBody(Body):
    """The codes just scanned; none asks how far the count is."""

    codes: Annotated[list[ScannedCode], Field(max_length=counting.MAX_CODES, default_factory=list)]


class BatchPath(Body):
    """A batch."""

    batch_id: RowId


class RoundPath(Body):
    """A round."""

    round_id: RowId


class AgencyPath(Body):
    """An issuing office."""

    agency_id: RowId


@v1.post("/batches/<batch_id>/count", summary="Count a closed batch at the handover", responses={200: CountTold})
@allow(counting.RIGHTS[models.CountList.BATCH])
def post_batch_count(path: BatchPath, body: CountBody) -> Response:
    """Count codes against the batch's fixed list."""
    return _count(models.CountList.BATCH, path.batch_id, body)


@v1.post("/rounds/<round_id>/load", summary="Count what a courier takes along", responses={200: CountTold})
@allow(counting.RIGHTS[models.CountList.LOAD])
def post_round_load(path: RoundPath, body: CountBody) -> Response:
    """Count codes against a round's load: what is not scanned is not loaded."""
    return _count(models.CountList.LOAD, path.round_id, body)


@v1.post("/rounds/<round_id>/back", summary="Count what a courier brings back", responses={200: CountTold})
@allow(counting.RIGHTS[models.CountList.BACK])
def post_round_back(path: RoundPath, body: CountBody) -> Response:
    """Count codes against what a round must bring home."""
    return _count(models.CountList.BACK, path.round_id, body)


@v1.post("/agencies/<agency_id>/returns", summary="Count what goes back to an agency", responses={200: CountTold})
@allow(counting.RIGHTS[models.CountList.RETURNS])
def post_agency_returns(path: AgencyPath, body: CountBody) -> Response:
    """Count codes against an agency's return list."""
    return _count(models.CountList.RETURNS, path.agency_id, body)


@v1.post(
    "/agencies/<agency_id>/papers",
    summary="Count papers taken back and money by the items they belong to",
    responses={200: CountTold},
)
@allow(counting.RIGHTS[models.CountList.PAPERS])
def post_agency_papers(path: AgencyPath, body: CountBody) -> Response:
    """Count codes against the items an agency is owed papers or money for."""
    return _count(models.CountList.PAPERS, path.agency_id, body)


@v1.post(
    "/agencies/<agency_id>/dossiers",
    summary="Count dossiers collected at home that are submitted to an agency",
    responses={200: CountTold},
)
@allow(counting.RIGHTS[models.CountList.DOSSIERS])
def post_agency_dossiers(path: AgencyPath, body: CountBody) -> Response:
    """Count codes against the dossiers an agency is to receive."""
    return _count(models.CountList.DOSSIERS, path.agency_id, body)


def _count(which: models.CountList, subject_id: int, body: CountBody) -> Response:
    told = counting.scan_list(which, subject_id, body.codes)
    return jsonify(
        {
            "scans": [
                {
                    "code": scan.code,
                    "said": scan.said,
                    "tone": scan.tone,
                    **in_both(scan.message),
                }
                for scan in told.scans
            ],
            "n_scanned": told.n_scanned,
            "n_expected": told.n_expected,
        }
    )
