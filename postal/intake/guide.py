"""What intake looks things up in: the register, the resolver, and the installation's settings for intake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from routing import AddressResolver, Commune, Point, Register


class PlaceFinder(Protocol):
    """A geocoder: asked outside of any transaction, may answer nothing, may be away."""

    def locate(self, text: str, commune: Commune) -> Point | None:
        """Return the point of an address inside this commune, or None."""


def _everything_prints(text: str) -> int | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Guide:
    """Everything intake asks. ``is_printable`` returns the position of the first letter the label's font lacks.

    ``groups`` says whether results of one office for one recipient, address and day travel as one consignment.
    ``aliases`` maps headers of one-stop systems to our columns.
    """

    register: Register
    resolver: AddressResolver
    geocoder: PlaceFinder | None = None
    is_printable: Callable[[str], int | None] = _everything_prints
    aliases: Mapping[str, str] = field(default_factory=dict)
    groups: bool = True
