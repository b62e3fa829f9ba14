"""`tannha run`: serve pages and API by gunicorn, with the worker beside it unless another process does that."""

from __future__ import annotations

from typing import Any

import click
from gunicorn.app.base import BaseApplication

from api.settings import Settings, load_settings
from api.wiring import EXTENSION, build_services
from api.working import HouseWorker
from postal import make_ready


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", self._settings.bind)
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("workers", self._settings.n_web_processes)
        self.cfg.set("threads", self._settings.n_web_threads)
        self.cfg.set("graceful_timeout", 30)
        self.cfg.set("proc_name", "tannha")
        if self._settings.is_worker_embedded:
            self.cfg.set("post_worker_init", _begin_work)
            self.cfg.set("worker_exit", _end_work)

    def load(self) -> object:
        from api import create_app  # after the fork: each process opens its own connections

        return create_app(self._settings)


def _begin_work(worker: Any) -> None:
    """Send callbacks and run jobs beside the pages; leases keep several web processes out of each other's way."""
    worker.house = HouseWorker(worker.wsgi.extensions[EXTENSION])
    worker.house.start()


def _end_work(_server: Any, worker: Any) -> None:
    house = getattr(worker, "house", None)  # none where the process failed before it began
    if house is not None:
        house.stop(10)


@click.command()
def run() -> None:
    """Serve until stopped. An empty database gets its tables; an older one needs `tannha migrate` first."""
    settings = load_settings()
    database = build_services(settings).database
    make_ready(database.engine)
    database.engine.dispose()
    click.echo(f"http://{settings.bind}/staff/")
    _Server(settings).run()
