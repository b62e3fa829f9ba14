"""The demo's clerk: answers by the forms of the desk what can be answered, leaves the rest waiting."""

from __future__ import annotations

from dataclasses import dataclass

from api.demo.browser import Browser
from api.wiring import Services
from postal import Session, desk, people, queue
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


def answer_questions(services: Services, at_desk: Browser) -> Answers:
    """Go through the two lists of questions once."""
    n_addresses, n_addresses_left = _addresses(services, at_desk)
    n_released, n_points_left = _points(services, at_desk)
    return Answers(
        n_addresses=n_addresses,
        n_addresses_left=n_addresses_left,
        n_released=n_released,
        n_points_left=n_points_left,
    )


def _addresses(services: Services, at_desk: Browser) -> tuple[int, int]:
    """Choose a commune where the point that came with the row lies clearly in one of those on offer."""
    with services.database.read() as session:
        asked = _asked(services, session, "address")
        shown = {consignment_id: _commune_shown(services, session, consignment_id) for consignment_id in asked}
    answers = {consignment_id: commune.code for consignment_id, commune in shown.items() if commune is not None}
    for consignment_id, code in answers.items():
        at_desk.act(f"/staff/consignments/{consignment_id}/address", commune_code=code)
    return len(answers), len(asked) - len(answers)


def _asked(services: Services, session: Session, needs: str) -> list[int]:
    lines = queue.waiting(session, queue.Wanted(needs=needs), now=services.now(), limit=_MANY)
    return list(dict.fromkeys(line.consignment_id for line in lines))


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


def _points(services: Services, at_desk: Browser) -> tuple[int, int]:
    """Let go with the commune's point who can be called; who has no phone waits for somebody to ask around."""
    with services.database.read() as session:
        asked = _asked(services, session, "point")
        called = [one for one in asked if people.open_person(session, desk.consignment(session, one).person).phone]
    for consignment_id in called:
        at_desk.act(f"/staff/consignments/{consignment_id}/release", reason=_REASON)
    return len(called), len(asked) - len(called)
