"""The judge: walks a plan's rounds with nothing but the instance, in arithmetic of its own."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

EARTH_KM = 6371


@dataclass
class Verdict:
    """What a plan is worth: ``faults`` empty, stops served and left, and the hours on the road."""

    travel_s: int = 0
    n_served: int = 0
    n_unserved: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def travel_h(self) -> float:
        """Return the hours on the road."""
        return self.travel_s / 3600


def leg_s(a: dict[str, Any], b: dict[str, Any], instance: dict[str, Any]) -> int:
    """Return the whole seconds from one place to another."""
    lat_a, lat_b = math.radians(a["lat"]), math.radians(b["lat"])
    across = math.sin(math.radians(b["lon"] - a["lon"]) / 2) ** 2
    chord = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * across
    km = 2 * EARTH_KM * math.asin(math.sqrt(chord))
    return round(km * instance["detour"] / instance["speed_kmh"] * 3600)


def judge(instance: dict[str, Any], plan: dict[str, Any]) -> Verdict:
    """Return the verdict on a plan; every stop must be on one round or among the unserved."""
    offices = {o["code"]: o for o in instance["offices"]}
    stops = {s["id"]: s for s in instance["stops"]}
    verdict = Verdict()
    rounds = Counter(r["office"] for r in plan["rounds"] if r["stops"])
    for code, n in rounds.items():
        if code not in offices or n > offices[code]["couriers"]:
            verdict.faults.append(f"office {code}: {n} rounds")
    counted = Counter(i for r in plan["rounds"] for i in r["stops"])
    verdict.n_served = sum(counted.values())
    verdict.n_unserved = len(plan.get("unserved", []))
    counted.update(u["id"] for u in plan.get("unserved", []))
    if set(counted) != set(stops) or any(n != 1 for n in counted.values()):
        verdict.faults.append("not every stop exactly once")
    for number, planned in enumerate(plan["rounds"]):
        if planned["office"] in offices and set(planned["stops"]) <= set(stops):
            _walk(instance, offices[planned["office"]], [stops[i] for i in planned["stops"]], number, verdict)
    return verdict


def _walk(
    instance: dict[str, Any], office: dict[str, Any], visits: list[dict[str, Any]], number: int, verdict: Verdict
) -> None:
    now, here = 0, office
    for stop in visits:
        leg = leg_s(here, stop, instance)
        early, late = stop["window"] or (0, instance["shift_s"])
        verdict.travel_s += leg
        now, here = max(now + leg, early), stop
        if now > late:
            verdict.faults.append(f"round {number}: stop {stop['id']} at {now}, until {late}")
        now += stop["service_s"]
    home = leg_s(here, office, instance)
    verdict.travel_s += home
    if now + home > instance["shift_s"]:
        verdict.faults.append(f"round {number}: back at {now + home}")
