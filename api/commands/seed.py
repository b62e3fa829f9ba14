"""`tannha seed`: offices, coverage, promises and days off; Huế's as shipped, or another province's tables."""

from __future__ import annotations

from pathlib import Path

import click

from api.commands.opening import opened, say
from postal import make_ready
from postal.network import places


@click.command()
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Thư mục chứa các bảng / folder with the tables; without it Huế's.",
)
def seed(folder: Path | None) -> None:
    """Add what is not there yet; safe to repeat, changes nothing that staff changed."""
    with opened() as services:
        make_ready(services.database.engine)
        with services.database.write() as session:
            done = places.seed(session, services.guide.register, now=services.now(), folder=folder)
    say(
        f"Đã thêm {done.n_offices} cơ quan và bưu cục, {done.n_communes} xã, phường.",
        f"Added {done.n_offices} offices and {done.n_communes} communes.",
    )
