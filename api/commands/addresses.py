"""`tannha addresses check`: what intake makes of a file's addresses, from their text alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from rich.progress import track

from api.words import translate
from postal import intake, write_csv
from routing import HUE, AddressResolver, find_province, register_of

_NEEDED = ("ma_ho_so", "dia_chi")


@click.group()
def addresses() -> None:
    """Đọc địa chỉ ra xã, phường / resolve addresses."""


@addresses.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--province", "name", default=HUE.name, show_default=True, help="Tỉnh, thành phố / whose register.")
def check(file: Path, out: Path, name: str) -> None:
    """Write one row for each row of FILE (CSV, XLSX or XLS), in order: ma_ho_so,status,codes.

    The status is auto, ambiguous, unknown or outside; codes are separated by a space. The file is read and each address
    resolved as an intake would; only the columns ma_ho_so and dia_chi are needed.
    """
    resolver = AddressResolver(register_of(find_province(name)))
    found = intake.read_rows(file.name, file, needed=_NEEDED)
    rows = [one.row for one in found]
    for note in found.notes:
        click.echo(f"{note.message} / {translate(note.message, 'en')}", err=True)
    counts: Counter[str] = Counter()

    def told() -> Iterator[tuple[str, str, str]]:
        for row in track(rows, description="Địa chỉ / addresses", transient=True):
            # A row whose cells cannot be told apart has no address: it keeps its place.
            answer = resolver.resolve("" if isinstance(row, intake.BrokenRow) else row.address)
            status = "auto" if answer.status.is_automatic else str(answer.status)
            counts[status] += 1
            yield row.dossier_code, status, " ".join(answer.codes)

    with out.open("w", encoding="utf-8", newline="") as sink:
        write_csv(sink, ("ma_ho_so", "status", "codes"), told())
    summary = ", ".join(f"{status} {n}" for status, n in sorted(counts.items()))
    click.echo(f"{len(rows)} dòng / rows: {summary or '–'}", err=True)
