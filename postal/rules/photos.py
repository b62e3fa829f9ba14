"""Whether a photo may, must or must not be taken where papers change hands: by the class of the papers. Pure.

A photo shows the closed envelope or the signed slip, never a page. Where the papers themselves are sensitive personal
data (Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15: identity, criminal record, health, adoption) even that is too much. Of a
title to land or a house the original is worth a lawsuit, so its envelope is photographed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum


class PhotoRule(StrEnum):
    """What a class of papers says of photos at its hand-over."""

    ALLOWED = "allowed"
    REQUIRED = "required"
    FORBIDDEN = "forbidden"


SENSITIVE = (
    "căn cước",
    "chứng minh nhân dân",
    "hộ chiếu",
    "lý lịch tư pháp",
    "bệnh án",
    "giám định y khoa",
    "khuyết tật",
    "nuôi con nuôi",
    "nhận con nuôi",
)
TITLES = ("quyền sử dụng đất", "quyền sở hữu nhà", "sở hữu nhà ở")
"""Papers are told by these words in their names, whatever the case and the accents."""
LEGAL_REF = "Luật 91/2025/QH15"


def photo_rule(
    papers: Iterable[str], *, forbidden: Sequence[str] = SENSITIVE, required: Sequence[str] = TITLES
) -> PhotoRule:
    """Return what the names of an item's papers say of photos; one sensitive paper forbids it for all of them."""
    names = [_words(name) for name in papers]
    if any(_words(of) in name for name in names for of in forbidden):
        return PhotoRule.FORBIDDEN
    is_title = any(_words(of) in name for name in names for of in required)
    return PhotoRule.REQUIRED if is_title else PhotoRule.ALLOWED


def is_telling(word: str) -> bool:
    """Say whether names of papers can be told by a word: one of signs alone is in no name."""
    return bool(_words(word).strip())


def _words(text: str) -> str:
    """Return a name as it is compared: without case, and whichever vowel of "lý", "hòa" carries the tone."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(mark for mark in bare if not unicodedata.combining(mark))
    return f" {' '.join(re.findall(r'[a-z0-9]+', bare))} "
