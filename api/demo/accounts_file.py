"""The file with the demo's accounts: a line each of user name, password and role, readable by its owner alone.

Its last line may be of a courier's phone: ``courier``, the address that enrols the browser that opens it, a PIN to set.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

NAME = "demo.accounts.txt"


class Account(NamedTuple):
    """Somebody who may sign in to the demo."""

    username: str
    password: str
    role: str
    note: str = ""


class PhoneLine(NamedTuple):
    """How to be a courier's phone in the demo; words apart by spaces, so that no account is read from it."""

    address: str
    pin: str

    def __str__(self) -> str:
        return f"courier {self.address} {self.pin}\n"


def write(out: Path, accounts: Iterable[Account], phone: PhoneLine | None = None) -> None:
    """Write the file anew: who works at a desk first, then couriers, then a courier's phone."""
    path = out / NAME
    path.touch(mode=0o600)
    lines = "".join("\t".join(filter(None, line)) + "\n" for line in accounts)
    path.write_text(lines + (str(phone) if phone else ""), encoding="utf-8")


def read_all(out: Path) -> list[Account]:
    """Return the accounts in the order of the file, none where no demo was played here."""
    if not (out / NAME).exists():
        return []
    lines = (out / NAME).read_text(encoding="utf-8").splitlines()
    return [Account(*line.split("\t")[:4]) for line in lines if line.count("\t") >= 2]


def read(out: Path) -> dict[str, str]:
    """Return the passwords by user name, none where no demo was played here."""
    return {account.username: account.password for account in read_all(out)}
