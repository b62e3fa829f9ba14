"""Who may do what: actors, actions and the one table that joins them. Pure: no database, no web."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from postal.errors import Forbidden, NotFound
from postal.models.access import Role
from routing import Message


class ActorKind(StrEnum):
    """Who acts: a person signed in, a courier's phone, another system with its key, a command, or nobody we know."""

    USER = "user"
    PHONE = "phone"
    SYSTEM = "system"
    COMMAND = "command"
    ANONYMOUS = "anonymous"


class Action(StrEnum):
    """Everything that needs a right. Add, never rename: the audit keeps these words."""

    IMPORT_RESULTS = "import_results"
    ORDER_COLLECTIONS = "order_collections"
    SEE_QUEUE = "see_queue"
    SEE_ITEM = "see_item"
    SEE_RECIPIENT = "see_recipient"
    ANSWER_ADDRESS = "answer_address"
    PRINT = "print"
    BATCH = "batch"
    HAND_OVER = "hand_over"
    RECEIVE_AT_OFFICE = "receive_at_office"
    PLAN = "plan"
    PUBLISH = "publish"
    SEE_PLAN = "see_plan"
    ENTER_ROUND_RESULTS = "enter_round_results"
    SCAN_OWN_ROUND = "scan_own_round"
    RETURN_TO_SENDER = "return_to_sender"
    SETTLE_DISCREPANCY = "settle_discrepancy"
    CANCEL = "cancel"
    SEE_COVERAGE = "see_coverage"
    SEE_CALLBACKS = "see_callbacks"
    MANAGE_ENDPOINTS = "manage_endpoints"
    MANAGE_PHONES = "manage_phones"
    MANAGE_USERS = "manage_users"
    MANAGE_KEYS = "manage_keys"
    MANAGE_SET_UP = "manage_set_up"
    MANAGE_COMPANY_CODES = "manage_company_codes"
    SEE_AUDIT = "see_audit"
    SEE_METRICS = "see_metrics"
    REPORT_VIOLATION = "report_violation"
    ANSWER_VIOLATION = "answer_violation"
    REPORT_AS_CARRIER = "report_as_carrier"
    CHANGE_OWN_PASSWORD = "change_own_password"  # noqa: S105 - the name of an action


class Scope(StrEnum):
    """What a system's key opens."""

    RESULTS_WRITE = "results:write"
    COLLECTIONS_WRITE = "collections:write"
    ITEMS_READ = "items:read"
    ITEMS_CANCEL = "items:cancel"
    ENDPOINTS_MANAGE = "endpoints:manage"
    METRICS_READ = "metrics:read"
    CARRIER_WRITE = "carrier:write"


A = Action

_EVERYBODY = frozenset({A.CHANGE_OWN_PASSWORD})
_READING = frozenset({A.SEE_QUEUE, A.SEE_ITEM, A.SEE_PLAN, A.SEE_COVERAGE})

ROLE_ACTIONS: dict[Role, frozenset[Action]] = {
    # An administrator runs the installation but does not act for the post: nobody may hand over to themselves.
    Role.ADMINISTRATOR: _EVERYBODY | _READING | {
        A.SEE_CALLBACKS, A.MANAGE_ENDPOINTS, A.MANAGE_USERS, A.MANAGE_KEYS, A.MANAGE_SET_UP, A.SEE_AUDIT,
        A.SEE_METRICS, A.ANSWER_VIOLATION},
    Role.CENTRE_CLERK: _EVERYBODY | _READING | {
        A.IMPORT_RESULTS, A.ORDER_COLLECTIONS, A.SEE_RECIPIENT, A.ANSWER_ADDRESS, A.PRINT, A.BATCH, A.HAND_OVER,
        A.CANCEL, A.SETTLE_DISCREPANCY, A.SEE_CALLBACKS, A.MANAGE_COMPANY_CODES},
    Role.POSTAL_CLERK: _EVERYBODY | _READING | {
        A.ORDER_COLLECTIONS, A.SEE_RECIPIENT, A.ANSWER_ADDRESS, A.PRINT, A.HAND_OVER, A.RECEIVE_AT_OFFICE,
        A.ENTER_ROUND_RESULTS, A.RETURN_TO_SENDER, A.SETTLE_DISCREPANCY, A.REPORT_VIOLATION,
        A.MANAGE_PHONES},
    Role.DISPATCHER: _EVERYBODY | _READING | {
        A.SEE_RECIPIENT, A.ANSWER_ADDRESS, A.PRINT, A.PLAN, A.PUBLISH, A.RECEIVE_AT_OFFICE,
        A.ENTER_ROUND_RESULTS, A.RETURN_TO_SENDER, A.SETTLE_DISCREPANCY, A.REPORT_VIOLATION,
        A.MANAGE_PHONES},
    Role.COURIER: _EVERYBODY | {A.SCAN_OWN_ROUND, A.REPORT_VIOLATION},
}  # fmt: skip

