"""The demo's couriers: each signs in on a phone and sends scans, some late, some twice, some out of order."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from api.demo.browser import Browser
from api.demo.clock import HUE, DayClock
from api.wiring import Services
from postal import Direction, State, desk, doorstep, models, people

# What happens at a door, in per mille; the rest is delivered. Reasons are those of the courier's list.
_MISHAPS: tuple[tuple[str, int], ...] = (
    ("VANG_NHA", 60),
    ("TU_CHOI", 20),
    ("SAI_DIA_CHI", 20),
    ("KHONG_LIEN_LAC", 10),
    ("HEN_LAI", 10),
)
_OFFLINE_EVERY = 6
_BACK_AT = "18:00"
_DOUBLED_EVERY = 9


@dataclass
class Tally:
    """What the phones sent and what they were told."""

    n_couriers: int = 0
    n_scans: int = 0
    n_offline_couriers: int = 0
    n_doubled: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


def walk_rounds(
    services: Services, clock: DayClock, base_url: str, passwords: dict[str, str], round_ids: list[int]
) -> Tally:
    """Walk these rounds up to the clock's hour; ``passwords`` by user name.

    A phone without signal sends nothing before the evening.
    """
    tally = Tally()
    is_evening = clock() >= clock.at(_BACK_AT)
    for number, round_id in enumerate(round_ids):
        is_offline = number % _OFFLINE_EVERY == 2
        if is_offline and not is_evening:
            continue
        until = None if is_evening else clock()
        username, scans = _scans_of_round(services, clock, round_id, until, tally)
        tally.n_couriers += 1
        tally.n_offline_couriers += is_offline
        if number % _DOUBLED_EVERY == 1:
            scans += scans[:3]
            tally.n_doubled += len(scans[:3])
        scans.sort(key=lambda scan: scan["happened_at"])
        if is_offline:  # the whole round arrives in the evening, in whatever order the phone kept it
            random.Random(username).shuffle(scans)
        phone = Browser(base_url)
        phone.sign_in(username, passwords[username])
        _send(clock, phone, scans, tally)
    return tally


def _send(clock: DayClock, phone: Browser, scans: list[dict[str, Any]], tally: Tally) -> None:
    for first in range(0, len(scans), 25):
        part = scans[first : first + 25]
        sent_at = clock().isoformat()
        answer = phone.post_json("/v1/scans", {"sent_at": sent_at, "scans": part})
        tally.answers.update(line["status"] for line in answer["scans"])
        tally.n_scans += len(part)


def _scans_of_round(
    services: Services, clock: DayClock, round_id: int, until: datetime | None, tally: Tally
) -> tuple[str, list[dict[str, Any]]]:
    scans: list[dict[str, Any]] = []
    with services.database.read() as session:
        walked = desk.delivery_round(session, round_id)
        midnight = datetime.combine(clock.day, datetime.min.time(), HUE)
        for stop in walked.stops:
            at = midnight + timedelta(seconds=stop.leave_s)
            if until is not None and at > until:
                continue
            name = people.open_person(session, stop.consignment.person).full_name
            for item in stop.consignment.items:
                if item.state in (State.ON_ROUND, State.ON_COLLECTION_ROUND):
                    scan = _at_the_door(item, name, at)
                    tally.outcomes[scan.get("reason") or scan["kind"]] += 1
                    scans.append(scan)
        return walked.courier.code.lower(), scans


def _at_the_door(item: models.Item, name: str, at: datetime) -> dict[str, Any]:
    """Return the one scan at this door; what happens depends on the dossier alone, so every run is alike."""
    is_result = item.direction is Direction.RESULT
    mishap = _mishap(item.dossier_code) if is_result else None
    scan: dict[str, Any] = {
        "scan_id": f"demo-{item.s10 or item.dossier_code}-{at:%H%M}",
        "code": item.s10 or item.dossier_code,
        "happened_at": at.isoformat(),
    }
    if mishap:
        return scan | {"kind": "attempt_failed", "reason": mishap}
    return scan | {"kind": "delivered" if is_result else "collected", "proof": _proof(item, name)}


def _mishap(dossier_code: str) -> str | None:
    roll = random.Random(dossier_code).randrange(1000)
    for reason, share in _MISHAPS:
        if roll < share:
            return reason
        roll -= share
    return None


def _proof(item: models.Item, name: str) -> dict[str, Any]:
    relation = doorstep.relations_for(name)[0]
    return {
        "receiver_name": name if relation == "self" else "Người mang giấy giới thiệu",
        "relation": relation,
        "letter_number": f"GGT-{item.id}" if relation == "introduced" else "",
        "seal": f"NP-{item.id:06d}" if item.direction is Direction.COLLECTION else "",
        "id_kind": "cccd",
        "id_tail": f"{random.Random(item.dossier_code).randrange(10_000):04d}",
        "n_documents": len(item.documents) or 1,
        "fee_vnd": item.fee_vnd,
        "fee_receipt": f"BL-{item.id:06d}" if item.fee_vnd else None,
        "taken_back": [d["name"] for d in item.take_back],
    }
