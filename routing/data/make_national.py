"""Write the national tables beside this file from the data of the package `vietnamadminunits` (MIT).

Run it in an environment of its own, never in the service's (the package pulls in a GPL library, which is why
its files are read here and the package itself is never imported):

    python3 -m venv /tmp/units && /tmp/units/bin/pip install vietnamadminunits==1.0.4
    /tmp/units/bin/python routing/data/make_national.py

What each column means, and what is mended on the way, stands in the README beside this file.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import math
import re
import sqlite3
import statistics
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COMMUNES = "national_communes.csv"
FORMER = "national_former_units.csv"
SINCE, UNTIL = "2025-07-01", "2025-06-30"
# A point that lies further than this many radii (and this many km) from where its unit went is no point of it.
FAR_RADII, FAR_KM = 2.5, 3.0
# Four communes have no area in the source: their radius reaches to the furthest unit they were made of.
MIN_RADIUS_KM, MAX_SPREAD_KM = 2.0, 15.0
# One former unit alone says less than two that agree.
FAR_FOR_ONE_KM = 20.0

Unit = dict[str, Any]
Key = tuple[str, str]


def main() -> None:
    """Read the package's files and write both tables; prints the counts."""
    package = _package()
    new, old = _units(package / "data" / "dataset.db")
    successors = _successors(json.loads((package / "data" / "converter_2025.json").read_text(encoding="utf-8")))
    by_key = {(unit["provinceKey"], unit["wardKey"]): unit for unit in new}
    _forget_repeated_points(old)
    n_mended = _mend_points(by_key, old, successors)
    communes = sorted(_commune_rows(new), key=lambda row: (row[0], row[1]))
    former = sorted(_former_rows(old, by_key, successors), key=lambda row: row[4])
    _write(
        HERE / COMMUNES,
        ("province_code", "code", "type", "name", "lat", "lon", "radius_km", "area_km2", "basis", "valid_from"),
        communes,
    )
    _write(
        HERE / FORMER,
        (
            "province", "district", "type", "name", "code", "successor_codes", "lat", "lon", "earlier",
            "valid_until",
        ),
        former,
    )  # fmt: skip
    print(f"{len(communes)} communes ({n_mended} points mended), {len(former)} former units")


def _package() -> Path:
    found = importlib.util.find_spec("vietnamadminunits")
    if found is None or not found.submodule_search_locations:
        sys.exit("vietnamadminunits is not installed in this environment: see the top of this file")
    return Path(next(iter(found.submodule_search_locations)))


