"""Later resolutions: communes made, enlarged, divided or renamed after July 2025, as a file the operator keeps.

One line for each commune after a resolution, with the codes it was made of. A commune named in the lines of several
successors was divided: whoever asks for it gets all of them.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path

from routing.addresses.communes import COMMUNE_TYPES, Commune, FormerUnit, Register
from routing.errors import BadRegister
from routing.message import Message
from routing.types import Point

COLUMNS = ("valid_from", "code", "type", "name", "lat", "lon", "radius_km", "area_km2", "from_codes", "legal_ref")


@dataclass(frozen=True, kw_only=True, slots=True)
class NewUnit:
    """A commune from ``valid_from`` on, and the communes it was made of, wholly or in part."""

    valid_from: date
    commune: Commune
    from_codes: tuple[str, ...]
    legal_ref: str


def read_resolutions(file: Path) -> tuple[NewUnit, ...]:
    """Read the file, in the order of its dates. Raises BadRegister naming line and column."""
    try:
        text = unicodedata.normalize("NFC", file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as exc:
        raise BadRegister(Message("Không đọc được tệp {file} (cần CSV mã UTF-8).").filled(file=file.name)) from exc
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise _bad_cell(file.name, 1, ", ".join(missing))
    units = [_unit(file.name, reader.line_num, row) for row in reader]
    return tuple(sorted(units, key=lambda unit: unit.valid_from))


def with_resolutions(register: Register, units: Iterable[NewUnit], *, on: date) -> Register:
    """Return the register as it is on a day: what holds by then replaces the communes it was made of.

    These become former units without a district; former units that went to them go on to their successors. Lines for
    communes of other provinces change nothing. Raises BadRegister for a commune made of one that is not there.
    """
    by_day = groupby((unit for unit in units if unit.valid_from <= on), key=lambda unit: unit.valid_from)
    for _day, together in by_day:
        register = _applied(register, list(together))
    return register


def _applied(register: Register, units: Sequence[NewUnit]) -> Register:
    ours = [unit for unit in units if any(code in register for code in unit.from_codes)]
    strange = [code for unit in ours for code in unit.from_codes if code not in register]
    if strange:
        raise BadRegister(Message("Nghị quyết nêu mã xã {code} không có trong danh mục.").filled(code=strange[0]))
    became: defaultdict[str, list[str]] = defaultdict(list)
    for unit in ours:
        for code in unit.from_codes:
            became[code].append(unit.commune.code)
    if not became:
        return register
    known = {commune.code: commune for commune in register}
    new = {unit.commune.code: replace(unit.commune, population=_population(unit, known, became)) for unit in ours}
    communes = [commune for commune in register if commune.code not in became and commune.code not in new]
    return Register(
        communes=(*communes, *new.values()),
        former_units=tuple(_former(register, became, new)),
        home=register.home,
    )


def _population(unit: NewUnit, known: dict[str, Commune], became: dict[str, list[str]]) -> int:
    """Return the people of the parts, a divided one's shared out alike: nobody counted them anew."""
    return sum(known[code].population // len(became[code]) for code in unit.from_codes)


def _former(register: Register, became: dict[str, list[str]], new: dict[str, Commune]) -> Iterable[FormerUnit]:
    for unit in register.former_units:
        for code in became.get(unit.successor_code, [unit.successor_code]):
            yield replace(unit, successor_code=code)
    for code, successors in became.items():
        old = register.commune(code)
        for successor in successors:
            if (new[successor].type, new[successor].name) != (old.type, old.name):
                yield FormerUnit(type=old.type, name=old.name, district="", successor_code=successor)


def _unit(file: str, line: int, row: dict[str, str]) -> NewUnit:
    cells = {name: (row[name] or "").strip() for name in COLUMNS}
    column = "valid_from"
    try:
        valid_from = date.fromisoformat(cells["valid_from"])
        for column in ("code", "name", "from_codes"):
            if not cells[column]:
                raise ValueError(column)
        column = "type"
        if cells["type"] not in COMMUNE_TYPES:
            raise ValueError(column)
        numbers = {}
        for column, low, high in (("lat", 8, 24), ("lon", 102, 118), ("radius_km", 0.01, 200), ("area_km2", 0, 20_000)):
            numbers[column] = float(cells[column])
            if not low <= numbers[column] <= high:
                raise ValueError(column)
    except ValueError:
        raise _bad_cell(file, line, column) from None
    commune = Commune(
        code=cells["code"],
        type=cells["type"],
        name=cells["name"],
        point=Point(lat=numbers["lat"], lon=numbers["lon"]),
        radius_km=numbers["radius_km"],
        area_km2=numbers["area_km2"],
        population=0,
    )
    codes = tuple(code for code in cells["from_codes"].replace(";", " ").split())
    return NewUnit(valid_from=valid_from, commune=commune, from_codes=codes, legal_ref=cells["legal_ref"])


def _bad_cell(file: str, line: int, column: str) -> BadRegister:
    says = Message("Tệp {file}, dòng {line}, cột {column}: thiếu hoặc sai giá trị.")
    return BadRegister(says.filled(file=file, line=line, column=column))
