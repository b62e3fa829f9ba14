"""Whether the name of an agency nobody knows is a known one typed wrong: then somebody is asked first."""

from __future__ import annotations

from collections.abc import Iterable

from postal.people.vault import fold_name

_SHORT = {"ubnd": "uy ban nhan dan", "hdnd": "hoi dong nhan dan", "tp": "thanh pho", "tt": "trung tam", "p": "phuong"}
_LONG_ENOUGH = 5


def is_like_a_known_one(name: str, known: Iterable[str]) -> bool:
    """Say whether a name that is none of the known ones is nearly one: an accent, a letter, a word, a short form. Pure.

    Two names that differ in a whole word, such as two wards, are two agencies.
    """
    words = _words(name)
    return any(_are_alike(words, _words(other)) for other in known if other.casefold() != name.casefold())


def _words(name: str) -> list[str]:
    found: list[str] = []
    for word in fold_name(name).replace(".", " ").replace(",", " ").split():
        found += _SHORT.get(word, word).split()
    return found


def _are_alike(one: list[str], other: list[str]) -> bool:
    if len(one) == len(other):
        different = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        return len(different) <= 1 and all(_is_a_slip(a, b) for a, b in different)
    if abs(len(one) - len(other)) != 1 or min(len(one), len(other)) < _LONG_ENOUGH:
        return False
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))


def _is_a_slip(a: str, b: str) -> bool:
    """Say whether one letter was left out, put in, changed or exchanged with its neighbour; a number never is one."""
    if a.isdigit() or b.isdigit() or min(len(a), len(b)) < 3:
        return False
    n = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[n:], b[n:]
    return (
        rest_a[1:] == rest_b
        or rest_a == rest_b[1:]
        or rest_a[1:] == rest_b[1:]
        or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])
    )
