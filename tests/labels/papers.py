"""Every paper of the registry with each of its samples, for the tests that hold for all of them."""

from dataclasses import fields, is_dataclass, replace

import pytest

from api.documents import PAPERS
from api.words import speech

SAMPLES = {name: (paper, sample) for paper in PAPERS for name, sample in paper.samples.items()}
each_paper = pytest.mark.parametrize("name", SAMPLES)
with_choice = pytest.mark.parametrize("name", [name for name, (paper, _) in SAMPLES.items() if paper.has_choice])
by_law = pytest.mark.parametrize("name", [name for name, (paper, _) in SAMPLES.items() if not paper.has_choice])
# What the house makes itself and nobody writes: links, codes, digests, times.
OWN = {"s10", "token_url", "barcode", "code", "digest", "chain_head", "phone_masked", "round_text"}
OWN |= {"telephone", "serial", "track_url", "arrive", "window", "kind", "leave", "back"}


def first(name):
    """Return the first data of a sample."""
    return SAMPLES[name][1].data[0]


def draw(name, data=None, **options):
    """Return a sample as PDF, with other data or another language."""
    paper, sample = SAMPLES[name]
    spoken = {"say": speech(sample.language)}
    return paper.draw(sample.data if data is None else [data], **{**spoken, **sample.options, **options})


def squeezed(words):
    """Return text without any space, as line breaks fall anywhere."""
    return "".join(words.split())


def written(data):
    """Return every text that people or offices write, however deep."""
    if isinstance(data, str):
        return [data]
    if is_dataclass(data):
        return [text for one in fields(data) if one.name not in OWN for text in written(getattr(data, one.name))]
    return [text for one in data for text in written(one)] if isinstance(data, tuple) else []


def emptied(data):
    """Return data with every text that people or offices write as a plain letter, so that ours stand out."""
    changes = {}
    for one in fields(data):
        value = getattr(data, one.name)
        if isinstance(value, str) and value and one.name not in OWN - {"kind"} and not one.name.endswith("code"):
            changes[one.name] = "x"
        elif is_dataclass(value):
            changes[one.name] = emptied(value)
        elif isinstance(value, tuple):
            changes[one.name] = tuple(emptied(part) if is_dataclass(part) else "x" for part in value)
    return replace(data, **changes)
