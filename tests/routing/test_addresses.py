"""From an address as people write it to its commune: the sample day, and every unit in every habit of writing."""

import csv
import random
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.commands.addresses import addresses
from postal.intake.judging import judge_result
from postal.people.vault import fold_name
from routing import AddressResolver, AddressStatus, Register
from tests import builders as build
from tests.scale import record_figure, scaled

DATA = Path(__file__).parents[1] / "data"
REGISTER = Register.builtin()
RESOLVER = AddressResolver(REGISTER)
SHORT = {"phường": ("P.", "P ", "P. ", "p."), "xã": ("X.", "X ", "X. ", "x."), "thị trấn": ("TT ", "TT.", "TT. ")}
DISTRICT_SHORT = {"huyện": "H. ", "thị xã": "TX. ", "thành phố": "TP. ", "quận": "Q. "}
CITY = ("thành phố Huế", "TP. Huế", "TP Huế", "Huế", "Tp.Huế", "T.P Huế")
OLD_PROVINCE = ("tỉnh Thừa Thiên Huế", "TTH", "TT Huế", "T.T.Huế", "TT-Huế", "Thừa Thiên Huế", "T. Thừa Thiên Huế")


def resolve(text):
    return RESOLVER.resolve(text)


def habits(text, rng):
    """Return the same address in other habits of writing: all keep the accents."""
    swapped = text.replace("òa", "oà").replace("óa", "oá").replace("ủy", "uỷ").replace("ùy", "uỳ")
    return [
        text,
        text.upper(),
        text.lower(),
        unicodedata.normalize("NFD", text),
        swapped,
        text.replace(", ", " - "),
        text.replace(", ", ","),
        rng.choice(["12 ", "Số 7 ", "3/14 "]) + "Lê Lợi, " + text,
        "  " + text.replace(" ", "  ") + " ",
        ", ".join(reversed(text.split(", "))),
    ]


def test_the_sample_day_is_read_as_a_careful_clerk_would():
    rows = list(csv.DictReader((DATA / "results_day.csv").open(encoding="utf-8-sig")))
    truth = list(csv.DictReader((DATA / "results_day_truth.csv").open(encoding="utf-8-sig")))
    n_wrong = n_as_told = 0
    for row, told in zip(rows, truth, strict=True):
        answer = resolve(row["dia_chi"])
        status = "auto" if answer.status.is_automatic else str(answer.status)
        is_as_told = status == told["status"] and set(answer.codes) == set(told["codes"].split())
        n_as_told += is_as_told
        n_wrong += status == "auto" and not is_as_told
    record_figure("Địa chỉ của ngày mẫu đúng như sự thật", f"{n_as_told}/{len(rows)}", "dòng")
    assert n_wrong == 0
    assert n_as_told >= 0.99 * len(rows)


def test_every_commune_of_today_is_known_in_every_habit():
    rng = random.Random(1)
    n_tried = 0
    for commune in REGISTER:
        for city in CITY[: scaled(3, len(CITY))]:
            for kind in (commune.type + " ", commune.type.capitalize() + " ", *SHORT[commune.type]):
                for text in habits(f"{kind}{commune.name}, {city}", rng):
                    answer = resolve(text)
                    n_tried += 1
                    assert answer.codes == (commune.code,), text
                    assert answer.status in (AddressStatus.EXACT, AddressStatus.CONVERTED), text
    record_figure("Xã, phường nay, mọi cách viết", n_tried, "địa chỉ")


def test_every_former_unit_with_its_district_leads_to_one_commune_and_never_to_a_wrong_one():
    rng = random.Random(2)
    n_tried = n_asked = 0
    for unit in REGISTER.former_units:
        kind, name = unit.district.split(" ", 1) if " " in unit.district else ("", unit.district)
        district = unit.district
        for variant in (unit.type + " ", *SHORT.get(unit.type, ())[: scaled(1, 4)]):
            for province in OLD_PROVINCE[: scaled(2, len(OLD_PROVINCE))]:
                for text in habits(f"{variant}{unit.name}, {district}, {province}", rng):
                    answer = resolve(text)
                    n_tried += 1
                    if answer.status.is_automatic:
                        assert answer.codes == (unit.successor_code,), (text, kind, name)
                    else:
                        n_asked += 1
                        assert not answer.codes or unit.successor_code in answer.codes, text
    record_figure("Đơn vị cũ có huyện, mọi cách viết", n_tried, "địa chỉ")
    record_figure("… trong đó phải hỏi lại", n_asked, "địa chỉ")
    assert n_asked <= 0.02 * n_tried


