"""`tannha demo`: one full day of Huế's post, from the queue to the doorstep, on a simulated clock."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import click
from rich.console import Console

from api import create_app
from api.demo.clock import DayClock
from api.demo.day import last_line, play
from api.demo.house import QuietHandler, build_house, read_settings
from api.demo.story import Story
from api.wiring import build_services
from postal import intake

SAMPLE = Path(__file__).parent / "data" / "results_day.csv"
DAY = date(2026, 11, 23)


@click.group(invoke_without_command=True)
@click.option("--results", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=SAMPLE)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("out"))
@click.option("--plan-seconds", type=click.IntRange(1, 3600), default=20, help="How long the day's plan is searched.")
@click.pass_context
def demo(context: click.Context, results: Path, out: Path, plan_seconds: int) -> None:
    """Play one full day and write its papers, its day.csv and its balance."""
    if context.invoked_subcommand is not None:
        return
    began = time.perf_counter()
    console = Console(soft_wrap=True)
    clock = DayClock(day_of(results))
    house = build_house(out, clock)
    try:
        story = Story(house=house, results=results, console=console, plan_seconds=plan_seconds)
        counted = play(story)
    finally:
        house.close()
    console.print(f"\nGiấy tờ / papers: {out / 'papers'}    Từng dòng / row by row: {out / 'day.csv'}", highlight=False)
    console.print(
        f"Mở các trang / open the pages: [bold]tannha demo pages --out {out}[/]  "
        f"(tài khoản / accounts: {out / 'demo.accounts.txt'})",
        highlight=False,
    )
    console.print(f"Cả ngày mất / the whole day took {time.perf_counter() - began:.0f} s", highlight=False)
    click.echo(last_line(counted))


@demo.command("pages")
@click.option("--out", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("out"))
@click.option("--port", type=click.IntRange(1, 65535), default=8460)
def pages(out: Path, port: int) -> None:
    """Serve the pages of the day that was played, its clock standing in its evening."""
    from werkzeug.serving import run_simple

    settings = read_settings(out)
    clock = DayClock(DAY)
    clock.move_to("19:30")
    for line in (out / "demo.accounts.txt").read_text(encoding="utf-8").splitlines()[:4]:
        click.echo(line)
    click.echo(f"http://127.0.0.1:{port}/staff/    http://127.0.0.1:{port}/track")
    app = create_app(settings, build_services(settings, clock=clock))
    run_simple("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)


def day_of(results: Path) -> date:
    """Return the working day the results go out on: the first one after most of them were finished."""
    finished: Counter[str] = Counter()
    for _, row in intake.read_rows(results.name, results.read_bytes()):
        if isinstance(row, intake.ResultIn):
            finished[row.finished_at[:10]] += 1
    days = []
    for text, n in finished.items():
        try:
            days += [date.fromisoformat(text)] if n >= max(2, len(finished) // 100) else []
        except ValueError:
            continue
    if not days or max(days) < DAY:
        return DAY
    day = max(days) + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day
