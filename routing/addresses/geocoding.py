"""Points for addresses that name none: your own Nominatim or Photon, asked politely and believed with care."""

from __future__ import annotations

from typing import Any, Protocol

from geopy.exc import GeopyError
from geopy.geocoders import Nominatim, Photon

from routing.addresses.communes import Commune
from routing.errors import GeocoderUnavailable
from routing.types import Point, great_circle_m

USER_AGENT = "tannha"
# A commune is no circle: a find may lie a little outside the circle of its area, one further off is another place.
_INSIDE_RADII = 1.6
_RETRY_AFTER_S = 300


class Geocoder(Protocol):
    """A source of points for addresses."""

    @property
    def name(self) -> str:
        """Return how the source is called where its points are shown."""

    def locate(self, text: str, commune: Commune) -> Point | None:
        """Return the point of an address inside this commune, or None. Raises GeocoderUnavailable."""


class _Geopy:
    """What both engines share: ask once, keep only what lies in the commune that the text names."""

    name = ""

    def __init__(self, engine: Any, **options: Any) -> None:
        self._engine = engine
        self._options = options

    def locate(self, text: str, commune: Commune) -> Point | None:
        """Return the first find inside the commune, or None. Raises GeocoderUnavailable."""
        asked = f"{text}, {commune.full_name}"
        try:
            found = self._engine.geocode(asked, exactly_one=False, **self._options) or ()
        except GeopyError:
            # The text of the exception may hold the address: nothing of it goes on.
            raise GeocoderUnavailable(retry_after_s=_RETRY_AFTER_S) from None
        limit_m = commune.radius_km * 1000 * _INSIDE_RADII
        for place in found:
            point = Point(lat=place.latitude, lon=place.longitude)
            if great_circle_m(point, commune.point) <= limit_m:
                return point
        return None


class NominatimGeocoder(_Geopy):
    """A Nominatim of your own; ``base_url`` is "https://host" or "http://host:port"."""

    name = "nominatim"

    def __init__(self, base_url: str, *, timeout_s: float = 3.0) -> None:
        scheme, _, domain = base_url.rstrip("/").partition("://")
        engine = Nominatim(user_agent=USER_AGENT, domain=domain, scheme=scheme, timeout=timeout_s)
        super().__init__(engine, country_codes="vn", limit=5)


class PhotonGeocoder(_Geopy):
    """A Photon of your own; ``base_url`` is "https://host" or "http://host:port"."""

    name = "photon"

    def __init__(self, base_url: str, *, timeout_s: float = 3.0) -> None:
        scheme, _, domain = base_url.rstrip("/").partition("://")
        engine = Photon(user_agent=USER_AGENT, domain=domain, scheme=scheme, timeout=timeout_s)
        super().__init__(engine, limit=5)
