"""Broken letters: names in every coding that lists come in are seen, and no good name is doubted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postal.letters import Damage, are_coded, judge_name
from tests.postal import names
from tests.scale import record_figure, scaled

MOST_UNSEEN = 0.02


@pytest.mark.parametrize("coding", names.DAMAGES)
def test_names_of_every_coding_are_seen(coding):
    damage = names.DAMAGES[coding]
    altered = [
        broken for name in names.everyday(scaled(200, 2_000)) if (broken := damage(name)) not in (name, name.upper())
    ]
    n = scaled(100, 400)
    unseen = [name for name in altered[:n] if judge_name(name) is None]
    record_figure(f"tên hỏng không bị phát hiện: {coding}", f"{len(unseen)} / {n}", "")
    assert len(altered) >= n
    assert len(unseen) <= n * MOST_UNSEEN, unseen


def test_no_good_name_is_doubted():
    good = names.good(scaled(600, 2_000))
    doubted = {name: judge_name(name) for name in good if judge_name(name) is not None}
    record_figure("tên đúng bị nghi là hỏng", f"{len(doubted)} / {len(good)}", "")
    assert doubted == {}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("case", [str, str.upper, str.title])
def test_good_names_are_good_in_every_form_and_case(form, case):
    good = names.everyday(scaled(200, 2_000), seed=3)
    assert [name for name in good if judge_name(unicodedata.normalize(form, case(name)))] == []


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("Nguyeenx Thij Hoaf", Damage.TYPED_RAW), ("Nguye64n", Damage.TYPED_RAW), ("Nguye6n4 An", Damage.TYPED_RAW),
        ("Nguyeexn Van An", Damage.TYPED_RAW), ("DDoox Thanh", Damage.TYPED_RAW), ("Lee Min Ho", None),
        ("Nguyễn Văn A2", Damage.TYPED_RAW), ("Công ty CP Xây dựng A2", None), ("Hằng 12", None),
        ("Nguy?n Th? H??ng", Damage.LOST), ("Nguy\ufffdn", Damage.LOST), ("Nguyn Vn Anh", Damage.ODD),
        ("HÃ", None), ("TrÃ", Damage.CODED), ("Ng. T. Hoa", None),
        ("Nguyá»…n", Damage.CODED), ("Leâ Thò Hoa", Damage.CODED),
        ("Vò Anh Dòng", Damage.CODED), ("Ph¹m Minh", Damage.CODED), ("Leâ Höõu Lôïi", Damage.CODED),
        ("Voõ Thò Mỹ", Damage.CODED), ("Buøi Vónh Quí", Damage.CODED), ("Phuùc", Damage.CODED), ("Hoà", None),
        ("Ng Kar Wai", None),
        ("không rõ", Damage.ODD), ("null", Damage.ODD), ("12345", Damage.ODD), ("-", Damage.ODD), ("", Damage.ODD),
        ("Nguyễn Thị <b>Hoa</b>", Damage.ODD), ("Hoa_Mai", Damage.ODD), ("Nguyễn│Hoa", Damage.ODD), ("X", Damage.ODD),
    ],
)  # fmt: skip
def test_each_kind_of_damage_is_told_for_what_it_is(name, damage):
    assert judge_name(name) is damage


@pytest.mark.parametrize(
    ("address", "is_broken"),
    [
        ("12 Lê Lợi, phường Vĩnh Ninh, TP Huế", False), ("Ăm Mật, xã A Lưới 2 (Pa Kô)", False),
        ("số nhà ?, đường Hùng Vương", False), ("12 Leâ Lôïi, phöôøng Vónh Ninh", True), ("12 Lª Lîi", True),
        ("THÔN HẠ, XÃ PHÚ THANH", False), ("XÃ\u00a0PHÚ THANH", False), ("12 LÃª Lá»£i", True),
        ("so 12 duong Nguy?n Hu?", True),
        ("quán Café Noël, 5 Lê Lợi", False),
        ("12 Le Loi, phuong Vinh Ninh", False),
    ],
)  # fmt: skip
def test_broken_letters_of_an_address_are_seen(address, is_broken):
    assert are_coded(address) is is_broken


@given(st.text(max_size=60))
def test_any_text_is_judged(text):
    assert judge_name(text) is None or judge_name(text) in Damage
    assert are_coded(text) in (True, False)
