"""Health for the operator, counts and coverage for other systems."""

from __future__ import annotations

import dataclasses

from flask import Response, jsonify, make_response
from flask_openapi3 import OpenAPI
from pydantic import Field

from api.rest.common import v1
from api.schemas.answers import CommunesTold, ErrorTold, QueueTold
from api.schemas.common import Body
from api.web.auth import allow, allow_everybody, current_actor
from api.web.errors import explained
from api.web.observability import Meters
from api.web.problems import WebRefusal
from api.wiring import services
from api.words import in_both
from postal import Action, current_revision, newest_revision, queue, rounds

_IDEMPOTENCY = (
    "Send a header Idempotency-Key with 8 to 200 characters of your own, a new one for each request and the same one "
    "for each repeat of it. A repeat gets the first answer, marked Idempotency-Replayed: true."
)


@v1.get("/queue", summary="How many items wait for what", responses={200: QueueTold})
@allow(Action.SEE_QUEUE)
def get_queue() -> Response:
    """Return the counts of the queue."""
    wanted = queue.Wanted(office_id=current_actor().office_id)
    with services().database.read() as session:
        return jsonify(dataclasses.asdict(queue.queue_counts(session, wanted, now=services().now())))


@v1.get(
    "/communes",
    summary="The communes with office, delivery days, promise and last round",
    responses={200: CommunesTold},
)
@allow(Action.SEE_COVERAGE)
def get_communes() -> Response:
    """Return one entry for each commune of the register."""
    with services().database.read() as session:
        lines = rounds.coverage(session, services().guide.register)
    return jsonify(
        {
            "communes": [
                dataclasses.asdict(line) | {"last_round": line.last_round.isoformat() if line.last_round else None}
                for line in lines
            ]
        }
    )


class ErrorPath(Body):
    """A code from a problem document."""

    code: str = Field(max_length=60)


@v1.get("/errors/<code>", summary="What an error code means and what to do about it", responses={200: ErrorTold})
@allow_everybody("engineers look codes up before they have a key")
def get_error(path: ErrorPath) -> Response:
    """Return what a code means: of the web edge, of a use case, or of a row that was judged."""
    found = explained(path.code)
    if found is None:
        raise WebRefusal("not_found")
    problem = {"code": path.code, "status": found.status, **in_both(found.message)}
    if path.code in ("idempotency_key_required", "bad_key"):
        problem["how_to"] = _IDEMPOTENCY
    return jsonify(problem)


def register(app: OpenAPI, meters: Meters) -> None:
    """Add the operator's addresses: alive, ready, counters."""

    @app.get("/healthz", doc_ui=False)
    @allow_everybody("a supervisor asks whether the process lives", asks_nobody=True)
    def healthz() -> Response:
        return jsonify({"status": "ok"})

    @app.get("/readyz", doc_ui=False)
    @allow_everybody("a load balancer asks whether requests can be served")
    def readyz() -> Response:
        is_ready = current_revision(services().database.engine) == newest_revision()
        answer = jsonify({"status": "ok" if is_ready else "tables_out_of_date"})
        return make_response(answer, 200 if is_ready else 503)

    @app.get("/metrics", doc_ui=False)
    @allow(Action.SEE_METRICS)
    def metrics() -> Response:
        return meters.exposition()

    @app.get("/openapi.json", doc_ui=False)
    @allow_everybody("engineers read the contract before they have a key")
    def openapi() -> Response:
        return jsonify(app.api_doc)