def _units(file: Path) -> tuple[list[Unit], list[Unit]]:
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        tables = [
            [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608 - two fixed names
            for table in ("admin_units", "admin_units_legacy")
        ]
    finally:
        connection.close()
    return tables[0], tables[1]


def _old_key(unit: Unit) -> str:
    return "_".join(unit[field] or "" for field in ("provinceKey", "districtKey", "wardKey"))


def _successors(converter: dict[str, Any]) -> dict[str, list[Key]]:
    """Return which communes each former unit went to: one, or all it was divided among, the largest part first."""
    found: dict[str, list[Key]] = defaultdict(list)
    for province, communes in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, olds in communes.items():
            for old in olds:
                found[old].append((province, commune))
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in divided.items():
            ordered = sorted(parts, key=lambda part: not part["isDefaultNewWard"])
            found[old] += [(province, part["newWardKey"]) for part in ordered]
    return found


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = (one[1] - other[1]) * 111.2 * math.cos(math.radians(one[0]))
    return math.hypot((one[0] - other[0]) * 111.2, east)


def _radius_km(unit: Unit) -> float:
    reach = float(unit.get("reach_km", MIN_RADIUS_KM))
    by_area = math.sqrt((unit["wardAreaKm2"] or 0) / math.pi)
    is_doubtful = not by_area or ("basis" in unit and reach > 2 * by_area)
    return reach if is_doubtful else by_area


def _forget_repeated_points(old: list[Unit]) -> None:
    """Drop the points that several units share: a look-up that failed and fell back to the district or province."""
    seen = Counter((unit["wardLat"], unit["wardLon"]) for unit in old)
    for unit in old:
        if seen[unit["wardLat"], unit["wardLon"]] > 1:
            unit["wardLat"] = unit["wardLon"] = None


def _mend_points(by_key: dict[Key, Unit], old: list[Unit], successors: dict[str, list[Key]]) -> int:
    """Move a commune's point to its former units where these lie together and far from it. Returns how many."""
    made_of: dict[Key, list[tuple[float, float]]] = defaultdict(list)
    for unit in old:
        keys = successors[_old_key(unit)]
        if len(keys) == 1 and unit["wardLat"]:
            made_of[keys[0]].append((unit["wardLat"], unit["wardLon"]))
    n_mended = 0
    for key, points in made_of.items():
        commune = by_key[key]
        middle = (statistics.median(lat for lat, _ in points), statistics.median(lon for _, lon in points))
        away = min(_km(point, (commune["wardLat"], commune["wardLon"])) for point in points)
        spread = max(_km(point, middle) for point in points)
        least = FAR_KM if len(points) > 1 else FAR_FOR_ONE_KM
        if away > max(FAR_RADII * _radius_km(commune), least, 2 * spread) and spread <= MAX_SPREAD_KM:
            commune["wardLat"], commune["wardLon"] = middle
            commune["basis"] = "former"
            n_mended += 1
        commune["reach_km"] = max(spread, MIN_RADIUS_KM)
    return n_mended


def _commune_rows(new: list[Unit]) -> Iterator[tuple[str, ...]]:
    for unit in new:
        yield (
            unit["provinceCode"],
            unit["wardCode"],
            _nfc(unit["wardType"]).lower(),
            _nfc(unit["wardShort"]),
            _degrees(unit["wardLat"]),
            _degrees(unit["wardLon"]),
            f"{_radius_km(unit):.1f}",
            f"{unit['wardAreaKm2']:.1f}" if unit["wardAreaKm2"] else "",
            unit.get("basis", ""),
            SINCE,
        )


def _former_rows(
    old: list[Unit], by_key: dict[Key, Unit], successors: dict[str, list[Key]]
) -> Iterator[tuple[str, ...]]:
    for unit in old:
        became = [by_key[key] for key in successors[_old_key(unit)]]
        # Five island districts had no communes: the district itself is the unit.
        kind, name = (
            (unit["wardType"], unit["wardShort"]) if unit["ward"] else (unit["districtType"], unit["districtShort"])
        )
        lat, lon = _former_point(unit, became)
        yield (
            # Name, not code: seven codes passed from one province to another in July 2025.
            _nfc(unit["provinceShort"]),
            _nfc(unit["district"]).replace("Thành Phố ", "Thành phố ").replace("Thị Xã ", "Thị xã "),
            _nfc(kind).lower(),
            _nfc(name),
            unit["wardCode"] or unit["districtCode"],
            ";".join(commune["wardCode"] for commune in became),
            lat,
            lon,
            ";".join(_earlier(unit)),
            UNTIL,
        )


def _former_point(unit: Unit, became: list[Unit]) -> tuple[str, str]:
    if not unit["wardLat"]:
        return "", ""
    point = (unit["wardLat"], unit["wardLon"])
    is_near = any(
        _km(point, (one["wardLat"], one["wardLon"])) <= max(FAR_RADII * _radius_km(one), FAR_KM) for one in became
    )
    return (_degrees(point[0]), _degrees(point[1])) if is_near else ("", "")


def _earlier(unit: Unit) -> list[str]:
    """Return the typed keys of units merged into this one before 2025, without accents or spaces."""
    keys = json.loads(unit["wardAlias"] or "[]")
    typed = [key for key in keys if re.match(r"(phuong|xa|thitran)\w", key)]
    own = unit["wardKey"]
    return sorted({key for key in typed if key != own and key.removeprefix(_kind_of(key)) in keys})


def _kind_of(key: str) -> str:
    return next(kind for kind in ("phuong", "thitran", "xa") if key.startswith(kind))


def _degrees(value: float) -> str:
    return f"{value:.4f}"


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _write(file: Path, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
