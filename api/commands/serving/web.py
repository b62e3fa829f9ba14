"""`tannha web`: serve pages and API, and nothing else; the worker is a process of its own."""

from __future__ import annotations

from contextlib import ExitStack

import click
from gunicorn.app.base import BaseApplication

from api.commands.serving.lifeline import end_with_parent
from api.commands.serving.server import WaitressWorker, end_at_once
from api.settings import Settings, load_settings
from api.wiring import EXTENSION
from postal.operation import presence, pulse

# A stop ends within five seconds: what a request has not finished by then is cut.
_GRACE_S = 4
# A page takes a fifth of a second; what takes so long will not come in time for anybody.
_STATEMENT_S = 20.0


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._serving = ExitStack()
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", self._settings.bind)
        self.cfg.set("worker_class", f"{WaitressWorker.__module__}.{WaitressWorker.__name__}")
        self.cfg.set("workers", self._settings.n_web_processes)
        self.cfg.set("threads", self._settings.n_web_threads)
        self.cfg.set("graceful_timeout", _GRACE_S)
        self.cfg.set("proc_name", "tannha")
        self.cfg.set("control_socket_disable", True)
        self.cfg.set("worker_exit", end_at_once)

    def load(self) -> object:
        from api import create_app  # after the fork: each process opens its own connections

        app = create_app(self._settings)
        engine = app.extensions[EXTENSION].database.engine
        if engine.dialect.name == "postgresql":
            pulse.limit_statements(engine, _STATEMENT_S)
            pulse.Pulse(engine).start()
            pulse.open_ahead(engine)
        # Held until the process ends, however it ends: no restore replaces what is being served.
        self._serving.enter_context(presence.serving(engine))
        return app


@click.command()
@click.option("--supervised", is_flag=True, hidden=True, help="End when the process that started this one ends.")
def web(supervised: bool) -> None:
    """Serve until stopped. Planning, imports and callbacks need `tannha worker`, here or on another machine."""
    if supervised:
        end_with_parent()
    _Server(load_settings()).run()
