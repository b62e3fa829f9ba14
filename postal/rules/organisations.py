"""Whether a recipient's name is that of an organisation: a company, a cooperative, a school, an authority.

Nobody is "the recipient in person" of an organisation's result: who takes it shows the organisation's letter (giấy
giới thiệu). Read from the words a name begins with, whole words only; a person is never taken for an organisation by
a family name alone ("Đoàn Văn Hội", "Trương Mầm"). Pure.
"""

from __future__ import annotations

import re
import unicodedata

_KINDS = (
    "công ty",
    "cty",
    "tổng công ty",
    "tập đoàn",
    "doanh nghiệp",
    "dntn",
    "hợp tác xã",
    "htx",
    "liên hiệp",
    "liên đoàn",
    "ngân hàng",
    "quỹ tín dụng",
    "chi nhánh",
    "văn phòng",
    "ban quản lý",
    "trung tâm",
    "bệnh viện",
    "phòng khám",
    "trạm y tế",
    "trường mầm non",
    "trường mẫu giáo",
    "trường tiểu học",
    "trường trung học",
    "trường thcs",
    "trường thpt",
    "trường cao đẳng",
    "trường đại học",
    "học viện",
    "ủy ban nhân dân",
    "ubnd",
    "hội đồng nhân dân",
    "hội nông dân",
    "hội phụ nữ",
    "mặt trận tổ quốc",
)


def _folded(text: str) -> str:
    bare = unicodedata.normalize("NFD", text).replace("đ", "d")
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _as_pattern(kinds: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(map(re.escape, kinds))})(?!\w)")


_WITH_MARKS = _as_pattern(_KINDS)
# Without its marks "văn phòng" is also a person's name, Văn Phong.
_WITHOUT = _as_pattern(tuple(_folded(kind) for kind in _KINDS if kind != "văn phòng"))


def is_organisation(name: str) -> bool:
    """Say whether a name begins as that of an organisation does; written without marks it counts as well."""
    plain = " ".join(unicodedata.normalize("NFC", name).casefold().replace("u\u1ef7", "\u1ee7y").split())
    return bool((_WITHOUT if plain.isascii() else _WITH_MARKS).match(plain))
