"""`POST /v1/dossiers`: what the one-stop system says of a dossier before its result is ready."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from flask import Response, jsonify
from pydantic import Field, StringConstraints

from api.rest.common import v1
from api.schemas.answers import DossierTold
from api.schemas.common import Body, Instant, Line200
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from postal import Action, citizen


class DossierBody(Body):
    """One dossier as it stands: statuses 1 to 8 of the national list; from 9 on there is a result."""

    dossier_code: Annotated[str, StringConstraints(min_length=4, max_length=80)] = Field(
        examples=["H57.15-261120-0001"]
    )
    office: Line200
    recipient: Line200
    phone: Annotated[str, StringConstraints(max_length=20, pattern=r"^[+0-9 .()-]*$")] = ""
    status: Annotated[int, Field(ge=1, le=8)]
    status_at: Instant
    appointment_on: date | None = None


@v1.post(
    "/dossiers",
    summary="Tell where a dossier stands before its result, for the citizen's page",
    responses={200: DossierTold},
)
@allow(Action.IMPORT_RESULTS)
def post_dossier(body: DossierBody) -> Response:
    """Note the status; repeating it changes nothing, and one told late takes its place in the order."""
    system = current_actor().source_system or services().settings.source_system
    with acting() as act:
        found = citizen.tell_dossier(
            act, citizen.DossierIn(**body.model_dump()), source_system=system, guide=services().guide
        )
        steps = sorted(found.steps, key=lambda one: one.happened_at)
        on = found.appointment_on
        told = {
            "dossier_code": found.dossier_code,
            "appointment_on": on.isoformat() if on is not None else None,
            "steps": [{"status": one.status, "at": one.happened_at.isoformat()} for one in steps],
        }
    return jsonify(told)
