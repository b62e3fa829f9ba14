"""Papers say what they were told, in Vietnamese that prints, with codes that decode."""

import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics

from labels import UnprintableText, is_printable
from labels.drawing import text as typeset
from labels.drawing.text import BOLD, REGULAR
from labels.papers import handover_receipt, item_label, route_sheet
from labels.papers.words import in_words, say_money
from labels.samples.handover_receipt import receipt
from labels.samples.item_label import label
from labels.samples.made_up import LINK, S10
from labels.samples.route_sheet import sheet
from tests.scale import scaled

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
LETTERS = sorted(
    {unicodedata.normalize("NFC", f(v + tone)) for v in VOWELS for tone in TONES for f in (str.lower, str.upper)}
    | {"đ", "Đ"}
)
ACCENTED = [letter for letter in LETTERS if not letter.isascii()]
PAPERS = {
    "label": lambda words: item_label.draw([label(recipient_name=words, address=words)]),
    "label A6": lambda words: item_label.draw([label(recipient_name=words, address=words)], size="A6"),
    "receipt": lambda words: handover_receipt.draw([receipt(place=words)]),
    "sheet": lambda words: route_sheet.draw([sheet(1, courier_name=words)]),
}


def squeezed(words):
    return "".join(words.split())


def test_all_134_accented_letters_are_in_both_fonts():
    assert len(ACCENTED) == 134
    assert is_printable("".join(ACCENTED)) is None
    for font in (REGULAR, BOLD):
        cmap = pdfmetrics.getFont(font).face.charToGlyph
        assert all(cmap.get(ord(letter), 0) > 0 for letter in ACCENTED)  # 0 is the box
        assert all(typeset.width(letter, font, 10) > 0 for letter in ACCENTED)


@pytest.mark.parametrize("size", ["100x150", "A6", "A5", "A4x4"])
def test_a_label_reads_back_as_it_was_told(text_of, size):
    told = squeezed(text_of(item_label.draw([label()], size=size)))
    for words in (
        "CÔNG TẰNG TÔN NỮ PHƯỚC DIỄM HẰNG",
        "12/5 kiệt 3 Nguyễn Huệ, tổ dân phố 7, phường Vỹ Dạ, thành phố Huế",
        "Xã Chân Mây - Lăng Cô",
        "EY 900 000 013 VN",
        "Thu 135.000 đ",
        "Thu hồi giấy tờ cũ",
        "thứ Năm 26/11/2026",
        "09xx xxx 123",
    ):
        assert squeezed(words) in told, words


def test_decomposed_text_prints_as_composed(text_of):
    name = "Nguyễn Thị Hằng"
    pdf = item_label.draw([label(recipient_name=unicodedata.normalize("NFD", name))])
    assert squeezed(name.upper()) in squeezed(text_of(pdf))
    assert pdf == item_label.draw([label(recipient_name=name)])


def test_nothing_to_pay_says_so(text_of):
    assert "Không thu tiền" in text_of(item_label.draw([label(fee_vnd=0)]))


@pytest.mark.parametrize("size", ["100x150", "A6", "A7", "A5", "A4x4"])
@pytest.mark.parametrize("scale", [1.0, 0.95])
def test_every_code_on_a_label_decodes_as_a_thermal_printer_draws_it(pictures_of, codes_in, size, scale):
    (picture,) = pictures_of(item_label.draw([label()], size=size), scale=scale)
    assert codes_in(picture) == sorted([S10, LINK])


def test_every_stop_of_a_route_sheet_has_a_code_that_decodes(pictures_of, codes_in):
    pages = pictures_of(route_sheet.draw([sheet(12)]))
    assert [code for page in pages for code in codes_in(page)] == [stop.barcode for stop in sheet(12).stops]


def test_the_longest_texts_are_never_clipped(text_of):
    name = "Ủy ban nhân dân " + "phường Thuận Hóa và các đơn vị trực thuộc " * 3
    address = "60/43 kiệt 218 Nguyễn Phúc Nguyên, " + "tổ dân phố 12, khu quy hoạch Bàu Vá, " * 4 + "thành phố Huế"
    told = squeezed(text_of(item_label.draw([label(recipient_name=name, address=address)])))
    assert squeezed("60/43 kiệt 218 Nguyễn Phúc Nguyên") in told  # the house is never cut
    assert squeezed("ỦY BAN NHÂN DÂN PHƯỜNG THUẬN HÓA") in told


