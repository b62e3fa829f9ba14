"""REST for other systems and for couriers' phones: `/v1`, strict JSON in, problem documents out."""

from __future__ import annotations

from flask_openapi3 import OpenAPI

from api.rest import (
    carriers,
    collections,
    courier,
    couriers,
    dossiers,
    endpoints,
    items,
    operations,
    pictures,
    results,
    scans,
)
from api.rest.common import v1
from api.rest.counting import counting_routes
from api.rest.under_way import messages, money, moves
from api.web.observability import Meters

__all__ = [
    "carriers",
    "collections",
    "courier",
    "couriers",
    "dossiers",
    "endpoints",
    "items",
    "messages",
    "money",
    "moves",
    "operations",
    "pictures",
    "register_rest",
    "results",
    "scans",
]


def register_rest(app: OpenAPI, meters: Meters) -> None:
    """Add every API route."""
    app.register_api(v1)
    app.register_api(counting_routes())
    operations.register(app, meters)
