"""The geocoder is asked for what only has its commune's point, outside any transaction, and believed with care."""

from datetime import timedelta

from sqlalchemy import select

from postal import intake
from postal.models import Consignment, PointPrecision
from routing import GeocoderUnavailable, Point
from tests import builders as build

NOW = build.EVENING + timedelta(days=2)


class Gazetteer:
    """A geocoder that knows what it was told, and goes silent when told so."""

    def __init__(self, points, *, silent_after=None):
        self._points, self._silent_after, self.asked = points, silent_after, 0

    def locate(self, text, commune):
        if self.asked == self._silent_after:
            raise GeocoderUnavailable(retry_after_s=30)
        self.asked += 1
        return next((point for street, point in self._points.items() if street in text), None)


def waiting(database, *addresses):
    with database.write() as session:
        results = [build.result(n, address=a, lat="", lon="") for n, a in enumerate(addresses, start=1)]
        build.accepted(session, *results, now=NOW)


def precisions(database):
    with database.read() as session:
        return [c.precision for c in session.scalars(select(Consignment).order_by(Consignment.id))]


def test_what_is_found_in_its_commune_becomes_a_street_point(database):
    waiting(
        database, "1 Lê Lợi, phường Thuận Hóa, Huế", "2 Hà Nội, phường Thuận Hóa, Huế", "3 Lạ, phường Thuận Hóa, Huế"
    )
    finder = Gazetteer({"Lê Lợi": Point(lat=16.4632, lon=107.5862), "Hà Nội": Point(lat=16.27, lon=107.23)})
    found = intake.locate(database, guide=build.guide(geocoder=finder))
    assert (found.n_asked, found.n_found, found.is_cut_short) == (3, 1, False)
    # The second one lies in another commune: the commune's own point is better.
    assert precisions(database) == [PointPrecision.STREET, PointPrecision.COMMUNE, PointPrecision.COMMUNE]
    assert intake.locate(database, guide=build.guide(geocoder=finder)).n_asked == 2


def test_a_geocoder_gone_silent_loses_nothing_found_before(database):
    waiting(database, *[f"{n} Lê Lợi, phường Thuận Hóa, Huế" for n in range(1, 5)])
    finder = Gazetteer({"Lê Lợi": Point(lat=16.4632, lon=107.5862)}, silent_after=2)
    found = intake.locate(database, guide=build.guide(geocoder=finder))
    assert (found.n_asked, found.n_found, found.is_cut_short) == (2, 2, True)
    assert precisions(database).count(PointPrecision.STREET) == 2


def test_without_a_geocoder_nobody_is_asked(database):
    waiting(database, "1 Lê Lợi, phường Thuận Hóa, Huế")
    assert intake.locate(database, guide=build.guide()).n_asked == 0
