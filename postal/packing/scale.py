"""What a scale types into a field: its weight, in its own unit and with its own marks. Pure."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class WeightUnit(StrEnum):
    """What a weight without a unit of its own is in: a setting of the scale at this table."""

    G = "g"
    KG = "kg"


_LONGEST = 40
_MOST_DIGITS = 6
_NAMES = {"g": WeightUnit.G, "gr": WeightUnit.G, "gam": WeightUnit.G, "gram": WeightUnit.G, "kg": WeightUnit.KG}
# Before the figure scales write whether it is stable and whether it is gross: "ST,GS,+  0.064kg".
_TYPED = re.compile(
    r"(?:st\s*,\s*)?(?:(?:gs|nt)\s*,\s*)?\+?\s*"
    r"(?P<whole>[0-9]{1,6})(?:(?P<mark>[.,])(?P<rest>[0-9]{1,4}))?\s*(?P<unit>[a-z]*)",
    re.ASCII,
)
_A_THOUSAND = 3


def grams(text: str, unit: WeightUnit) -> int | None:
    """Return whole grams, half a gram up; None for what is no weight, such as the code of a dossier.

    Comma and point are both decimal marks; in grams one before three digits parts thousands: "1.250" is 1250 g.
    """
    match = _TYPED.fullmatch(text.strip().casefold()) if len(text) <= _LONGEST else None
    if match is None or (match["unit"] and match["unit"] not in _NAMES):
        return None
    own = _NAMES[match["unit"]] if match["unit"] else unit
    whole, rest = match["whole"], match["rest"] or ""
    is_parted = own is WeightUnit.G and len(rest) == _A_THOUSAND and len(whole) <= _A_THOUSAND and whole[0] != "0"
    if is_parted:
        return int(whole + rest)
    if len(whole.lstrip("0")) > (_MOST_DIGITS if own is WeightUnit.G else _A_THOUSAND):
        return None
    value = Decimal(f"{whole}.{rest or '0'}") * (1000 if own is WeightUnit.KG else 1)
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
