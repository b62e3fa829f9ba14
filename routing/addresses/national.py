"""The units of the whole country, today's and those before July 2025, from the national tables.

Read once, at the first question, so that an installation of Huế never pays for them. What the columns mean and
where the facts come from stands in `routing/data/README.md`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib import resources

from routing.addresses.communes import HUE, Commune, FormerUnit, HomeProvince, Register
from routing.addresses.language.text import plain_words
from routing.addresses.names import district_name
from routing.errors import BadRegister, UnknownProvince
from routing.message import Message
from routing.types import Point

# The two-level communes of the country took over on this day (Nghị quyết 202/2025/QH15 and the resolutions of the
# National Assembly's committee on each province).
SINCE = date(2025, 7, 1)
_KINDS = ("thanh pho", "tinh", "tp", "t")


@dataclass(frozen=True, kw_only=True, slots=True)
class Province:
    """A province of today, with every name it or its parts had before; ``seat_code`` is the commune of its seat."""

    code: str
    name: str
    kind: str
    seat_code: str
    valid_from: date
    forms_today: tuple[str, ...]
    former_names: tuple[str, ...]
    former_forms: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """Return the name in a sentence: "tỉnh Lâm Đồng", "thành phố Đà Nẵng"."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NationalCommune:
    """A commune of today somewhere in the country."""

    province_code: str
    commune: Commune
    valid_from: date


@dataclass(frozen=True, kw_only=True, slots=True)
class NationalFormerUnit:
    """A unit of before July 2025; several ``successor_codes`` where it was divided, the largest part first.

    ``earlier`` holds the typed keys, without accents or spaces, of units merged into it between 2019 and 2025.
    """

    province: str
    district: str
    type: str
    name: str
    code: str
    successor_codes: tuple[str, ...]
    point: Point | None
    earlier: tuple[str, ...]


@cache
def provinces() -> tuple[Province, ...]:
    """Return the 34 provinces of today, by code."""
    rows = list(_rows("provinces.csv"))
    return tuple(sorted((_province(row, rows) for row in rows if row["code"]), key=lambda one: one.code))


@cache
def national_communes() -> tuple[NationalCommune, ...]:
    """Return the 3,321 communes of today, by code of their province and their own."""
    return tuple(
        NationalCommune(
            province_code=row["province_code"],
            commune=Commune(
                code=row["code"],
                type=row["type"],
                name=row["name"],
                point=Point(lat=float(row["lat"]), lon=float(row["lon"])),
                radius_km=float(row["radius_km"]),
                area_km2=float(row["area_km2"] or 0),
                population=0,
            ),
            valid_from=date.fromisoformat(row["valid_from"]),
        )
        for row in _rows("national_communes.csv")
    )


@cache
def national_former_units() -> tuple[NationalFormerUnit, ...]:
    """Return the 10,040 units of before July 2025, by their code."""
    return tuple(
        NationalFormerUnit(
            province=row["province"],
            district=row["district"],
            type=row["type"],
            name=row["name"].partition(" (")[0],  # "Long Phú (Xã)" stands beside "Long Phú (Thị trấn)"
            code=row["code"],
            successor_codes=tuple(row["successor_codes"].split(";")),
            point=Point(lat=float(row["lat"]), lon=float(row["lon"])) if row["lat"] else None,
            earlier=tuple(row["earlier"].split(";")) if row["earlier"] else (),
        )
        for row in _rows("national_former_units.csv")
    )


def find_province(text: str) -> Province:
    """Return the province of today that people write so: with or without accents, by an old or a short name.

    Raises UnknownProvince, which names the nearest ones.
    """
    names = _names()
    key = _key(text)
    if key not in names:
        near = get_close_matches(key, names, n=3, cutoff=0.75)
        raise UnknownProvince(tuple(dict.fromkeys(names[one].name for one in near)))
    return names[key]


@cache
def register_of(province: Province) -> Register:
    """Return a province's register; Huế's own checked tables win over the national one."""
    if province.name == HUE.name:
        return Register.builtin()
    communes = tuple(one.commune for one in national_communes() if one.province_code == province.code)
    codes = {commune.code for commune in communes}
    former = [unit for unit in national_former_units() if not codes.isdisjoint(unit.successor_codes)]
    districts = {district_name(unit.district) for unit in former}
    return Register(
        communes=communes,
        former_units=tuple(unit for one in former for unit in _split(one, codes)),
        home=HomeProvince(
            name=province.name,
            kind=province.kind,
            former_names=province.former_names,
            # "Hội An" stands for Quảng Nam elsewhere; in the province itself it is the former town.
            short_forms=tuple(form for form in province.former_forms if form not in districts),
            forms_today=tuple(form for form in province.forms_today if form not in districts),
        ),
    )


def _split(unit: NationalFormerUnit, codes: set[str]) -> Iterator[FormerUnit]:
    for code in unit.successor_codes:
        if code not in codes:
            says = Message("Đơn vị cũ {type} {name}: mã kế thừa {code} ở tỉnh khác.")
            raise BadRegister(says.filled(type=unit.type, name=unit.name, code=code))
        yield FormerUnit(
            type=unit.type, name=unit.name, district=unit.district, successor_code=code, province=unit.province
        )


def _province(row: dict[str, str], rows: list[dict[str, str]]) -> Province:
    former = [one for one in rows if one["successor_code"] == row["code"] and not one["code"]]
    return Province(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        seat_code=row["seat_code"],
        valid_from=date.fromisoformat(row["valid_from"]),
        forms_today=_forms(row),
        former_names=tuple(one["name"] for one in former),
        former_forms=tuple(form for one in former for form in _forms(one)),
    )


def _forms(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(form for form in row["short_forms"].split(";") if form)


@cache
def _names() -> dict[str, Province]:
    found: dict[str, Province] = {}
    for one in provinces():
        for name in (*one.former_forms, *one.forms_today, *one.former_names, one.name):
            found[_key(name)] = one
    return found


def _key(text: str) -> str:
    words = plain_words(text)
    for kind in _KINDS:
        if words.startswith(kind + " "):
            words = words.removeprefix(kind)
            break
    return words.replace(" ", "")


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (resources.files("routing") / "data" / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)
