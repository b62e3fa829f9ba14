"""`POST /v1/results`: completed results, one or a batch."""

from __future__ import annotations

from flask import Response

from api.rest.common import bring_in, rows_of, v1
from api.schemas.answers import ResultsTold, RowTold
from api.schemas.intake import ResultBatch, ResultsBody
from api.web.auth import allow
from postal import Action, intake


@v1.post(
    "/results",
    summary="Bring in one completed result, or a batch of up to 500",
    responses={200: ResultsTold, 201: RowTold, 202: RowTold},
)
@allow(Action.IMPORT_RESULTS)
def post_results(body: ResultsBody) -> Response:
    """Accept results: 201 for one (202 where somebody must look), 200 with one entry a row for a batch."""
    sent = body.root
    if isinstance(sent, ResultBatch):
        return bring_in(intake.accept_results, rows_of(sent.results, "results"), batch="results")
    return bring_in(intake.accept_results, [sent.as_row()], batch=None)
