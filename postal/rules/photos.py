"""Whether a photo may, must or must not be taken where papers change hands: by the class of the papers. Pure.

A photo shows the closed envelope or the signed slip, never a page. Where the papers themselves are sensitive personal
data (Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15: identity, criminal record, health, adoption) even that is too much. Of a
title to land or a house the original is worth a lawsuit, so its envelope is photographed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum


class PhotoRule(StrEnum):
    """What a class of papers says of photos at its hand-over."""

    ALLOWED = "allowed"
    REQUIRED = "required"
    FORBIDDEN = "forbidden"


_SENSITIVE = (
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
_TITLES = ("quyền sử dụng đất", "quyền sở hữu nhà", "sở hữu nhà ở")


def photo_rule(papers: Iterable[str]) -> PhotoRule:
    """Return what the names of an item's papers say of photos; one sensitive paper forbids it for all of them."""
    names = [_words(name) for name in papers]
    if any(_words(of) in name for name in names for of in _SENSITIVE):
        return PhotoRule.FORBIDDEN
    is_title = any(_words(of) in name for name in names for of in _TITLES)
    return PhotoRule.REQUIRED if is_title else PhotoRule.ALLOWED


def _words(text: str) -> str:
    """Return a name as it is compared: without case, and whichever vowel of "lý", "hòa" carries the tone."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(mark for mark in bare if not unicodedata.combining(mark))
    return f" {' '.join(re.findall(r'[a-z0-9]+', bare))} "
