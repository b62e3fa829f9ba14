"""The planner on the command line: a day of the database, or one instance file in and one plan file out."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import datetime
from pathlib import Path

import click

from routing import Limits, Progress, RoutingError, check, plan, plan_file_problem, plan_file_text

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
def plan_file(instance: Path, seconds: float, output: Path, cores: int, seed: int) -> None:
    """Lập tuyến cho một tệp bài toán. Plan the day of an instance file within SECONDS; Ctrl-C keeps the best plan."""
    try:
        text = instance.read_text(encoding="utf-8")
    except UnicodeDecodeError as exc:
        raise click.ClickException("Tệp bài toán phải mã hoá UTF-8 / the instance file must be UTF-8") from exc
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        problem, travel = plan_file_problem(text)
        limits = Limits(seconds=max(0.5, seconds - max(0.0, _running_s() - FREE_START_S)), cores=cores, seed=seed)
        made = plan(problem, travel=travel, limits=limits, on_progress=_Line(), stop=stop)
    except RoutingError as exc:
        raise click.ClickException(f"{exc.vi} / {exc.en}") from exc
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
    from api.commands.opening import running_command
    from api.planning import Watch, make_plan  # the file planner needs neither settings nor a database
    from api.settings import load_settings
    from api.wiring import build_services

    watch = Watch(on_progress=_Line())
    plan_id = make_plan(build_services(load_settings()), day.date(), seconds=seconds, by=running_command(), watch=watch)
    click.echo(f"Phương án / plan {plan_id}")


@click.command("replan")
@click.argument("day", type=click.DateTime(formats=["%Y-%m-%d"]))
@click.option("--seconds", type=click.FloatRange(min=0.5, max=86_400), default=12.0, show_default=True)
def replan_day(day: datetime, seconds: float) -> None:
    """Lập lại phần chưa xuất phát của một ngày. Plan what has not left of DAY again, with few stops changing hands."""
    from api import planning
    from api.commands.opening import running_command
    from api.settings import load_settings
    from api.wiring import build_services

    services = build_services(load_settings())
    watch = planning.Watch(on_progress=_Line())
    plan_id = planning.replan_day(services, day.date(), seconds=seconds, by=running_command(), watch=watch)
    click.echo(f"Phương án / plan {plan_id}")


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
            f"{now.n_pieces} mảnh  {now.n_unserved} chưa xếp",
            err=True,
        )
