"""Callbacks to other systems: endpoints, messages in order for each item; notices to phones; and durable jobs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from postal.models.base import Base, PrimaryKey, stored


class EndpointState(StrEnum):
    """Whether an endpoint gets callbacks."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"
    REMOVED = "removed"


class CallbackEndpoint(Base):
    """Where one system receives its callbacks, with its own sealed secret; an address is registered once."""

    __tablename__ = "callback_endpoints"
    __table_args__ = (
        Index("uq_callback_endpoints_address", "source_system", "url", unique=True,
              sqlite_where=text("state <> 'removed'"), postgresql_where=text("state <> 'removed'")),
    )  # fmt: skip

    id: Mapped[PrimaryKey]
    source_system: Mapped[str] = mapped_column(String(60), index=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    secret_key_id: Mapped[str] = mapped_column(String(16))
    kinds: Mapped[list[str]] = mapped_column(JSON, default=list)
    state: Mapped[EndpointState] = mapped_column(stored(EndpointState), default=EndpointState.ACTIVE)
    added_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    old_secrets: Mapped[list[OldSecret]] = relationship(order_by="OldSecret.id.desc()", cascade="all, delete-orphan")


class OldSecret(Base):
    """A secret of an endpoint before a rotation, sealed; messages are signed with it as well until its time is over."""

    __tablename__ = "old_secrets"

    id: Mapped[PrimaryKey]
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("callback_endpoints.id"), index=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    secret_key_id: Mapped[str] = mapped_column(String(16))
    replaced_at: Mapped[datetime]
    until: Mapped[datetime]


class CallbackState(StrEnum):
    """How far a callback is."""

    WAITING = "waiting"
    SENT = "sent"
    PARKED = "parked"


class Callback(Base):
    """One signed message, queued in the event's transaction; its id and body never change."""

    __tablename__ = "callbacks"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "item_id", "sequence"),
        Index("ix_callbacks_due", "endpoint_id", "state", "next_try_at"),
    )

    id: Mapped[PrimaryKey]
    message_id: Mapped[str] = mapped_column(String(60), unique=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("callback_endpoints.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("tracking_events.id"))
    sequence: Mapped[int]
    body: Mapped[str] = mapped_column(String(4000))
    state: Mapped[CallbackState] = mapped_column(stored(CallbackState), default=CallbackState.WAITING)
    queued_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    n_tries: Mapped[int] = mapped_column(default=0)
    endpoint: Mapped[CallbackEndpoint] = relationship()


class CallbackTry(Base):
    """One attempt to send: when, how it was answered, how long it took. Never the answer's text."""

    __tablename__ = "callback_tries"

    id: Mapped[PrimaryKey]
    callback_id: Mapped[int] = mapped_column(ForeignKey("callbacks.id"), index=True)
    tried_at: Mapped[datetime]
    status: Mapped[int | None]
    verdict: Mapped[str] = mapped_column(String(40))
    took_ms: Mapped[int]


class NoticeState(StrEnum):
    """How far a notice is; one for nobody is written so that it takes as long as one that is sent."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    NOBODY = "nobody"


class Notice(Base):
    """A short message to a person's own phone, queued with what it tells of.

    Number and text are put together when it is sent and kept nowhere. ``person_id`` None: to the operator.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_due", "state", "next_try_at"),)

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    about_id: Mapped[int | None]
    language: Mapped[str] = mapped_column(String(5), default="vi")
    state: Mapped[NoticeState] = mapped_column(stored(NoticeState), default=NoticeState.WAITING)
    queued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    n_tries: Mapped[int] = mapped_column(default=0)
    verdict: Mapped[str | None] = mapped_column(String(40))


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(Base):
    """Durable work: claimed by a guarded update with a lease and a fencing token.

    ``payload``, ``progress`` and ``result`` hold identifiers and figures only. ``queued_at`` is when the job last began
    to wait; ``started_at`` when it was first claimed.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_due", "state", "run_at"),)

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    is_stop_asked: Mapped[bool] = mapped_column(default=False)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    state: Mapped[JobState] = mapped_column(stored(JobState), default=JobState.WAITING)
    run_at: Mapped[datetime]
    n_attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    dedupe_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    error_code: Mapped[str | None] = mapped_column(String(60))
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class CarrierOutcome(StrEnum):
    """What became of a carrier's report."""

    RECORDED = "recorded"
    NOTED = "noted"
    UNKNOWN_CODE = "unknown_code"
    DOES_NOT_FIT = "does_not_fit"
    UNKNOWN_ITEM = "unknown_item"


class CarrierReport(Base):
    """One line of another carrier's report, its codes as they came; never changed, never repeated."""

    __tablename__ = "carrier_reports"
    __table_args__ = (UniqueConstraint("carrier", "code", "version", "status", "happened_at"),)

    id: Mapped[PrimaryKey]
    carrier: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(40))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"), index=True)
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    outcome: Mapped[CarrierOutcome] = mapped_column(stored(CarrierOutcome))
