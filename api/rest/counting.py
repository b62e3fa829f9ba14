"""Counting a list scan by scan: each code gets its own answer at once, and the count is kept.

One route for each kind of list in `postal.counting.lists`; a new kind has its route without a line here.
"""

from __future__ import annotations

from typing import Annotated

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint
from pydantic import Field, StringConstraints

from api.rest.common import blueprint
from api.schemas.answers import CountTold
from api.schemas.common import Body, RowId
from api.web.auth import acting, allow
from api.words import in_both
from postal import counting

# One request holds its list against other scanners; a page of codes is short enough not to be felt.
MAX_CODES = 500
ScannedCode = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class CountBody(Body):
    """The codes just scanned; none asks how far the count is."""

    codes: Annotated[list[ScannedCode], Field(max_length=MAX_CODES, default_factory=list)]


class BatchPath(Body):
    """A batch."""

    batch_id: RowId


class RoundPath(Body):
    """A round."""

    round_id: RowId


class AgencyPath(Body):
    """An issuing office."""

    agency_id: RowId


class OfficePath(Body):
    """A delivery office."""

    office_id: RowId


class MovePath(Body):
    """A move between two rounds."""

    move_id: RowId


_PATHS: dict[str, type[Body]] = {
    "batch_id": BatchPath,
    "round_id": RoundPath,
    "agency_id": AgencyPath,
    "office_id": OfficePath,
    "move_id": MovePath,
}


def counting_routes() -> APIBlueprint:
    """Return one route for each kind of counted list there is now."""
    routes = blueprint("counts")
    for kind in counting.all_lists().values():
        _add(routes, kind)
    return routes


def _add(routes: APIBlueprint, kind: counting.ListKind) -> None:
    argument = kind.of.argument

    def view(path: Body, body: CountBody) -> Response:
        with acting() as act:
            return jsonify(_answer(counting.scan_own_list(act, kind, getattr(path, argument), body.codes)))

    # The OpenAPI document and the parser of requests read the view's name and types.
    view.__name__, view.__doc__ = f"post_{kind.name}", f"{kind.summary}."
    view.__annotations__ = {"path": _PATHS[argument], "body": CountBody}
    rule = f"/{kind.of.path}/<{argument}>/{kind.path}"
    routes.post(rule, summary=kind.summary, responses={200: CountTold})(allow(kind.right)(view))


def _answer(scanned: counting.Scanned) -> dict[str, object]:
    return {
        "scans": [
            {
                "code": answer.code,
                "said": answer.match,
                "tone": answer.tone,
                **in_both(answer.message),
            }
            for answer in scanned.answers
        ],
        "n_scanned": scanned.n_scanned,
        "n_expected": scanned.n_expected,
    }
