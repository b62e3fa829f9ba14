"""The forms say what they were told, in both tongues, over as many pages as it takes, and break nothing."""

import unicodedata
from dataclasses import fields, is_dataclass, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api import sample_forms as samples
from labels import UnprintableText
from labels.papers import (
    apology_letter,
    collection_receipt,
    consignment_note,
    day_report,
    fee_receipt,
    invitation,
    return_list,
    reverse_handover,
)
from tests.scale import scaled


def one(paper):
    """Return what draws a single paper."""
    return lambda data, **how: paper.draw([data], **how)


FORMS = {
    "note": (samples._note, one(consignment_note)),
    "card": (lambda: samples._card(1), one(invitation)),
    "reverse": (samples._reverse, one(reverse_handover)),
    "returns": (samples._returns, one(return_list)),
    "fee": (samples._fee, one(fee_receipt)),
    "collection": (samples._collection, one(collection_receipt)),
    "letter": (samples._letter, one(apology_letter)),
    "day": (samples._day, one(day_report)),
}


def squeezed(words):
    return "".join(words.split())


def texts(data):
    """Return every text of a form's data, however deep."""
    if isinstance(data, str):
        return [data]
    if is_dataclass(data):
        return [text for f in fields(data) for text in texts(getattr(data, f.name))]
    return [text for one in data for text in texts(one)] if isinstance(data, tuple) else []


NOT_PRINTED = {"note": {samples._LINK}, "card": {samples._LINK, "bản chính"}, "fee": {samples._LINK}}
MARKS = {samples._LINK, samples._DIGEST, samples._CODE}


@pytest.mark.parametrize("form", FORMS)
def test_everything_told_stands_on_the_paper(text_of, form):
    make, draw = FORMS[form]
    data = make()
    told = squeezed(text_of(draw(data))).casefold()
    for text in set(texts(data)) - MARKS - NOT_PRINTED.get(form, set()):
        words = squeezed(text).casefold()
        is_code = text.startswith("EY") and squeezed(text) in told.upper()
        assert words in told or is_code, text


@pytest.mark.parametrize("form", FORMS)
def test_the_same_data_is_the_same_bytes_and_decomposed_text_the_same_paper(form):
    make, draw = FORMS[form]
    data = make()
    assert draw(data) == draw(make())
    name = next(f.name for f in fields(data) if isinstance(getattr(data, f.name), str) and not f.name.endswith("url"))
    other = replace(data, **{name: unicodedata.normalize("NFD", getattr(data, name))})
    assert draw(other) == draw(data)


@pytest.mark.parametrize("form", FORMS)
def test_headings_come_in_english_too_and_in_no_tongue_we_have_no_words_in(text_of, form):
    make, draw = FORMS[form]
    told = text_of(draw(make(), language="en"))
    assert any(word in told for word in ("CONSIGNMENT", "INVITATION", "MINUTES", "LIST", "RECEIPT", "LETTER", "REPORT"))
    with pytest.raises(ValueError, match="vi or en"):
        draw(make(), language="fr")


def emptied(data):
    """Return a form's data with every text that people or offices write as plain letters, so that ours stand out."""
    changes = {}
    for one in fields(data):
        value = getattr(data, one.name)
        if isinstance(value, str) and not one.name.endswith(("url", "code", "digest", "head", "s10")):
            changes[one.name] = "x"
        elif is_dataclass(value):
            changes[one.name] = emptied(value)
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            changes[one.name] = tuple(emptied(part) for part in value)
    return replace(data, **changes)


@pytest.mark.parametrize("form", FORMS)
def test_english_papers_hold_no_vietnamese_of_ours_but_the_national_heading_and_sums_in_words(text_of, form):
    make, draw = FORMS[form]
    told = text_of(draw(emptied(make()), language="en"))
    for line in told.splitlines():
        if not any(words in line for words in ("CỘNG HÒA", "Độc lập", "đồng", "items (", "In all")):
            assert line.translate({ord(sign): None for sign in "·–đ…\f"}).isascii(), line


def test_an_invitation_stays_on_its_one_card_however_much_is_to_be_said(text_of):
    name = "Công ty trách nhiệm hữu hạn một thành viên đầu tư xây dựng và thương mại dịch vụ Chân Mây - Lăng Cô " * 2
    card = replace(samples._card(2), recipient_name=name[:150].strip(), take_back=(samples._TAKEN,) * 4)
    told = text_of(invitation.draw([card]))
    assert "trang 1/1" in told
    assert squeezed(name[:150]) in squeezed(told)


