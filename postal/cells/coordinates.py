"""Coordinates as people write them: decimal points or commas, degrees and minutes, both in one cell. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAX_TEXT = 80
NOTHING = frozenset({"", "-", "--", "–", "không", "khong", "không có", "ko", "n/a", "null", "none"})
_NAME = re.compile(
    r"^(?:lat(?:itude)?|lng|lon(?:g(?:itude)?)?|vĩ độ|kinh độ|vi do|kinh do|vđ|kđ|tọa độ|to\u1ea1 độ|toa do)\s*[:=]?\s*"
)
# N and S lie along the latitude; Vietnamese writes B (bắc), N (nam) only in full, Đ (đông), T (tây).
_SIDES = {
    "n": ("lat", 1), "b": ("lat", 1), "bắc": ("lat", 1), "bac": ("lat", 1), "s": ("lat", -1), "nam": ("lat", -1),
    "e": ("lon", 1), "đ": ("lon", 1), "đông": ("lon", 1), "dong": ("lon", 1), "w": ("lon", -1), "tây": ("lon", -1),
}  # fmt: skip
_SIDE = "|".join(sorted(_SIDES, key=len, reverse=True))
_NUMBER = r"[0-9]{1,3}(?:[.,][0-9]{1,15})?"
_ANGLE = (
    rf"(?:(?P<before>{_SIDE})\s*)?(?P<sign>[-\u2212])?(?P<deg>{_NUMBER})"
    r"(?:\s*(?:[°ºo˚]|độ|\s)\s*(?:(?P<min>[0-9]{1,2}(?:[.,][0-9]{1,12})?)\s*(?:['′’‘´]|phút|\s)\s*"
    r"(?:(?P<sec>[0-9]{1,2}(?:[.,][0-9]{1,12})?)\s*(?:[\"″”“]|''|′′|’’|giây)?)?)?)?"
    rf"(?:\s*(?P<after>{_SIDE}))?"
)
_ONE = re.compile(_ANGLE)
_METRES = re.compile(r"[0-9]{6,8}(?:[.,][0-9]{1,4})?|[0-9]{1,3}(?:[., ][0-9]{3}){1,2}(?:[.,][0-9]{1,2})?", re.ASCII)
# VN-2000 in metres, from Cà Mau to Hà Giang: northings and the eastings of its 3° and 6° zones.
_NORTHINGS, _EASTINGS = (900_000, 2_650_000), (150_000, 900_000)
_PAIRS = (
    re.compile(r"\s*[;|\n\t/]\s*"),
    re.compile(r",\s+"),
    re.compile(r"(?<=[nbsđew])\s*,?\s*(?=[0-9])"),
    re.compile(r"\s+"),
    re.compile(r","),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Coordinates:
    """Degrees, or why there are none: ``not_a_number`` or ``vn2000``."""

    lat: float | None = None
    lon: float | None = None
    why_not: str | None = None


def read_coordinates(lat: str, lon: str) -> Coordinates | None:
    """Return what two cells say of a point, None where both say nothing.

    Both numbers may stand in one of the cells. VN-2000 metres are recognised and not converted: without the zone
    they name two places.
    """
    first, second = _plain(lat), _plain(lon)
    if first in NOTHING and second in NOTHING:
        return None
    if max(len(first), len(second)) > _MAX_TEXT:
        return Coordinates(why_not="not_a_number")
    if first in NOTHING or second in NOTHING:
        pairs = _pairs_of(second if first in NOTHING else first)
    else:
        pairs = [(first, second), *(_pairs_of(first) if first == second else ())]
    for pair in pairs:
        if found := _degrees(*pair):
            return found
    if any(_is_vn2000(*pair) for pair in pairs):
        return Coordinates(why_not="vn2000")
    return Coordinates(why_not="not_a_number")


def _plain(text: str) -> str:
    return _NAME.sub(
        "",
        "\n".join(" ".join(line.split()) for line in text.casefold().strip(" \n\t()[]").removeprefix("'").split("\n")),
    )


def _pairs_of(text: str) -> list[tuple[str, str]]:
    """Return the ways in which a cell may hold two numbers, the surest first."""
    pairs = []
    for separator in _PAIRS:
        parts = separator.split(text)
        if len(parts) == 2:
            pairs.append((parts[0], parts[1]))
        elif len(parts) == 4 and separator.pattern == ",":
            pairs.append((f"{parts[0]}.{parts[1]}", f"{parts[2]}.{parts[3]}"))
    return pairs


def _degrees(first: str, second: str) -> Coordinates | None:
    one, other = _angle(first), _angle(second)
    if one is None or other is None:
        return None
    (axis, value), (other_axis, other_value) = one, other
    if axis is not None and axis == other_axis:
        return None
    if axis == "lon" or other_axis == "lat":  # the sides say which is which, whatever the order
        value, other_value = other_value, value
    return Coordinates(lat=value, lon=other_value)


def _angle(text: str) -> tuple[str | None, float] | None:
    """Return along which axis (None where that is not said) and how many degrees; None for what is no angle."""
    match = _ONE.fullmatch(_NAME.sub("", text.strip(" ,;")))
    if match is None or (match["before"] and match["after"]):
        return None
    degrees, minutes, seconds = (float((match[part] or "0").replace(",", ".")) for part in ("deg", "min", "sec"))
    if minutes >= 60 or seconds >= 60 or degrees > 180:
        return None
    axis, sign = _SIDES.get(match["before"] or match["after"] or "", (None, 1))
    value = degrees + minutes / 60 + seconds / 3600
    return axis, round(-value if match["sign"] or sign < 0 else value, 7)


def _is_vn2000(first: str, second: str) -> bool:
    numbers = sorted(number for number in (_metres(first), _metres(second)) if number is not None)
    if len(numbers) != 2:
        return False
    return _EASTINGS[0] <= numbers[0] <= _EASTINGS[1] and _NORTHINGS[0] <= numbers[1] <= _NORTHINGS[1]


def _metres(text: str) -> float | None:
    bare = re.sub(r"^[xynem]\s*[:=]\s*|\s*m$", "", text.strip(" ,;"))
    if not _METRES.fullmatch(bare):
        return None
    if re.fullmatch(r"[0-9]{6,8}(?:[.,][0-9]{1,4})?", bare):
        return float(bare.replace(",", "."))
    whole = re.sub(r"[.,][0-9]{1,2}$", "", bare)
    return float(re.sub("[^0-9]", "", whole))
