"""Areas of communes for maps: borders where the operator brought some in, else cells around the centres."""

from __future__ import annotations

from collections.abc import Iterable

from api.pages.dispatch.plans.cells import cells
from api.wiring import services
from postal import Session
from postal.network import borders
from routing import Commune


def areas(session: Session, shown: Iterable[Commune] | None = None) -> dict[str, str]:
    """Return the area of each commune, or of those asked, as maps read it: "lat,lon lat,lon …", rings between "|"."""
    communes = services().guide.register.communes
    wanted = communes if shown is None else tuple(shown)
    drawn = {code: [[(p.lat, p.lon) for p in ring]] for code, ring in cells(communes).items()}
    known = borders.borders(session, None if shown is None else [one.code for one in wanted])
    return {
        one.code: "|".join(
            " ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in ring) for ring in known.get(one.code, drawn[one.code])
        )
        for one in wanted
    }


def ground(session: Session, shown: Iterable[Commune] | None = None) -> list[dict[str, str]]:
    """Return what a map draws below its points: all communes, or those asked, each with code, name and ring."""
    wanted = services().guide.register.communes if shown is None else tuple(shown)
    rings = areas(session, None if shown is None else wanted)
    return [{"code": one.code, "name": one.full_name, "ring": rings[one.code]} for one in wanted]
