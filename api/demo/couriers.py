"""The demo's couriers: most have an enrolled phone, the others sign in; scans come late, twice and out of order.

One of them walks with the printed route sheet alone, which a clerk types back in the evening.
"""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from api.demo.browser import Browser
from api.demo.clock import HUE, DayClock
from api.wiring import Services
from postal import Direction, Session, State, desk, doorstep, models, people, rounds
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


def on_paper(services: Services, round_ids: Sequence[int]) -> int | None:
    """Return the round that is walked with its printed sheet alone, the longest without a phone; None of few rounds."""
    without = [one for number, one in enumerate(round_ids) if not has_phone(number) and not _is_offline(number)]
    with services.database.read() as session:
        n_stops = {one: len(desk.delivery_round(session, one).stops) for one in without}
    return max(without, key=lambda one: n_stops[one], default=None)


def _is_offline(number: int) -> bool:
    """Say whether the phone of the day's n-th round has no signal before the evening."""
    return number % _OFFLINE_EVERY == 2


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
    n_cards: int = 0
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

    A phone without signal sends nothing before the evening, a sheet of paper nothing at all.
    """
    tally = Tally()
    is_evening, paper = clock() >= clock.at(_BACK_AT), on_paper(services, round_ids)
    for number, round_id in enumerate(round_ids):
        is_offline = _is_offline(number)
        if (is_offline and not is_evening) or (is_evening and round_id == paper):
            continue
        until = None if is_evening else clock()
        username, scans, cards = _scans_of_round(services, clock, round_id, until, tally)
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
        _tell_of_cards(clock, phone, cards, tally)
    return tally


@dataclass(frozen=True, kw_only=True)
class TypedBack:
    """What a clerk typed from a route sheet: stops, pieces that were handed over or collected, and those that not."""

    n_stops: int
    n_done: int
    n_failed: int


def type_back(services: Services, clock: DayClock, post: Browser, round_id: int) -> TypedBack:
    """Type a round's sheet back at the desk, as its courier wrote it. Raises LookupError for a stop not on the page."""
    with services.database.read() as session:
        walked = desk.delivery_round(session, round_id)
        stops = [_on_the_sheet(session, clock, stop) for stop in walked.stops]
        codes = [rounds.stop_code(round_id, stop.position) for stop in walked.stops]
    path = f"/staff/rounds/{round_id}/results"
    page = post.get(path)
    if missing := [code for code in codes if code not in page]:
        raise LookupError(f"not on the page: {missing}")
    # A stop whose pieces fared differently has two lines on the sheet, and is typed twice.
    for line in range(max((len(lines) for lines in stops), default=0)):
        fields: dict[str, str] = {}
        for lines in stops:
            fields |= lines[line] if line < len(lines) else {}
        post.act(path, fields)
    typed = [(one, name) for lines in stops for one in lines for name in one if name.startswith("piece-")]
    n_done = sum("done" in one.values() for one, _piece in typed)
    return TypedBack(n_stops=len(stops), n_done=n_done, n_failed=len(typed) - n_done)


def _on_the_sheet(session: Session, clock: DayClock, stop: models.RoundStop) -> list[dict[str, str]]:
    """Return the lines of one stop as fields of the form, a line for each outcome of its pieces."""
    at = datetime.combine(clock.day, datetime.min.time(), HUE) + timedelta(seconds=stop.leave_s)
    name = people.open_person(session, stop.consignment.person).full_name
    lines: dict[str, dict[str, str]] = {}
    for item in stop.consignment.items:
        if item.state not in (State.ON_ROUND, State.ON_COLLECTION_ROUND):
            continue
        scan = _at_the_door(item, name, at)
        outcome, proof = scan.get("reason", "done"), scan.get("proof", {})
        line = lines.setdefault(outcome, {f"outcome-{stop.id}": outcome, f"time-{stop.id}": f"{at:%H%M}"})
        line[f"piece-{item.id}"] = "1"
        if proof:
            line |= {
                f"receiver-{stop.id}": proof["receiver_name"],
                f"relation-{stop.id}": proof["relation"],
                f"letter-{stop.id}": proof["letter_number"],
                f"id-kind-{stop.id}": proof["id_kind"],
                f"id-tail-{stop.id}": proof["id_tail"],
                f"n-documents-{item.id}": str(proof["n_documents"]),
                f"fee-receipt-{item.id}": proof["fee_receipt"] or "",
                **{f"taken-back-{n}-{item.id}": "1" for n in range(len(item.take_back))},
            }
    return list(lines.values())


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


def _tell_of_cards(clock: DayClock, phone: Browser, cards: list[dict[str, Any]], tally: Tally) -> None:
    """Tell which numbered cards were left at which doors; a phone sends them after the tries they tell of."""
    if cards:
        answer = phone.post_json("/v1/courier/notes", {"sent_at": clock().isoformat(), "notes": cards})
        tally.n_cards += len(cards)
        tally.answers.update(line["status"] for line in answer["scans"])


def _door() -> bytes:
    """Return a photo of nobody's door: a small grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([120]) * 32 for _ in range(24))
    head = struct.pack(">IIBBBBB", 32, 24, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _scans_of_round(
    services: Services, clock: DayClock, round_id: int, until: datetime | None, tally: Tally
) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the courier's user name, the scans at the doors passed by then, and the cards left at some of them."""
    scans: list[dict[str, Any]] = []
    cards: list[dict[str, Any]] = []
    with services.database.read() as session:
        walked = desk.delivery_round(session, round_id)
        midnight = datetime.combine(clock.day, datetime.min.time(), HUE)
        blank = doorstep.blank_cards_of(walked)
        for stop in walked.stops:
            at = midnight + timedelta(seconds=stop.leave_s)
            if until is not None and at > until:
                continue
            name = people.open_person(session, stop.consignment.person).full_name
            open_items = [i for i in stop.consignment.items if i.state in (State.ON_ROUND, State.ON_COLLECTION_ROUND)]
            here = [_at_the_door(item, name, at) for item in open_items]
            tally.outcomes.update(scan.get("reason") or scan["kind"] for scan in here)
            scans += here
            if any(reasons.REASONS[scan["reason"]].invites for scan in here if "reason" in scan):
                number = next(iter(blank[len(cards) :]), "")
                cards.append(_card(round_id, stop.position, number, at))
        return walked.courier.code.lower(), scans, cards


def _card(round_id: int, position: int, number: str, at: datetime) -> dict[str, Any]:
    """Return the note of a card from the round's stock; without a number once all of it is left."""
    return {
        "note_id": f"demo-card-{round_id}-{position}",
        "kind": "card",
        "what": "paper",
        "number": number,
        "round_id": round_id,
        "position": position,
        "happened_at": (at + timedelta(minutes=1)).isoformat(),
    }


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
