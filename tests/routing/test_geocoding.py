"""A real HTTP server in place of Nominatim and Photon: finds, finds elsewhere, silence and nonsense."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from routing import GeocoderUnavailable, NominatimGeocoder, PhotonGeocoder, Register

COMMUNE = Register.builtin().commune("19789")
INSIDE, ELSEWHERE = (16.4601, 107.5893), (21.0285, 105.8542)


def nominatim(*points):
    return [{"lat": str(lat), "lon": str(lon), "display_name": "nơi nào đó"} for lat, lon in points]


def photon(*points):
    features = [
        {"geometry": {"coordinates": [lon, lat], "type": "Point"}, "properties": {"name": "nơi nào đó"}}
        for lat, lon in points
    ]
    return {"type": "FeatureCollection", "features": features}


ENGINES = [(NominatimGeocoder, nominatim), (PhotonGeocoder, photon)]
each_engine = pytest.mark.parametrize(("engine", "answer"), ENGINES, ids=["nominatim", "photon"])


@pytest.fixture
def server():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = self.server.answer
            self.server.asked.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.answer, running.asked = (200, b"[]"), []
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()


def asked(server, engine, body, status=200):
    server.answer = (status, body if isinstance(body, bytes) else json.dumps(body).encode())
    return engine(f"http://127.0.0.1:{server.server_port}", timeout_s=2).locate("12 Lê Lợi", COMMUNE)


@each_engine
def test_the_first_find_inside_the_commune_is_the_point(server, engine, answer):
    point = asked(server, engine, answer(ELSEWHERE, INSIDE))
    assert (point.lat, point.lon) == INSIDE


@each_engine
def test_a_find_elsewhere_is_no_find(server, engine, answer):
    assert asked(server, engine, answer(ELSEWHERE)) is None


@each_engine
def test_nothing_found_is_none(server, engine, answer):
    assert asked(server, engine, answer()) is None


@each_engine
@pytest.mark.parametrize(("status", "body"), [(500, b"boom"), (429, b""), (200, b"<html>")])
def test_a_broken_answer_is_unavailable_and_says_nothing_of_the_address(server, engine, answer, status, body):
    with pytest.raises(GeocoderUnavailable) as refused:
        asked(server, engine, body, status)
    assert refused.value.is_retryable
    assert "Lê Lợi" not in f"{refused.value!r} {refused.value.__cause__!r}"


@each_engine
def test_a_dead_engine_is_unavailable(engine, answer):
    with pytest.raises(GeocoderUnavailable):
        engine("http://127.0.0.1:9", timeout_s=0.5).locate("12 Lê Lợi", COMMUNE)
