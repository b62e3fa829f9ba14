"""The one place where adapters are chosen: settings in, a set of ready services out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from flask import current_app

from api.settings import Settings
from postal import Database, Vault, make_engine

EXTENSION = "tannha"


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything a view may reach for: built once for an app, replaced piece by piece in tests."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    guide: Any = None
    sender: Any = None

    def now(self) -> datetime:
        """Return the instant, aware, in UTC. Only views and commands ask; use cases are told."""
        return self.clock()


def build_services(settings: Settings, *, clock: Callable[[], datetime] | None = None) -> Services:
    """Choose and connect every adapter the settings ask for. Connects to nothing yet."""
    database = Database(make_engine(settings.database_url), Vault(settings.vault_keys, settings.lookup_key))
    return Services(settings=settings, database=database, clock=clock or system_clock)


def system_clock() -> datetime:
    """Return the machine's time, aware, in UTC."""
    return datetime.now(UTC)


def services() -> Services:
    """Return the services of the running app."""
    return cast(Services, current_app.extensions[EXTENSION])
