"""Instants as the chain writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def instant_text(instant: datetime) -> str:
    """Return an instant as its canonical text: "2026-11-23 00:15:00.000000" in UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
