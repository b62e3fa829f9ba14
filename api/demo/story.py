"""A day being played: who plays it, on which clock, and what each step prints."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from api.demo.browser import Browser
from api.demo.house import House
from api.wiring import Services


@dataclass
class Story:
    """One day being played: the house, its results and home collections, where it prints, how long it plans."""

    house: House
    results: Path
    collections: list[dict[str, Any]]
    console: Console
    plan_seconds: int = 20
    intake_id: int | None = None

    @contextmanager
    def step(self, at: str, title: str) -> Iterator[Callable[[str], None]]:
        """Move the clock, run one step and print its line; the step may add what it found."""
        self.house.clock.move_to(at)
        began = time.perf_counter()
        found: list[str] = []
        yield found.append
        took_s = time.perf_counter() - began
        self.console.print(f"[bold]{at}[/]  {title} [dim]({took_s:.1f} s)[/]", highlight=False)
        for line in found:
            self.console.print(f"       {line}", highlight=False)

    def keep(self, name: str, pdf: bytes) -> None:
        """Put a paper into the demo's folder."""
        path = self.house.out / "papers" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(pdf)

    @property
    def services(self) -> Services:
        """Return the house's services."""
        return self.house.services

    def at_desk(self, username: str) -> Browser:
        """Return the browser of one of the demo's people, signed in."""
        return self.house.at_desk(username)

    def run(self, *arguments: str) -> str:
        """Run an operator's command at the demo's own time and return what it printed."""
        return self.house.run(*arguments)
