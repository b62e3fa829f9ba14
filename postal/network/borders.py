"""Borders of communes as the operator brings them in: GeoJSON read, judged, thinned and kept; maps draw cells without.

A border is a picture of where a commune lies. Nothing is reckoned from it: which commune a door is in says the address.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from postal.access import audit
from postal.access.act import Act
from postal.errors import InvalidInput
from postal.models import CommuneBorder
from routing import Commune, Message, Register, plain_words

MOST_BYTES = 20_000_000
MOST_FEATURES, MOST_CORNERS, MOST_RINGS = 5_000, 500_000, 8
DRAWN_CORNERS = 120
"""So many corners of a commune are kept at most: a page with forty communes stays below a hundred kilobytes."""

Ring = tuple[tuple[float, float], ...]
"""Corners as (latitude, longitude) in degrees; the last one is not the first one again."""

_CODES = ("code", "ma_xa", "maxa", "ma", "commune_code")
_NAMES = ("name", "ten_xa", "tenxa", "ten", "full_name")
_SOUTH, _NORTH, _WEST, _EAST = 4.0, 24.0, 101.0, 118.0
_FAR_DEGREES = 0.15


class BadBorders(InvalidInput):
    code = "bad_borders"
    says = Message("Tệp ranh giới: {why}")


@dataclass(frozen=True, kw_only=True)
class Borders:
    """What a file holds of the register: rings by commune, and how many features are of no commune of it."""

    rings: Mapping[str, tuple[Ring, ...]]
    n_unknown: int


def read_borders(data: bytes, register: Register) -> Borders:
    """Read a GeoJSON FeatureCollection in degrees (WGS 84), each feature with a code or name of a commune.

    Raises BadBorders, naming the feature by its place in the file.
    """
    if len(data) > MOST_BYTES:
        raise _bad(Message("lớn hơn {n} MB.").filled(n=MOST_BYTES // 1_000_000))
    by_name = _by_name(register)
    found: dict[str, tuple[Ring, ...]] = {}
    n_unknown, n_corners = 0, 0
    for place, feature in enumerate(_features(data), start=1):
        commune = _commune(feature, register, by_name)
        if commune is None:
            n_unknown += 1
            continue
        if commune.code in found:
            raise _bad(Message("mục {place}: {commune} có hai lần.").filled(place=place, commune=commune.full_name))
        rings = _rings(feature.get("geometry"), place)
        n_corners += sum(map(len, rings))
        if n_corners > MOST_CORNERS:
            raise _bad(Message("quá {n} điểm.").filled(n=MOST_CORNERS))
        _require_near(rings, commune, place)
        found[commune.code] = _thinned(rings)
    if not found:
        raise _bad(Message("không mục nào là xã, phường của tỉnh. Mỗi mục cần thuộc tính code (mã) hoặc name (tên)."))
    return Borders(rings=found, n_unknown=n_unknown)


def keep_borders(act: Act, found: Borders, *, source: str) -> int:
    """Keep borders in place of those kept before, wholly; ``source`` says where they are from. Return how many."""
    if not source.strip():
        raise InvalidInput(field="source")
    act.session.execute(delete(CommuneBorder))
    act.session.add_all(
        CommuneBorder(commune_code=code, rings=rings, source=source.strip()[:200], imported_at=act.now)
        for code, rings in found.rings.items()
    )
    act.session.flush()
    audit.note(act, "borders_imported", "installation", 1, n=len(found.rings), n_unknown=found.n_unknown)
    return len(found.rings)


def forget_borders(act: Act) -> int:
    """Draw cells again; return how many borders were forgotten."""
    n = act.session.scalar(select(func.count()).select_from(CommuneBorder)) or 0
    act.session.execute(delete(CommuneBorder))
    if n:
        audit.note(act, "borders_forgotten", "installation", 1, n=n)
    return n


def borders(session: Session, codes: Sequence[str] | None = None) -> dict[str, list[list[list[float]]]]:
    """Return the rings of each commune, or of those asked, that has some, its corners as latitude and longitude."""
    query = select(CommuneBorder.commune_code, CommuneBorder.rings)
    if codes is not None:
        query = query.where(CommuneBorder.commune_code.in_(codes))
    return {row[0]: row[1] for row in session.execute(query)}


def standing(session: Session) -> CommuneBorder | None:
    """Return one of the borders kept, for where they are from and since when; None where there are none."""
    return session.scalar(select(CommuneBorder).limit(1))


def _features(data: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        told = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as exc:
        raise _bad(Message("không phải GeoJSON (UTF-8).")) from exc
    features = told.get("features") if isinstance(told, dict) and told.get("type") == "FeatureCollection" else None
    if not isinstance(features, list):
        raise _bad(Message("cần một FeatureCollection."))
    if len(features) > MOST_FEATURES:
        raise _bad(Message("quá {n} mục.").filled(n=MOST_FEATURES))
    for place, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
            raise _bad(Message("mục {place}: không đọc được.").filled(place=place))
        yield feature


def _no_number(text: str) -> float:
    raise ValueError(text)


def _by_name(register: Register) -> dict[str, Commune | None]:
    """Return communes by their names without accents; None for a name that two have."""
    found: dict[str, Commune | None] = {}
    for commune in register:
        for name in {_plain(commune.full_name), _plain(commune.name)}:
            found[name] = None if name in found else commune
    return found


def _commune(feature: Mapping[str, Any], register: Register, by_name: Mapping[str, Commune | None]) -> Commune | None:
    told = {str(name).casefold(): value for name, value in (feature.get("properties") or {}).items()}
    for name in _CODES:
        if name in told and (commune := register.find(str(told[name]).strip())) is not None:
            return commune
    return next((by_name.get(_plain(str(told[name]))) for name in _NAMES if told.get(name)), None)


def _plain(text: str) -> str:
    return plain_words(text[:200])


def _rings(geometry: Any, place: int) -> list[Ring]:
    """Return the outer rings of a polygon or several, the largest first; holes are left out."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    told = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind == "Polygon":
        told = [told]
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(told, list) or not told:
        raise _bad(Message("mục {place}: cần Polygon hoặc MultiPolygon.").filled(place=place))
    rings = [_ring(one[0] if isinstance(one, list) and one else None, place) for one in told]
    return sorted(rings, key=lambda ring: -_size(ring))[:MOST_RINGS]