def test_the_same_data_is_the_same_bytes():
    for make in (
        lambda: item_label.draw([label()]),
        lambda: handover_receipt.draw([receipt()]),
        lambda: route_sheet.draw([sheet()]),
    ):
        assert make() == make()


def test_a_reprint_is_marked(text_of):
    assert "Bản in lại lần 2" in text_of(item_label.draw([label(reprint_number=2)]))


@pytest.mark.parametrize(("words", "position"), [("Nguyễn 🙂", 7), ("日本", 0), ("a\u200bb", 1), ("x\x07", 1)])
def test_a_letter_the_font_lacks_is_named_by_field_and_position(words, position):
    with pytest.raises(UnprintableText) as refused:
        item_label.draw([label(recipient_name=words)])
    assert (refused.value.field, refused.value.position) == ("recipient_name", position)
    assert words not in str(refused.value)


@pytest.mark.parametrize("paper", PAPERS)
@given(words=st.text(max_size=120))
@settings(max_examples=scaled(25, 400), deadline=None)
def test_any_text_prints_or_is_refused_by_name(paper, words):
    try:
        pdf = PAPERS[paper](words)
    except UnprintableText as refused:
        pdf, field = b"", refused.field
    else:
        field = ""
    assert field or pdf.startswith(b"%PDF")


@pytest.mark.parametrize(
    "words", ["<b>đậm</b>", "{{7*7}}", "&amp;", "%PDF-1.4", "(\\)", "${jndi:x}", "'; DROP TABLE--"]
)
def test_text_is_never_markup(text_of, words):
    assert squeezed(words.upper()) in squeezed(text_of(item_label.draw([label(recipient_name=words)])))


@pytest.mark.parametrize("n_lines", [0, 1, 12, 26, 27, 60, 300])
def test_a_receipt_of_any_length_keeps_every_line_and_both_signatures(text_of, n_lines):
    told = text_of(handover_receipt.draw([receipt(n_lines)], copies=1))
    assert all(f"H57.15-261119-{n:04d}" in told for n in range(1, n_lines + 1))
    assert told.count("BÊN GIAO") == 1
    assert "có trong danh sách, không có bưu gửi" in told
    assert "Lê Thị Hoài Thương" in told


def test_both_copies_say_the_same_and_who_keeps_them(text_of):
    told = text_of(handover_receipt.draw([receipt(3)]))
    assert told.count("BIÊN BẢN BÀN GIAO BƯU GỬI") == 2
    assert "Bản 1: bên giao giữ" in told
    assert "Bản 2: bên nhận giữ" in told


def test_totals_stand_in_figures_and_in_words(text_of):
    told = " ".join(text_of(handover_receipt.draw([receipt(59, fee_total_vnd=1_770_000)])).split())
    assert "59 bưu gửi (bằng chữ: năm mươi chín)" in told
    assert "một triệu bảy trăm bảy mươi nghìn đồng" in told


def test_a_route_sheet_tells_each_stop_what_to_do(text_of):
    told = squeezed(text_of(route_sheet.draw([sheet(26), sheet(3, number=13)])))
    for words in (
        "Chuyến 12",
        "Chuyến 13",
        "NHẬN HỒ SƠ",
        "cách tới 1,6 km",
        "07:30–11:30",
        "Thu 135.000 đ",
        "trang 3/3",
    ):
        assert squeezed(words) in told, words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (105, "một trăm linh năm"),
        (1_005, "một nghìn không trăm linh năm"),
        (135_000, "một trăm ba mươi lăm nghìn"),
        (1_000_000, "một triệu"),
        (2_001_010, "hai triệu không trăm linh một nghìn không trăm mười"),
        (1_000_000_000, "một tỷ"),
    ],
)
def test_numbers_are_said_as_people_say_them(number, words):
    assert in_words(number) == words


@given(number=st.integers(0, 10**12 - 1))
@settings(max_examples=scaled(100, 2_000))
def test_different_numbers_have_different_words(number):
    assert in_words(number) != in_words((number + 1) % 10**12)


def test_money_and_days_are_written_the_vietnamese_way():
    assert say_money(1_234_567) == "1.234.567 đ"
    assert item_label.draw([label(posted_on=None, due_on=None)]).startswith(b"%PDF")
    assert isinstance(receipt().at, datetime)
    assert label().due_on == date(2026, 11, 26)
