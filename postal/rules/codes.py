"""Codes as people paste and type them: letters and digits count, what stands between them does not."""

from __future__ import annotations

import unicodedata


def bare_code(text: str) -> str:
    """Return the letters and digits of a code in lower case: by them it is found however it was punctuated.

    Spaces, dots, hyphens of every kind, zero-width characters and wide digits of a phone's keyboard are all the same.
    """
    return "".join(c for c in unicodedata.normalize("NFKC", text[:200]).casefold() if c.isalnum())
