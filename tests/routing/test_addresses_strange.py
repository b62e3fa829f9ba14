"""Addresses as people really write them, strange forms and all: never a wrong answer, hardly ever a needless question.

`right` is ``auto`` (then the one code), ``outside``, or ``ask``: a question of any sort, or outside.
"""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from routing import AddressResolver, AddressStatus, Register
from tests.routing import strange_addresses
from tests.scale import record_figure, scaled

DATA = Path(__file__).parents[1] / "data"
RESOLVER = AddressResolver(Register.builtin())
# The rows of the last were written, and answered from the register, before the resolver was tried on them.
FILES = ("address_cases.csv", "strange_addresses.csv", "strange_addresses_by_hand.csv", "strange_addresses_blind.csv")


def told(text):
    """Return what the resolver says: the code, or the kind of its question."""
    answer = RESOLVER.resolve(text)
    return answer.codes[0] if answer.status.is_automatic else str(answer.status)


def faults(rows):
    """Return the wrong automatic answers, the home addresses called outside, and the needless questions."""
    wrong, outside, asked = [], [], []
    for text, right, code in rows:
        said, is_code = told(text), told(text).isdigit()
        wanted = {"auto": {code}, "outside": {"outside"}}.get(right, {"ambiguous", "unknown", "outside"})
        if said in wanted:
            continue
        if is_code:
            wrong.append((text, said))
        elif right == "auto" and said == "outside":
            outside.append(text)
        else:
            asked.append(text)
    return wrong, outside, asked


def read(name):
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        return [(row["kind"], (row["dia_chi"], row["right"], row["code"])) for row in csv.DictReader(source)]


@pytest.mark.parametrize("name", FILES)
def test_no_strange_form_is_answered_wrong_and_hardly_any_is_asked_about_without_need(name):
    rows = [row for _kind, row in read(name)]
    wrong, outside, asked = faults(rows)
    has_one_answer = [row for row in rows if row[1] != "ask"]
    record_figure(
        f"Địa chỉ lạ ({name}): trả lời đúng", f"{len(has_one_answer) - len(asked)}/{len(has_one_answer)}", "dòng"
    )
    assert wrong == []
    assert outside == []
    assert len(asked) <= 0.05 * len(has_one_answer), asked


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_strange_form_is_read(name):
    kinds = defaultdict(list)
    for kind, row in read(name):
        kinds[kind].append(row)
    for kind, rows in kinds.items():
        assert len(faults(rows)[2]) <= max(1, 0.15 * len(rows)), kind


def test_the_same_forms_hold_with_other_units_of_the_register():
    n_tried = n_asked = 0
    for seed in range(100, 100 + scaled(3, 60)):
        rows = [(text, right, code) for text, _set, right, code, _kind in strange_addresses.rows(seed)]
        wrong, outside, asked = faults(rows)
        assert wrong == [], seed
        assert outside == [], seed
        n_tried += len(rows)
        n_asked += len(asked)
    record_figure("Địa chỉ lạ, đơn vị khác: hỏi thừa", f"{n_asked}/{n_tried}", "dòng")
    assert n_asked <= 0.03 * n_tried


def test_the_file_is_what_the_forms_and_the_register_make():
    written = [row for _kind, row in read("strange_addresses.csv")]
    assert written == [(text, right, code) for text, _set, right, code, _kind in strange_addresses.rows()]


@pytest.mark.parametrize(
    "text", ["phường An\nCựu, TP Huế", "phường Vỹ\u200bDạ, H\u200buế", "xã Phú\r\nHồ, huyện Phú Vang"]
)
def test_a_break_inside_a_name_is_read_over(text):
    assert RESOLVER.resolve(text).status.is_automatic


def test_a_second_address_without_its_commune_is_asked_about():
    answer = RESOLVER.resolve("xã Phú Hồ, huyện Phú Vang; giao tại 25 Nguyễn Huệ")
    assert answer.status is AddressStatus.UNKNOWN
