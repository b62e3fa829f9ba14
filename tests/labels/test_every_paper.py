"""What holds for every paper: it says what its data say, in both languages, always the same, and refuses by name."""

import unicodedata
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.words import speech
from labels import UnprintableText
from tests.api.reading import english_in
from tests.labels.papers import SAMPLES, by_law, draw, each_paper, emptied, first, squeezed, with_choice, written
from tests.scale import scaled


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


@with_choice
def test_an_english_paper_holds_no_vietnamese_of_ours(text_of, name):
    seen = text_of(draw(name, emptied(first(name)), say=speech("en")))
    for line in seen.splitlines():
        assert line.translate({ord(sign): None for sign in "·–…↑\f"}).isascii(), line


@with_choice
def test_a_vietnamese_paper_holds_no_english_of_ours(text_of, name):
    seen = text_of(draw(name, emptied(first(name)), say=speech("vi")))
    assert english_in(seen) == []


@by_law
def test_a_paper_whose_form_the_law_sets_is_vietnamese_whatever_was_asked_for(name):
    assert draw(name, say=speech("en")) == draw(name, say=speech("vi"))


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
