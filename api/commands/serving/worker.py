"""`tannha worker`: run jobs and send callbacks until told to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading

import click

from api.commands.opening import opened, say_both
from api.commands.serving.lifeline import end_with_parent
from api.work.worker import HouseWorker
from postal.operation import presence

_STOP_S = 3.5


@click.command()
@click.option("--supervised", is_flag=True, hidden=True, help="End when the process that started this one ends.")
@click.option("--once", is_flag=True, help="Chạy những việc đã đến hạn rồi dừng / run what is due, then end.")
def worker(*, supervised: bool, once: bool) -> None:
    """Run until SIGTERM or SIGINT; what is under way then is given back and goes on elsewhere or at the next start."""
    if once:
        with opened() as services:
            ended = HouseWorker(services).run_once()
        say_both("Đã chạy {n} việc, {n_failed} lỗi.", n=sum(ended.values()), n_failed=ended.get("failed", 0))
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if supervised:
        end_with_parent()
    with opened() as services, presence.serving(services.database.engine):
        working = HouseWorker(services)
        working.start()
        say_both("Đang chạy việc nền.")
        stop.wait()
        is_clean = working.stop(_STOP_S)
    if not is_clean:
        # Threads that do not listen would keep the process alive; their jobs' leases end, and solver processes end
        # with this one.
        say_both("Đã dừng; việc dở dang sẽ được làm lại.")
        sys.stdout.flush()
        os._exit(0)
    say_both("Đã dừng gọn gàng.")
