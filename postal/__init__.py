"""The rules of custody, and the memory of everything that happened to an item."""

from postal.db import Database, make_engine
from postal.errors import PostalError
from postal.lifecycle import Direction, EventKind, Holder, Outcome, State, holder, outcome
from postal.migrations import current_revision, downgrade, newest_revision, upgrade
from postal.people_vault import Vault, VaultLocked

__all__ = [
    "Database",
    "Direction",
    "EventKind",
    "Holder",
    "Outcome",
    "PostalError",
    "State",
    "Vault",
    "VaultLocked",
    "current_revision",
    "downgrade",
    "holder",
    "make_engine",
    "newest_revision",
    "outcome",
    "upgrade",
]
