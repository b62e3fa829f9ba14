"""`tannha calibrate`: speeds and detours of the province from legs that were driven."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from api.commands.opening import say_both, show
from api.words import say_number
from routing import HUE, FileMatrix, calibrate, estimated_figures, find_province, read_figures, register_of


@click.command("calibrate")
@click.argument("legs", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--base", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Hệ số cũ / figures so far.")
@click.option("--province", "name", default=HUE.name, show_default=True, help="Tỉnh, thành phố / whose roads they are.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), required=True)
def calibrate_travel(legs: Path, base: Path | None, name: str, output: Path) -> None:
    """Hiệu chỉnh thời gian đi từ tệp chặng đã đo. Write the terrain figures that measured LEGS tell.

    LEGS is a CSV of from_lat,from_lon,to_lat,to_lon,seconds,metres. Figures with fewer than 20 legs stay as they were.
    """
    before = estimated_figures() if base is None else read_figures(base)
    found = calibrate(FileMatrix.read(legs).legs, register_of(find_province(name)).communes, before)
    show(
        ("Hệ số", "Chặng", "Cũ", "Mới", ""),
        [
            (
                line.what,
                line.n_legs,
                say_number(line.before, 2),
                say_number(line.after, 2),
                "" if line.is_enough else "ít quá, giữ cũ / too few, kept",
            )
            for line in found.lines
        ],
    )
    calibration = {
        "note": f"Calibrated from {found.n_used} measured legs; figures with fewer than 20 legs are as before.",
        "kinds": found.figures.kinds,
        "communes": found.figures.communes,
        "speed_kmh": found.figures.speed_kmh,
        "detour": found.figures.detour,
        "pairs": [[a, b, factor] for (a, b), factor in found.figures.pairs.items()],
    }
    part = output.with_name(output.name + ".part")
    part.write_text(json.dumps(calibration, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(part, output)
    was, now = (say_number(100 * error, 1) for error in (found.error_before, found.error_after))
    say_both(
        "{n_used} chặng; sai số giữa của thời gian đi từ {was} % còn {now} %; dùng bằng TANNHA_TERRAIN_FILE",
        n_used=found.n_used,
        was=was,
        now=now,
    )
