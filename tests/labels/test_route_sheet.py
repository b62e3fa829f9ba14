"""Route sheets: codes for every stop whatever the dossier is called, reasons to choose from, room to sign."""

from dataclasses import replace

import pytest

from labels import SheetItemData, route_sheet
from tests.labels.samples import sheet

REASONS = tuple(f"lý do số {n}" for n in range(1, 14))


def squeezed(words):
    return "".join(words.split())


@pytest.mark.parametrize("code", ["H57.15-261119-0001", "000.00.12.H57-261119-0001", "Hồ sơ số Đ-7/2026"])
def test_a_dossier_without_s10_has_a_square_code_that_decodes(pictures_of, codes_in, code):
    one = sheet(1)
    (page,) = pictures_of(route_sheet(replace(one, stops=(replace(one.stops[0], barcode=code),))))
    assert codes_in(page) == [code]


@pytest.mark.parametrize("n_stops", [0, 1, 7, 8, 9, 10, 11, 20, 21, 22, 34])
def test_every_sheet_ends_with_the_reasons_and_two_places_to_sign(text_of, n_stops):
    told = text_of(route_sheet(sheet(n_stops, reasons=REASONS)))
    assert all(reason in told for reason in REASONS)
    assert told.count("BƯU TÁ") == 1
    assert told.count("NGƯỜI KIỂM TRA") == 1
    assert told.count("08:10") == n_stops


def test_the_courier_reads_which_papers_to_collect_and_which_to_take_back(text_of):
    one = sheet(1)
    items = (
        SheetItemData(
            code="x", dossier_code="H57", has_take_back=True, take_back="sổ hộ khẩu", to_collect="tờ khai, bản sao CCCD"
        ),
    )
    told = squeezed(text_of(route_sheet(replace(one, stops=(replace(one.stops[0], items=items, is_collection=True),)))))
    for words in ("Nhận: tờ khai, bản sao CCCD", "Thu hồi: sổ hộ khẩu", "Đã nhận", "Người giao ký"):
        assert squeezed(words) in told, words


def test_where_the_point_is_not_sure_the_sheet_says_how_far_off_it_may_be(text_of):
    told = text_of(route_sheet(sheet(3)))
    assert told.count("≈ 1,8 km") == 1
    assert "07:30–11:30" not in told
    assert "07:30–11:30" in text_of(route_sheet(sheet(4)))
