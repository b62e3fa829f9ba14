"""The forms: as many pages as it takes, codes that decode, sums in figures and in words."""

from dataclasses import replace
from datetime import date

import pytest

from labels.papers import (
    apology_letter,
    consignment_note,
    day_report,
    fee_receipt,
    invitation,
    return_list,
    reverse_handover,
)
from labels.samples.apology_letter import letter
from labels.samples.consignment_note import note
from labels.samples.day_report import report
from labels.samples.fee_receipt import fee
from labels.samples.invitation import blank, card
from labels.samples.made_up import LINK, TAKEN, WARNING
from labels.samples.return_list import returns
from labels.samples.reverse_handover import CODE, minutes


def squeezed(words):
    return "".join(words.split())


def test_an_invitation_stays_on_its_one_card_however_much_is_to_be_said(text_of):
    name = "Công ty trách nhiệm hữu hạn một thành viên đầu tư xây dựng và thương mại dịch vụ Chân Mây - Lăng Cô " * 2
    crowded = replace(card(2), recipient_name=name[:150].strip(), take_back=(TAKEN,) * 4)
    told = text_of(invitation.draw([crowded]))
    assert "trang 1/1" in told
    assert squeezed(name[:150]) in squeezed(told)


def test_a_note_of_twelve_papers_lists_each_and_is_signed_by_three_on_its_last_page(text_of):
    papers = tuple(replace(TAKEN, name=f"Giấy chứng nhận số {n}", kind="bản sao") for n in range(1, 13))
    told = text_of(consignment_note.draw([replace(note(), papers=papers)]))
    first, last = told.split("\f")[:2]
    assert all(f"Giấy chứng nhận số {n}" in told for n in range(1, 13))
    assert "12 tài liệu, 86 g" in first
    for who in ("ĐẠI DIỆN CƠ QUAN", "NHÂN VIÊN BƯU CHÍNH", "NGƯỜI NHẬN"):
        assert who in last


@pytest.mark.parametrize("n", [0, 1, 30, 31, 200])
def test_a_list_of_any_length_keeps_every_line_its_sum_and_both_signatures(text_of, n):
    one = returns().lines[0]
    lines = tuple(replace(one, position=k, dossier_code=f"H57.15-{k:06d}") for k in range(1, n + 1))
    told = text_of(return_list.draw([replace(returns(), lines=lines)]))
    for copy in told.split("BẢNG KÊ BƯU GỬI CHUYỂN HOÀN")[1:]:
        assert all(f"H57.15-{k:06d}" in copy for k in range(1, n + 1))
        assert copy.count("BÊN NHẬN") == 1
        assert f"Tổng số: {n} bưu gửi" in copy


def test_pages_are_numbered_out_of_all_of_one_copy(text_of):
    one = returns().lines[0]
    told = text_of(return_list.draw([replace(returns(), lines=(one,) * 120)]))
    last = max(n for n in range(1, 20) if f"trang {n}/{n}" in told)
    assert last > 2
    assert all(told.count(f"trang {page}/{last}") == 2 for page in range(1, last + 1))


def test_codes_of_notes_and_cards_decode(pictures_of, codes_in):
    for pdf in (consignment_note.draw([note()]), invitation.draw([card(1)])):
        (picture,) = pictures_of(pdf)
        assert codes_in(picture) == sorted(["EY900000013VN", LINK])


@pytest.mark.parametrize("n", [1, 4, 40])
def test_blank_cards_are_one_a_page_numbered_with_a_code_that_decodes(text_of, pictures_of, codes_in, n):
    pdf = invitation.draw_blank([blank(number) for number in range(1, n + 1)])
    pages = text_of(pdf).rstrip("\f").split("\f")
    assert len(pages) == n
    for number, told in enumerate(pages, start=1):
        assert told.count(f"Số GM-128-{number:02d}") == 2  # below the title and at the foot
    assert codes_in(pictures_of(pdf)[0]) == ["https://tannha.example/track"]


def test_a_blank_card_stays_on_its_page_however_long_the_offices_words_are(text_of):
    crowded = blank(1, office_address="kiệt 12, đường Nguyễn Tất Thành, " * 4, office_hours="7:30–11:30, " * 8)
    told = text_of(invitation.draw_blank([crowded]))
    assert "trang 1/1" in told
    assert "trang 2" not in told


def test_an_invitation_fits_one_page_and_never_says_what_the_procedure_was(text_of):
    told = text_of(invitation.draw([card(2)]))
    assert "trang 1/1" in told
    assert "Mời lần thứ hai" in told


@pytest.mark.parametrize(("fee_vnd", "said"), [(135_000, "Bưu tá chỉ thu 135.000 đ"), (0, "Bưu tá không thu tiền nào")])
def test_an_invitation_says_what_the_courier_may_ask_for(text_of, fee_vnd, said):
    told = text_of(invitation.draw([replace(card(1), fee_vnd=fee_vnd)]))
    assert f"{said}. {WARNING}".replace(" ", "") in told.replace("\n", "").replace(" ", "")


def test_money_stands_in_figures_and_in_words_on_both_copies(text_of):
    told = text_of(fee_receipt.draw([fee()]))
    assert told.count("135.000 đ") == told.count("một trăm ba mươi lăm nghìn đồng") == 2


def test_a_letter_of_apology_needs_a_later_day():
    with pytest.raises(ValueError, match="after"):
        apology_letter.draw([replace(letter(), new_due_on=date(2026, 11, 23))])


def test_a_difference_in_money_is_named_on_the_days_report(text_of):
    short = replace(report(), fee_counted_vnd=report().fee_expected_vnd - 50_000)
    assert "Chênh lệch tiền: -50.000 đ" in text_of(day_report.draw([short]))
    assert "Chênh lệch" not in text_of(day_report.draw([report()]))


@pytest.mark.parametrize("scale", [1.0, 0.95])
def test_the_minutes_of_papers_and_money_carry_their_signature_and_name_what_is_missing(
    text_of, pictures_of, codes_in, scale
):
    pdf = reverse_handover.draw([replace(minutes(), missing=("EY900000013VN",))])
    assert [codes_in(page) for page in pictures_of(pdf, scale=scale)] == [[CODE]] * 2
    assert "Còn thiếu, sẽ giao sau: EY 900 000 013 VN." in " ".join(text_of(pdf).split())
