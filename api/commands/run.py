"""`tannha run`: serve pages and API by gunicorn, with the worker beside it unless another process does that."""

from __future__ import annotations

import click
from gunicorn.app.base import BaseApplication

from api.settings import Settings, load_settings
from api.wiring import build_services
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

    def load(self) -> object:
        from api import create_app  # after the fork: each process opens its own connections

        return create_app(self._settings)


@click.command()
def run() -> None:
    """Serve until stopped. An empty database gets its tables; an older one needs `tannha migrate` first."""
    settings = load_settings()
    database = build_services(settings).database
    make_ready(database.engine)
    database.engine.dispose()
    click.echo(f"http://{settings.bind}/staff/")
    _Server(settings).run()
