"""`tannha restored`: what a restored copy waits for, and the operator's answers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from api.commands.opening import acting, opened, say_both, show
from api.wiring import Services
from api.words import say_instant
from postal.access import audit
from postal.network import home
from postal.operation import copies


@click.group(invoke_without_command=True)
@click.pass_context
def restored(context: click.Context) -> None:
    """Say what a restored copy waits for.

    It sends no callbacks until it is confirmed, and gives no number of a series until you have said which was the
    last one used (on paper, in the receivers' systems) or have skipped further than can have been used.
    """
    if context.invoked_subcommand is None:
        with opened() as services:
            _say_state(services)


@restored.command("confirm")
def confirm() -> None:
    """This copy is the one that works on: callbacks are sent again. The original must be off for good."""
    with opened() as services:
        with acting(services) as act:
            copies.confirm(act.session)
            audit.note(act, "copy_confirmed", "installation")
        _say_state(services)


@restored.command("last")
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER…")
def last(numbers: tuple[str, ...]) -> None:
    """Say the last number used of a series: an S10, or a document's such as BB-2026-000123."""
    with opened() as services:
        with acting(services) as act:
            for number in numbers:
                told = copies.told_last(act.session, number, now=act.now)
                audit.note(act, "numbers_told", "installation", series=told.name, last=told.last_known)
        _say_state(services)


@restored.command("skip")
@click.option("--series", "name", help="Chỉ một dãy / one series only; without it all that are held.")
@click.option("--by", type=click.IntRange(0, 10_000_000), help="Bỏ qua bao nhiêu số / how many numbers are left out.")
def skip(name: str | None, by: int | None) -> None:
    """Leave out the next numbers, so that none is given twice; without --by as many as the list says."""
    with opened() as services:
        with acting(services) as act:
            for one in copies.held(act.session, now=act.now):
                if name in (None, one.name):
                    n = one.suggested_skip if by is None else by
                    done = copies.skip(act.session, one.name, n, now=act.now)
                    audit.note(act, "numbers_skipped", "installation", series=one.name, n=n, last=done.last_known)
        _say_state(services)


def _say_state(services: Services) -> None:
    with services.database.read() as session:
        here = home.installation(session)
        restored_at, held = here.restored_at, copies.held(session, now=services.now())
    if restored_at is not None:
        at = say_instant(restored_at, ZoneInfo(services.settings.timezone))
        say_both(
            "Bản khôi phục lúc {at}, chưa ai xác nhận: không gửi tin báo. tannha restored confirm",
            at=at,
        )
    if held:
        show(
            ("Dãy", "", "Bản này biết đến", "Bỏ qua ít nhất"),
            [(one.name, one.what, one.last_known, one.suggested_skip) for one in held],
        )
        say_both(
            "Chưa cấp số của các dãy trên. tannha restored last SỐ_CUỐI… hoặc tannha restored skip",
        )
    if restored_at is None and not held:
        say_both("Không còn gì phải chờ.")
