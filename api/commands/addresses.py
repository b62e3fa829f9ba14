"""`tannha addresses check`: what the resolver makes of a file's addresses, from their text alone."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from rich.progress import track

from postal import intake
from routing import AddressResolver, find_province, register_of

_ADDRESS, _CODE = "dia_chi", "ma_ho_so"


@click.group()
def addresses() -> None:
    """Đọc địa chỉ ra xã, phường / resolve addresses."""


@addresses.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--province", "name", default="Huế", show_default=True, help="Tỉnh, thành phố / whose register is asked.")
def check(file: Path, out: Path, name: str) -> None:
    """Write one row for each row of FILE, in order: ma_ho_so,status,codes.

    The status is auto, ambiguous, unknown or outside; codes are separated by a space.
    """
    resolver = AddressResolver(register_of(find_province(name)))
    rows = list(_rows(file))
    counts: Counter[str] = Counter()
    with out.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(["ma_ho_so", "status", "codes"])
        for code, address in track(rows, description="Địa chỉ / addresses", transient=True):
            answer = resolver.resolve(address)
            status = "auto" if answer.status.is_automatic else str(answer.status)
            counts[status] += 1
            writer.writerow([code, status, " ".join(answer.codes)])
    told = ", ".join(f"{status} {n}" for status, n in sorted(counts.items()))
    click.echo(f"{len(rows)} dòng / rows: {told or '–'}", err=True)


def _rows(file: Path) -> Iterator[tuple[str, str]]:
    """Yield code and address of every row, a broken one with whatever it holds, so that none is lost."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise intake.LegacyEncoding from exc
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    names = {name.strip().casefold(): name for name in reader.fieldnames or ()}
    missing = [column for column in (_CODE, _ADDRESS) if column not in names]
    if missing:
        raise intake.ColumnMissing(columns=", ".join(missing))
    for row in reader:
        yield row[names[_CODE]] or "", row[names[_ADDRESS]] or ""
