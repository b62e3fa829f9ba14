"""Days to plan: stops on the communes of Huế by population, in a few settlements of each, in the form of instances.

The arithmetic of travel is stated in the instance (great circle × detour / speed), so that any planner can be given it.
"""

from __future__ import annotations

import csv
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REGISTER = Path(__file__).resolve().parents[2] / "routing" / "data" / "hue_communes.csv"
SHIFT_S, SPEED_KMH, DETOUR, SERVICE_S = 28_800, 28, 1.35, 240
MORNING, AFTERNOON = (0, 12_600), (18_000, SHIFT_S)
WINDOWED, STOPS_OF_A_COURIER, KM_OF_A_DEGREE = 0.15, 55, 111.2


@dataclass(frozen=True)
class _Commune:
    code: str
    lat: float
    lon: float
    radius_km: float
    population: int

    def at(self, east_km: float, north_km: float) -> tuple[float, float]:
        """Return the latitude and longitude so far from the commune's point."""
        lon_km = KM_OF_A_DEGREE * math.cos(math.radians(self.lat))
        return round(self.lat + north_km / KM_OF_A_DEGREE, 6), round(self.lon + east_km / lon_km, 6)


def _communes() -> list[_Commune]:
    with REGISTER.open(encoding="utf-8", newline="") as lines:
        return [
            _Commune(
                code=row["code"],
                lat=float(row["lat"]),
                lon=float(row["lon"]),
                radius_km=math.sqrt(min(float(row["area_km2"]), 150.0) / math.pi),
                population=int(row["population"]),
            )
            for row in csv.DictReader(lines)
        ]


def make_day(n_stops: int, seed: int) -> dict[str, Any]:
    """Return the instance of a day: the same for the same count and seed."""
    chance = random.Random(seed)
    communes = _communes()
    settlements = {
        c.code: [(chance.gauss(0, 0.35 * c.radius_km), chance.gauss(0, 0.35 * c.radius_km)) for _ in range(4)]
        for c in communes
    }
    load = dict.fromkeys(settlements, 0)
    stops = [_stop(number, communes, settlements, chance) for number in range(n_stops)]
    for stop in stops:
        load[stop["commune"]] += 1
    offices = [
        {
            "code": c.code,
            "lat": c.lat,
            "lon": c.lon,
            "couriers": max(1, math.ceil(load[c.code] / STOPS_OF_A_COURIER)) + (load[c.code] > 25),
        }
        for c in communes
    ]
    return {"shift_s": SHIFT_S, "speed_kmh": SPEED_KMH, "detour": DETOUR, "offices": offices, "stops": stops}


def _stop(
    number: int,
    communes: list[_Commune],
    settlements: dict[str, list[tuple[float, float]]],
    chance: random.Random,
) -> dict[str, Any]:
    commune = chance.choices(communes, [c.population for c in communes])[0]
    east, north = chance.choice(settlements[commune.code])
    spread = 0.18 * commune.radius_km
    lat, lon = commune.at(east + chance.gauss(0, spread), north + chance.gauss(0, spread))
    window = list(chance.choice([MORNING, AFTERNOON])) if chance.random() < WINDOWED else None
    return {
        "id": number,
        "commune": commune.code,
        "lat": lat,
        "lon": lon,
        "service_s": SERVICE_S,
        "window": window,
    }