# A phone is no person: it walks its courier's round and changes no password.
PHONE_ACTIONS = frozenset({A.SCAN_OWN_ROUND})

SCOPE_ACTIONS: dict[Scope, frozenset[Action]] = {
    Scope.RESULTS_WRITE: frozenset({A.IMPORT_RESULTS}),
    Scope.COLLECTIONS_WRITE: frozenset({A.ORDER_COLLECTIONS}),
    Scope.ITEMS_READ: frozenset({A.SEE_ITEM}),
    Scope.ITEMS_CANCEL: frozenset({A.CANCEL}),
    Scope.METRICS_READ: frozenset({A.SEE_METRICS}),
    Scope.CARRIER_WRITE: frozenset({A.REPORT_AS_CARRIER}),
    Scope.ENDPOINTS_MANAGE: frozenset({A.MANAGE_ENDPOINTS, A.SEE_CALLBACKS}),
}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who asks, with everything a rule may look at. ``office_id`` None: the whole province.

    ``command`` names the operator's command or the worker's job, such as "users add"; it has no rights of its own,
    for whoever runs commands owns the machine.
    """

    kind: ActorKind
    user_id: int | None = None
    api_key_id: int | None = None
    command: str | None = None
    role: Role | None = None
    office_id: int | None = None
    courier_id: int | None = None
    phone_id: int | None = None
    source_system: str | None = None
    scopes: frozenset[Scope] = frozenset()

    @property
    def actions(self) -> frozenset[Action]:
        """Return everything this actor may do somewhere."""
        if self.kind is ActorKind.USER and self.role is not None:
            return ROLE_ACTIONS[self.role]
        if self.kind is ActorKind.PHONE:
            return PHONE_ACTIONS
        if self.kind is ActorKind.SYSTEM:
            return frozenset().union(*(SCOPE_ACTIONS[scope] for scope in self.scopes))
        return frozenset()

    def may(self, action: Action) -> bool:
        """Say whether the actor's role or scopes hold this action."""
        return action in self.actions


ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)


def command_actor(name: str) -> Actor:
    """Return the actor of an operator's command or a worker's job; events and the audit keep ``name``."""
    return Actor(kind=ActorKind.COMMAND, command=name[:80])


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is acted on, as far as rights care: the offices that hold a part in it, its system, its courier."""

    office_ids: frozenset[int] = frozenset()
    source_system: str | None = None
    courier_id: int | None = None


def is_own(actor: Actor, subject: Subject) -> bool:
    """Say whether the subject belongs to the actor: its system, its office, or the courier's own round."""
    if actor.kind is ActorKind.SYSTEM:
        is_of_office = actor.office_id is None or actor.office_id in subject.office_ids
        return actor.source_system == subject.source_system and is_of_office
    if actor.kind not in (ActorKind.USER, ActorKind.PHONE):
        return False
    if actor.role is Role.COURIER:
        return actor.courier_id is not None and actor.courier_id == subject.courier_id
    return actor.office_id is None or actor.office_id in subject.office_ids


def require_for(actor: Actor, action: Action, *subjects: Subject) -> None:
    """Let the actor act for every one of these; who is bound to an office acts for that one alone. Raises Forbidden.

    A subject without offices is the whole province's: a blocked road, say. Unlike `require_own` this stands in use
    cases, so that pages, the API and jobs are held to it alike; what the role may do is asked at the edge.
    """
    if actor.office_id is not None and any(actor.office_id not in one.office_ids for one in subjects):
        raise Forbidden(action=action)


def require(actor: Actor, action: Action) -> None:
    """Let the actor pass or raise Forbidden."""
    if not actor.may(action):
        raise Forbidden(action=action)


def require_own(actor: Actor, action: Action, subject: Subject, *, what: Message) -> None:
    """Let the actor pass; raise Forbidden for the action, NotFound for a foreign subject.

    A foreign subject looks like one that does not exist, so that nobody learns what others have.
    """
    require(actor, action)
    if not is_own(actor, subject):
        raise NotFound(what=what)
