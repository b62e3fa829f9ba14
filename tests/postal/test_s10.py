"""Identifiers read back as printed, and nothing that only looks like one is taken for one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postal.errors import BadS10
from postal.rules.s10 import LAST_SERIAL, S10, check_digit, is_s10, parse

letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)
serials = st.integers(0, LAST_SERIAL)


@pytest.mark.parametrize(
    ("serial", "digit"),
    [(47312482, 9), (12345678, 5), (47110815, 1), (90000001, 9), (71761, 8), (0, 5)],
)
def test_the_check_digit_is_the_published_one(serial, digit):
    assert check_digit(serial) == digit


@given(letters, serials, letters)
def test_a_printed_code_reads_back_as_itself(indicator, serial, country):
    code = S10(indicator, serial, country)
    assert parse(str(code)) == code
    assert parse(f"{str(code)[:2]} {str(code)[2:5]} {str(code)[5:8]} {str(code)[8:11]} {str(code)[11:]}") == code
    assert parse(f"  {str(code).lower()} ") == code


@given(letters, serials)
def test_every_other_check_digit_is_refused(indicator, serial):
    right = str(S10(indicator, serial))
    for digit in "0123456789":
        wrong = right[:10] + digit + right[11:]
        assert is_s10(wrong) == (wrong == right)


@given(st.text())
@example("EJ٤٢٣٦٨٦٤٠٧VN")
@example("ＥＪ423686407ＶＮ")
@example("ß423686407VN")
@example("EJ423686407V")
@example("EJ423686407VNN")
@example("EJ%23686407VN")
@example("")
def test_anything_else_is_refused_with_a_code(text):
    if is_s10(text):
        bare = text.upper().replace(" ", "").replace("-", "").replace("\t", "").replace("\u00a0", "")
        assert str(parse(text)) == bare
    else:
        with pytest.raises(BadS10) as refusal:
            parse(text)
        assert refusal.value.code == "bad_s10"


def test_a_refusal_never_repeats_a_name_typed_into_the_wrong_box():
    with pytest.raises(BadS10) as refusal:
        parse("Nguyễn Thị Hằng")
    assert "Hằng" not in str(refusal.value.message)


def test_a_serial_of_nine_digits_cannot_be_built():
    with pytest.raises(ValueError):
        S10("EJ", LAST_SERIAL + 1)
