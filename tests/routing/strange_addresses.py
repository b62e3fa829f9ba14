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
from pathlib import Path

from routing import Register
from routing.addresses.text import clean, fold

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


class Maker:
    """Fills the forms with units of the register, each drawn by a repeatable chance."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        register = Register.builtin()
        self._today = list(register)
        self._old = [_Old(u.type, u.name, u.district, u.successor_code) for u in register.former_units]
        self._codes_of: dict[str, set[str]] = defaultdict(set)
        for unit in self._old:
            self._codes_of[_key(unit.name)].add(unit.code)
            self._codes_of[_key(unit.district.split(" ", 1)[-1].replace("xã ", "").replace("phố ", ""))].add("district")
        for commune in self._today:
            self._codes_of[_key(commune.name)].add(commune.code)
        # "Phường Đúc" holds its type in its name, "thành phố Huế" contradicts no district.
        self._plain = [u for u in self._old if len(self._codes_of[_key(u.name)]) == 1 and "Đúc" not in u.name]
        self._plain = [u for u in self._plain if len(u.name.split()) > 1]
        self._with_district = [u for u in self._old if not u.district.startswith("Thành phố")]

    def fill(self, form: str, *, right: str) -> tuple[str, str]:
        """Return an address of this form and the code it must lead to ("" where none must)."""
        rng = self._rng
        old = rng.choice([u for u in self._plain if not u.district.startswith("Thành phố")])
        if "h}" in form:
            old = rng.choice([u for u in self._plain if set(u.type + u.name) & set("ảãẻẽỉĩỏõủũỷỹ") - set("ã")])
        commune = rng.choice([c for c in self._today if len(self._codes_of[_key(c.name)]) == 1])
        if right == "auto" and ("{o" in form or "{m" in form):
            commune = next(c for c in self._today if c.code == old.code)
        same = rng.choice([u for u in self._plain if u.code == old.code])
        other = rng.choice([u for u in self._plain if u.code not in (old.code, commune.code)])
        apart = rng.choice([u for u in self._with_district if old.code not in self._codes_by(u.district)])
        name, district = old.name, _lower(old.district)
        bare = district.removeprefix("huyện ").removeprefix("thị xã ").removeprefix("quận ").removeprefix("thành phố ")
        typed = f"{commune.type} {commune.name}"
        text = form.format(
            c=typed, cn=commune.name, C=typed.upper(), cj=typed.replace(" ", "", 1),
            o=f"{old.type} {name}", on=name, od=district, odn=bare,
            oh=_swap(f"{old.type} {name}"), odh=_swap(district), odnh=_swap(bare),
            m=f"{same.type} {same.name}", mn=same.name, md=_lower(same.district),
            x=f"{other.type} {other.name}", xn=other.name,
            xd=_lower(apart.district), s=rng.choice(STREETS), n=rng.randint(2, 299),
        )  # fmt: skip
        if right != "auto":
            return text, ""
        return text, commune.code

    def _codes_by(self, district: str) -> set[str]:
        return {u.code for u in self._old if u.district == district}

    def successor_of(self, name: str, district: str) -> str:
        """Return the commune of today that a former unit of a district went to."""
        return next(u.code for u in self._old if u.name == name and _lower(u.district) == district)


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
