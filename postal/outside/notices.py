"""Notices to people's own phones: queued with what they tell of, sent later, again until it is too late for them.

What is kept of a notice names nobody: the number is read from the sealed person, and the text put together, when it is
sent. Words are the edge's: what is sent is a `Message` in the language that was asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.db import Database
from postal.jobs import Again, Lane, NewJob, Run, Works, wake
from postal.models import Job, JobState, Notice, NoticeState, Person
from postal.network.home import is_unconfirmed_copy
from postal.people import PersonData, unseal
from postal.people.vault import VaultLocked
from routing import Message

log = logging.getLogger("tannha.notices")
KIND = "send_notices"
# Kinds of notices.
CODE, ALARM, CUT_OFF = "opening_code", "guessing_alarm", "cut_off"
ABSENCE_CARD, DOOR_RECEIPT = "absence_card", "door_receipt"
OVERTAKEN, TOO_LATE = "overtaken", "too_late"
IDLE = timedelta(days=1)
KEPT_FOR = timedelta(days=30)
# Waits before the next tries of a notice; a code that comes after a quarter of an hour opens nothing any more.
WAITS_S = (5, 15, 45, 120, 300)
_AT_ONCE = 20


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One notice as it goes out: ``notice_id`` stays the same whenever it is tried again."""

    notice_id: str
    to: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Told:
    """How a try ended: ``verdict`` is one plain word; one that ``may_help`` is worth trying again."""

    verdict: str
    may_help: bool = False

    @property
    def is_sent(self) -> bool:
        """Return whether the other side took the notice."""
        return self.verdict == "sent"


class Notifier(Protocol):
    """What brings a short text to a telephone number."""

    def send(self, notice: Outgoing) -> Told:
        """Hand one notice over; the same ``notice_id`` again is the same notice. Never raises, never logs it."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What sending needs: the way out (None: no gateway is set), the words of each kind, and the operator's number.

    ``words`` returns None where there is nothing to tell any more: the notice is not sent.
    """

    notifier: Notifier | None
    words: Callable[[Session, Notice], Message | None]
    say: Callable[[Message, str], str]
    operator: str = ""


def queue_notice(
    act: Act, kind: str, *, person_id: int | None, about_id: int, lasts: timedelta, language: str = "vi"
) -> Notice:
    """Queue a notice in the act's own transaction. A code without a person goes to nobody, an alarm to the operator."""
    is_for_nobody = person_id is None and kind != ALARM
    notice = Notice(
        kind=kind,
        person_id=person_id,
        about_id=about_id,
        language=language,
        state=NoticeState.NOBODY if is_for_nobody else NoticeState.WAITING,
        queued_at=act.now,
        expires_at=act.now + lasts,
        next_try_at=act.now,
    )
    act.session.add(notice)
    act.session.flush()
    return notice


def notice_works(desk: Desk) -> Works:
    """Return the sending of notices as work for a runner."""

    def send(run: Run) -> Again:
        n_sent = n_failed = 0
        while ready := _ready(run.database, desk, run.now()):
            for notice_id, outgoing in ready:
                run.check()
                told = _send_one(desk, outgoing)
                n_sent, n_failed = n_sent + told.is_sent, n_failed + (not told.is_sent)
                with run.write() as session:
                    _settle(session, notice_id, told, now=run.now())
        return Again(at=run.now() + IDLE, result={"n_sent": n_sent, "n_failed": n_failed})

    lane = Lane(name="notices", kinds=frozenset({KIND}), n_threads=1)
    return Works(by_kind={KIND: send}, finders=(_find,), lanes=(lane,))


def due_notices(session: Session, *, now: datetime) -> int:
    """Return how many notices should have gone a minute ago."""
    late = select(func.count()).select_from(Notice).where(_due(now - timedelta(minutes=1)))
    return session.scalar(late) or 0


def failed_notices(session: Session, *, now: datetime) -> int:
    """Return how many notices of the last day reached nobody, though they were for somebody."""
    failed = Notice.state == NoticeState.FAILED, Notice.queued_at > now - timedelta(days=1)
    return session.scalar(select(func.count()).select_from(Notice).where(*failed)) or 0


def forget_notices(session: Session, *, now: datetime) -> int:
    """Delete notices to nobody of ours, and opening codes, older than 30 days; return how many.

    Others to a recipient are part of an item's story and stay: kind, time and outcome, for number and text are in none.
    """
    is_old = Notice.queued_at < now - KEPT_FOR
    done = session.execute(delete(Notice).where(is_old, Notice.person_id.is_(None) | (Notice.kind == CODE)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _send_one(desk: Desk, outgoing: Outgoing | Told) -> Told:
    if isinstance(outgoing, Told):
        return outgoing
    if desk.notifier is None:
        return Told(verdict="no_gateway")
    return desk.notifier.send(outgoing)


def _due(now: datetime) -> ColumnElement[bool]:
    return (Notice.state == NoticeState.WAITING) & (Notice.next_try_at <= now)


def _ready(database: Database, desk: Desk, now: datetime) -> list[tuple[int, Outgoing | Told]]:
    with database.read() as session:
        if is_unconfirmed_copy(session):
            return []
        due = select(Notice).where(_due(now)).order_by(Notice.next_try_at, Notice.id)
        return [(one.id, _outgoing(session, desk, one)) for one in session.scalars(due.limit(_AT_ONCE))]


def _outgoing(session: Session, desk: Desk, notice: Notice) -> Outgoing | Told:
    person = session.get(Person, notice.person_id) if notice.person_id is not None else None
    to = desk.operator if notice.person_id is None else (_open(session, person).phone if person is not None else None)
    if not to:
        return Told(verdict="no_number")
    words = desk.words(session, notice)
    if words is None:
        return Told(verdict=OVERTAKEN)
    return Outgoing(notice_id=f"tannha-{notice.id}", to=to, text=desk.say(words, notice.language).strip())


def _open(session: Session, person: Person) -> PersonData:
    try:
        return unseal(session, person)
    except VaultLocked:
        return PersonData(full_name="")


def _settle(session: Session, notice_id: int, told: Told, *, now: datetime) -> None:
    notice = session.get_one(Notice, notice_id, with_for_update=True)
    notice.n_tries += 1
    notice.verdict = told.verdict
    if told.is_sent or told.verdict == OVERTAKEN:
        notice.state = NoticeState.SENT if told.is_sent else NoticeState.NOBODY
        return
    wait_s = WAITS_S[min(notice.n_tries, len(WAITS_S)) - 1]
    notice.next_try_at = now + timedelta(seconds=wait_s)
    if not told.may_help or notice.next_try_at >= notice.expires_at:
        notice.state = NoticeState.FAILED
        log.warning("notice %s (%s) not sent: %s", notice.id, notice.kind, told.verdict)


def _find(database: Database, now: datetime) -> None:
    """Let the job run where a notice is due; drop what came too late while nobody sent."""
    with database.read() as session:
        if is_unconfirmed_copy(session) or session.scalar(select(Notice.id).where(_due(now)).limit(1)) is None:
            return
        awake = (Job.state == JobState.RUNNING) | (Job.run_at <= now)
        if session.scalar(select(Job.id).where(Job.dedupe_key == KIND, awake)) is not None:
            return
    with database.write() as session:
        late = update(Notice).where(Notice.state == NoticeState.WAITING, Notice.expires_at <= now)
        session.execute(late.values(state=NoticeState.FAILED, verdict=TOO_LATE))
        wake(session, NewJob(kind=KIND, dedupe_key=KIND), now=now)
