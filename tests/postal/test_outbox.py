"""What is queued with an event: exactly what was asked for, in the event's own transaction, nothing personal."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from postal import outside
from postal.models import Callback, CallbackEndpoint, CallbackState, CallbackTry, EndpointState
from postal.rules.lifecycle import EventKind
from tests import builders as build
from tests.postal.told import HERE, NOW, TOLD, WAY, endpoint, walk

URL = "http://127.0.0.1:9/"


def bodies(database):
    with database.read() as session:
        return [json.loads(text) for text in session.scalars(select(Callback.body).order_by(Callback.id))]


def n_queued(database, *where):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Callback).where(*where))


def test_every_event_is_told_but_the_inner_ones(database):
    endpoint(database, URL)
    walk(database, 1)
    told = bodies(database)
    assert tuple(body["type"] for body in told) == TOLD
    assert [body["data"]["sequence"] for body in told] == [1, 3, 4, 5]
    assert [body["data"]["state"] for body in told] == ["waiting", "handed_over", "on_round", "delivered"]
    assert set(told[0]["data"]) == {
        "dossier_code", "s10", "direction", "event_id", "sequence", "state", "reason", "happened_at", "recorded_at",
        "promised_by", "dossier_status",
    }  # fmt: skip


def test_the_dossier_is_returned_only_after_proof_of_delivery_never_at_handover(database):
    endpoint(database, URL)
    walk(database, 1)
    assert [body["data"]["dossier_status"] for body in bodies(database)] == [9, 9, 9, 10]


def test_an_endpoint_is_told_only_the_kinds_it_asked_for(database):
    endpoint(database, URL, "item.delivered")
    walk(database, 3)
    assert {body["type"] for body in bodies(database)} == {"item.delivered"}
    assert n_queued(database) == 3


def test_another_system_hears_nothing(database):
    with database.write() as session:
        outside.register_endpoint(session, "khac", URL, (), policy=HERE, now=NOW)
    walk(database, 1)
    assert n_queued(database) == 0


def test_an_event_that_leaves_no_trace_leaves_no_callback(database):
    endpoint(database, URL)
    with database.write() as session:
        build.accepted(session)
        session.rollback()
    assert n_queued(database) == 0


def test_each_endpoint_of_a_system_gets_its_own_message(database):
    endpoint(database, URL)
    endpoint(database, URL + "2")
    walk(database, 2)
    with database.read() as session:
        ids = list(session.scalars(select(Callback.message_id)))
    assert len(ids) == len(set(ids)) == 16


def test_a_disabled_endpoint_collects_what_it_can_catch_up_on_for_thirty_days_more(database):
    endpoint_id, _ = endpoint(database, URL)

    def disable(failing_since):
        with database.write() as session:
            found = outside.find_endpoint(session, endpoint_id)
            outside.disable(session, found)
            found.failing_since = failing_since

    disable(NOW - timedelta(days=5))
    walk(database, 1)
    assert n_queued(database, Callback.state == CallbackState.PARKED) == 4
    disable(NOW - timedelta(days=36))
    walk(database, 1, first=2)
    assert n_queued(database) == 4


def test_what_ended_is_kept_thirty_days_and_then_forgotten(database):
    endpoint(database, URL)
    walk(database, 2)
    with database.write() as session:
        first = session.scalars(select(Callback).order_by(Callback.id)).first()
        first.state = CallbackState.SENT
        session.add(CallbackTry(callback_id=first.id, tried_at=NOW, verdict="sent", took_ms=1))
    with database.write() as session:
        assert outside.forget_old(session, now=NOW + timedelta(days=29)) == 0
        assert outside.forget_old(session, now=NOW + timedelta(days=31)) == 1
    assert n_queued(database) == 7
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(CallbackTry)) == 0


def test_what_is_stuck_can_be_counted(database):
    endpoint_id, _ = endpoint(database, URL)
    walk(database, 2)
    with database.write() as session:
        found = outside.stuck(session, now=NOW + timedelta(hours=1))
        assert (found.n_due, found.oldest_due_at, found.n_parked) == (8, NOW, 0)
        session.get_one(CallbackEndpoint, endpoint_id).failing_since = NOW
        assert outside.stuck(session, now=NOW).failing_endpoint_ids == (endpoint_id,)
        outside.disable(session, session.get_one(CallbackEndpoint, endpoint_id))
        found = outside.stuck(session, now=NOW + timedelta(hours=1))
        assert (found.n_due, found.n_parked, found.disabled_endpoint_ids) == (0, 8, (endpoint_id,))
        assert session.get_one(CallbackEndpoint, endpoint_id).state is EndpointState.DISABLED


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind not in outside.outbox.INTERNAL])
def test_every_kind_but_the_inner_ones_can_be_asked_for(kind):
    assert f"item.{kind}" in outside.KINDS


def test_a_transaction_asks_for_the_endpoints_once_not_once_an_item(database):
    endpoint(database, URL)
    asked = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def listen(_connection, _cursor, statement, *_):
        asked.append("FROM callback_endpoints" in statement)

    walk(database, 5, way=WAY[:1])
    assert sum(asked) == 1
    assert n_queued(database) == 5
