"""The demo's clerk: sees only what the desk's pages show, answers what can be answered, leaves the rest waiting."""

from __future__ import annotations

from dataclasses import dataclass

from api.wiring import Services
from postal import Actor, Session, desk, people, queue
from routing import Commune, Point, great_circle_m

_MANY = 100_000
_CLEARLY_NEARER = 0.6
_REASON = "Bưu tá quen địa bàn, sẽ gọi điện trước khi đến"


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the clerk did and what is left for tomorrow."""

    n_addresses: int
    n_addresses_left: int
    n_released: int
    n_points_left: int


def answer_questions(services: Services, by: Actor) -> Answers:
    """Go through the two lists of questions once."""
    n_addresses, n_addresses_left = _addresses(services, by)
    n_released, n_points_left = _points(services, by)
    return Answers(
        n_addresses=n_addresses,
        n_addresses_left=n_addresses_left,
        n_released=n_released,
        n_points_left=n_points_left,
    )


def _addresses(services: Services, by: Actor) -> tuple[int, int]:
    """Choose a commune where the point that came with the row lies clearly in one of those on offer."""
    with services.acting(by) as act:
        lines = queue.waiting(act.session, queue.Wanted(needs="address"), now=act.now, limit=_MANY)
        n_answered = 0
        for consignment_id in {line.consignment_id for line in lines}:
            commune = _commune_shown(services, act.session, consignment_id)
            if commune is None:
                continue
            queue.answer_address(act, consignment_id, commune.code, guide=services.guide)
            n_answered += 1
    return n_answered, len(lines) - n_answered


def _commune_shown(services: Services, session: Session, consignment_id: int) -> Commune | None:
    consignment = desk.consignment(session, consignment_id)
    if consignment.lat is None or consignment.lon is None:
        return None
    point = Point(lat=consignment.lat, lon=consignment.lon)
    register = services.guide.register
    on_offer = [register.commune(c) for c in consignment.candidate_codes] or list(register)
    # How far out it lies, in radii of the commune: below 1 is inside its circle.
    ranked = sorted(on_offer, key=lambda c: great_circle_m(point, c.point) / (c.radius_km * 1000))
    nearest = great_circle_m(point, ranked[0].point) / (ranked[0].radius_km * 1000)
    if nearest > 1:
        return None
    if len(ranked) > 1:
        second = great_circle_m(point, ranked[1].point) / (ranked[1].radius_km * 1000)
        if nearest > _CLEARLY_NEARER * second:
            return None
    return ranked[0]


def _points(services: Services, by: Actor) -> tuple[int, int]:
    """Let go with the commune's point who can be called; who has no phone waits for somebody to ask around."""
    n_released = n_left = 0
    with services.acting(by) as act:
        lines = queue.waiting(act.session, queue.Wanted(needs="point"), now=act.now, limit=_MANY)
        for consignment_id in {line.consignment_id for line in lines}:
            person = people.open_person(act.session, desk.consignment(act.session, consignment_id).person)
            if not person.phone:
                n_left += 1
                continue
            queue.release_point(act, consignment_id, _REASON)
            n_released += 1
    return n_released, n_left
