"""Made-up planning days for tests: small, random, repeatable."""

import random
from dataclasses import replace
from datetime import date

from routing import ClosedRoad, Courier, DeliveryOffice, Point, Problem, Stop, Window

DAY = date(2026, 11, 23)
HOUR = 3600


def office(office_id="A", lat=16.46, lon=107.58):
    return DeliveryOffice(office_id=office_id, point=Point(lat=lat, lon=lon))


def courier(courier_id="c1", office_id="A", **changes):
    values = {"shift": Window(from_s=7 * HOUR, until_s=16 * HOUR)} | changes
    return Courier(courier_id=courier_id, office_id=office_id, **values)


def stop(stop_id="s1", lat=16.47, lon=107.59, **changes):
    values = {"office_id": "A", "commune_code": "19753", "service_s": 240} | changes
    return Stop(stop_id=stop_id, point=Point(lat=lat, lon=lon), **values)


def problem(stops, couriers=None, offices=None, **changes):
    crew = (courier(),) if couriers is None else tuple(couriers)
    houses = (office(),) if offices is None else tuple(offices)
    return Problem(day=DAY, offices=houses, couriers=crew, stops=tuple(stops), **changes)


def random_problem(seed, most_stops=25):
    """Return a day with everything in it: lunches, windows, skills, buildings, collections, locks, too much work."""
    rng = random.Random(seed)
    offices = [office(f"O{i}", 16.46 + rng.uniform(-0.05, 0.05), 107.58 + rng.uniform(-0.05, 0.05)) for i in (0, 1)]
    couriers = [_random_courier(rng, i) for i in range(rng.randint(1, 5))]
    stops = [_random_stop(rng, i, couriers) for i in range(rng.randint(0, most_stops))]
    closed = frozenset({"19774"} if rng.random() < 0.2 else ())
    return problem(stops, couriers, offices, closed_communes=closed, unfamiliar_s=rng.choice([0, 300]))


def eventful_problem(seed, most_stops=25):
    """Return a random day with what happens to days besides: sequences, closed roads, moves that cost, fair loads."""
    rng = random.Random(f"eventful {seed}")
    day = random_problem(seed, most_stops)
    crew = tuple(replace(c, has_left=rng.random() < 0.2) for c in day.couriers)
    names = [c.courier_id for c in crew]
    stops = tuple(replace(s, courier_before=rng.choice([None, *names])) for s in day.stops)
    ids = [s.stop_id for s in stops]
    rng.shuffle(ids)
    sequences = [ids[4 * i : 4 * i + rng.randint(2, 4)] for i in range(rng.randint(0, 2))]
    return replace(
        day,
        couriers=crew,
        stops=stops,
        sequences=tuple(tuple(s) for s in sequences if s),
        closed_roads=tuple(_random_road(rng) for _ in range(rng.randint(0, 2))),
        moved_stop_s=rng.choice([0, 900]),
        fair_load=rng.choice([0, 0, 2]),
        fair_round_s=rng.choice([HOUR, 4 * HOUR]),
    )


def _random_road(rng):
    lat, lon = 16.46 + rng.gauss(0, 0.03), 107.58 + rng.gauss(0, 0.03)
    return ClosedRoad(
        one_end=Point(lat=lat, lon=lon),
        other_end=Point(lat=lat + rng.gauss(0, 0.02), lon=lon + rng.gauss(0, 0.02)),
        detour_s=rng.choice([None, 1200]),
    )


def _random_courier(rng, i):
    lunch_at = rng.choice([11, 11.5, 12]) * HOUR
    return courier(
        f"c{i}",
        rng.choice(["O0", "O1"]),
        shift=Window(from_s=7 * HOUR, until_s=int(rng.choice([10, 11.75, 16]) * HOUR)),
        lunch=Window(from_s=int(lunch_at), until_s=int(lunch_at) + HOUR) if rng.random() < 0.6 else None,
        capacity_ml=rng.choice([3_000, 80_000]),
        skills=frozenset({"id_check"} if rng.random() < 0.5 else ()),
        familiar=frozenset({"19753"} if rng.random() < 0.5 else ()),
        fixed_cost_s=rng.choice([0, 1800]),
        longest_s=rng.choice([None, None, 2 * HOUR, 6 * HOUR]),
        start=Point(lat=16.5, lon=107.55) if rng.random() < 0.2 else None,
        end=Point(lat=16.4, lon=107.55) if rng.random() < 0.2 else None,
    )


def _random_stop(rng, i, couriers):
    begin = rng.choice([7, 8, 11, 12, 13.5]) * HOUR
    return stop(
        f"s{i}",
        16.46 + rng.gauss(0, 0.05),
        107.58 + rng.gauss(0, 0.05),
        office_id=rng.choice([None, "O0", "O1"]),
        commune_code=rng.choice(["19753", "19774"]),
        service_s=rng.choice([120, 240, 600]),
        setup_s=rng.choice([0, 180]),
        building=rng.choice(["", "", "tower"]),
        window=Window(from_s=int(begin), until_s=int(begin + rng.choice([0.5, 3]) * HOUR))
        if rng.random() < 0.4
        else None,
        volume_ml=rng.choice([0, 300, 1_500]),
        kind=rng.choice(["delivery", "delivery", "collection"]),
        must_today=rng.random() < 0.3,
        lateness_per_day=rng.choice([600, 36_000]),
        skills=frozenset({"id_check"} if rng.random() < 0.2 else ()),
        locked_to=rng.choice(couriers).courier_id if rng.random() < 0.05 else None,
    )
