"""Changes of the tables over time, carried out by Alembic."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from postal.errors import TablesOutOfDate

HERE = Path(__file__).parent


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to a revision. Safe to repeat; a new database is made from nothing."""
    with engine.connect() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the tables back to a revision."""
    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)


def current_revision(engine: Engine) -> str | None:
    """Return the revision the tables are at, None for an empty database."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str | None:
    """Return the revision this version of the program needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def known_revisions() -> frozenset[str]:
    """Return every revision this version of the program knows."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions())


def make_ready(engine: Engine) -> None:
    """Make the tables of an empty database. Raises TablesOutOfDate for one that an older version made."""
    current = current_revision(engine)
    if current is None:
        upgrade(engine)
    elif current != newest_revision():
        raise TablesOutOfDate(current=current, newest=newest_revision())


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config
