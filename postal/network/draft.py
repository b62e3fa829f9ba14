"""A first network for a province that nobody has described yet: drafted from its register, to be put right by people.

Everything here is an assumption, made so that a province can be looked at and planned on the day it is set up: which
communes share an office, where the offices lie, on which days a remote commune is served, how many couriers there
are. It is marked as a draft in the database until its tables have been edited and imported again.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from postal.network.promises import ANY_ZONE, LEGAL_REF, OUTSIDE_ZONE
from postal.network.tables import CourierRow, CoverageRow, NetworkTables, OfficeRow, RuleRow, shipped_tables
from routing import Commune, Province, Register, district_name, great_circle_m, plain_words

# Huế's 40 communes have 16 offices and 57 couriers.
_COMMUNES_AN_OFFICE = 2.5
_COURIERS_A_COMMUNE = {"phường": 1.7, "xã": 1.1, "đặc khu": 2.0}
_N_ROUNDS = 25
# Beyond these a commune is served on some days only.
_REMOTE_KM, _VERY_REMOTE_KM, _WIDE_KM2 = 22.0, 35.0, 250.0
_EVERY_DAY, _THREE_DAYS, _TWO_DAYS = "01234", "024", "13"
_ISLAND = "đặc khu"


def is_shipped(province: Province) -> bool:
    """Say whether a province's tables come with the service, so that nothing is drafted."""
    return province.name == Register.builtin().home.name


def starting_tables(register: Register, province: Province) -> NetworkTables:
    """Return what a province starts from: its shipped tables, or a draft."""
    return shipped_tables(register) if is_shipped(province) else draft_network(register, province)


def draft_network(register: Register, province: Province) -> NetworkTables:
    """Return a network for every commune of the register; the same register gives the same network."""
    zones = zones_of(register)
    served = _served_by(register.communes)
    names = _office_names(register, sorted(served, key=lambda commune: commune.code))
    offices = {commune.code: names[commune.code] for commune in served}
    coverage = [
        CoverageRow(
            commune_code=commune.code,
            office_code=offices[office.code][0],
            weekdays=_weekdays(commune, office),
            zone=zones[commune.code],
        )
        for office, communes in served.items()
        for commune in communes
    ]
    return NetworkTables(
        offices=tuple(_office(commune, *offices[commune.code], zones[commune.code]) for commune in served),
        agencies=(_agency(register, province, zones),),
        coverage=tuple(sorted(coverage, key=lambda row: row.commune_code)),
        rules=(
            RuleRow(from_zone=ANY_ZONE, to_zone=ANY_ZONE, days=2, legal_ref=LEGAL_REF),
            RuleRow(from_zone=ANY_ZONE, to_zone=OUTSIDE_ZONE, days=4, legal_ref=LEGAL_REF),
        ),
        couriers=tuple(_couriers(served, offices)),
    )


def zones_of(register: Register) -> dict[str, str]:
    """Return the promise zone of each commune: the former district most of it came from, as TT 17/2017 Đ7 counts."""
    votes: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for unit in register.former_units:
        votes[unit.successor_code][district_name(unit.district), unit.province] += 1
    chosen = {code: max(sorted(count), key=lambda zone: count[zone]) for code, count in votes.items()}
    provinces: defaultdict[str, set[str]] = defaultdict(set)
    for district, province in chosen.values():
        provinces[district].add(province)
    # Two provinces that became one can both have had a Châu Thành.
    said = {zone: f"{zone[0]} ({zone[1]})" if len(provinces[zone[0]]) > 1 else zone[0] for zone in chosen.values()}
    return {
        commune.code: said[chosen[commune.code]] if commune.code in chosen else commune.name for commune in register
    }


def _km(one: Commune, other: Commune) -> float:
    return great_circle_m(one.point, other.point) / 1000