def test_a_note_of_twelve_papers_lists_each_and_is_signed_by_three_on_its_last_page(text_of):
    papers = tuple(replace(samples._TAKEN, name=f"Giấy chứng nhận số {n}", kind="bản sao") for n in range(1, 13))
    told = text_of(consignment_note.draw([replace(samples._note(), papers=papers)]))
    first, last = told.split("\f")[:2]
    assert all(f"Giấy chứng nhận số {n}" in told for n in range(1, 13))
    assert "12 tài liệu, 86 g" in first
    for who in ("ĐẠI DIỆN CƠ QUAN", "NHÂN VIÊN BƯU CHÍNH", "NGƯỜI NHẬN"):
        assert who in last


@pytest.mark.parametrize("form", FORMS)
def test_a_letter_the_font_lacks_is_refused_by_its_place(form):
    make, draw = FORMS[form]
    data = make()
    name = next(f.name for f in fields(data) if isinstance(getattr(data, f.name), str))
    with pytest.raises(UnprintableText) as refused:
        draw(replace(data, **{name: "Ẵm 🙂"}))
    assert (refused.value.field, refused.value.position) == (name, 3)


@pytest.mark.parametrize("form", FORMS)
@given(words=st.text(max_size=300))
@settings(max_examples=scaled(6, 200), deadline=None)
def test_any_text_prints_or_is_refused_by_name(form, words):
    make, draw = FORMS[form]
    data = make()
    names = [f.name for f in fields(data) if isinstance(getattr(data, f.name), str) and f.name != "s10"]
    try:
        pdf, field = draw(replace(data, **{name: words for name in names if not name.endswith("url")})), ""
    except UnprintableText as refused:
        pdf, field = b"", refused.field
    assert field in names or pdf.startswith(b"%PDF")


@pytest.mark.parametrize("n", [0, 1, 30, 31, 200])
def test_a_list_of_any_length_keeps_every_line_its_sum_and_both_signatures(text_of, n):
    one = samples._returns().lines[0]
    lines = tuple(replace(one, position=k, dossier_code=f"H57.15-{k:06d}") for k in range(1, n + 1))
    told = text_of(return_list.draw([replace(samples._returns(), lines=lines)]))
    for copy in told.split("BẢNG KÊ BƯU GỬI CHUYỂN HOÀN")[1:]:
        assert all(f"H57.15-{k:06d}" in copy for k in range(1, n + 1))
        assert copy.count("BÊN NHẬN") == 1
        assert f"Tổng số: {n} bưu gửi" in copy


def test_pages_are_numbered_out_of_all_of_one_copy(text_of):
    one = samples._returns().lines[0]
    told = text_of(return_list.draw([replace(samples._returns(), lines=(one,) * 120)]))
    last = max(n for n in range(1, 20) if f"trang {n}/{n}" in told)
    assert last > 2
    assert all(told.count(f"trang {page}/{last}") == 2 for page in range(1, last + 1))


def test_codes_of_notes_and_cards_decode(pictures_of, codes_in):
    for pdf in (consignment_note.draw([samples._note()]), invitation.draw([samples._card(1)])):
        (picture,) = pictures_of(pdf)
        assert codes_in(picture) == sorted(["EY900000013VN", samples._LINK])


def test_an_invitation_fits_one_page_and_never_says_what_the_procedure_was(text_of):
    told = text_of(invitation.draw([samples._card(2)]))
    assert "trang 1/1" in told
    assert "Mời lần thứ hai" in told


def test_money_stands_in_figures_and_in_words_on_both_copies(text_of):
    told = text_of(fee_receipt.draw([samples._fee()]))
    assert told.count("135.000 đ") == told.count("một trăm ba mươi lăm nghìn đồng") == 2


def test_a_letter_of_apology_needs_a_later_day():
    with pytest.raises(ValueError, match="after"):
        apology_letter.draw([replace(samples._letter(), new_due_on=date(2026, 11, 23))])


def test_a_difference_in_money_is_named_on_the_days_report(text_of):
    short = replace(samples._day(), fee_counted_vnd=samples._day().fee_expected_vnd - 50_000)
    assert "Chênh lệch tiền: -50.000 đ" in text_of(day_report.draw([short]))
    assert "Chênh lệch" not in text_of(day_report.draw([samples._day()]))


@pytest.mark.parametrize("scale", [1.0, 0.95])
def test_the_minutes_of_papers_and_money_carry_their_signature_and_name_what_is_missing(
    text_of, pictures_of, codes_in, scale
):
    pdf = reverse_handover.draw([replace(samples._reverse(), missing=("EY900000013VN",))])
    assert [codes_in(page) for page in pictures_of(pdf, scale=scale)] == [[samples._CODE]] * 2
    assert "Còn thiếu, sẽ giao sau: EY 900 000 013 VN." in " ".join(text_of(pdf).split())
