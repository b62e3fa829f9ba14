"""Items with endpoints that are told about them: what every test of callbacks starts from."""

from __future__ import annotations

from datetime import datetime, timedelta

from postal import outside
from postal.db import Database
from postal.life import tracking
from postal.life.tracking import Scan
from postal.models import CallbackEndpoint
from postal.rules.lifecycle import EventKind
from tests import builders as build

NOW = build.EVENING
HERE = outside.AddressPolicy(allow_http_hosts=frozenset({"127.0.0.1"}))
# The way of an item that is delivered, as the receiving system is told it: batching stays inside.
WAY = (EventKind.BATCHED, EventKind.HANDED_OVER, EventKind.OUT_FOR_DELIVERY, EventKind.DELIVERED)
TOLD = ("item.accepted", "item.handed_over", "item.out_for_delivery", "item.delivered")


def endpoint(database: Database, url: str, *kinds: str, policy: outside.AddressPolicy = HERE) -> tuple[int, str]:
    """Register a receiver; return its id and secret."""
    with database.write() as session:
        added, secret = outside.register_endpoint(session, build.SYSTEM, url, kinds, policy=policy, now=NOW)
        return added.id, secret


def walk(database: Database, n_items: int, *, first: int = 1, now: datetime = NOW, way: tuple = WAY) -> None:
    """Bring items in and let each go its way, a minute a step."""
    guide = build.guide()
    with database.write() as session:
        items = build.accepted(session, *(build.result(first + i) for i in range(n_items)), now=now, guide=guide)
        for step, kind in enumerate(way, start=1):
            for item in items:
                scan = Scan(kind=kind, scan_id=f"{kind}:{item.id}", happened_at=now + timedelta(minutes=step))
                tracking.record_strictly(build.act(session, now), item, scan)


def state_of(database: Database, endpoint_id: int) -> str:
    """Return how an endpoint stands."""
    with database.read() as session:
        return str(session.get_one(CallbackEndpoint, endpoint_id).state)