def _ring(told: Any, place: int) -> Ring:
    if not isinstance(told, list) or len(told) < 4 or told[0] != told[-1]:
        raise _bad(Message("mục {place}: đường ranh giới phải khép kín, từ 4 điểm.").filled(place=place))
    return tuple(_corner(one, place) for one in told[:-1])


def _corner(told: Any, place: int) -> tuple[float, float]:
    lon: Any
    lat: Any
    lon, lat = told[:2] if isinstance(told, list) and len(told) >= 2 else (None, None)
    if not (_is_number(lon) and _is_number(lat) and _SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST):
        says = Message("mục {place}: tọa độ phải là độ WGS 84, kinh độ trước, vĩ độ sau, trong nước.")
        raise _bad(says.filled(place=place))
    return float(lat), float(lon)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _require_near(rings: Sequence[Ring], commune: Commune, place: int) -> None:
    """Refuse a border far from where the register has the commune: codes of another list fit by chance."""
    lats, lons = zip(*(corner for ring in rings for corner in ring), strict=True)
    lat, lon = commune.point.lat, commune.point.lon
    is_near = min(lats) - _FAR_DEGREES <= lat <= max(lats) + _FAR_DEGREES
    if not (is_near and min(lons) - _FAR_DEGREES <= lon <= max(lons) + _FAR_DEGREES):
        says = Message("mục {place}: không ở {commune}. Xem lại mã.")
        raise _bad(says.filled(place=place, commune=commune.full_name))


def _thinned(rings: Sequence[Ring]) -> tuple[Ring, ...]:
    """Return rings with as many corners as maps draw.

    The corner goes first whose triangle with its neighbours is the smallest (Visvalingam and Whyatt, 1993); of a ring
    that is down to three, all go at once. The first ring stays. Takes n log n however a border winds.
    """
    corners = [corner for ring in rings for corner in ring]
    before, after, ring_of, left = _linked(rings)
    sizes = [_triangle(corners[before[n]], corner, corners[after[n]]) for n, corner in enumerate(corners)]
    smallest = [(size, n) for n, size in enumerate(sizes)]
    heapify(smallest)
    gone: set[int] = set()
    while len(corners) - len(gone) > DRAWN_CORNERS:
        size, n = heappop(smallest)
        if n in gone or size != sizes[n] or (left[ring_of[n]] == 3 and ring_of[n] == 0):
            continue
        going = (before[n], n, after[n]) if left[ring_of[n]] == 3 else (n,)
        gone.update(going)
        left[ring_of[n]] -= len(going)
        one, other = before[n], after[n]
        after[one], before[other] = other, one
        for beside in {one, other} - gone:
            # Never below the one that went: corners go in the order in which they would on a coarser map.
            sizes[beside] = max(size, _triangle(corners[before[beside]], corners[beside], corners[after[beside]]))
            heappush(smallest, (sizes[beside], beside))
    kept: list[list[tuple[float, float]]] = [[] for _ring in rings]
    for n, (lat, lon) in enumerate(corners):
        if n not in gone:
            kept[ring_of[n]].append((round(lat, 5), round(lon, 5)))
    return tuple(tuple(ring) for ring in kept if ring)


def _linked(rings: Sequence[Ring]) -> tuple[list[int], list[int], list[int], list[int]]:
    """Number the corners of all rings; return each one's neighbours before and after and its ring, and rings' sizes."""
    before: list[int] = []
    after: list[int] = []
    ring_of: list[int] = []
    for which, ring in enumerate(rings):
        first, n = len(before), len(ring)
        before += [first + (k - 1) % n for k in range(n)]
        after += [first + (k + 1) % n for k in range(n)]
        ring_of += [which] * n
    return before, after, ring_of, [len(ring) for ring in rings]


def _triangle(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Return twice the area of a triangle, in square degrees."""
    return abs((b[1] - a[1]) * (c[0] - a[0]) - (c[1] - a[1]) * (b[0] - a[0]))


def _size(ring: Ring) -> float:
    turned = (*ring[1:], ring[0])
    return abs(sum(a[1] * b[0] - b[1] * a[0] for a, b in zip(ring, turned, strict=True)))


def _bad(why: Message) -> BadBorders:
    return BadBorders(field="file", why=why)
