"""Where a system wants to be told: its own endpoints, their secrets, what waits."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, jsonify, make_response
from pydantic import Field, StringConstraints

from api.rest.common import source_system, v1
from api.schemas.answers import EndpointRemovedTold, EndpointsTold, EndpointTold, NewEndpointTold
from api.schemas.common import Body, RowId
from api.web.auth import acting, allow, current_actor
from api.wiring import callback_policy, services
from postal import Action, models, outside
from postal.access import audit


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


@v1.put("/endpoints/<endpoint_id>", summary="Change a receiver's address and kinds", responses={200: EndpointTold})
@allow(Action.MANAGE_ENDPOINTS)
def put_endpoint(path: EndpointPath, body: EndpointBody) -> Response:
    """Send to another address from now on; the secret stays."""
    with acting() as act:
        endpoint = outside.find_endpoint(act.session, path.endpoint_id, current_actor().source_system)
        policy = callback_policy(services().settings)
        outside.change_endpoint(act.session, endpoint, url=body.url, kinds=body.kinds, policy=policy)
        audit.note(act, "endpoint_changed", "endpoint", endpoint.id)
        return jsonify(_endpoint_body(endpoint))


@v1.post("/endpoints/<endpoint_id>/pause", summary="Keep what comes, send nothing", responses={200: EndpointTold})
@allow(Action.MANAGE_ENDPOINTS)
def post_pause(path: EndpointPath) -> Response:
    """Send nothing until the endpoint is resumed."""
    with acting() as act:
        endpoint = outside.find_endpoint(act.session, path.endpoint_id, current_actor().source_system)
        outside.pause(act.session, endpoint)
        audit.note(act, "endpoint_paused", "endpoint", endpoint.id)
        return jsonify(_endpoint_body(endpoint))


@v1.post(
    "/endpoints/<endpoint_id>/resume",
    summary="Send again; what was parked goes first, in order",
    responses={200: EndpointTold},
)
@allow(Action.MANAGE_ENDPOINTS)
def post_resume(path: EndpointPath) -> Response:
    """Send again everything that waits or was parked, under its old ids."""
    with acting() as act:
        endpoint = outside.find_endpoint(act.session, path.endpoint_id, current_actor().source_system)
        outside.resume(act.session, endpoint)
        n_again = outside.replay(act.session, endpoint.id, now=act.now)
        audit.note(act, "endpoint_resumed", "endpoint", endpoint.id, n_again=n_again)
        return jsonify(_endpoint_body(endpoint))


@v1.delete(
    "/endpoints/<endpoint_id>",
    summary="Remove a receiver; what waits for it is dropped",
    responses={200: EndpointRemovedTold},
)
@allow(Action.MANAGE_ENDPOINTS)
def delete_endpoint(path: EndpointPath) -> Response:
    """Take a receiver away for good; the answer says how many messages will never be sent."""
    with acting() as act:
        endpoint = outside.find_endpoint(act.session, path.endpoint_id, current_actor().source_system)
        n_dropped = outside.remove_endpoint(act.session, endpoint)
        audit.note(act, "endpoint_removed", "endpoint", endpoint.id, n_dropped=n_dropped)
        return jsonify({"id": endpoint.id, "n_dropped": n_dropped})


def _endpoint_body(endpoint: models.CallbackEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "kinds": endpoint.kinds,
        "state": str(endpoint.state),
        "failing_since": endpoint.failing_since.isoformat() if endpoint.failing_since else None,
    }
