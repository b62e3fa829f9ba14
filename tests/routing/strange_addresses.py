"""Writes `tests/data/strange_addresses.csv`: odd but real forms of addresses, by kinds, each with its right answer.

usage: python -m tests.routing.strange_addresses

The forms stand in `tests/data/strange_address_forms.csv`; \\uXXXX is the character of that number. Their places
are filled from the register and their answers come from it, never from the resolver: {c} is a commune of today with
its type, {cn} its name, {cj} both run together; {o} a former unit with its type, {on} its name, {oh} it with hỏi and
ngã exchanged, {od} its district, {odn} that without its type; {m} another former unit of the same successor; {x} one
of another successor, {xd} a district that does not fit; {s} a street, {n} a house number. Forms of the set "held
out" were not tried while the resolver was written.
"""

from __future__ import annotations

import csv
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from routing import Register, district_name
from routing.addresses.language.text import clean, fold

FILE = Path(__file__).parents[1] / "data" / "strange_addresses.csv"
COLUMNS = ("ma_ho_so", "dia_chi", "set", "right", "code", "kind")
FORMS = Path(__file__).parents[1] / "data" / "strange_address_forms.csv"
STREETS = (
    "Lê Lợi",
    "Bà Triệu",
    "Hùng Vương",
    "Nguyễn Huệ",
    "Phan Bội Châu",
    "Mai Thúc Loan",
    "Đặng Huy Trứ",
    "Bạch Đằng",
)
MERGED_2020 = (  # Nghị quyết 834/NQ-UBTVQH14: the seven pairs and the unit each pair became
    ("Hồng Tiến", "thị xã Hương Trà", "Bình Tiến"),
    ("Bình Điền", "thị xã Hương Trà", "Bình Tiến"),
    ("Vinh Hải", "huyện Phú Lộc", "Giang Hải"),
    ("Vinh Giang", "huyện Phú Lộc", "Giang Hải"),
    ("A Đớt", "huyện A Lưới", "Lâm Đớt"),
    ("Hương Lâm", "huyện A Lưới", "Lâm Đớt"),
    ("Hồng Quảng", "huyện A Lưới", "Quảng Nhâm"),
    ("Nhâm", "huyện A Lưới", "Quảng Nhâm"),
    ("Hồng Trung", "huyện A Lưới", "Trung Sơn"),
    ("Bắc Sơn", "huyện A Lưới", "Trung Sơn"),
    ("Hương Giang", "huyện Nam Đông", "Hương Xuân"),
    ("Hương Hòa", "huyện Nam Đông", "Hương Xuân"),
    ("Vinh Phú", "huyện Phú Vang", "Phú Gia"),
    ("Vinh Thái", "huyện Phú Vang", "Phú Gia"),
)


@dataclass(frozen=True)
class _Old:
    type: str
    name: str
    district: str
    code: str


class Units:
    """The units of the register whose names leave no doubt, and which belong together."""

    def __init__(self, register: Register) -> None:
        self.old = [_Old(u.type, u.name, u.district, u.successor_code) for u in register.former_units]
        self.by_code = {commune.code: commune for commune in register}
        self._means: dict[str, set[str]] = defaultdict(set)
        self.codes_in: dict[str, set[str]] = defaultdict(set)
        for unit in self.old:
            self._means[_key(unit.name)].add(unit.code)
            self._means[_key(district_name(unit.district))].add("district")
            self.codes_in[unit.district].add(unit.code)
        for commune in register:
            self._means[_key(commune.name)].add(commune.code)
        # "Phường Đúc" holds its type in its name, "thành phố Huế" contradicts no district.
        clear = [unit for unit in self.old if self._is_clear(unit.name) and "Đúc" not in unit.name]
        self.clear = [unit for unit in clear if len(unit.name.split()) > 1]
        self.with_district = [unit for unit in self.clear if not unit.district.startswith("Thành phố")]
        self.with_tone = [unit for unit in self.clear if set(unit.type + unit.name) & set("ảẻẽỉĩỏõủũỷỹ")]
        self.today = [commune for commune in register if self._is_clear(commune.name)]
        self.districts = [unit for unit in self.old if not unit.district.startswith("Thành phố")]

    def _is_clear(self, name: str) -> bool:
        return len(self._means[_key(name)]) == 1


@cache
def units() -> Units:
    """Return Huế's units."""
    return Units(Register.builtin())


class Maker:
    """Fills the forms with units of the register, each drawn by a repeatable chance."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._units = units()

    def fill(self, form: str, *, right: str) -> tuple[str, str]:
        """Return an address of this form and the code it must lead to ("" where none must)."""
        draw, known = self._rng.choice, self._units
        old = draw(known.with_tone if "h}" in form else known.with_district)
        commune = draw(known.today)
        if right == "auto" and ("{o" in form or "{m" in form):
            commune = known.by_code[old.code]
        same = draw([unit for unit in known.clear if unit.code == old.code])
        other = draw([unit for unit in known.clear if unit.code not in (old.code, commune.code)])
        apart = draw([unit for unit in known.districts if old.code not in known.codes_in[unit.district]])
        typed, former = f"{commune.type} {commune.name}", f"{old.type} {old.name}"
        district, bare = _lower(old.district), district_name(old.district)
        text = form.format(
            c=typed, cn=commune.name, C=typed.upper(), cj=typed.replace(" ", "", 1),
            o=former, on=old.name, od=district, odn=bare, oh=_swap(former), odh=_swap(district), odnh=_swap(bare),
            m=f"{same.type} {same.name}", mn=same.name, md=_lower(same.district),
            x=f"{other.type} {other.name}", xn=other.name, xd=_lower(apart.district),
            s=draw(STREETS), n=self._rng.randint(2, 299),
        )  # fmt: skip
        return text, commune.code if right == "auto" else ""

    def successor_of(self, name: str, district: str) -> str:
        """Return the commune of today that a former unit of a district went to."""
        return next(u.code for u in self._units.old if u.name == name and _lower(u.district) == district)


def _key(name: str) -> str:
    return fold(clean(name)).replace(" ", "")


def _lower(district: str) -> str:
    return district[:1].lower() + district[1:]


def _swap(text: str) -> str:
    return text.translate(str.maketrans("ảãẻẽểễổỗởỡủũửữỉĩỷỹỏõ", "ãảẽẻễểỗổỡởũủữửĩỉỹỷõỏ"))


def rows(seed: int = 20) -> list[tuple[str, str, str, str, str]]:
    """Return (address, set, right, code, kind) of every form; most forms are filled twice."""
    maker = Maker(seed)
    made = []
    for row in csv.DictReader(FORMS.open(encoding="utf-8")):
        form = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), row["form"])
        for _ in range(2 if "{c" in form or "{o" in form else 1):
            text, code = maker.fill(form, right=row["right"])
            made.append((text, row["set"], row["right"], code, row["kind"]))
    for name, district, became in MERGED_2020:
        for number, text in enumerate(
            (f"xã {name}, {district}, tỉnh Thừa Thiên Huế", f"thôn 2, xã {name}, {district}")
        ):
            code = maker.successor_of(became, district)
            made.append((text, "held out" if number else "open", "auto", code, "communes that ended on 1 January 2020"))
    return made


def main() -> None:
    """Write the file."""
    with FILE.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(COLUMNS)
        for number, (text, which, right, code, kind) in enumerate(rows(), start=1):
            writer.writerow([f"S-{number:04}", text, which, right, code, kind])


if __name__ == "__main__":
    main()
