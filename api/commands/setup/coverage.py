"""`tannha coverage`: the communes with office, delivery days, promise and last round."""

from __future__ import annotations

import click

from api.commands.opening import opened, say_both, show
from api.words import say_date, say_weekdays
from postal import rounds
from postal.network import home


@click.command()
def coverage() -> None:
    """Print every commune of the register, served or not."""
    with opened() as services, services.database.read() as session:
        lines = rounds.coverage(session, services.guide.register)
        is_draft = home.installation(session).is_draft
    show(
        ("Mã", "Xã, phường", "Bưu cục phát", "Ngày phát", "Hạn", "Chuyến gần nhất"),
        [
            (
                line.code,
                line.commune,
                line.office,
                say_weekdays(line.weekdays) if line.weekdays else "–",
                line.promise,
                say_date(line.last_round) if line.last_round else "chưa có",
            )
            for line in lines
        ],
    )
    n_served = sum(bool(line.weekdays) for line in lines)
    click.echo(f"{len(lines)} xã, phường / communes; {n_served} có bưu cục phục vụ / served")
    if is_draft:
        say_both("Mạng lưới là BẢN THẢO.")
