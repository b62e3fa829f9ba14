"""Where a consignment goes: its commune from the address as written, its point from the best source there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from postal.cells.coordinates import read_coordinates
from postal.cells.problems import Problem, question
from postal.intake.guide import Guide
from postal.models import AddressStatus, PointPrecision
from routing import Commune, Message, Point, PointFlag, judge_point

WHY_REFUSED: dict[str, Message] = {
    "zero": Message("tọa độ (0, 0)"),
    "swapped": Message("vĩ độ và kinh độ đảo chỗ"),
    "outside_province": Message("nằm ngoài tỉnh"),
    "not_a_number": Message("không phải số"),
    "vn2000": Message("VN-2000 tính bằng mét, cần độ theo WGS84"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What is known of the way to the door. ``radius_m`` is how far the door may be from a commune's point."""

    status: AddressStatus
    candidate_codes: tuple[str, ...] = ()
    commune_code: str | None = None
    point: Point | None = None
    precision: PointPrecision = PointPrecision.NONE
    radius_m: int | None = None
    flag: str | None = None
    problems: tuple[Problem, ...] = field(default=())


def place(address: str, lat: str, lon: str, guide: Guide) -> Place:
    """Return the place an address and the row's own coordinates give; what must be asked is among its problems.

    A point that cannot be is dropped and the row kept; one far from the named commune is kept and flagged.
    """
    answer = guide.resolver.resolve(address)
    status = AddressStatus(answer.status.value)
    if status is AddressStatus.OUTSIDE:
        return Place(status=status)
    commune = guide.register.find(answer.codes[0]) if answer.status.is_automatic else None
    problems = () if commune is not None else (question("dia_chi", f"address_{status}"),)
    point, flag, asked = own_point(lat, lon, commune, guide)
    common = Place(
        status=status,
        candidate_codes=answer.codes if status is AddressStatus.AMBIGUOUS else (),
        commune_code=commune.code if commune else None,
        flag=flag,
        problems=(*problems, *asked),
    )
    if point is not None:
        return _at(common, point, PointPrecision.DOOR)
    return _at_commune(common, commune) if commune is not None else common


def own_point(
    lat: str, lon: str, commune: Commune | None, guide: Guide
) -> tuple[Point | None, str | None, tuple[Problem, ...]]:
    """Return the row's own point if it can be true, what to flag about it, and what to ask."""
    read = read_coordinates(lat, lon)
    if read is None:
        return None, None, ()
    if read.why_not is not None:
        return None, read.why_not, (_bad_coordinates(read.why_not),)
    judged = judge_point(read.lat, read.lon, commune, guide.register)
    if judged.point is None:
        why = judged.refused_because or "outside_province"
        return None, why, (_bad_coordinates(why),)
    far = (question("vi_do", "point_far"),) if judged.flag is PointFlag.FAR else ()
    return judged.point, judged.flag, far


def with_memory(found: Place, remembered: Mapping[str, Point], address_hash: str) -> Place:
    """Return the place with the point remembered for the same address, where the row brought none of its own."""
    point = remembered.get(address_hash)
    if point is None or found.precision is PointPrecision.DOOR or found.status is AddressStatus.OUTSIDE:
        return found
    return _at(found, point, PointPrecision.REMEMBERED)


def _bad_coordinates(why: str) -> Problem:
    return question("vi_do", "bad_coordinates", why=WHY_REFUSED.get(why, why))


def _at(found: Place, point: Point, precision: PointPrecision) -> Place:
    return Place(
        status=found.status,
        candidate_codes=found.candidate_codes,
        commune_code=found.commune_code,
        point=point,
        precision=precision,
        flag=found.flag,
        problems=found.problems,
    )


def _at_commune(found: Place, commune: Commune) -> Place:
    return Place(
        status=found.status,
        commune_code=found.commune_code,
        point=commune.point,
        precision=PointPrecision.COMMUNE,
        radius_m=round(commune.radius_km * 1000),
        flag=found.flag,
        problems=found.problems,
    )
