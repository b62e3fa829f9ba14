"""What the flood page shows: the communes as areas, what holds, what ended, and what an order would do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from flask import url_for

from api.pages.dispatch.plan_words import say_order
from api.pages.dispatch.plans.areas import areas as drawn_areas
from api.pages.dispatch.plans.areas import ground
from api.web.auth import current_actor
from api.wiring import services
from postal import Action, Session, models, rounds, under_way
from postal.network import closures, coverage, crew
from postal.rules import alphabet
from routing import Commune

_SEEN = timedelta(days=90)


def areas(session: Session, day: date) -> list[dict[str, Any]]:
    """Return every commune with its area and office, whether it is cut off on a day, and if the reader may say so."""
    register, actor = services().guide.register, current_actor()
    rings, served = drawn_areas(session), coverage.offices_by_commune(session)
    closed = frozenset(closures.closed_communes(session, day))

    def line(commune: Commune) -> dict[str, Any]:
        office = served.get(commune.code)
        is_own = office is not None and actor.office_id in (None, office.id)
        return {
            "code": commune.code,
            "name": commune.full_name,
            "office": office.name if office is not None else "",
            "ring": rings[commune.code],
            "is_closed": commune.code in closed,
            "may_close": actor.may(Action.PLAN) and is_own,
        }

    return [line(one) for one in sorted(register, key=lambda one: alphabet.alphabetical(one.name))]


def by_office(found: Collection[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Return what of these areas the reader may cut off, by the office that delivers there."""
    offices: dict[str, list[Mapping[str, Any]]] = {}
    for one in found:
        if one["may_close"]:
            offices.setdefault(one["office"], []).append(one)
    return sorted(offices.items(), key=lambda entry: alphabet.alphabetical(entry[0]))


def standing(session: Session, day: date) -> list[dict[str, Any]]:
    """Return the closures that hold on a day or later."""
    return [_closure(one) for one in closures.closures(session, on=day)]


def ended(session: Session, day: date) -> list[dict[str, Any]]:
    """Return the closures of the last ninety days that are over or were taken back."""
    return [_closure(one) for one in closures.over(session, before=day, since=day - _SEEN)]


def roads(session: Session, day: date) -> list[dict[str, Any]]:
    """Return the roads closed on a day, each with its two ends as the map reads them."""
    found = [order for order in rounds.orders_of(session, day) if order.kind == rounds.CLOSED_ROAD]
    return [
        {
            "id": order.id,
            "line": " ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in order.detail["ends"]),
            "said": say_order(order, ""),
            "reason": order.reason,
            "from_date": order.from_date,
            "until_date": order.until_date,
            "end_url": url_for("staff.day_order_end", order_id=order.id),
        }
        for order in found
    ]


def road_closing(session: Session, day: date) -> dict[str, Any]:
    """Return what a page needs that closes roads on a map with `staff/road_closing.html`; a road is the province's."""
    actor = current_actor()
    may_close_roads = actor.may(Action.PLAN) and actor.office_id is None
    if not may_close_roads:
        return {"may_close_roads": False}
    return {"may_close_roads": True, "ground": ground(session), "roads": roads(session, day)}


def effect(session: Session, found: under_way.Effect, cut: closures.Cut) -> dict[str, Any]:
    """Return what an order would do, with the names of those whose rounds it concerns."""
    register = services().guide.register
    names = crew.names_of(session, {hit.round.courier_id for hit in found.rounds})
    return {
        "communes": [register.commune(code).full_name for code in cut.communes],
        "n_promises": found.n_promises,
        "latest": found.latest,
        "n_waiting": found.n_waiting,
        "n_recipients": found.n_recipients,
        "rounds": [
            {
                "id": hit.round.id,
                "number": hit.round.number,
                "day": hit.round.plan.day,
                "name": names[hit.round.courier_id],
                "office": hit.round.office.name,
                "status": hit.round.status,
                "n_stops": hit.n_stops,
                "plan_id": hit.round.plan_id,
            }
            for hit in found.rounds
        ],
    }


def _closure(one: models.CommuneClosure) -> dict[str, Any]:
    commune = services().guide.register.find(one.commune_code)
    return {
        "id": one.id,
        "code": one.commune_code,
        "name": commune.full_name if commune is not None else one.commune_code,
        "from_date": one.from_date,
        "until_date": one.until_date,
        "reason": one.reason,
        "proof": one.proof,
        "noted_at": one.noted_at,
        "taken_back_at": one.taken_back_at,
    }
