"""Single cells as life and malice write them: a value in its one form, or a coded problem that names the column."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postal.intake import cells
from postal.intake.problems import QUESTIONS, REFUSALS

JUDGES = (
    cells.clean,
    cells.required,
    cells.name,
    cells.dossier_code,
    cells.order_code,
    cells.instant,
    cells.day,
    cells.money,
    cells.window,
    cells.documents,
    cells.id_number_tail,
)


@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.__name__)
@given(text=st.text(st.characters(codec=None), max_size=300))
def test_any_text_gives_a_value_or_a_coded_problem_and_never_an_error(judge, text):
    _, problem = judge(text, "nguoi_nhan")
    if problem is not None:
        assert problem.code in REFUSALS or problem.code in QUESTIONS
        assert problem.column == "nguoi_nhan"


@given(text=st.text(max_size=300))
def test_a_phone_is_in_one_form_or_not_in_order(text):
    value, is_right = cells.phone(text, "dien_thoai")
    assert value is None or (is_right and value.isascii() and value.lstrip("+").isdigit())


@given(text=st.text(max_size=200))
def test_cleaning_twice_changes_nothing_more(text):
    once, problem = cells.clean(text, "dia_chi")
    if problem is None:
        assert cells.clean(once, "dia_chi") == (once, None)
        assert unicodedata.is_normalized("NFC", once)


def test_a_decomposed_name_is_stored_composed():
    decomposed = unicodedata.normalize("NFD", "Nguyễn Thị Hằng")
    assert cells.name(decomposed, "nguoi_nhan") == ("Nguyễn Thị Hằng", None)


@pytest.mark.parametrize("text", ["   ", "\u200b", "\u202e\u202c", "\u200b \u2060", "\ufeff", "\u00a0\u3000"])
def test_a_name_of_nothing_visible_is_refused(text):
    assert cells.name(text, "nguoi_nhan")[1].code == "empty_after_clean"


def test_an_empty_name_is_missing():
    assert cells.name("", "nguoi_nhan")[1].code == "required"


@pytest.mark.parametrize("text", ["NguyÔn V¨n Hoµng", "Ph¹m Minh", "Leâ Thò Hoa", "Traàn Vaên An", "§inh Thị Lý"])
def test_text_in_an_old_encoding_is_refused_with_a_hint(text):
    problem = cells.name(text, "nguoi_nhan")[1]
    assert problem.code == "legacy_encoding_suspected"
    assert "Unicode" in str(problem.suggestion)


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Thị Hằng", "ĐẶNG QUỲNH THỦY", "Công Tằng Tôn Nữ Phước Hiếu", "Kăn Thị Hằng", "Pơ Loong Thị Bê",
        "Hồ Văn Ngoan", "Công ty TNHH MTV Thương mại & Dịch vụ Hoà Bình", "Jean-François Müller", "hoà", "hòa", "Ýến",
    ],
)  # fmt: skip
def test_names_of_this_country_pass(text):
    assert cells.name(text, "nguoi_nhan") == (text, None)


def test_a_name_of_a_hundred_thousand_letters_is_refused_with_the_limit():
    problem = cells.name("a" * 100_000, "nguoi_nhan")[1]
    assert problem.code == "too_long"
    assert "250" in str(problem.message)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "a\x1bb"])
def test_control_characters_and_lone_surrogates_are_refused(text):
    assert cells.clean(text, "nguoi_nhan")[1].code == "control_character"


@pytest.mark.parametrize(
    "text",
    [
        "0912 345 678",
        "+84912345678",
        "+84 912.345.678",
        "０９１２３４５６７８",
        "0912-345-678",
        "84912345678",
        "912345678",
    ],
)
def test_a_phone_has_one_form_however_it_was_typed(text):
    assert cells.phone(text, "dien_thoai") == ("0912345678", True)


def test_no_phone_is_in_order_and_a_landline_and_a_foreign_number_are_phones():
    assert cells.phone("", "x") == (None, True)
    assert cells.phone("0234 382 2222", "x") == ("02343822222", True)
    assert cells.phone("+1 415 555 2671", "x") == ("+14155552671", True)


@pytest.mark.parametrize("text", ["09123", "09051234", "19001009", "0912345678901", "không có", "0112345678"])
def test_a_phone_that_cannot_be_is_not_in_order(text):
    assert cells.phone(text, "x") == (None, False)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T08:00:00+07:00", "2026-11-20T24:00:00+07:00", "2026-11-20T10:00:60+07:00", "2026-11-20T10:00:00",
        "9999-12-31T23:59:59+07:00", "2026-W01-1", "20/11/26", "2026-11-20", "２０２６-11-20T10:00:00+07:00", "1795",
    ],
)  # fmt: skip
def test_a_date_that_is_not_one_is_refused(text):
    assert cells.instant(text, "ngay_xong")[1].code == "bad_datetime"


def test_an_instant_is_told_in_utc():
    value, problem = cells.instant("2026-11-20T16:30:00+07:00", "ngay_xong")
    assert (value.isoformat(), problem) == ("2026-11-20T09:30:00+00:00", None)


@pytest.mark.parametrize(
    ("text", "vnd"), [("", 0), ("0", 0), ("135000", 135_000), ("135.000", 135_000), ("1,200,000", 1_200_000)]
)
def test_money_is_whole_dong(text, vnd):
    assert cells.money(text, "thu_ho") == (vnd, None)


@pytest.mark.parametrize("text", ["-1", "1e9", "12.5", "9999999999999", "NaN", "Infinity", "mười", "1.000.00", "٣"])
def test_money_that_is_not_a_sum_is_refused(text):
    assert cells.money(text, "thu_ho")[1].code == "bad_money"


@pytest.mark.parametrize("text", ["046080012345", "001200000001", "096399999999"])
def test_only_the_last_four_digits_of_an_identity_number_are_kept(text):
    assert cells.id_number_tail(text, "so_dinh_danh") == (text[-4:], None)


@pytest.mark.parametrize(
    "text", ["04608001234", "0460800123456", "04608001234a", "097080012345", "000080012345", "046480012345"]
)
def test_an_identity_number_that_cannot_be_is_refused(text):
    assert cells.id_number_tail(text, "so_dinh_danh")[1].code == "cccd_invalid"


def test_a_window_is_seconds_of_the_day_and_a_reversed_one_is_asked_about():
    assert cells.window("07:30-11:30", "khung_gio") == ((27_000, 41_400), None)
    assert cells.window("13h30 – 17h30", "khung_gio")[0] == (48_600, 63_000)
    for text in ("17:00-08:00", "08:00-08:00", "25:00-26:00", "sáng", "07:61-08:00"):
        assert cells.window(text, "khung_gio")[1].code == "bad_window"


@pytest.mark.parametrize(
    "text",
    [
        "H57.15-261120-0001",
        "000.00.01.H57-200601-0001",
        "H57.15.03-261118-000123",
        "h57.15-261120-0001",
        "H57-261120-0001",
    ],
)
def test_dossier_codes_of_both_shapes_are_kept_as_given(text):
    assert cells.dossier_code(f" {text} ", "ma_ho_so") == (text, None)


@pytest.mark.parametrize("text", ["H57", "H57.15-261120", "=HYPERLINK(1)", "H57.15-٢٦١١٢٠-0001", "../../etc/passwd"])
def test_what_is_no_dossier_code_is_refused(text):
    assert cells.dossier_code(text, "ma_ho_so")[1].code == "bad_dossier_code"


def test_papers_are_read_with_their_kind():
    papers, problem = cells.documents("Giấy chứng nhận (bản chính); Trích lục (bản sao); Thông báo", "tai_lieu")
    assert problem is None
    assert papers == [
        {"name": "Giấy chứng nhận", "kind": "bản chính"},
        {"name": "Trích lục", "kind": "bản sao"},
        {"name": "Thông báo", "kind": ""},
    ]
    assert cells.documents(";".join("ab" for _ in range(51)), "tai_lieu")[1].code == "too_many_documents"


def test_a_problem_never_repeats_what_stood_in_the_cell():
    for judge in JUDGES:
        problem = judge("Nguyễn Bí Mật " * 300, "nguoi_nhan")[1]
        assert problem is None or "Bí Mật" not in str(problem.as_json())
