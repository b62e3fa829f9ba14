"""What holds for every paper: it says what its data say, in both languages, always the same, and refuses by name."""

import unicodedata
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels import UnprintableText
from tests.labels.papers import SAMPLES, draw, each_paper, emptied, first, squeezed, written
from tests.scale import scaled

# In Vietnamese by law or by custom, whatever the language: the national heading, sums in words, "đồng".
_ALWAYS_VIETNAMESE = ("CỘNG HÒA", "Độc lập", "đồng", "items (", "In all", "papers (", "Discrepancies:")


@each_paper
def test_everything_in_the_data_stands_on_the_paper(text_of, name):
    _, sample = SAMPLES[name]
    seen = squeezed(text_of(draw(name))).casefold()
    for words in {words for one in sample.data for words in written(one)}:
        assert squeezed(words).casefold() in seen, words


@each_paper
def test_the_same_data_is_the_same_bytes_and_decomposed_text_the_same_paper(name):
    data = first(name)
    assert draw(name, data) == draw(name, replace(data))
    field = next(f.name for f in fields(data) if written_field(data, f.name))
    other = replace(data, **{field: unicodedata.normalize("NFD", getattr(data, field))})
    assert other != data
    assert draw(name, other) == draw(name, data)


def written_field(data, name):
    """Say whether a field holds text with a letter that can be decomposed."""
    value = getattr(data, name)
    return isinstance(value, str) and unicodedata.normalize("NFD", value) != value


@each_paper
def test_english_papers_hold_no_vietnamese_of_ours(text_of, name):
    seen = text_of(draw(name, emptied(first(name)), language="en"))
    for line in seen.splitlines():
        if not any(words in line for words in _ALWAYS_VIETNAMESE):
            assert line.translate({ord(sign): None for sign in "·–đ…≈\f"}).isascii(), line


@each_paper
def test_no_paper_is_printed_in_a_language_we_have_no_words_in(name):
    with pytest.raises(ValueError, match="vi or en"):
        draw(name, language="fr")


@each_paper
def test_a_letter_the_font_lacks_is_refused_by_its_place(name):
    data = first(name)
    field = next(f.name for f in fields(data) if isinstance(getattr(data, f.name), str))
    with pytest.raises(UnprintableText) as refused:
        draw(name, replace(data, **{field: "Ẵm 🙂"}))
    assert (refused.value.field, refused.value.position) == (field, 3)


@each_paper
@given(words=st.text(max_size=300))
@settings(max_examples=scaled(6, 200), deadline=None)
def test_any_text_prints_or_is_refused_by_name(name, words):
    data = first(name)
    names = [f.name for f in fields(data) if isinstance(getattr(data, f.name), str) and f.name != "s10"]
    changes = {field: words for field in names if not field.endswith("url")}
    try:
        pdf, refused_field = draw(name, replace(data, **changes)), ""
    except UnprintableText as refused:
        pdf, refused_field = b"", refused.field
    assert refused_field in names or pdf.startswith(b"%PDF")
