"""Small labels, four on a sheet, and labels for thermal printers: the same facts, codes that decode."""

import base64
import binascii
import itertools
import re
import zlib

import pytest
from PIL import Image

from api.words import speech
from labels import TextTooLong, UnprintableText
from labels.papers import item_label
from labels.samples.item_label import label
from labels.samples.made_up import LINK, S10

FIELD = re.compile(rb"\^PW(\d+)\^LL(\d+).*?\^GFA,(\d+),(\d+),(\d+),:Z64:([A-Za-z0-9+/=]+):([0-9A-F]{4})\^FS", re.DOTALL)


def squeezed(words):
    return "".join(words.split())


def pictures(zpl):
    """Return the picture of every label, unpacked as a printer does it."""
    found = []
    for field in FIELD.finditer(zpl):
        width, height, total, sent, row_bytes = (int(field[n]) for n in range(1, 6))
        assert int(field[7], 16) == binascii.crc_hqx(field[6], 0)
        data = zlib.decompress(base64.b64decode(field[6]))
        assert len(data) == total == sent == row_bytes * height
        picture = Image.frombytes("1", (row_bytes * 8, height), bytes(255 - byte for byte in data))
        found.append(picture.crop((0, 0, width, height)))
    return found


def test_the_smallest_label_still_says_what_a_courier_needs(text_of):
    told = squeezed(text_of(item_label.draw([label(round_text="12")], size="A7")))
    for words in (
        "CÔNG TẰNG TÔN NỮ PHƯỚC DIỄM HẰNG",
        "12/5 kiệt 3 Nguyễn Huệ, tổ dân phố 7, phường Vỹ Dạ, thành phố Huế",
        "Xã Chân Mây - Lăng Cô",
        "EY 900 000 013 VN",
        "Thu 135.000 đ",
        "Hạn phát: 26/11/2026",
        "H57.15-261119-0001",
    ):
        assert squeezed(words) in told, words


@pytest.mark.parametrize(("n", "n_pages"), [(1, 1), (4, 1), (5, 2), (12, 3)])
def test_four_labels_share_a_sheet_in_their_order(text_of, pictures_of, n, n_pages):
    pdf = item_label.draw([label(dossier_code=f"H57-{k:04d}") for k in range(n)], size="A4x4")
    told = text_of(pdf)
    places = [told.index(f"H57-{k:04d}") for k in range(n)]
    assert places == sorted(places)
    assert len(pictures_of(pdf, dpi=40)) == n_pages


@pytest.mark.parametrize("size", [size for size in item_label.LABEL_SIZES if size != "A4x4"])
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_thermal_printer_gets_a_picture_whose_codes_decode(codes_in, size, dpi):
    (picture,) = pictures(item_label.draw_zpl([label()], size=size, dpi=dpi))
    assert codes_in(picture.convert("L")) == sorted([S10, LINK])


