"""Route sheets: codes for every stop whatever the dossier is called, reasons to choose from, room to sign."""

import itertools
from dataclasses import replace

import pytest

from api.words import speech
from labels.papers import route_sheet
from labels.samples.route_sheet import numbered, sheet

REASONS = tuple(f"lý do số {n}" for n in range(1, 14))


def squeezed(words):
    return "".join(words.split())


@pytest.mark.parametrize("code", ["H57.15-261119-0001", "000.00.12.H57-261119-0001", "Hồ sơ số Đ-7/2026"])
def test_a_dossier_without_s10_has_a_square_code_that_decodes(pictures_of, codes_in, code):
    one = sheet(1)
    (page,) = pictures_of(route_sheet.draw([replace(one, stops=(replace(one.stops[0], barcode=code),))]))
    assert codes_in(page) == [code]


@pytest.mark.parametrize("n_stops", [0, 1, 7, 8, 9, 10, 11, 20, 21, 22, 34])
def test_every_sheet_ends_with_the_reasons_and_two_places_to_sign(text_of, n_stops):
    told = text_of(route_sheet.draw([sheet(n_stops, reasons=REASONS)]))
    assert all(reason in told for reason in REASONS)
    assert told.count("BƯU TÁ") == 1
    assert told.count("NGƯỜI KIỂM TRA") == 1
    assert told.count("Người nhận ký") + told.count("Người giao ký") == n_stops


def test_the_courier_reads_which_papers_to_collect_and_which_to_take_back(text_of):
    one = sheet(1)
    items = (
        route_sheet.SheetItemData(
            code="x", dossier_code="H57", has_take_back=True, take_back="sổ hộ khẩu", to_collect="tờ khai, bản sao CCCD"
        ),
    )
    only = replace(one.stops[0], items=items, is_collection=True)
    told = squeezed(text_of(route_sheet.draw([replace(one, stops=(only,))])))
    for words in ("Nhận: tờ khai, bản sao CCCD", "Thu hồi: sổ hộ khẩu", "Đã nhận", "Người giao ký"):
        assert squeezed(words) in told, words


def test_nothing_at_a_stop_is_cut_however_long_it_is(text_of):
    name = ("Công ty trách nhiệm hữu hạn một thành viên xây dựng và thương mại dịch vụ Chân Mây - Lăng Cô " * 2)[:150]
    address = (
        "số 12/5 kiệt 3 Nguyễn Phúc Nguyên, thôn Phú Xuân Hạ, xã Chân Mây - Lăng Cô, thành phố Huế (cổng sắt xanh)"
    )
    items = tuple(
        route_sheet.SheetItemData(
            code="x", dossier_code=f"000.00.12.H57-261119-{n:04d}", has_take_back=True, take_back="sổ hộ khẩu"
        )
        for n in range(9)
    )
    one = sheet(9)
    stops = tuple(replace(stop, recipient_name=name, address=address, items=items) for stop in one.stops)
    told = squeezed(text_of(route_sheet.draw([replace(one, stops=stops)])))
    assert "…" not in told
    for words in (name, address, "9 × sổ hộ khẩu", *(item.dossier_code for item in items)):
        assert told.count(squeezed(words)) == 9, words


def test_an_english_sheet_has_no_vietnamese_words_of_ours(text_of):
    one = sheet(7, office="x", courier_name="x", reasons=("x",))
    bare = (route_sheet.SheetItemData(code="x", dossier_code="x"),)
    stops = tuple(replace(stop, recipient_name="x", address="x", where="x", items=bare) for stop in one.stops)
    told = text_of(route_sheet.draw([replace(one, stops=stops)], say=speech("en")))
    assert told.translate({ord(sign): None for sign in "·–↑"}).isascii()


@pytest.mark.parametrize("scale", [1.0, 0.95])
def test_bars_of_every_stop_are_whole_dots_and_decode(pictures_of, codes_in, scale):
    one = sheet(3)
    (page,) = pictures_of(route_sheet.draw([one]), scale=scale)
    assert codes_in(page) == [stop.barcode for stop in one.stops]
    if scale == 1.0:
        row = [page.convert("L").getpixel((x, 600)) < 128 for x in range(820, 1130)]
        first, last = row.index(True), len(row) - row[::-1].index(True)
        runs = [len(list(run)) for _, run in itertools.groupby(row[first:last])]
        assert len(runs) > 30
        assert all(run % 3 == 0 for run in runs), runs


def test_where_the_point_is_not_sure_the_sheet_says_so_in_words(text_of):
    """No sign that reads as a distance: the courier of a real day took "≈ 6,2 km" for the way to go."""
    seen = text_of(route_sheet.draw([sheet(4)]))
    assert "≈" not in seen
    assert seen.count("Điểm gần đúng, cửa có thể cách tới 1,6 km") == 1
    assert seen.count("4?") == 2  # at its stop and on the sketch
    assert seen.count("07:30–11:30") == 1
    assert "07:30–11:30" not in text_of(route_sheet.draw([sheet(2)]))


def test_a_numbered_sheet_says_on_every_page_that_it_must_come_back(text_of):
    pages = text_of(route_sheet.draw([numbered(30)])).split("\f")[:-1]
    assert len(pages) > 2
    assert all("PD-2026-000001" in page for page in pages)
    assert "nộp lại và hủy khi khép chuyến" in pages[0]
    assert "nộp lại" not in text_of(route_sheet.draw([sheet(30)]))


def test_sums_are_parted_by_thousands(text_of):
    one = sheet(1)
    item = replace(one.stops[0].items[0], fee_vnd=12_345_678)
    stops = tuple(replace(one.stops[0], position=n, items=(item,)) for n in range(1, 1_201))
    seen = squeezed(text_of(route_sheet.draw([replace(one, stops=stops, km=1_234)])))
    for words in ("14.814.813.600 đ", "1.200 điểm, 1.200 bưu gửi", "1.234 km", "Thu 12.345.678 đ"):
        assert squeezed(words) in seen, words
