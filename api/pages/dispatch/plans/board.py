"""What the page of a plan shows: rounds by their couriers' names, loads of the communes, and what was left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from api.pages.dispatch.plan_words import say_other_day, say_remedy, say_rival, say_why
from api.pages.dispatch.plans.areas import areas
from api.web.auth import current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import say_day_seconds
from postal import Action, Session, desk, is_own, models, rounds
from postal.access import ownership
from postal.rules import alphabet
from routing import Commune, Remedy

N_LEFT = 200
"""So many of the stops that a plan left out are listed: those it had no room for come first."""
N_HUES = 20
"""So many colours the rounds of a map have before the first comes again (api/static/plan.css)."""


def own_rounds(found: Sequence[models.DeliveryRound]) -> list[models.DeliveryRound]:
    """Return those of a plan's rounds that the reader may see."""
    office_id = current_actor().office_id
    return [r for r in found if office_id in (None, r.office_id)]


def may_for_all(session: Session, action: Action) -> bool:
    """Say whether the reader may do to a whole day what touches every office: plan it, publish it."""
    actor = current_actor()
    if not actor.may(action) or actor.office_id is None:
        return actor.may(action)
    return all(is_own(actor, subject) for subject in ownership.subjects_of_day(session))


Stops = Mapping[int, Sequence[desk.PlannedStop]]
"""The stops of a plan by round, in order."""


def cards(own: Sequence[models.DeliveryRound], stops: Stops, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the rounds with their stops in order, as the lists and the map beside them show both."""
    # Of a thousand stops each is worded once: what is alike in all of them is said before.
    said = _Said(
        choose=_("Chọn hồ sơ {dossier}", dossier=_GAP),
        url=url_for("staff.consignment", consignment_id=0).removesuffix("0"),
        communes={code: commune_name(code) for code in {one.commune_code for some in stops.values() for one in some}},
    )
    return [_card(one, names[one.courier_id], stops.get(one.id, ()), said) for one in own]


_GAP = "\N{OBJECT REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStop:
    """One stop as the lists show it. Of a thousand, templates read attributes faster than keys."""

    id: int
    position: int
    at: str
    dossier_code: str
    choose: str
    url: str
    n_pieces: int
    commune: str
    starts: str
    is_kept: bool


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What all stops of a page have in common: a sentence with a gap for its dossier, where its page is, communes."""

    choose: str
    url: str
    communes: Mapping[str | None, str]


def _card(found: models.DeliveryRound, name: str, stops: Sequence[desk.PlannedStop], said: _Said) -> dict[str, Any]:
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
        "n_stops": len(stops),
        "is_to_come": found.status is models.RoundStatus.PLANNED,
        "stops": [_stop(stop, said) for stop in stops],
    }


def _stop(stop: desk.PlannedStop, said: _Said) -> ShownStop:
    return ShownStop(
        id=stop.consignment_id,
        position=stop.position,
        at=at(stop.lat, stop.lon),
        dossier_code=stop.dossier_code,
        choose=said.choose.replace(_GAP, stop.dossier_code),
        url=f"{said.url}{stop.consignment_id}",
        n_pieces=stop.n_pieces,
        commune=said.communes[stop.commune_code],
        starts=say_day_seconds(stop.start_s),
        is_kept=stop.is_kept,
    )


def locked(session: Session, found: models.DayPlan, cards: Sequence[dict[str, Any]]) -> dict[int, int]:
    """Return by round the order of the day that keeps it as it is, for those of a plan that one keeps whole."""
    kept = {
        (tuple(order.detail["consignments"]), order.detail["courier"]): order.id
        for order in rounds.orders_of(session, found.day)
        if order.kind == rounds.SEQUENCE
    }
    codes = {one.id: one.courier.code for one in found.rounds}
    orders = {card["id"]: kept.get((tuple(s.id for s in card["stops"]), codes[card["id"]])) for card in cards}
    return {round_id: order_id for round_id, order_id in orders.items() if order_id is not None}