@pytest.mark.parametrize(("dpi", "dots"), [(203, 3), (300, 4)])
def test_bars_are_whole_dots_of_the_printer(dpi, dots):
    (picture,) = pictures(item_label.draw_zpl([label()], dpi=dpi))
    row = [picture.getpixel((x, round(24 * dpi / 25.4))) == 0 for x in range(picture.width // 2)]
    runs, length = [], 1
    for before, after in itertools.pairwise(row):
        if before == after:
            length += 1
        else:
            runs.append(length)
            length = 1
    assert len(runs) > 40
    assert all(run % dots == 0 for run in runs[1:])


def dark_runs(row):
    """Return the lengths of black and white runs between the first and the last black dot."""
    first, last = row.index(True), len(row) - row[::-1].index(True)
    return [len(list(run)) for _, run in itertools.groupby(row[first:last])]


@pytest.mark.parametrize(
    ("size", "middle_mm", "dots"), [("100x150", 24, 3), ("A6", 24, 3), ("A4x4", 24, 3), ("A7", 12, 3), ("A5", 34, 4)]
)
def test_bars_of_a_printed_label_are_whole_dots_at_203_dpi(pictures_of, size, middle_mm, dots):
    picture = pictures_of(item_label.draw([label()], size=size))[0].convert("L")
    right = {"A7": 74, "A5": 100}.get(size, 70)
    row = [picture.getpixel((x, round(middle_mm * 8))) < 128 for x in range(min(right * 8, picture.width))]
    runs = dark_runs(row)
    assert len(runs) > 60
    assert all(run % dots == 0 for run in runs), runs


@pytest.mark.parametrize("size", item_label.LABEL_SIZES)
def test_a_house_without_a_number_is_found_by_its_landmark_on_every_size(text_of, size):
    where = "cạnh nhà văn hóa thôn, sau đình làng Phú Xuân, cổng sắt xanh đối diện quán cà phê Thủy Tiên"
    name = "Công ty trách nhiệm hữu hạn một thành viên Chân Mây - Lăng Cô " * 2
    one = label(recipient_name=name, address="thôn Phú Xuân Hạ, xã Vinh Lộc, thành phố Huế", landmark=where)
    assert item_label.shortened_fields(one, size=size) == ()
    assert squeezed(where) in squeezed(text_of(item_label.draw([one], size=size)))


@pytest.mark.parametrize("size", item_label.LABEL_SIZES)
def test_a_landmark_too_long_for_its_place_is_shortened_with_a_warning(text_of, size):
    one = label(landmark="gần nhà văn hóa thôn, " * 60)
    assert "landmark" in item_label.shortened_fields(one, size=size)
    told = squeezed(text_of(item_label.draw([one], size=size)))
    assert squeezed("(gần nhà văn hóa thôn") in told
    assert squeezed("12/5 kiệt 3 Nguyễn Huệ") in told


@pytest.mark.parametrize("size", item_label.LABEL_SIZES)
def test_every_size_names_sender_delivery_office_round_and_both_days(text_of, size):
    told = squeezed(text_of(item_label.draw([label(round_text="112")], size=size)))
    for words in (
        "Trung tâm Phục vụ hành chính công thành phố Huế",
        "01 Lê Lai, phường Thuận Hóa, thành phố Huế",
        "Bưu cục Chân Mây - Lăng Cô",
        "112",
        "23/11/2026",
        "26/11/2026",
        "Phát tận tay, xem giấy tờ",
        "Thu hồi giấy tờ cũ",
        "3 tài liệu",
    ):
        assert squeezed(words) in told, words


@pytest.mark.parametrize("size", item_label.LABEL_SIZES)
def test_an_english_label_has_no_vietnamese_words_of_ours(text_of, size):
    plain = {"recipient_name": "A", "address": "1 B", "commune": "C", "sender_name": "D", "sender_address": "E"}
    one = label(**plain, delivery_office="F", warning="W", fee_vnd=0, round_text="1", reprint_number=1)
    assert text_of(item_label.draw([one], size=size, say=speech("en"))).replace("·", "").isascii()


def test_each_label_is_a_format_of_its_own_and_one_bad_name_is_refused_by_field():
    zpl = item_label.draw_zpl([label(), label(recipient_name="Ẵ Ỗ ự")])
    assert zpl.count(b"^XA") == zpl.count(b"^XZ") == 2
    assert len(pictures(zpl)) == 2
    with pytest.raises(UnprintableText) as refused:
        item_label.draw_zpl([label(recipient_name="Nguyễn 🙂")])
    assert refused.value.field == "recipient_name"


def test_text_never_becomes_a_command_of_the_printer():
    zpl = item_label.draw_zpl([label(recipient_name="^XZ^XA^FDhack^FS", address="~JA ^GB10")])
    assert zpl.count(b"^XA") == zpl.count(b"^XZ") == 1
    assert b"hack" not in zpl
    assert b"~JA" not in zpl


@pytest.mark.parametrize(("size", "dpi"), [("A3", 203), ("A4x4", 203), ("A6", 600)])
def test_what_no_printer_here_has_is_refused(size, dpi):
    with pytest.raises(ValueError, match=r"labels are|thermal printers"):
        item_label.draw_zpl([label()], size=size, dpi=dpi)


@pytest.mark.parametrize("size", item_label.LABEL_SIZES)
def test_an_ordinary_label_is_complete_and_a_long_name_is_shortened_with_a_warning(size):
    assert item_label.shortened_fields(label(round_text="12"), size=size) == ()
    assert item_label.shortened_fields(
        label(recipient_name="Ủy ban nhân dân phường Thuận Hóa và " * 20), size=size
    ) == ("recipient_name",)


@pytest.mark.parametrize("size", item_label.LABEL_SIZES)
def test_a_name_of_150_letters_is_printed_whole(text_of, size):
    name = ("Công ty trách nhiệm hữu hạn một thành viên đầu tư xây dựng và thương mại dịch vụ Chân Mây - Lăng Cô " * 2)[
        :150
    ]
    assert item_label.shortened_fields(label(recipient_name=name), size=size) == ()
    assert squeezed(name.upper()) in squeezed(text_of(item_label.draw([label(recipient_name=name)], size=size)))


@pytest.mark.parametrize("size", item_label.LABEL_SIZES)
def test_the_house_number_is_never_cut_wherever_it_stands(text_of, size):
    far = "tỉnh Thừa Thiên Huế cũ nay là thành phố Huế trực thuộc trung ương, " * 12
    told = squeezed(text_of(item_label.draw([label(address=f"{far} phường Vỹ Dạ, 12/5 kiệt 3 Nguyễn Huệ")], size=size)))
    assert squeezed("12/5 kiệt 3 Nguyễn Huệ") in told
    assert "…" in told
    assert item_label.shortened_fields(label(address=f"{far} số 9"), size=size) == ("address",)


def test_an_address_that_is_all_numbers_and_fits_nowhere_is_refused():
    with pytest.raises(TextTooLong):
        item_label.draw([label(address="12/5 kiệt 3, " * 400)], size="A7")


WARNINGS = (
    "Bưu tá không yêu cầu chuyển khoản trước. Kiểm tra tại tannha.buudien.thuathienhue.gov.vn/genuine",
    "Couriers never ask for a transfer in advance. Check at tannha.buudien.thuathienhue.gov.vn/genuine",
    "Không đưa tiền, không chuyển khoản khi chưa thấy bưu gửi. Hỏi: tannha.buudienhue.vn/genuine",
)


@pytest.mark.parametrize("size", item_label.LABEL_SIZES)
@pytest.mark.parametrize("warning", WARNINGS)
def test_the_warning_against_false_couriers_stands_whole_on_every_size(text_of, size, warning):
    one = label(warning=warning, reprint_number=2, round_text="112")
    assert squeezed(warning) in squeezed(text_of(item_label.draw([one], size=size)))
    assert item_label.shortened_fields(one, size=size) == ()
    if size == "100x150":
        assert [item_label.shortened_fields(one, size=size, dpi=dpi) for dpi in (203, 300)] == [(), ()]
