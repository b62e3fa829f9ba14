"""`POST /v1/carrier-reports`: what another carrier tells of items passed to it."""

from __future__ import annotations

from typing import Annotated

from flask import Response, jsonify
from pydantic import Field, StringConstraints

from api.rest.common import v1
from api.schemas.answers import CarrierReportsTold
from api.schemas.common import Body, Instant
from api.web.auth import acting, allow
from postal import Action
from postal.life import carriers

Status = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")]


class CarrierReportBody(Body):
    """One line: the item by S10 or dossier code, the carrier's own status code, and which list of codes it is of."""

    code: Annotated[str, StringConstraints(min_length=4, max_length=80)]
    status: Status
    version: Annotated[str, StringConstraints(min_length=1, max_length=10, pattern=r"^[A-Za-z0-9.]+$")] = "2"
    happened_at: Instant


class CarrierReportsBody(Body):
    """Up to 500 lines, in the order they happened."""

    reports: Annotated[list[CarrierReportBody], Field(min_length=1, max_length=carriers.MAX_REPORTS)]


@v1.post(
    "/carrier-reports",
    summary="Report as a carrier what became of items passed on; codes nobody knows are kept as they came",
    responses={200: CarrierReportsTold},
)
@allow(Action.REPORT_AS_CARRIER)
def post_carrier_reports(body: CarrierReportsBody) -> Response:
    """Keep the lines; the carrier is the system of the key."""
    reports = [carriers.Reported(**reported.model_dump()) for reported in body.reports]
    with acting() as act:
        rows = carriers.take_reports(act, act.by.source_system or "", reports)
        recorded = [{"code": row.code, "status": row.status, "outcome": row.outcome} for row in rows]
    return jsonify({"reports": recorded})
