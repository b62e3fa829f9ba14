"""A post's network as tables: offices, coverage, promises, couriers, read from a folder and written to one.

The same tables come from three places: Huế's are shipped, another province's are drafted from the national register
(`postal.network.draft`), and an operator edits what was exported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import resources
from importlib.abc import Traversable
from pathlib import Path

from postal.csv_out import write_csv
from postal.errors import NotFound
from postal.network.cells import BadPlaces, Row, Wrong, read_rows, span
from postal.network.crew import WorkingTime
from routing import Message, Register

OFFICES, AGENCIES, COVERAGE = "offices.csv", "issuing_offices.csv", "coverage.csv"
RULES, COURIERS = "transit_rules.csv", "couriers.csv"
COLUMNS: dict[str, tuple[str, ...]] = {
    OFFICES: ("code", "name", "commune_code", "lat", "lon", "zone", "address", "phone", "opening_hours"),
    AGENCIES: ("code", "name", "commune_code", "lat", "lon", "zone", "address", "phone", "opening_hours"),
    COVERAGE: ("commune_code", "office_code", "weekdays", "zone"),
    RULES: ("from_zone", "to_zone", "days", "legal_ref"),
    COURIERS: ("code", "office_code", "full_name", "beat", "shift", "lunch", "litres", "skills"),
}
_NEEDED: dict[str, tuple[str, ...]] = {
    OFFICES: ("code", "name", "commune_code", "lat", "lon", "zone"),
    AGENCIES: ("code", "name", "commune_code", "zone"),
    COVERAGE: COLUMNS[COVERAGE],
    RULES: COLUMNS[RULES],
    COURIERS: ("code", "office_code", "full_name"),
}
# Tables exported by earlier versions had these names.
_EARLIER = {OFFICES: "hue_offices.csv", COVERAGE: "hue_coverage.csv"}


@dataclass(frozen=True, kw_only=True)
class OfficeRow:
    """One office, delivering or issuing."""

    code: str
    name: str
    commune_code: str
    lat: float | None
    lon: float | None
    zone: str
    address: str = ""
    phone: str = ""
    opening_hours: str = ""
    n_couriers: int = 2


@dataclass(frozen=True, kw_only=True)
class CoverageRow:
    """One commune: who serves it, on which weekdays (0 = Monday), in which zone."""

    commune_code: str
    office_code: str
    weekdays: str
    zone: str


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """J+n between two zones."""

    from_zone: str
    to_zone: str
    days: int
    legal_ref: str


@dataclass(frozen=True, kw_only=True)
class CourierRow:
    """One courier. The name is personal: it goes into the sealed table and nowhere else."""

    code: str
    office_code: str
    full_name: str
    beat: tuple[str, ...] = ()
    time: WorkingTime = field(default_factory=WorkingTime)
    capacity_ml: int = 80_000
    skills: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<CourierRow {self.code}>"


@dataclass(frozen=True, kw_only=True)
class NetworkTables:
    """The whole network of a province."""

    offices: tuple[OfficeRow, ...]
    agencies: tuple[OfficeRow, ...]
    coverage: tuple[CoverageRow, ...]
    rules: tuple[RuleRow, ...]
    couriers: tuple[CourierRow, ...] = ()


def shipped_tables(register: Register) -> NetworkTables:
    """Return Huế's tables as shipped."""
    return _tables(resources.files("postal") / "data" / "hue", register)


def read_tables(folder: Path, register: Register) -> NetworkTables:
    """Read a folder of tables. Raises BadPlaces naming every wrong cell, NotFound for a table that is not there."""
    return _tables(folder, register)


def read_couriers(
    table: str, text: str, register: Register, office_codes: Iterable[str]
) -> tuple[list[CourierRow], list[Wrong]]:
    """Read a table of couriers; returns the good rows and what is wrong with the others."""
    rows = list(read_rows(table, text, _NEEDED[COURIERS]))
    codes = frozenset(office_codes)
    found = [(row, _courier(row, register, codes)) for row in rows]
    _refuse_doubles([row for row, _ in found], "code")
    return [one for row, one in found if not row.wrong], [wrong for row, _ in found for wrong in row.wrong]


