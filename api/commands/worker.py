"""`tannha worker`: run jobs and send callbacks until told to stop."""

from __future__ import annotations

import signal
import threading

import click

from api.commands.opening import opened, say
from api.working import HouseWorker
from postal import make_ready


@click.command()
def worker() -> None:
    """Run until SIGTERM or SIGINT; what is under way then is finished and noted."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with opened() as services:
        make_ready(services.database.engine)
        working = HouseWorker(services)
        working.start()
        say("Đang chạy việc nền.", "The worker runs.")
        stop.wait()
        working.stop()
    say("Đã dừng gọn gàng.", "Stopped cleanly.")