def at(lat: float | None, lon: float | None) -> str:
    """Return a point as the map reads it: "16.46370,107.59090"; "" for none."""
    return "" if lat is None or lon is None else f"{lat:.5f},{lon:.5f}"


def commune_name(code: str | None) -> str:
    """Return a commune's name as papers print it, a dash for one that is not known."""
    commune = services().guide.register.find(code or "")
    return commune.full_name if commune else "–"


def loads(
    session: Session, own: Sequence[models.DeliveryRound], stops: Stops, left_of: Mapping[str | None, int]
) -> list[dict[str, Any]]:
    """Return how much each commune has on the plan and beside it, with the area the map draws; the fullest first."""
    register = services().guide.register
    on_rounds = Counter(stop.commune_code for one in own for stop in stops.get(one.id, ()))
    rings = areas(session)

    def line(commune: Commune) -> dict[str, Any]:
        n, n_left = on_rounds[commune.code], left_of.get(commune.code, 0)
        return {"name": commune.full_name, "ring": rings[commune.code], "n_stops": n, "n_left": n_left}

    by_name = sorted(register, key=lambda commune: alphabet.alphabetical(commune.name))
    return sorted(map(line, by_name), key=lambda one: -(one["n_stops"] + one["n_left"]))


def on_shift(session: Session, found: models.DayPlan) -> list[models.Courier]:
    """Return those on shift that day without a round, of the reader's office or of all."""
    office_id = current_actor().office_id
    return [one for one in rounds.spare_couriers(session, found) if office_id in (None, one.office_id)]


def may_need_courier(unserved: models.PlanUnserved) -> bool:
    """Say whether one more courier might help a stop that was left out."""
    remedy = rounds.remedy_of(unserved)
    return remedy is not None and remedy.needs_courier


def unserved_lines(
    session: Session, found: models.DayPlan, stops: Stops, shown: Sequence[desk.LeftOver]
) -> list[dict[str, Any]]:
    """Return some of what a plan left out, with what a dispatcher can order for it."""
    may_order = current_actor().may(Action.PLAN) and found.status != models.PlanStatus.SUPERSEDED
    ordered = {
        order.detail["consignment_id"]
        for order in rounds.orders_of(session, found.day)
        if order.kind == "remedy" and order.ordered_at > found.made_at
    }
    remedies = {one.unserved.id: rounds.remedy_of(one.unserved) for one in shown}
    told = (may_order, ordered, _rivals(session, stops, remedies))
    return [_unserved(one, remedies[one.unserved.id], *told) for one in shown]


def _rivals(session: Session, stops: Stops, remedies: dict[int, Remedy | None]) -> dict[str, str]:
    """Return the dossier codes of the stops that took the room of others, most of them on the plan itself."""
    known = {str(stop.consignment_id): stop.dossier_code for some in stops.values() for stop in some}
    rivals = {remedy.rival.stop_id for remedy in remedies.values() if remedy and remedy.rival} - known.keys()
    elsewhere = desk.dossier_codes(session, {int(rival) for rival in rivals if rival.isdigit()})
    return known | {str(consignment_id): code for consignment_id, code in elsewhere.items()}


def _unserved(
    one: desk.LeftOver, remedy: Remedy | None, may_order: bool, ordered: set[int], rivals: dict[str, str]
) -> dict[str, Any]:
    unserved = one.unserved
    return {
        "id": unserved.id,
        "consignment_id": unserved.consignment_id,
        "at": at(one.lat, one.lon),
        "dossier_code": one.dossier_code,
        "commune": commune_name(one.commune_code),
        "why": say_why(unserved.reason),
        "remedy": say_remedy(remedy) if remedy else say_other_day(unserved.detail),
        "rival": rivals.get(remedy.rival.stop_id, "") if remedy and remedy.rival else "",
        "rival_said": say_rival(remedy.rival) if remedy and remedy.rival else "",
        "is_ordered": unserved.consignment_id in ordered,
        "may_order": may_order and remedy is not None and rounds.is_for_the_dispatcher(remedy),
        "needs_courier": remedy is not None and remedy.needs_courier,
    }
