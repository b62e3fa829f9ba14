"""Where a system wants to be told: its own endpoints, their secrets, what waits."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, jsonify, make_response
from pydantic import Field, StringConstraints

from api.rest.common import source_system, v1
from api.schemas.answers import EndpointsTold, NewEndpointTold
from api.schemas.common import Body, RowId
from api.web.auth import allow, current_actor
from api.wiring import callback_policy, services
from postal import Action, models, outside


class EndpointBody(Body):
    """Where to send; no kinds: every kind."""

    url: Annotated[str, StringConstraints(min_length=8, max_length=500)]
    kinds: Annotated[list[Annotated[str, StringConstraints(max_length=60)]], Field(max_length=60, default_factory=list)]


class EndpointPath(Body):
    """An endpoint of one's own."""

    endpoint_id: RowId


@v1.get("/endpoints", summary="One's own receivers of callbacks", responses={200: EndpointsTold})
@allow(Action.SEE_CALLBACKS)
def get_endpoints() -> Response:
    """List the endpoints; secrets are never shown again."""
    with services().database.read() as session:
        found = outside.endpoints_of(session, current_actor().source_system)
        return jsonify({"endpoints": [_endpoint_body(endpoint) for endpoint in found]})


@v1.post(
    "/endpoints", summary="Register a receiver; the answer holds its secret, once", responses={201: NewEndpointTold}
)
@allow(Action.MANAGE_ENDPOINTS)
def post_endpoint(body: EndpointBody) -> Response:
    """Register a receiver and return its secret."""
    with services().database.write() as session:
        endpoint, secret = outside.register_endpoint(
            session,
            source_system(),
            body.url,
            body.kinds,
            policy=callback_policy(services().settings),
            now=services().now(),
        )
        return make_response(jsonify(_endpoint_body(endpoint) | {"secret": secret}), 201)


@v1.post(
    "/endpoints/<endpoint_id>/rotate",
    summary="Take a new secret; both sign for a day",
    responses={200: NewEndpointTold},
)
@allow(Action.MANAGE_ENDPOINTS)
def post_rotate(path: EndpointPath) -> Response:
    """Return a new secret; the old one stays good for 24 hours."""
    with services().database.write() as session:
        endpoint = outside.find_endpoint(session, path.endpoint_id, current_actor().source_system)
        secret = outside.rotate_secret(session, endpoint, now=services().now())
        return jsonify(_endpoint_body(endpoint) | {"secret": secret})


def _endpoint_body(endpoint: models.CallbackEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "kinds": endpoint.kinds,
        "state": str(endpoint.state),
        "failing_since": endpoint.failing_since.isoformat() if endpoint.failing_since else None,
    }
