"""`POST /v1/carrier-reports`: what another carrier tells of items passed to it."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, jsonify
from pydantic import Field, StringConstraints

from api.rest.common import v1
from api.schemas.answers import CarrierReportsTold
from api.schemas.common import Body, Instant
from api.schemas.each import KEEP_UNREAD, Unread, read_and_unread
from api.web.auth import acting, allow
from api.web.errors import problems_of_entry
from postal import Action, models
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

    reports: Annotated[
        list[Annotated[CarrierReportBody, KEEP_UNREAD]], Field(min_length=1, max_length=carriers.MAX_REPORTS)
    ]


@v1.post(
    "/carrier-reports",
    summary="Report as a carrier what became of items passed on; codes nobody knows are kept as they came",
    responses={200: CarrierReportsTold},
)
@allow(Action.REPORT_AS_CARRIER)
def post_carrier_reports(body: CarrierReportsBody) -> Response:
    """Keep the lines; the carrier is the system of the key.

    Every line is answered, also where none can be read: a carrier that is refused as a whole sends the same lines for
    ever, and the good ones behind them never come.
    """
    entries = read_and_unread(body.reports)
    reports = [carriers.Reported(**one.model_dump()) for one in entries if not isinstance(one, Unread)]
    with acting() as act:
        rows = iter(carriers.take_reports(act, act.by.source_system or "", reports))
        lines = [
            _refused(one, position) if isinstance(one, Unread) else _line_body(next(rows))
            for position, one in enumerate(entries)
        ]
    return jsonify({"reports": lines})


def _line_body(row: models.CarrierReport) -> dict[str, Any]:
    return {"code": row.code, "status": row.status, "outcome": row.outcome, "problem": None, "field": None}


def _refused(entry: Unread, position: int) -> dict[str, Any]:
    """Return the answer for a line that cannot be read: it is kept out by its code, the others are taken."""
    problem = problems_of_entry(entry.why, f"reports.{position}")[0]
    return {
        "code": entry.text("code", 80),
        "status": entry.text("status", 40),
        "outcome": "refused",
        "problem": problem.code,
        "field": problem.field,
    }
