"""The road engine: a real one on a small land of our own making, and a lying one."""

import json
import socket
import subprocess
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from routing import UNREACHABLE, EngineUnavailable, Limits, Osrm, Point, StraightLine, check, plan
from tests.conftest import missing
from tests.routing.planning_days import courier, office, problem, stop
from tests.routing.road_map import ISLAND, SPIT, TOWN, at, prepare

PROGRAMS = Path(__file__).resolve().parents[2] / ".osrm" / "osrm" / "bin"
HOME = at(TOWN, 4, 2)
OPEN_SEA = Point(lat=16.45, lon=107.80)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def engine_url(tmp_path_factory):
    if not (PROGRAMS / "osrm-routed").exists():
        missing("OSRM (unpacked by `make osrm`)")
    network, port = prepare(PROGRAMS, tmp_path_factory.mktemp("land")), free_port()
    command = [PROGRAMS / "osrm-routed", "--ip", "127.0.0.1", "--port", str(port), network]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{url}/nearest/v1/driving/{HOME.lon},{HOME.lat}", timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield url
    process.kill()
    process.wait()


@pytest.fixture
def roads(engine_url):
    return Osrm(engine_url)


def test_a_leg_follows_the_streets_not_the_straight_line(roads):
    here, there = at(TOWN, 0, 0), at(TOWN, 4, 4)
    seconds, metres = roads.matrix([here, there])
    straight_m = 4 * 0.005 * 111_195
    along_m = straight_m * (1 + 0.959)  # north, then east at this latitude
    assert metres[0, 1] == pytest.approx(along_m, rel=0.02)
    assert 0 < seconds[0, 1] < 3600
    assert (seconds[0, 0], metres[1, 1]) == (0, 0)


def test_a_one_way_street_makes_the_way_back_longer(roads):
    west, east = at(TOWN, 8, 0), at(TOWN, 8, 4)
    _, metres = roads.matrix([west, east])
    assert metres[1, 0] > metres[0, 1] + 900


def test_the_bridge_is_where_the_spit_is_reached(roads):
    shore, spit = at(TOWN, 8, 4), at(SPIT, 8, 0)
    _, metres = roads.matrix([shore, spit])
    straight, _ = StraightLine(detour=1.0).matrix([shore, spit])
    assert straight[0, 1] < 600
    assert metres[0, 1] > 2 * 8 * 0.005 * 111_000


def test_an_island_is_reached_by_ferry_only_and_no_round_goes_there(roads):
    island = at(ISLAND, 1, 1)
    seconds, metres = roads.matrix([HOME, island])
    assert (seconds[0, 1], metres[0, 1]) == (UNREACHABLE, UNREACHABLE)
    assert roads.only_by_ferry(HOME, [island, at(SPIT, 0, 0), OPEN_SEA]) == [island]


def test_a_door_off_the_road_is_reached_on_foot_and_one_off_the_map_not_at_all(roads):
    field = Point(lat=16.450 - 0.009, lon=107.550)
    seconds, metres = roads.matrix([at(TOWN, 0, 0), field, OPEN_SEA])
    away = roads.snaps_m([field, OPEN_SEA, HOME])
    assert away[0] == pytest.approx(1000, rel=0.02)
    assert metres[0, 1] == pytest.approx(1000, abs=25)
    assert seconds[0, 1] >= 850
    assert away[1] is None
    assert seconds[0, 2] == seconds[2, 1] == UNREACHABLE
    assert seconds[2, 2] == 0
    assert away[2] < 5


@pytest.mark.parametrize("block", [3, 50])
def test_asked_in_blocks_or_whole_the_answer_is_the_same(engine_url, block):
    points = [at(TOWN, r, c) for r in range(0, 9, 2) for c in range(5)] + [OPEN_SEA, HOME, HOME]
    whole = Osrm(engine_url).matrix(points)
    parts = Osrm(engine_url, block=block)
    parts.matrix(points[5:15])  # some is known already when the rest is asked
    assert all((a == b).all() for a, b in zip(parts.matrix(points), whole, strict=True))
    assert (whole[0][-1] == whole[0][-2]).all()


