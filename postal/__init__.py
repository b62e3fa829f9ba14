"""Custody of items: its rules, its records, and everything that happened to an item.

Other packages enter a room by its own door: `from postal import custody`, `from postal.access import audit`.
"""

from sqlalchemy.orm import Session

from postal import (
    bulk,
    chain,
    citizen,
    counting,
    custody,
    desk,
    doorstep,
    errors,
    intake,
    jobs,
    mending,
    models,
    outside,
    packing,
    people,
    phones,
    pictures,
    queue,
    rounds,
    under_way,
)
from postal.access.accounts import NewUser, SignedIn
from postal.access.act import Act
from postal.access.policy import (
    ANONYMOUS,
    Action,
    Actor,
    ActorKind,
    Scope,
    Subject,
    command_actor,
    is_own,
    require,
    require_for,
    require_own,
)
from postal.citizen.history import PublicHistory, PublicStep
from postal.citizen.outlook import Outlook, PostOffice
from postal.csv_out import write_csv
from postal.db import Database, first_wins, is_storage_failure, make_engine
from postal.errors import Conflict, Forbidden, InvalidInput, NotFound, PostalError
from postal.life.follow_up import FollowUp
from postal.migrations import current_revision, downgrade, make_ready, newest_revision, upgrade
from postal.models import Role
from postal.people.vault import Vault, VaultLocked
from postal.rules.lifecycle import Direction, EventKind, Holder, Outcome, State, holder, outcome
from postal.xlsx_out import write_xlsx
from routing import Message

__all__ = [
    "ANONYMOUS",
    "Act",
    "Action",
    "Actor",
    "ActorKind",
    "Conflict",
    "Database",
    "Direction",
    "EventKind",
    "FollowUp",
    "Forbidden",
    "Holder",
    "InvalidInput",
    "Message",
    "NewUser",
    "NotFound",
    "Outcome",
    "Outlook",
    "PostOffice",
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
    "bulk",
    "chain",
    "citizen",
    "command_actor",
    "counting",
    "current_revision",
    "custody",
    "desk",
    "doorstep",
    "downgrade",
    "errors",
    "first_wins",
    "holder",
    "intake",
    "is_own",
    "is_storage_failure",
    "jobs",
    "make_engine",
    "make_ready",
    "mending",
    "models",
    "newest_revision",
    "outcome",
    "outside",
    "packing",
    "people",
    "phones",
    "pictures",
    "queue",
    "require",
    "require_for",
    "require_own",
    "rounds",
    "under_way",
    "upgrade",
    "write_csv",
    "write_xlsx",
]