def test_without_accents_an_answer_is_never_wrong():
    n_tried = n_asked = 0
    for commune in REGISTER:
        for city in ("thanh pho hue", "tp hue"):
            answer = resolve(fold_name(f"{commune.type} {commune.name}, ") + ", " + city)
            n_tried += 1
            if answer.status.is_automatic:
                assert answer.codes == (commune.code,)
            else:
                n_asked += 1
                assert not answer.codes or commune.code in answer.codes
    assert n_asked <= 0.25 * n_tried


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("xã Phú Xuân, huyện Phú Vang, tỉnh Thừa Thiên Huế", "Phú Hồ"),
        ("phường Phú Xuân, thành phố Huế", "Phú Xuân"),
        ("P. Thuận Hòa, TP Huế, Thừa Thiên Huế", "Phú Xuân"),
        ("phường Thuận Hóa, TP Huế", "Thuận Hóa"),
        ("xã Phú Vinh, huyện A Lưới, tỉnh Thừa Thiên Huế", "A Lưới 3"),
        ("TT Lăng Cô, H. Phú Lộc, TTH", "Chân Mây - Lăng Cô"),
        ("Chân Mây – Lăng Cô, xã Chân Mây – Lăng Cô, Huế", "Chân Mây - Lăng Cô"),
        ("thôn 3, phường Vĩ Dạ, TP. Huế, tỉnh Thừa Thiên Huế", "Vỹ Dạ"),
        ("24 Bạch Yến, Kim Long ward, Hue city, Vietnam", "Kim Long"),
        ("Vinh Loc commune, Thua Thien Hue province", "Vinh Lộc"),
    ],
)
def test_names_that_trap_are_told_apart(text, name):
    answer = resolve(text)
    assert [REGISTER.commune(code).name for code in answer.codes] == [name]


@pytest.mark.parametrize("text", ["p. thuan hoa", "phuong thuan hoa, hue", "P. Thuan Hoa, TP Hue"])
def test_two_names_alike_without_accents_are_asked_about(text):
    answer = resolve(text)
    assert answer.status is AddressStatus.AMBIGUOUS
    assert {REGISTER.commune(code).name for code in answer.codes} == {"Phú Xuân", "Thuận Hóa"}


@pytest.mark.parametrize(
    "text",
    ["12 Hàng Bài, Hoàn Kiếm, Hà Nội", "phường Hải Châu, thành phố Đà Nẵng", "xã Hải Lăng, tỉnh Quảng Trị"],
)
def test_other_provinces_are_outside(text):
    assert resolve(text).status is AddressStatus.OUTSIDE


@pytest.mark.parametrize(
    "text",
    ["", "   ", "12 Lê Lợi", "thôn 3, thành phố Huế", "x" * 5_000, "\x00\u200b", "🙂, Huế", "5 An Cựu City, Huế"],
)
def test_what_names_no_commune_is_unknown_and_never_a_guess(text):
    answer = resolve(text)
    assert answer.status is AddressStatus.UNKNOWN
    assert answer.codes == ()
    assert answer.written == text


def test_check_writes_one_row_for_each_row_in_order(tmp_path):
    out = tmp_path / "out.csv"
    result = CliRunner().invoke(addresses, ["check", str(DATA / "results_day.csv"), "-o", str(out)])
    assert result.exit_code == 0, result.output
    given = [row["ma_ho_so"] for row in csv.DictReader((DATA / "results_day.csv").open(encoding="utf-8-sig"))]
    told = list(csv.DictReader(out.open(encoding="utf-8")))
    assert out.read_text(encoding="utf-8").splitlines()[0] == "ma_ho_so,status,codes"
    assert [row["ma_ho_so"] for row in told] == given
    assert {row["status"] for row in told} == {"auto", "ambiguous", "unknown", "outside"}


@pytest.mark.parametrize("name", ["address_cases.csv", "strange_addresses.csv"])
def test_check_says_what_an_intake_does(tmp_path, name):
    out = tmp_path / "out.csv"
    assert CliRunner().invoke(addresses, ["check", str(DATA / name), "-o", str(out)]).exit_code == 0
    told = list(csv.DictReader(out.open(encoding="utf-8")))
    given = list(csv.DictReader((DATA / name).open(encoding="utf-8", newline="")))
    assert len(told) == len(given)
    guide = build.guide()
    for row, said in zip(given, told, strict=True):
        judged = judge_result(1, build.result(address=row["dia_chi"]), guide, now=datetime(2026, 11, 21, tzinfo=UTC))
        place = judged.accepted.place
        codes = (place.commune_code,) if place.commune_code else place.candidate_codes
        assert " ".join(codes) == said["codes"], row
        status = "auto" if place.commune_code else str(place.status)
        assert status == said["status"], row


def test_check_writes_no_formula(tmp_path):
    file, out = tmp_path / "in.csv", tmp_path / "out.csv"
    file.write_text('ma_ho_so,dia_chi\n"=1+1","phường Vỹ Dạ, TP Huế"\n@A,12 Lê Lợi\n', encoding="utf-8")
    result = CliRunner().invoke(addresses, ["check", str(file), "-o", str(out)])
    assert result.exit_code == 0, result.output
    told = list(csv.DictReader(out.open(encoding="utf-8")))
    assert [(row["ma_ho_so"], row["status"], row["codes"]) for row in told] == [
        ("'=1+1", "auto", "19777"), ("'@A", "unknown", ""),
    ]  # fmt: skip


def test_check_names_a_missing_column(tmp_path):
    file = tmp_path / "in.csv"
    file.write_text("ma_ho_so,noi_o\nA,B\n", encoding="utf-8")
    result = CliRunner().invoke(addresses, ["check", str(file), "-o", str(tmp_path / "o.csv")])
    assert result.exception is not None
    assert getattr(result.exception, "code", "") == "column_missing"
