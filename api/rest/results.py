"""`POST /v1/results`: completed results, one or a batch."""

from __future__ import annotations

from flask import Response

from api.auth import allow, current_actor
from api.rest.common import many, once, single, source_system, v1
from api.schemas.answers import ResultsTold, RowTold
from api.schemas.intake import ResultBatch, ResultsBody
from api.wiring import services
from postal import Action, Session, intake


@v1.post(
    "/results",
    summary="Bring in one completed result, or a batch of up to 500",
    responses={200: ResultsTold, 201: RowTold, 202: RowTold},
)
@allow(Action.IMPORT_RESULTS)
def post_results(body: ResultsBody) -> Response:
    """Accept results: 201 for one (202 where somebody must look), 200 with one entry a row for a batch."""
    told = body.root
    rows = [row.as_row() for row in told.results] if isinstance(told, ResultBatch) else [told.as_row()]

    def work(session: Session) -> tuple[int, dict[str, object]]:
        report = intake.accept_results(
            session,
            rows,
            source_system=source_system(),
            guide=services().guide,
            user_id=current_actor().user_id,
            now=services().now(),
        )
        return many(report, "results") if isinstance(told, ResultBatch) else single(report)

    return once(work)
