"""`tannha range`: blocks of S10 numbers granted by the designated operator."""

from __future__ import annotations

import click

from api.commands.opening import acting, opened, say_both, show
from api.commands.setup.changing import change
from postal import desk
from postal.custody import serials
from postal.models import SetUpArea
from postal.set_up import kinds


@click.group()
def ranges() -> None:
    """Dải số hiệu S10 / granted ranges of S10 numbers."""


@ranges.command("add")
@click.argument("indicator")
@click.argument("first", type=click.IntRange(0, 99_999_999))
@click.argument("last", type=click.IntRange(0, 99_999_999))
@click.option("--granted-by", required=True, help="Văn bản cấp dải / the document that grants it.")
@click.option("--country", default="VN", show_default=True)
@click.option("--fake", is_flag=True, help="Dải giả để thử / made up, for trials: labels say so.")
def add(indicator: str, first: int, last: int, granted_by: str, country: str, *, fake: bool) -> None:
    """Note a granted range: INDICATOR (two letters), FIRST and LAST serial, both included."""
    with opened() as services, acting(services) as act:
        subject = kinds.ranges.subject_of(indicator, first, country)
        change(act, SetUpArea.RANGE, subject, {"last": last, "granted_by": granted_by, "is_fake": fake})
        n_left = serials.left(act.session)
    say_both("Đã ghi dải. Còn {n_left} số.", n_left=n_left)


@ranges.command("list")
def list_ranges() -> None:
    """List the ranges and how much of each is used."""
    with opened() as services, services.database.read() as session:
        rows: list[tuple[object, ...]] = [
            (
                f"{one.indicator}…{one.country}",
                f"{one.first_serial:08d}–{one.last_serial:08d}",
                one.next_serial - one.first_serial,
                one.last_serial - one.next_serial + 1,
                one.granted_by,
                "giả / fake" if one.is_fake else "",
            )
            for one in desk.s10_ranges(session)
        ]
    show(("Dải", "Số", "Đã dùng", "Còn", "Cấp theo", ""), rows)