def write_tables(folder: Path, tables: NetworkTables) -> None:
    """Write the tables into a folder that only their owner reads: couriers have names."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    rows: dict[str, Iterable[Sequence[object]]] = {
        OFFICES: map(_office_cells, tables.offices),
        AGENCIES: map(_office_cells, tables.agencies),
        COVERAGE: ((row.commune_code, row.office_code, row.weekdays, row.zone) for row in tables.coverage),
        RULES: ((row.from_zone, row.to_zone, row.days, row.legal_ref) for row in tables.rules),
        COURIERS: map(_courier_cells, tables.couriers),
    }
    for name, lines in rows.items():
        path = folder / name
        path.touch(mode=0o600)
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            write_csv(out, COLUMNS[name], lines)


def _tables(folder: Traversable | Path, register: Register) -> NetworkTables:
    rows = {name: _read(folder, name) for name in COLUMNS}
    tables = NetworkTables(
        offices=tuple(_office(row, register) for row in rows[OFFICES]),
        agencies=tuple(_office(row, register) for row in rows[AGENCIES]),
        coverage=tuple(_coverage(row, register, _codes(rows[OFFICES])) for row in rows[COVERAGE]),
        rules=tuple(_rule(row) for row in rows[RULES]),
        couriers=tuple(_courier(row, register, _codes(rows[OFFICES])) for row in rows[COURIERS]),
    )
    _refuse_doubles([*rows[OFFICES], *rows[AGENCIES]], "code")
    _refuse_doubles([*rows[OFFICES], *rows[AGENCIES]], "name")
    _refuse_doubles(rows[COVERAGE], "commune_code")
    _refuse_doubles(rows[COURIERS], "code")
    wrong = [one for name in COLUMNS for row in rows[name] for one in row.wrong]
    if wrong:
        raise BadPlaces(wrong)
    return tables


def _read(folder: Traversable | Path, name: str) -> list[Row]:
    earlier = _EARLIER.get(name)
    named = earlier if earlier and not (folder / name).is_file() and (folder / earlier).is_file() else name
    file = folder / named
    if not file.is_file():
        if name == COURIERS:
            return []
        raise NotFound(what=Message("bảng {name}").filled(name=name))
    try:
        return list(read_rows(named, file.read_text(encoding="utf-8-sig"), _NEEDED[name]))
    except UnicodeDecodeError as exc:
        why = Message("không phải UTF-8 (lưu CSV UTF-8)")
        raise BadPlaces([Wrong(table=named, line=1, column="–", why=why)]) from exc


def _codes(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset(row.cells["code"] for row in rows)


def _office(row: Row, register: Register) -> OfficeRow:
    commune = row.text("commune_code")
    if commune and commune not in register:
        row.refuse("commune_code", Message("không có trong danh mục"))
    return OfficeRow(
        code=row.needed("code", most=40),
        name=row.needed("name"),
        commune_code=commune,
        lat=row.number("lat", -90, 90),
        lon=row.number("lon", -180, 180),
        zone=row.text("zone", most=60),
        address=row.text("address"),
        phone=row.text("phone", most=40),
        opening_hours=row.text("opening_hours"),
        n_couriers=row.whole("n_couriers", 0, 500, default=2),
    )


def _coverage(row: Row, register: Register, offices: frozenset[str]) -> CoverageRow:
    communes = {commune.code for commune in register}
    weekdays = row.needed("weekdays", most=7)
    if set(weekdays) - set("0123456") or len(set(weekdays)) != len(weekdays):
        row.refuse("weekdays", Message("chữ số 0 (thứ Hai) đến 6, mỗi ngày một lần"))
    return CoverageRow(
        commune_code=row.one_of("commune_code", communes, Message("không có trong danh mục")),
        office_code=row.one_of("office_code", offices, Message("không có trong {table}").filled(table=OFFICES)),
        weekdays="".join(sorted(weekdays)),
        zone=row.needed("zone", most=60),
    )


def _rule(row: Row) -> RuleRow:
    row.needed("days")
    return RuleRow(
        from_zone=row.needed("from_zone", most=60),
        to_zone=row.needed("to_zone", most=60),
        days=row.whole("days", 0, 60, default=0),
        legal_ref=row.text("legal_ref"),
    )


def _courier(row: Row, register: Register, offices: frozenset[str]) -> CourierRow:
    beat = row.many("beat")
    if any(code not in register for code in beat):
        row.refuse("beat", Message("có mã xã không có trong danh mục"))
    shift = row.hours("shift", default=(27_000, 63_000)) or (0, 0)
    lunch = row.hours("lunch", default=(41_400, 48_600))
    if not shift[0] < shift[1]:
        row.refuse("shift", Message("phải bắt đầu trước khi kết thúc"))
    elif lunch and not shift[0] <= lunch[0] < lunch[1] <= shift[1]:
        row.refuse("lunch", Message("phải nằm trong ca"))
    return CourierRow(
        code=row.needed("code", most=40),
        office_code=row.one_of("office_code", offices, Message("không có bưu cục này")),
        full_name=row.needed("full_name"),
        beat=beat,
        time=WorkingTime(from_s=shift[0], until_s=shift[1], lunch=lunch),
        capacity_ml=row.whole("litres", 1, 2_000, default=80) * 1_000,
        skills=row.many("skills"),
    )


def _refuse_doubles(rows: Iterable[Row], column: str) -> None:
    seen: set[str] = set()
    for row in rows:
        value = row.cells.get(column, "")
        if value and value in seen:
            row.refuse(column, Message("đã có ở dòng khác"))
        seen.add(value)


def _office_cells(row: OfficeRow) -> tuple[object, ...]:
    return (row.code, row.name, row.commune_code, row.lat, row.lon, row.zone, row.address, row.phone, row.opening_hours)


def _courier_cells(row: CourierRow) -> tuple[object, ...]:
    lunch = row.time.lunch or (None, None)
    hours = (span(row.time.from_s, row.time.until_s), span(*lunch))
    return (row.code, row.office_code, row.full_name, " ".join(row.beat), *hours, row.capacity_ml // 1_000,
            " ".join(row.skills))  # fmt: skip
