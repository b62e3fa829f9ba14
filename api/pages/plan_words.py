"""Why a stop is not in the plan, and what would help, in a dispatcher's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WHY: dict[str, str] = {}
_REMEDY: dict[str, str] = {}


def say_why(reason: str) -> str:
    """Return the reason of an unserved stop as a sentence."""
    return _WHY.get(reason, reason)


def say_remedy(detail: Mapping[str, Any]) -> str:
    """Return the cheapest change that would serve the stop, "" where none is known."""
    return ""
