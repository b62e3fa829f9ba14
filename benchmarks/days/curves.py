"""Draw what was measured (measured.csv, anytime.csv beside this file) as the pictures of docs/planning.md.

usage: python -m benchmarks.days.curves [FOLDER]
measured.csv: planner, stops, limit_s, seconds, travel_h, mb: the mean over the seeds of a size, a row for each planner.
anytime.csv: stops, seconds, travel_h: our progress lines of one day of each size.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

HERE = Path(__file__).resolve().parent
PICTURES = HERE.parents[1] / "docs" / "pictures"
COLOURS = {"ours": "#b3261e", "pyvrp": "#35618e", "pyvrp-offices": "#7a8b99"}
NAMES = {"ours": "Tận Nhà", "pyvrp": "PyVRP, whole province", "pyvrp-offices": "PyVRP, office by office"}


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a table, figures as numbers; an empty cell is None."""
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return [
            {key: value if key == "planner" else float(value) if value else None for key, value in row.items()}
            for row in csv.DictReader(lines)
        ]


def draw_sizes(measured: list[dict[str, Any]], path: Path) -> None:
    """Draw travel for each stop, memory and seconds against the number of stops."""
    figure, panels = plt.subplots(1, 3, figsize=(11, 3.6), constrained_layout=True)
    for row in measured:
        row["minutes"] = row["travel_h"] * 60 / row["stops"]
    wanted = (("minutes", "minutes of travel for each stop"), ("mb", "memory, MB"), ("seconds", "seconds altogether"))
    for panel, (key, label) in zip(panels, wanted, strict=True):
        for planner, colour in COLOURS.items():
            own = [r for r in measured if r["planner"] == planner and r[key] is not None]
            panel.plot(
                [r["stops"] for r in own], [r[key] for r in own], "o-", color=colour, label=NAMES[planner], zorder=3
            )
        panel.set(xscale="log", xlabel="stops", title=label, ylim=(0, None))
        if key != "minutes":
            panel.set(yscale="log", ylim=(10, 2_000))
        panel.set_xticks([300, 1_200, 5_000, 20_000, 100_000], ["300", "1,200", "5,000", "20,000", "100,000"])
        panel.minorticks_off()
        panel.tick_params(axis="x", labelsize=8)
        panel.grid(color="#e4e4e4", linewidth=0.7)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def draw_anytime(points: list[dict[str, Any]], path: Path) -> None:
    """Draw how far each day's travel lies above its end while the search goes on."""
    figure, panel = plt.subplots(figsize=(6.4, 3.6), constrained_layout=True)
    for stops, colour in ((300, "#e0a458"), (1_200, "#b3261e"), (5_000, "#35618e"), (20_000, "#5a7d5a")):
        own = [p for p in points if p["stops"] == stops]
        if own:
            end = own[-1]["travel_h"]
            above = [100 * (p["travel_h"] / end - 1) for p in own]
            panel.plot([p["seconds"] for p in own], above, color=colour, label=f"{stops:,} stops", zorder=3)
    panel.set(xscale="log", xlabel="seconds since the button", ylabel="% above the final plan", ylim=(0, 20))
    panel.set_xticks([1, 3, 10, 30, 100, 300], ["1", "3", "10", "30", "100", "300"])
    panel.minorticks_off()
    panel.grid(color="#e4e4e4", linewidth=0.7)
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    draw_sizes(rows("measured.csv"), folder / "planning-sizes.png")
    draw_anytime(rows("anytime.csv"), folder / "planning-anytime.png")


if __name__ == "__main__":
    main()
