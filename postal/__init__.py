"""The rules of custody, and the memory of everything that happened to an item."""

from sqlalchemy.orm import Session

from postal import (
    accounts,
    audit,
    balance,
    courier,
    custody,
    day_rows,
    desk,
    errors,
    evidence,
    idempotency,
    intake,
    models,
    ownership,
    people,
    public_history,
    queue,
    reasons,
    returns,
    rounds,
    serials,
    uploads,
)
from postal.accounts import NewUser, SignedIn
from postal.db import Database, is_storage_failure, make_engine
from postal.errors import PostalError
from postal.lifecycle import Direction, EventKind, Holder, Outcome, State, holder, outcome
from postal.migrations import current_revision, downgrade, make_ready, newest_revision, upgrade
from postal.models import Role
from postal.people_vault import Vault, VaultLocked
from postal.policy import ANONYMOUS, Action, Actor, ActorKind, Scope, Subject, is_own, require, require_own
from postal.public_history import PublicHistory, PublicStep

__all__ = [
    "ANONYMOUS",
    "Action",
    "Actor",
    "ActorKind",
    "Database",
    "Direction",
    "EventKind",
    "Holder",
    "NewUser",
    "Outcome",
    "PostalError",
    "PublicHistory",
    "PublicStep",
    "Role",
    "Scope",
    "Session",
    "SignedIn",
    "State",
    "Subject",
    "Vault",
    "VaultLocked",
    "accounts",
    "audit",
    "balance",
    "courier",
    "current_revision",
    "custody",
    "day_rows",
    "desk",
    "downgrade",
    "errors",
    "evidence",
    "holder",
    "idempotency",
    "intake",
    "is_own",
    "is_storage_failure",
    "make_engine",
    "make_ready",
    "models",
    "newest_revision",
    "outcome",
    "ownership",
    "people",
    "public_history",
    "queue",
    "reasons",
    "require",
    "require_own",
    "returns",
    "rounds",
    "serials",
    "upgrade",
    "uploads",
]
