"""`tannha demo`: one full day of Huế's post, from the queue to the doorstep, on a simulated clock."""

from __future__ import annotations

import signal
import socket
import time
from collections import Counter
from contextlib import closing, nullcontext, suppress
from datetime import date, timedelta
from pathlib import Path

import click
from rich.console import Console
from werkzeug.serving import is_running_from_reloader, make_server, run_simple

from api import create_app
from api.demo import accounts_file, serving
from api.demo.clock import HUE, DayClock
from api.demo.day import last_line, play, play_until_noon
from api.demo.house import EVENING, NOON, QuietHandler, build_house
from api.demo.made_up import MadeUpDay
from api.demo.story import Story
from api.wiring import Services, system_clock
from postal import intake
from postal.network import draft
from routing import HUE as SHIPPED
from routing import Province, find_province

SAMPLE = Path(__file__).parent / "data" / "results_day.csv"
DAY = date(2026, 11, 23)


_OUT = click.Path(file_okay=False, path_type=Path)
_PORT = 8460


@click.group(invoke_without_command=True)
@click.option("--results", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file of results.")
@click.option(
    "--province", "name", default=SHIPPED.name, show_default=True, help="Tỉnh, thành phố / the province to play."
)
@click.option("--out", type=_OUT, default=Path("out"))
@click.option("--plan-seconds", type=click.IntRange(1, 3600), default=20, help="How long the day's plan is searched.")
@click.pass_context
def demo(context: click.Context, results: Path | None, name: str, out: Path, plan_seconds: int) -> None:
    """Play one full day and write its papers, its day.csv and its balance."""
    if context.invoked_subcommand is not None:
        return
    began = time.perf_counter()
    console = Console(soft_wrap=True)
    province = find_province(name)
    results = results or results_of(province, out)
    counted = play_day(console, province, results, out, EVENING, plan_seconds)
    console.print(f"\nGiấy tờ / papers: {out / 'papers'}    Từng dòng / row by row: {out / 'day.csv'}", highlight=False)
    console.print(
        f"Mở các trang / open the pages: [bold]tannha demo pages --at evening --out {out}[/]  "
        f"(tài khoản / accounts: {out / accounts_file.NAME})",
        highlight=False,
    )
    console.print(f"Cả ngày mất / the whole day took {time.perf_counter() - began:.0f} s", highlight=False)
    click.echo(last_line(counted))


@demo.command("pages")
@click.option("--out", type=_OUT, default=Path("out"))
@click.option("--port", type=click.IntRange(1, 65535), default=_PORT)
@click.option("--at", type=click.Choice([NOON, EVENING]), default=NOON, help="Which hour of the day to begin at.")
@click.option("--plan-seconds", type=click.IntRange(1, 3600), default=20, help="How long a plan made now is searched.")
@click.option("--reload", is_flag=True, help="Start again whenever our code changes.")
def pages(out: Path, port: int, at: str, plan_seconds: int, reload: bool) -> None:
    """Serve the demo's day on a running clock until Ctrl-C; a day not played yet is played first.

    At noon half of the rounds are under way, the others wait to be loaded. Every start begins with the day as it was
    played: what the pages changed is gone.
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # ends its own processes, also where a shell started it behind
        signal.signal(number, signal.default_int_handler)
    is_child = is_running_from_reloader()  # with --reload, the first process watches the code and a child serves
    if not is_child:
        _refuse_taken(port)
        if not serving.is_played(out, at):
            province = find_province(SHIPPED.name)
            play_day(Console(soft_wrap=True), province, results_of(province, out), out, at, plan_seconds)
        serving.copy_day(out, at, now=system_clock())
    services = serving.open_day(out)
    app = create_app(services.settings, services)
    if reload:
        if not is_child:
            _say_where(services, out, port)
        app.config["TEMPLATES_AUTO_RELOAD"] = True
        with serving.working(services, out) if is_child else nullcontext():
            run_simple("127.0.0.1", port, app, threaded=True, use_reloader=True, request_handler=QuietHandler)
        return
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
    with serving.working(services, out), suppress(KeyboardInterrupt):
        _say_where(services, out, port)
        server.serve_forever()


def play_day(
    console: Console, province: Province, results: Path, out: Path, at: str, plan_seconds: int
) -> dict[str, object]:
    """Play a province's day into a folder up to noon or its end; return the balance of its rows."""
    clock = DayClock(day_of(results))
    house = build_house(out, clock, province, at)
    try:
        asked = MadeUpDay(province, clock.day).collections()
        story = Story(house=house, results=results, collections=asked, console=console, plan_seconds=plan_seconds)
        counted = play(story) if at == EVENING else play_until_noon(story)
        house.is_done()
        return counted
    finally:
        house.close()


def results_of(province: Province, out: Path) -> Path:
    """Return the shipped sample day, or one made up from the province's own register."""
    if draft.is_shipped(province):
        return SAMPLE
    out.mkdir(parents=True, exist_ok=True)
    return MadeUpDay(province, DAY).write_results(out / "results.csv")


def _refuse_taken(port: int) -> None:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as exc:
            raise click.ClickException(f"Cổng {port} đã có chương trình dùng / port {port} is taken: --port") from exc


def _say_where(services: Services, out: Path, port: int) -> None:
    """Print the address and an account of each role; all of them stand in the file."""
    shown: set[str] = set()
    for account in serving.note_accounts(services, out, f"http://127.0.0.1:{port}"):
        if account.role not in shown:
            click.echo("  ".join((account.role.ljust(14), account.username.ljust(9), account.password, account.note)))
        shown.add(account.role)
    click.echo(f"{out / accounts_file.NAME}: mọi tài khoản / all accounts")
    click.echo(f"{services.now().astimezone(HUE):%H:%M %d/%m/%Y}; Ctrl-C: dừng / stop")
    click.echo(f"http://127.0.0.1:{port}/staff/    http://127.0.0.1:{port}/track")
    for line in (out / accounts_file.NAME).read_text(encoding="utf-8").splitlines():
        if line.startswith("courier http"):
            click.echo(line)


def day_of(results: Path) -> date:
    """Return the working day the results go out on: the first one after most of them were finished."""
    finished: Counter[str] = Counter()
    for one in intake.read_rows(results.name, results.read_bytes()):
        if isinstance(one.row, intake.ResultIn):
            finished[one.row.finished_at[:10]] += 1
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
