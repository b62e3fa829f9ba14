"""Single cells as life and malice write them: a value in its one form, or a coded problem that names the column."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postal.cells import dates, sums, texts
from postal.cells.problems import QUESTIONS, REFUSALS

JUDGES = (
    texts.clean,
    texts.required,
    texts.optional,
    texts.name,
    texts.address,
    texts.dossier_code,
    texts.order_code,
    dates.instant,
    dates.exact_instant,
    dates.exact_day,
    sums.money,
    texts.window,
    texts.documents,
    texts.id_number_tail,
)


@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.__name__)
@settings(deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=300))
def test_any_text_gives_a_value_or_a_coded_problem_and_never_an_error(judge, text):
    _, problem = judge(text, "nguoi_nhan")
    if problem is not None:
        assert problem.code in REFUSALS or problem.code in QUESTIONS
        assert problem.column == "nguoi_nhan"


@given(text=st.text(max_size=300))
def test_a_phone_is_in_one_form_or_not_in_order(text):
    value, is_right = texts.phone(text, "dien_thoai")
    assert value is None or (is_right and value.isascii() and value.lstrip("+").isdigit())


@given(text=st.text(max_size=200))
def test_cleaning_twice_changes_nothing_more(text):
    once, problem = texts.clean(text, "dia_chi")
    if problem is None:
        assert texts.clean(once, "dia_chi") == (once, None)
        assert unicodedata.is_normalized("NFC", once)


def test_a_decomposed_name_is_stored_composed():
    decomposed = unicodedata.normalize("NFD", "Nguyễn Thị Hằng")
    assert texts.name(decomposed, "nguoi_nhan") == ("Nguyễn Thị Hằng", None)


@pytest.mark.parametrize("text", ["   ", "\u200b", "\u202e\u202c", "\u200b \u2060", "\ufeff", "\u00a0\u3000"])
def test_a_name_of_nothing_visible_is_refused(text):
    assert texts.name(text, "nguoi_nhan")[1].code == "empty_after_clean"


def test_an_empty_name_is_missing():
    assert texts.name("", "nguoi_nhan")[1].code == "required"


@pytest.mark.parametrize("text", ["NguyÔn V¨n Hoµng", "Ph¹m Minh", "Leâ Thò Hoa", "Traàn Vaên An", "§inh Thị Lý"])
def test_text_in_an_old_encoding_is_refused_with_a_hint(text):
    problem = texts.name(text, "nguoi_nhan")[1]
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
    assert texts.name(text, "nguoi_nhan") == (text, None)


def test_a_name_of_a_hundred_thousand_letters_is_refused_with_the_limit():
    problem = texts.name("a" * 100_000, "nguoi_nhan")[1]
    assert problem.code == "too_long"
    assert "250" in str(problem.message)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "a\x1bb"])
def test_control_characters_and_lone_surrogates_are_refused(text):
    assert texts.clean(text, "nguoi_nhan")[1].code == "control_character"


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
    assert texts.phone(text, "dien_thoai") == ("0912345678", True)


def test_no_phone_is_in_order_and_a_landline_and_a_foreign_number_are_phones():
    assert texts.phone("", "x") == (None, True)
    assert texts.phone("0234 382 2222", "x") == ("02343822222", True)
    assert texts.phone("+1 415 555 2671", "x") == ("+14155552671", True)


@pytest.mark.parametrize("text", ["09123", "09051234", "19001009", "0912345678901", "0112345678"])
def test_a_phone_that_cannot_be_is_not_in_order(text):
    assert texts.phone(text, "x") == (None, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("#N/A", "error_value"), ("#REF!", "error_value"), ("#####", "error_value"), ("Err:502", "error_value"),
        ("Nguy?n", "letters_lost"), ("Nguyeenx Thij Hoa", "typing_suspected"), ("Nguyễn <Hoa>", "odd_name"),
        ("Nguyá»…n", "legacy_encoding_suspected"), ("Lê Mận_x000D_", "odd_name"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_is_refused_or_asked_about_by_its_code(text, code):
    assert texts.name(text, "nguoi_nhan")[1].code == code


@pytest.mark.parametrize("letter", ["\u00d0", "\u0110", "\u0189"])
def test_every_letter_that_looks_like_the_one_of_vietnamese_becomes_it(letter):
    assert texts.name(f"{letter}ặng Thị Mơ", "nguoi_nhan") == ("Đặng Thị Mơ", None)
    assert texts.address(f"{letter}ường Lê Lợi", "dia_chi") == ("Đường Lê Lợi", None)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ",\n", "\n\n", " \n ", "\u2028", "\x0b"])
def test_a_broken_line_of_an_address_is_a_comma(end):
    assert texts.address(f"12 Lê Lợi{end}Vĩnh Ninh{end}Huế{end}", "dia_chi") == ("12 Lê Lợi, Vĩnh Ninh, Huế", None)


@pytest.mark.parametrize(("text", "code"), [("", "required"), ("\n", "empty_after_clean"), ("#N/A", "error_value")])
def test_an_address_of_nothing_is_refused(text, code):
    assert texts.address(text, "dia_chi")[1].code == code


def test_an_address_of_lost_letters_is_asked_about():
    assert texts.address("so 12 duong Nguy?n Hu?", "dia_chi")[1].code == "broken_address"


@pytest.mark.parametrize("text", ["", "-", "không", "không có", "N/A", "null"])
def test_an_optional_cell_may_say_that_there_is_nothing(text):
    assert texts.optional(text, "chi_dan") == ("", None)
    assert texts.phone(text, "dien_thoai") == (None, True)
    assert texts.window(text, "khung_gio") == (None, None)
    assert texts.id_number_tail(text, "so_dinh_danh") == (None, None)


@pytest.mark.parametrize("text", ["046080012345", "001200000001", "096399999999", "046 080 012345", "'046080012345"])
def test_only_the_last_four_digits_of_an_identity_number_are_kept(text):
    assert texts.id_number_tail(text, "so_dinh_danh") == (text[-4:], None)


@pytest.mark.parametrize(("text", "tail"), [("46090123456", "3456"), ("1090123456", "3456"), ("46090123456.0", "3456")])
def test_zeros_a_spreadsheet_took_off_an_identity_number_are_put_back(text, tail):
    assert texts.id_number_tail(text, "so_dinh_danh") == (tail, None)


@pytest.mark.parametrize(
    "text", ["0460800123456", "04608001234a", "097080012345", "000080012345", "046480012345", "0905123456", "191234567"]
)
def test_an_identity_number_that_cannot_be_is_asked_about(text):
    assert texts.id_number_tail(text, "so_dinh_danh")[1].code == "cccd_invalid"


def test_a_window_is_seconds_of_the_day_and_a_reversed_one_is_asked_about():
    assert texts.window("07:30-11:30", "khung_gio") == ((27_000, 41_400), None)
    assert texts.window("13h30 – 17h30", "khung_gio")[0] == (48_600, 63_000)
    for text in ("17:00-08:00", "08:00-08:00", "25:00-26:00", "sáng", "07:61-08:00"):
        assert texts.window(text, "khung_gio")[1].code == "bad_window"


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
    assert texts.dossier_code(f" {text} ", "ma_ho_so") == (text, None)


@pytest.mark.parametrize("text", ["H57", "H57.15-261120", "=HYPERLINK(1)", "H57.15-٢٦١١٢٠-0001", "../../etc/passwd"])
def test_what_is_no_dossier_code_is_refused(text):
    assert texts.dossier_code(text, "ma_ho_so")[1].code == "bad_dossier_code"


def test_papers_are_read_with_their_kind():
    papers, problem = texts.documents("Giấy chứng nhận (bản chính); Trích lục (bản sao); Thông báo", "tai_lieu")
    assert problem is None
    assert papers == [
        {"name": "Giấy chứng nhận", "kind": "bản chính"},
        {"name": "Trích lục", "kind": "bản sao"},
        {"name": "Thông báo", "kind": ""},
    ]
    kept, problem = texts.documents(";".join("ab" for _ in range(51)), "tai_lieu")
    assert (len(kept), problem.code) == (50, "too_many_documents")


def test_a_problem_never_repeats_what_stood_in_the_cell():
    for judge in JUDGES:
        problem = judge("Nguyễn Bí Mật " * 300, "nguoi_nhan")[1]
        assert problem is None or "Bí Mật" not in str(problem.as_json())
