"""The demo's couriers: most have an enrolled phone, the others sign in; scans come late, twice and out of order."""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from api.demo.browser import Browser
from api.demo.clock import HUE, DayClock
from api.wiring import Services
from postal import Direction, State, desk, doorstep, models, people
from postal.rules import reasons

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


# One round in five is walked without an enrolled phone, by user name and password.
_NO_PHONE_EVERY = 5
_CODE = re.compile(r"data-code>([A-Z0-9]{4}-[A-Z0-9]{4})<")


@dataclass(frozen=True)
class CourierPhone:
    """A courier's enrolled phone: its browser, whose cookie sends acts, and the key that its PIN would open."""

    browser: Browser
    key: str

    def tell(self, path: str, body: Any) -> dict[str, Any]:
        """Post what only an opened phone may tell; return the answer."""
        return self.browser.post_json(path, body, {"X-Phone-Key": self.key})

    def take_over(self, round_id: int, codes: list[str]) -> None:
        """Scan what is handed over, and confirm it."""
        path = f"/v1/courier/rounds/{round_id}/load"
        for first in range(0, len(codes), 200):
            self.tell(path, {"codes": codes[first : first + 200]})
        n_pieces = self.tell(path, {"codes": []})["n_scanned"]
        if n_pieces:
            self.tell(f"{path}/confirm", {"n_pieces": n_pieces})


def enrol(post: Browser, base_url: str, courier_id: int) -> CourierPhone:
    """Enrol a phone by the code its office shows."""
    post.get("/staff/phones")
    shown = _CODE.search(post.submit(f"/staff/couriers/{courier_id}/phone-code"))
    if shown is None:
        raise LookupError("no code for a phone")
    browser = Browser(base_url)
    return CourierPhone(browser, browser.post_json("/v1/courier/phones", {"code": shown[1]})["key"])


def has_phone(number: int) -> bool:
    """Say whether the courier of the day's n-th round has an enrolled phone."""
    return number % _NO_PHONE_EVERY != _NO_PHONE_EVERY - 1


@dataclass
class Tally:
    """What the phones sent and what they were told."""

    n_couriers: int = 0
    n_phones: int = 0
    n_scans: int = 0
    n_offline_couriers: int = 0
    n_doubled: int = 0
    n_pictures: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


def walk_rounds(
    services: Services,
    clock: DayClock,
    base_url: str,
    passwords: dict[str, str],
    enrolled: Mapping[int, CourierPhone],
    round_ids: list[int],
) -> Tally:
    """Walk these rounds up to the clock's hour; ``passwords`` by user name, ``enrolled`` phones by round.

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
        phone = enrolled[round_id].browser if round_id in enrolled else Browser(base_url)
        if round_id not in enrolled:
            phone.sign_in(username, passwords[username])
        tally.n_phones += round_id in enrolled
        _send(clock, phone, scans, tally)
    return tally


def _send(clock: DayClock, phone: Browser, scans: list[dict[str, Any]], tally: Tally) -> None:
    for first in range(0, len(scans), 25):
        part = scans[first : first + 25]
        sent_at = clock().isoformat()
        answer = phone.post_json("/v1/scans", {"sent_at": sent_at, "scans": part})
        tally.answers.update(line["status"] for line in answer["scans"])
        tally.n_scans += len(part)
        for line in answer["scans"]:
            for picture_id in line["missing_pictures"]:
                phone.post_png(f"/v1/pictures?picture_id={picture_id}", _door())
                tally.n_pictures += 1


def _door() -> bytes:
    """Return a photo of nobody's door: a small grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([120]) * 32 for _ in range(24))
    head = struct.pack(">IIBBBBB", 32, 24, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


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
        return scan | {"kind": "attempt_failed", "reason": mishap} | _evidence(item, mishap, at)
    return scan | {"kind": "delivered" if is_result else "collected", "proof": _proof(item, name)}


def _evidence(item: models.Item, mishap: str, at: datetime) -> dict[str, Any]:
    """Return what the reason asks a phone to bring: a call, words, a photo of the door."""
    needs = reasons.REASONS[mishap].needs
    told: dict[str, Any] = {"called_at": [(at - timedelta(minutes=4)).isoformat()]}
    if reasons.Need.WORDS in needs:
        told["words"] = "Đã hỏi nhà bên cạnh"
    if reasons.Need.PHOTO in needs:
        told["pictures"] = [f"demo-cua-{item.id:06d}"]
    return told


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
