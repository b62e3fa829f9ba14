"""What commands that read a table share: its text, what is wrong with its rows, and where passwords go."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from postal import NewUser
from postal.network import cells


def read_text(file: Path) -> str:
    """Return a table's text. Raises ClickException for a file that is no UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise click.ClickException(f"{file.name}: lưu thành CSV UTF-8 / save as CSV UTF-8") from exc


def refuse_wrong(wrong: Sequence[cells.Wrong]) -> None:
    """Raise BadPlaces naming every wrong cell, where there is one: a table comes in wholly or not at all."""
    if wrong:
        raise cells.BadPlaces(wrong)


def write_passwords(file: Path, people: Iterable[NewUser]) -> None:
    """Write user names and passwords into a new file of its owner alone. Raises ClickException where it exists."""
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError as exc:
        raise click.ClickException(f"{file}: tệp đã có / the file exists") from exc
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("username", "password"))
    writer.writerows((new.username, new.password) for new in people)
    file.write_text(text.getvalue(), encoding="utf-8")


def asked_name(name: str | None) -> str:
    """Return the name given, or ask a person at a terminal for it.

    Where input is piped nothing is asked: the line would be a password, and a password is no name.
    """
    if name is not None:
        return name
    if not sys.stdin.isatty():
        raise click.UsageError("Thiếu --name / --name is missing")
    asked: str = click.prompt("Họ và tên / full name")
    return asked
