"""What the page of a plan shows: rounds by their couriers' names, loads of the communes, and what was left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from api.pages.dispatch.plan_words import say_other_day, say_remedy, say_rival, say_why
from api.pages.dispatch.plans.cells import cells
from api.web.auth import current_actor
from api.wiring import services
from postal import Action, Session, desk, models, rounds
from postal.network import crew
from postal.rules import alphabet
from routing import Commune, Remedy

N_HUES = 20
"""So many colours the rounds of a map have before the first comes again (api/static/plan.css)."""


def own_rounds(found: Sequence[models.DeliveryRound]) -> list[models.DeliveryRound]:
    """Return those of a plan's rounds that the reader may see."""
    office_id = current_actor().office_id
    return [r for r in found if office_id in (None, r.office_id)]


def cards(session: Session, own: Sequence[models.DeliveryRound]) -> list[dict[str, Any]]:
    """Return the rounds with their stops in order, as the lists and the map beside them show both."""
    names = crew.names_of(session, {one.courier_id for one in own})
    return [_card(one, names[one.courier_id]) for one in own]


def _card(found: models.DeliveryRound, name: str) -> dict[str, Any]:
    return {
        "id": found.id,
        "number": found.number,
        "hue": (found.number - 1) % N_HUES,
        "office_name": found.office.name,
        "home": at(found.office.lat, found.office.lon),
        "courier": name,
        "leave_at_s": found.leave_at_s,
        "back_at_s": found.back_at_s,
        "travel_m": found.travel_m,
        "n_stops": len(found.stops),
        "stops": [_stop(stop) for stop in found.stops],
    }


def _stop(stop: models.RoundStop) -> dict[str, Any]:
    consignment = stop.consignment
    return {
        "id": consignment.id,
        "position": stop.position,
        "at": at(consignment.lat, consignment.lon),
        "dossier_code": consignment.items[0].dossier_code,
        "n_pieces": len(consignment.items),
        "commune": commune_name(consignment.commune_code),
        "start_s": stop.start_s,
        "is_kept": stop.kept_for_id is not None,
    }


def at(lat: float | None, lon: float | None) -> str:
    """Return a point as the map reads it: "16.46370,107.59090"; "" for none."""
    return "" if lat is None or lon is None else f"{lat:.5f},{lon:.5f}"


def commune_name(code: str | None) -> str:
    """Return a commune's name as papers print it, a dash for one that is not known."""
    commune = services().guide.register.find(code or "")
    return commune.full_name if commune else "–"


def loads(own: Sequence[models.DeliveryRound], unserved: Sequence[models.PlanUnserved]) -> list[dict[str, Any]]:
    """Return how much each commune has on the plan and beside it, with the area the map draws; the fullest first."""
    register = services().guide.register
    on_rounds = Counter(stop.consignment.commune_code for one in own for stop in one.stops)
    left_over = Counter(one.consignment.commune_code for one in unserved)
    rings = cells(register.communes)

    def line(commune: Commune) -> dict[str, Any]:
        n, n_left = on_rounds[commune.code], left_over[commune.code]
        ring = " ".join(at(corner.lat, corner.lon) for corner in rings[commune.code])
        return {"name": commune.full_name, "ring": ring, "n_stops": n, "n_left": n_left}

    by_name = sorted(register, key=lambda commune: alphabet.alphabetical(commune.name))
    return sorted(map(line, by_name), key=lambda one: -(one["n_stops"] + one["n_left"]))


def free(session: Session, found: models.DayPlan) -> list[tuple[str, str]]:
    """Return the codes and names of those who might walk one more round."""
    able = rounds.free_couriers(session, found)
    names = crew.names_of(session, {one.id for one in able})
    return [(one.code, names[one.id]) for one in able]


def unserved_lines(session: Session, found: models.DayPlan) -> list[dict[str, Any]]:
    """Return what a plan left out, with what a dispatcher can order for it."""
    may_order = current_actor().may(Action.PLAN) and found.status != models.PlanStatus.SUPERSEDED
    ordered = {
        order.detail["consignment_id"]
        for order in rounds.orders_of(session, found.day)
        if order.kind == "remedy" and order.ordered_at > found.made_at
    }
    remedies = {one.id: rounds.remedy_of(one) for one in found.unserved}
    rivals = _dossiers(session, found, remedies)
    return [_unserved(one, remedies[one.id], may_order, ordered, rivals) for one in found.unserved]


def _dossiers(session: Session, found: models.DayPlan, remedies: dict[int, Remedy | None]) -> dict[str, str]:
    """Return the dossier codes of the stops that took the room of others, most of them on the plan itself."""
    known = {str(s.consignment_id): s.consignment.items[0].dossier_code for r in found.rounds for s in r.stops}
    for remedy in remedies.values():
        rival = remedy.rival.stop_id if remedy and remedy.rival else ""
        if rival.isdigit() and rival not in known:
            known[rival] = desk.consignment(session, int(rival)).items[0].dossier_code
    return known


def _unserved(
    unserved: models.PlanUnserved, remedy: Remedy | None, may_order: bool, ordered: set[int], rivals: dict[str, str]
) -> dict[str, Any]:
    consignment = unserved.consignment
    return {
        "id": unserved.id,
        "consignment_id": consignment.id,
        "at": at(consignment.lat, consignment.lon),
        "dossier_code": consignment.items[0].dossier_code,
        "commune": commune_name(consignment.commune_code),
        "why": say_why(unserved.reason),
        "remedy": say_remedy(remedy) if remedy else say_other_day(unserved.detail),
        "rival": rivals.get(remedy.rival.stop_id, "") if remedy and remedy.rival else "",
        "rival_said": say_rival(remedy.rival) if remedy and remedy.rival else "",
        "is_ordered": consignment.id in ordered,
        "may_order": may_order and remedy is not None and rounds.is_for_the_dispatcher(remedy),
        "needs_courier": remedy is not None and remedy.needs_courier,
    }