def _served_by(communes: Sequence[Commune]) -> dict[Commune, list[Commune]]:
    """Group the communes around the one of each group that lies in its middle; an island keeps to itself."""
    mainland = [commune for commune in communes if commune.type != _ISLAND]
    groups = {commune: [commune] for commune in communes if commune.type == _ISLAND}
    n = max(1, round(len(mainland) / _COMMUNES_AN_OFFICE)) if mainland else 0
    middles = _far_apart(mainland, n)
    for _ in range(_N_ROUNDS):
        found = _grouped(mainland, middles)
        moved = [_middle(group) for group in found.values()]
        if moved == middles:
            break
        middles = moved
    groups |= _grouped(mainland, middles) if mainland else {}
    return dict(sorted(groups.items(), key=lambda one: one[0].code))


def _far_apart(communes: Sequence[Commune], n: int) -> list[Commune]:
    """Return n communes, each as far from those before it as its own size allows: towns lie closer together."""
    chosen: list[Commune] = []
    away = dict.fromkeys(communes, math.inf)
    for _ in range(n):
        # In radii, not in kilometres: a town of small wards needs more offices than the mountains around it.
        best = max(away, key=lambda commune: (away[commune] / (1 + commune.radius_km), commune.code))
        chosen.append(best)
        away = {commune: min(far, _km(commune, best)) for commune, far in away.items()}
    return chosen


def _grouped(communes: Sequence[Commune], middles: Sequence[Commune]) -> dict[Commune, list[Commune]]:
    groups: dict[Commune, list[Commune]] = {middle: [] for middle in middles}
    for commune in communes:
        groups[min(middles, key=lambda middle: (_km(commune, middle), middle.code))].append(commune)
    return {middle: group for middle, group in groups.items() if group}


def _middle(group: Sequence[Commune]) -> Commune:
    return min(group, key=lambda one: (sum(_km(one, other) for other in group), one.type != "phường", one.code))


def _weekdays(commune: Commune, office: Commune) -> str:
    far = _km(commune, office)
    if far > _VERY_REMOTE_KM:
        return _TWO_DAYS
    return _THREE_DAYS if far > _REMOTE_KM or (commune is not office and commune.area_km2 > _WIDE_KM2) else _EVERY_DAY


def _office_names(register: Register, communes: Sequence[Commune]) -> dict[str, tuple[str, str]]:
    """Return (code, name) of each office by its commune; two communes of one name are told apart."""
    n_same = Counter(commune.name for commune in register)
    found: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    for commune in communes:
        name = commune.name if n_same[commune.name] == 1 else commune.full_name
        code = "BC-" + plain_words(name).upper().replace(" ", "-")[:30]
        if code in taken:
            code, name = f"{code}-{commune.code}", f"{name} ({commune.code})"
        taken.add(code)
        found[commune.code] = code, f"Bưu cục {name}"
    return found


def _office(commune: Commune, code: str, name: str, zone: str) -> OfficeRow:
    return OfficeRow(
        code=code, name=name, commune_code=commune.code, lat=commune.point.lat, lon=commune.point.lon, zone=zone
    )


def _agency(register: Register, province: Province, zones: dict[str, str]) -> OfficeRow:
    seat = register.find(province.seat_code) or max(register, key=lambda commune: len(commune.name))
    return OfficeRow(
        code="TTPVHCC-" + plain_words(province.name).upper().replace(" ", "-"),
        name=f"Trung tâm Phục vụ hành chính công {province.full_name}",
        commune_code=seat.code,
        lat=seat.point.lat,
        lon=seat.point.lon,
        zone=zones[seat.code],
    )


def _couriers(served: dict[Commune, list[Commune]], offices: dict[str, tuple[str, str]]) -> Sequence[CourierRow]:
    """Return couriers with names that are none: "Bưu tá 001", to be replaced by people's."""
    rows: list[CourierRow] = []
    for office, communes in served.items():
        n = max(1, round(sum(_COURIERS_A_COMMUNE.get(commune.type, 1.0) for commune in communes)))
        for nth in range(n):
            number = f"{len(rows) + 1:03d}"
            beat = (communes[nth % len(communes)].code,)
            rows.append(
                CourierRow(
                    code=f"BT{number}", office_code=offices[office.code][0], full_name=f"Bưu tá {number}", beat=beat
                )
            )
    return rows
