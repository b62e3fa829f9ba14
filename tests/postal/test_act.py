"""Whoever acts is kept wherever an act leaves a trace: the user, the API key of a system, or the command."""

import pytest
from sqlalchemy import select

from postal import Actor, ActorKind, NewUser, Role, Scope, chain, command_actor, custody
from postal.access import accounts
from postal.life import items as life
from postal.models import AuditEntry, Handover, TrackingEvent
from postal.rules.lifecycle import EventKind
from tests import builders as build
from tests.postal import day as a_day

NOW = build.EVENING


@pytest.fixture
def actors(session):
    """Return one actor of each kind, and what a trace of it must say."""
    key, _ = build.api_key(session, build.SYSTEM, [Scope.ITEMS_CANCEL], now=NOW)
    new = NewUser(username="hang", password="bưu tá đi sớm", full_name="Hằng", role=Role.CENTRE_CLERK)
    user = accounts.add_user(session, new, now=NOW)
    return {
        "user": (Actor(kind=ActorKind.USER, user_id=user.id), (user.id, None, None)),
        "system": (Actor(kind=ActorKind.SYSTEM, api_key_id=key.id, source_system=build.SYSTEM), (None, key.id, None)),
        "command": (command_actor("results withdraw"), (None, None, "results withdraw")),
    }


@pytest.mark.parametrize("kind", ["user", "system", "command"])
def test_an_event_and_the_audit_name_whoever_acted(session, actors, kind):
    by, trace = actors[kind]
    item = build.accepted(session)[0]
    life.cancel(build.act(session, NOW, by=by), item, reason="cấp nhầm")
    event = session.scalars(select(TrackingEvent).where(TrackingEvent.kind == EventKind.CANCELLED)).one()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "withdrawn")).one()
    assert (event.user_id, event.api_key_id, event.command) == trace
    assert (entry.user_id, entry.api_key_id, entry.command) == trace


@pytest.mark.parametrize("kind", ["user", "system", "command"])
def test_a_receipt_names_whoever_recorded_it(session, actors, kind):
    by, trace = actors[kind]
    a_day.build_day(session)
    office_id = build.accepted(session, build.result(77))[0].consignment.issuing_office_id
    batch = custody.open_batch(build.act(session, NOW, by=by), office_id)
    manifest = build.closed_batch(session, batch.id)
    codes = [line.s10 for line in manifest.lines]
    act = build.act(session, NOW, by=by)
    receipt = custody.hand_over(act, batch.id, scanned=codes, giver=a_day.GIVER, receiver=a_day.RECEIVER)
    assert (receipt.recorded_by_id, receipt.api_key_id, receipt.command) == trace


@pytest.mark.parametrize("table", [TrackingEvent, Handover])
@pytest.mark.parametrize("column", ["api_key_id", "command"])
def test_the_chain_is_broken_where_somebody_else_is_named(session, actors, table, column):
    by, _ = actors["system" if column == "api_key_id" else "command"]
    build.s10_range(session)
    office_id = build.accepted(session)[0].consignment.issuing_office_id
    act = build.act(session, NOW, by=by)
    batch = custody.open_batch(act, office_id)
    manifest = build.closed_batch(session, batch.id)
    codes = [line.s10 for line in manifest.lines]
    custody.hand_over(act, batch.id, scanned=codes, giver=a_day.GIVER, receiver=a_day.RECEIVER)
    chain.seal(session, now=NOW)
    assert chain.check_chain(session).broken is None
    build.lift_guards(session)
    changed = session.scalars(select(table).where(getattr(table, column).is_not(None))).first()
    setattr(changed, column, None)
    session.flush()
    assert chain.check_chain(session).broken.why == "subject_changed"