def test_more_places_than_the_engine_takes_at_once_are_planned_by_road(engine_url):
    doors = [stop(f"s{i}", *_inside(i)) for i in range(150)]
    crew = [courier(f"c{i}") for i in range(3)]
    day = problem(doors, crew, [office(lat=HOME.lat, lon=HOME.lon)])
    roads = Osrm(engine_url)
    made = plan(day, travel=roads, limits=Limits(seconds=4))
    assert (made.travel_source, made.degraded, made.unserved) == ("osrm", None, ())
    assert check(day, made, roads) == []


def _inside(i):
    return 16.450 + (i * 37 % 40) / 1000, 107.550 + (i * 61 % 20) / 1000


class Liar(BaseHTTPRequestHandler):
    """Answers what the test wants; counts how often it was asked."""

    def do_GET(self):
        self.server.asked.append(self.path)
        status, body = self.server.answers[min(len(self.server.asked), len(self.server.answers)) - 1]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def liar():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def sound(n=2):
    ways = [{"distance": 0.0}] * n
    table = [[0 if a == b else 60.0 for b in range(n)] for a in range(n)]
    return {"code": "Ok", "durations": table, "distances": table, "sources": ways, "destinations": ways}


LIES = {
    "an error page": (500, b"<html>"),
    "no JSON": (200, b"optimal!"),
    "a list": (200, []),
    "no table": (200, {"code": "Ok"}),
    "too small": (200, sound(1)),
    "negative": (200, sound() | {"durations": [[0, -5], [5, 0]]}),
    "text": (200, sound() | {"durations": [["a", "b"], ["c", "d"]]}),
    "ragged": (200, sound() | {"distances": [[0, 1], [0]]}),
    "a redirect": (302, b""),
    "refused": (400, {"code": "InvalidUrl"}),
}


@pytest.mark.parametrize("name", LIES)
def test_an_engine_that_lies_is_unavailable_and_the_plan_falls_back(liar, name):
    liar.answers = [LIES[name]]
    roads = Osrm(f"http://127.0.0.1:{liar.server_port}", patience_s=0.4)
    with pytest.raises(EngineUnavailable):
        roads.matrix([HOME, at(TOWN, 1, 1)])
    day = problem([stop()])
    made = plan(day, travel=roads, limits=Limits(seconds=1.5), fallback=StraightLine(detour=2.0))
    assert (made.degraded, made.travel_source) == ("engine_unavailable", "straight line")
    assert check(day, made, StraightLine(detour=2.0)) == []


def test_legs_known_already_are_not_asked_again(liar):
    liar.answers = [(200, sound()), (500, b"gone")]
    roads = Osrm(f"http://127.0.0.1:{liar.server_port}", patience_s=0.4)
    points = [HOME, at(TOWN, 1, 1)]
    first, _ = roads.matrix(points)
    assert (roads.matrix(points[::-1])[0] == first[::-1, ::-1]).all()
    assert len(liar.asked) == 1
    with pytest.raises(EngineUnavailable):
        roads.matrix([*points, at(TOWN, 2, 2)])


def test_an_engine_that_stumbles_once_is_asked_again(liar):
    liar.answers = [(503, b"busy"), (200, sound())]
    seconds, _ = Osrm(f"http://127.0.0.1:{liar.server_port}").matrix([HOME, at(TOWN, 1, 1)])
    assert seconds[0, 1] == 60
    assert len(liar.asked) == 2


def test_a_profile_that_knows_no_ferries_is_asked_without_them(liar):
    liar.answers = [(400, {"code": "InvalidValue"}), (200, sound())]
    seconds, _ = Osrm(f"http://127.0.0.1:{liar.server_port}").matrix([HOME, at(TOWN, 1, 1)])
    assert seconds[0, 1] == 60
    assert ["exclude=ferry" in path for path in liar.asked] == [True, False]


def test_an_engine_that_is_silent_is_waited_for_no_longer_than_told():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        roads = Osrm(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.3, patience_s=0.8)
        began = time.monotonic()
        with pytest.raises(EngineUnavailable):
            roads.matrix([HOME, at(TOWN, 1, 1)])
        assert time.monotonic() - began < 10  # it would be silent for ever
