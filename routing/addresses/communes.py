"""The register: the communes of today, the units they came from, and the names of the province itself.

Two CSV files make a register, so another province is an import and no code. A former unit that was divided
simply has one line for each successor; whoever asks for it gets all of them.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path

from routing.errors import BadRegister
from routing.message import Message
from routing.types import Point

COMMUNE_COLUMNS = ("code", "type", "name", "lat", "lon", "radius_km", "area_km2", "population")
FORMER_COLUMNS = ("type", "name", "district", "successor_code")
COMMUNE_TYPES = ("phường", "xã", "thị trấn", "đặc khu")


@dataclass(frozen=True, kw_only=True, slots=True)
class Commune:
    """A commune of today. ``point`` lies inside it; the door can be ``radius_km`` away from it."""

    code: str
    type: str
    name: str
    point: Point
    radius_km: float
    area_km2: float
    population: int

    @property
    def full_name(self) -> str:
        """Return the name as printed on papers: "Phường Phú Xuân", "Xã Phú Hồ"."""
        return f"{self.type[:1].upper()}{self.type[1:]} {self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FormerUnit:
    """A unit that no longer exists, under one district it was written with, and one commune it went to.

    ``district`` is "" for a unit of after July 2025; ``province`` is its province then, "" where it did not change.
    """

    type: str
    name: str
    district: str
    successor_code: str
    province: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeProvince:
    """How people write the register's own province: its name of today and the names it had before.

    ``short_forms`` stand for a former name, so they speak of the time before; ``forms_today`` for the name of today.
    """

    name: str
    former_names: tuple[str, ...] = ()
    short_forms: tuple[str, ...] = ()
    kind: str = "thành phố"
    forms_today: tuple[str, ...] = ()


def _shipped_home() -> HomeProvince:
    told = json.loads((resources.files("routing") / "data" / "hue_home.json").read_text(encoding="utf-8"))
    return HomeProvince(
        name=told["name"],
        kind=told["kind"],
        former_names=tuple(told["former_names"]),
        short_forms=tuple(told["short_forms"]),
    )


HUE = _shipped_home()
"""The province whose own checked tables are shipped."""


@dataclass(frozen=True, kw_only=True)
class Register:
    """All communes and former units of one province; look-ups only, built once and shared."""

    communes: tuple[Commune, ...]
    former_units: tuple[FormerUnit, ...]
    home: HomeProvince = HUE
    _by_code: dict[str, Commune] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code = {commune.code: commune for commune in self.communes}
        if not self.communes or len(by_code) != len(self.communes):
            raise BadRegister(Message("Danh mục xã, phường trống hoặc có mã trùng nhau."))
        for unit in self.former_units:
            if unit.successor_code not in by_code:
                says = Message("Đơn vị cũ {type} {name}: mã kế thừa {code} không có.")
                raise BadRegister(says.filled(type=unit.type, name=unit.name, code=unit.successor_code))
        object.__setattr__(self, "_by_code", by_code)

    def commune(self, code: str) -> Commune:
        """Return the commune with this official code; KeyError for a code that is not in the register."""
        return self._by_code[code]

    def find(self, code: str) -> Commune | None:
        """Return the commune with this official code, or None."""
        return self._by_code.get(code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Commune]:
        return iter(self.communes)

    def __len__(self) -> int:
        return len(self.communes)

    @classmethod
    @cache
    def builtin(cls) -> Register:
        """Return Huế's register: 40 communes since 1 July 2025 and every unit written from 2020 to then."""
        data = resources.files("routing") / "data"
        return cls._from_texts(
            ("hue_communes.csv", (data / "hue_communes.csv").read_text(encoding="utf-8-sig")),
            ("hue_former_units.csv", (data / "hue_former_units.csv").read_text(encoding="utf-8-sig")),
            HUE,
        )

    @classmethod
    def from_files(cls, communes_csv: Path, former_csv: Path, *, home: HomeProvince = HUE) -> Register:
        """Read another province's register (UTF-8 CSV, the columns of the shipped files).

        Raises BadRegister naming file, line and column.
        """
        texts = []
        for path in (communes_csv, former_csv):
            try:
                texts.append((path.name, path.read_text(encoding="utf-8-sig")))
            except (OSError, UnicodeDecodeError) as exc:
                raise BadRegister(
                    Message("Không đọc được tệp {file} (cần CSV mã UTF-8).").filled(file=path.name)
                ) from exc
        return cls._from_texts(texts[0], texts[1], home)

    @classmethod
    def _from_texts(cls, communes: tuple[str, str], former: tuple[str, str], home: HomeProvince) -> Register:
        return cls(communes=tuple(_communes(*communes)), former_units=tuple(_former_units(*former)), home=home)


def _communes(file_name: str, text: str) -> Iterator[Commune]:
    for line, row in _rows(file_name, text, COMMUNE_COLUMNS):
        number = _Numbers(file_name, line, row)
        if row["type"] not in COMMUNE_TYPES:
            raise _bad_cell(file_name, line, "type")
        yield Commune(
            code=row["code"],
            type=row["type"],
            name=row["name"],
            point=Point(lat=number.between("lat", -90, 90), lon=number.between("lon", -180, 180)),
            radius_km=number.between("radius_km", 0.01, 1_000),
            area_km2=number.between("area_km2", 0, 1_000_000),
            population=int(number.between("population", 0, 100_000_000)),
        )


def _former_units(file_name: str, text: str) -> Iterator[FormerUnit]:
    for _line, row in _rows(file_name, text, FORMER_COLUMNS):
        yield FormerUnit(**row)


def _rows(file_name: str, text: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(unicodedata.normalize("NFC", text)))
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise _bad_cell(file_name, 1, ", ".join(missing))
    for row in reader:
        cells = {name: (row[name] or "").strip() for name in columns}
        empty = [name for name, cell in cells.items() if not cell]
        if empty:
            raise _bad_cell(file_name, reader.line_num, empty[0])
        yield reader.line_num, cells


class _Numbers:
    """Reads numbers of one row, naming the cell that is not one."""

    def __init__(self, file_name: str, line: int, row: dict[str, str]) -> None:
        self._file_name, self._line, self._row = file_name, line, row

    def between(self, column: str, low: float, high: float) -> float:
        try:
            value = float(self._row[column])
        except ValueError:
            raise _bad_cell(self._file_name, self._line, column) from None
        if not low <= value <= high:
            raise _bad_cell(self._file_name, self._line, column)
        return value


def _bad_cell(file_name: str, line: int, column: str) -> BadRegister:
    says = Message("Tệp {file}, dòng {line}, cột {column}: thiếu hoặc sai giá trị.")
    return BadRegister(says.filled(file=file_name, line=line, column=column))


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherProvince:
    """A province elsewhere, under a name of before or after July 2025, and how people shorten it."""

    name: str
    kind: str
    short_forms: tuple[str, ...]


def other_provinces(home: HomeProvince) -> tuple[OtherProvince, ...]:
    """Return the provinces of the country except the register's own (63 names cover those of today too)."""
    text = (resources.files("routing") / "data" / "provinces.csv").read_text(encoding="utf-8-sig")
    own = {home.name, *home.former_names}
    return tuple(_others(csv.DictReader(io.StringIO(unicodedata.normalize("NFC", text))), own))


def _others(rows: Iterable[dict[str, str]], own: set[str]) -> Iterator[OtherProvince]:
    for row in rows:
        if row["name"] not in own:
            forms = tuple(form for form in row["short_forms"].split(";") if form)
            yield OtherProvince(name=row["name"], kind=row["kind"], short_forms=forms)
