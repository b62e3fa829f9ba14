"""Answers about where a result goes: the commune, the point, and what to do when the two contradict each other.

A point far from the commune, measured by the commune's area, may be a typing mistake or another house: the item does
not leave the agency before somebody has asked, and an answer that contradicts the point again is asked about again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from postal.access.act import Act
from postal.errors import InvalidInput
from postal.models import AddressStatus, Consignment, PointMemory, PointPrecision
from postal.people import address_hash, unseal, vault_of
from postal.queue.waiting import POINT_FAR, VAGUE, note_answer, still_here
from routing import Commune, Message, Point, PointFlag, Register, great_circle_m, judge_point


class HasRegister(Protocol):
    """What knows the communes of today."""

    @property
    def register(self) -> Register: ...


class NoConflict(InvalidInput):
    code = "no_point_conflict"
    says = Message("Điểm và xã, phường của bưu gửi này không trái nhau.")


@dataclass(frozen=True, kw_only=True)
class PointConflict:
    """A point that lies far from the commune of its address: how far, and in or near which commune it lies."""

    distance_m: float
    near: Commune


def point_conflict(consignment: Consignment, register: Register) -> PointConflict | None:
    """Return how point and commune contradict each other while that question is open, else None."""
    commune = register.find(consignment.commune_code or "")
    if POINT_FAR not in consignment.attention or commune is None or consignment.lat is None or consignment.lon is None:
        return None
    point = Point(lat=consignment.lat, lon=consignment.lon)
    # Nearness in radii of each commune: a point at the edge of a large one is still inside it.
    near = min(register, key=lambda one: great_circle_m(point, one.point) / one.radius_km)
    return PointConflict(distance_m=great_circle_m(point, commune.point), near=near)


def answer_address(act: Act, consignment_id: int, commune_code: str, *, guide: HasRegister) -> Consignment:
    """Record the commune somebody found out; the address as written is kept.

    Where it contradicts the point, that is the next question. Raises NotFound, Withheld once the item left the
    agency, InvalidInput for a commune that was not offered.
    """
    consignment = still_here(act.session, consignment_id)
    commune = guide.register.find(commune_code)
    if commune is None or (consignment.candidate_codes and commune_code not in consignment.candidate_codes):
        raise InvalidInput(field="commune_code")
    consignment.commune_code = commune_code
    consignment.address_status = AddressStatus.CONFIRMED
    consignment.candidate_codes = []
    consignment.attention = [c for c in consignment.attention if not c.startswith("address_")]
    judged = judge_point(consignment.lat, consignment.lon, commune, guide.register)
    if judged.point is None or consignment.precision in VAGUE:
        _go_by_commune(consignment, commune)
    else:
        _note_distance(consignment, judged.flag)
    note_answer(act, "answer_address", consignment_id)
    act.session.flush()
    return consignment


def confirm_point(act: Act, consignment_id: int, lat: float, lon: float, *, guide: HasRegister) -> Consignment:
    """Record where the door is; a point that fits its commune is remembered for the same address.

    One far from the commune is recorded and asked about. Raises NotFound, Withheld, InvalidInput for (0, 0), swapped
    or out-of-province coordinates.
    """
    consignment = still_here(act.session, consignment_id)
    put_point(act, consignment, lat, lon, guide=guide)
    note_answer(act, "confirm_point", consignment_id)
    act.session.flush()
    return consignment


def put_point(act: Act, consignment: Consignment, lat: float, lon: float, *, guide: HasRegister) -> None:
    """Let a consignment's door be at a point, wherever the consignment is; remembered where it fits its commune.

    Raises InvalidInput for (0, 0), swapped or out-of-province coordinates.
    """
    commune = guide.register.find(consignment.commune_code or "")
    judged = judge_point(lat, lon, commune, guide.register)
    if judged.point is None:
        raise InvalidInput(field=Message("Vĩ độ, kinh độ"))
    consignment.lat, consignment.lon = judged.point.lat, judged.point.lon
    consignment.precision, consignment.radius_m, consignment.point_flag = PointPrecision.DOOR, None, None
    _note_distance(consignment, judged.flag)
    if judged.flag is None:
        _remember(act, consignment, judged.point)


def keep_far_point(act: Act, consignment_id: int) -> Consignment:
    """Record that commune and point are both right, however far apart; the point is remembered.

    Raises NotFound, Withheld, NoConflict where nothing was asked.
    """
    consignment = _in_conflict(act, consignment_id)
    consignment.attention = [asked for asked in consignment.attention if asked != POINT_FAR]
    if consignment.lat is not None and consignment.lon is not None:
        _remember(act, consignment, Point(lat=consignment.lat, lon=consignment.lon))
    note_answer(act, "keep_far_point", consignment_id)
    act.session.flush()
    return consignment


def drop_point(act: Act, consignment_id: int, *, guide: HasRegister) -> Consignment:
    """Record that the point is wrong: the item goes by its commune's point until somebody knows better.

    Raises NotFound, Withheld, NoConflict where nothing was asked.
    """
    consignment = _in_conflict(act, consignment_id)
    commune = guide.register.find(consignment.commune_code or "")
    if commune is None:
        raise NoConflict
    _go_by_commune(consignment, commune)
    note_answer(act, "drop_point", consignment_id)
    act.session.flush()
    return consignment


def release_point(act: Act, consignment_id: int, reason: str) -> Consignment:
    """Let a consignment go although only its commune is known. Raises InvalidInput without a reason."""
    if not reason.strip():
        raise InvalidInput(field=Message("Lý do"))
    consignment = still_here(act.session, consignment_id)
    consignment.released_reason = reason.strip()[:200]
    note_answer(act, "release_point", consignment_id)
    act.session.flush()
    return consignment


def _in_conflict(act: Act, consignment_id: int) -> Consignment:
    consignment = still_here(act.session, consignment_id)
    if POINT_FAR not in consignment.attention:
        raise NoConflict
    return consignment


def _go_by_commune(consignment: Consignment, commune: Commune) -> None:
    consignment.lat, consignment.lon = commune.point.lat, commune.point.lon
    consignment.precision = PointPrecision.COMMUNE
    consignment.radius_m = round(commune.radius_km * 1000)
    _note_distance(consignment, None)


def _note_distance(consignment: Consignment, flag: PointFlag | None) -> None:
    """Keep what is said of the point in step with it: the flag, and the question while it lies far away."""
    was_far = consignment.point_flag == PointFlag.FAR
    consignment.point_flag = flag or (None if was_far else consignment.point_flag)
    consignment.attention = [asked for asked in consignment.attention if asked != POINT_FAR]
    if flag is PointFlag.FAR:
        consignment.attention = [*consignment.attention, POINT_FAR]


def _remember(act: Act, consignment: Consignment, point: Point) -> None:
    address = unseal(act.session, consignment.person).address
    if not address:
        return
    key = address_hash(vault_of(act.session), address)
    memory = act.session.get(PointMemory, key) or PointMemory(address_hash=key)
    memory.lat, memory.lon, memory.source, memory.noted_at = point.lat, point.lon, "confirmed", act.now
    act.session.add(memory)
