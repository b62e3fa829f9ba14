"""`tannha borders`: the borders of communes that maps draw, brought in as GeoJSON."""

from __future__ import annotations

from pathlib import Path

import click

from api.commands.opening import acting, opened, say_both
from postal.network import borders as kept


@click.group()
def borders() -> None:
    """Ranh giới xã, phường trên bản đồ / borders of communes on maps."""


@borders.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Ranh giới lấy từ đâu / where the borders are from.")
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra / only look the file over.")
def import_borders(file: Path, source: str, *, dry_run: bool) -> None:
    """Read a GeoJSON FeatureCollection (degrees, WGS 84) and keep the communes' borders in place of those before."""
    with file.open("rb") as opened_file:
        data = opened_file.read(kept.MOST_BYTES + 1)
    with opened() as services:
        found = kept.read_borders(data, services.guide.register)
        if not dry_run:
            with acting(services) as act:
                kept.keep_borders(act, found, source=source)
    n, n_unknown = len(found.rings), found.n_unknown
    say_both("Tệp có ranh giới của {n} xã, phường; {n_unknown} mục khác bỏ qua.", n=n, n_unknown=n_unknown)


@borders.command("forget")
def forget_borders() -> None:
    """Let maps draw cells around the communes' centres again."""
    with opened() as services, acting(services) as act:
        n = kept.forget_borders(act)
    say_both("Đã bỏ ranh giới của {n} xã, phường.", n=n)
