"""The planner on the command line: a day of the database, or one instance file in and one plan file out."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Literal

import click
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from api.words import translate
from postal import Message
from routing import Limits, Progress, RoutingError, Watch, check, plan, plan_file_problem, plan_file_text

BROKE = Message("Lần lập phương án này đã dừng giữa chừng. Lập lại.")
FREE_START_S = 0.5
"""Loading the program and the file may take so long on top of SECONDS; what it takes beyond is taken off."""


def _running_s() -> float:
    """Return how long this process has been running; 0 where the system does not tell."""
    try:
        started = int(Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0


@click.command("plan-file")
@click.argument("instance", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seconds", type=click.FloatRange(min=0.5, max=86_400), default=60.0, show_default=True)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--cores", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--search", type=click.Choice(["both", "ortools"]), default="both", show_default=True)
def plan_file(
    instance: Path, seconds: float, output: Path, cores: int, seed: int, search: Literal["both", "ortools"]
) -> None:
    """Lập tuyến cho một tệp bài toán. Plan the day of an instance file within SECONDS; Ctrl-C keeps the best plan.

    --search both: OR-Tools plans and recombines, the compiled search improves; ortools: OR-Tools improves as well.
    """
    try:
        text = instance.read_text(encoding="utf-8")
    except UnicodeDecodeError as exc:
        raise click.ClickException("Tệp bài toán phải mã hóa UTF-8 / the instance file must be UTF-8") from exc
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        problem, travel = plan_file_problem(text)
        left = max(0.5, seconds - max(0.0, _running_s() - FREE_START_S))
        limits = Limits(seconds=left, cores=cores, seed=seed, search=search)
        made = plan(problem, travel=travel, limits=limits, watch=Watch(on_progress=_Line(), stop=stop))
    except RoutingError as exc:
        raise click.ClickException(f"{exc.message} / {translate(exc.message, 'en')}") from exc
    faults = check(problem, made, travel)
    if faults:
        raise click.ClickException(f"{len(faults)} faults, first {faults[0].code} at {faults[0].who}")
    part = output.with_name(output.name + ".part")
    part.write_text(plan_file_text(text, made), encoding="utf-8")
    os.replace(part, output)
    n_stops = sum(len(r.visits) for r in made.rounds)
    click.echo(
        f"{n_stops} điểm phát, {len(made.rounds)} tuyến, {made.travel_s / 3600:.2f} giờ đường, "
        f"{len(made.unserved)} chưa xếp, {made.seconds:.1f} s"
        + (f" (giảm chất lượng / degraded: {made.degraded})" if made.degraded else "")
    )


@click.command("plan")
@click.argument("day", type=click.DateTime(formats=["%Y-%m-%d"]))
@click.option("--seconds", type=click.FloatRange(min=0.5, max=86_400), default=20.0, show_default=True)
def plan_day(day: datetime, seconds: float) -> None:
    """Lập phương án phát một ngày (bản nháp). Plan all offices of DAY and save the plan as a draft."""
    _plan(day, "anew", seconds)


@click.command("replan")
@click.argument("day", type=click.DateTime(formats=["%Y-%m-%d"]))
@click.option("--seconds", type=click.FloatRange(min=0.5, max=86_400), default=12.0, show_default=True)
def replan_day(day: datetime, seconds: float) -> None:
    """Lập lại phần chưa xuất phát của một ngày. Plan what has not left of DAY again, with few stops changing hands."""
    _plan(day, "again", seconds)


def _plan(day: datetime, way: str, seconds: float) -> None:
    """Queue the plan and make it in this process, under the same lease and progress as a worker's."""
    from api.commands.opening import acting, opened  # the file planner needs neither settings nor a database
    from api.work.here import run_here
    from api.work.planning import Way, order_plan

    with opened() as services:
        with acting(services) as act:
            job_id = order_plan(act, day.date(), Way(way), seconds=seconds).id
        with _bar() as bar:
            task = bar.add_task("Lập phương án / planning", total=seconds)
            job = run_here(
                services,
                job_id,
                lambda line: bar.update(
                    task,
                    completed=min(seconds, line["seconds"]),
                    description=f"{line['travel_s'] / 3600:.2f} giờ đường, {line['n_unserved']} chưa xếp",
                ),
            )
    result = job.result or {}
    if "plan_id" not in result:
        refusal = result.get("refusal", {})
        message = Message.from_json(refusal["message"]) if "message" in refusal else BROKE
        raise click.ClickException(f"{refusal.get('code', job.error_code)}: {message} / {translate(message, 'en')}")
    click.echo(f"Phương án / plan {result['plan_id']}")


def _bar() -> Bar:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Bar(*columns, console=Console(stderr=True), transient=True)


class _Line:
    """Prints how the search goes, at most twice a second."""

    def __init__(self) -> None:
        self._last = -1.0

    def __call__(self, now: Progress) -> None:
        if now.seconds - self._last < 0.5:
            return
        self._last = now.seconds
        click.echo(
            f"{now.seconds:6.1f} s  {now.travel_s / 3600:9.3f} giờ đường  -{now.gain_s / 3600:.3f}  "
            f"{now.n_pieces} phần  {now.n_unserved} chưa xếp",
            err=True,
        )
