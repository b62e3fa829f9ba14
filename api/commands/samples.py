"""`tannha samples`: one of every paper, filled with made-up people, for looking at and for the docs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import click

from api.documents import PAPERS
from api.words import speech


@click.command()
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("docs/papers"))
@click.option("--dpi", type=click.IntRange(40, 600), default=90, show_default=True)
def samples(out: Path, dpi: int) -> None:
    """Write every paper as PDF and, where poppler is installed, its first page as PNG."""
    out.mkdir(parents=True, exist_ok=True)
    has_poppler = shutil.which("pdftoppm") is not None
    for paper in PAPERS:
        for name, sample in paper.samples.items():
            pdf = out / f"{name}.pdf"
            pdf.write_bytes(paper.draw(sample.data, say=speech(sample.language), **sample.options))
            if has_poppler:
                command = ["pdftoppm", "-r", str(dpi), "-png", "-f", "1", "-l", "1", "-singlefile", str(pdf)]
                subprocess.run([*command, str(pdf.with_suffix(""))], check=True)  # noqa: S603
            click.echo(str(pdf))
