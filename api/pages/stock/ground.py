"""The ground of a map on which a door is pointed at: the commune an address names and those around."""

from __future__ import annotations

from collections.abc import Iterable

from api.pages.dispatch.plans.areas import ground
from api.wiring import services
from postal import Session
from routing import great_circle_m

_N_AROUND = 9


def ground_of(
    session: Session, commune_codes: Iterable[str | None], *, with_neighbours: bool = False
) -> list[dict[str, str]]:
    """Return the areas of communes, each with code, name and ring; all where none is known."""
    register = services().guide.register
    named = [one for one in map(register.find, filter(None, dict.fromkeys(commune_codes))) if one is not None]
    if with_neighbours and len(named) == 1:
        centre = named[0].point
        named = sorted(register.communes, key=lambda one: great_circle_m(centre, one.point))[:_N_AROUND]
    return ground(session, named or None)
