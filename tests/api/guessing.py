"""What somebody who guesses codes can compute: the S10s around one that is known."""

from __future__ import annotations

from postal.rules.s10 import S10


def neighbours(s10: str, n: int) -> list[str]:
    """Return ``n`` S10s around one, itself first: the serials before and after, each with its check digit."""
    serial = int(s10[2:10])
    steps = [sign * distance for distance in range(1, n) for sign in (1, -1)]
    return [s10, *(str(S10(indicator=s10[:2], serial=serial + step)) for step in steps[: n - 1])]
