"""The brake on guessing: wrong tries counted for each code, each source, each known device, and all together.

A code that was tried wrongly five times in a day, from wherever, is opened by four digits no more that day but from a
device that opened it before: a stranger can neither go on guessing nor lock the owner out, who has the label's square
code, the own device, or a code sent to the own phone. Counts grow by one statement that locks its row, so that
guesses sent at once are counted one after the other.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.audit import note
from postal.models import AuditEntry, WrongTries
from postal.outside.notices import ALARM, queue_notice
from postal.people import vault_of
from postal.rules.working_days import local_day

log = logging.getLogger("tannha.guessing")
# 5 in 10,000: the chance to open a code by guessing on one day is at most 0.05 %.
MAX_WRONG_FOR_CODE = 5
MAX_WRONG_FROM_SOURCE = 60
# Codes asked for from one address in an hour: a carrier's address is that of many, one of them must not use up all.
MAX_ASKED_FROM_SOURCE = 100
# A device that opened the code before has a count of its own, which no stranger can use up.
MAX_WRONG_ON_KNOWN_DEVICE = 10
# Wrong tries of everybody in ten minutes: the operator is told at the first figure, and from the second on four digits
# open nothing but from known devices. A province's own slips are some hundred a day.
ALARM_AT, BRAKE_AT = 30, 300
ALARM_AT_IN_A_DAY = 500
TRIES_KEPT = timedelta(days=7)
ALARM_LASTS = timedelta(hours=1)
GUESSING = "guessing_alarm"
_BUCKET_MIN = 10


@dataclass(frozen=True)
class Brake:
    """Counts for one try: of the code (every recipient it may mean), and of the source it comes from."""

    code_keys: tuple[str, ...]
    source_key: str


def keys_of(session: Session, code: str, subjects: set[str], source: str) -> Brake:
    """Return under which keyed hashes a try is counted; ``subjects`` are those whom the code may mean.

    An S10 and a dossier code of one recipient share a count, or each would grant tries of its own.
    """
    vault = vault_of(session)
    names = subjects or {f"code:{code}"}
    return Brake(
        code_keys=tuple(sorted(vault.look_up("guess", name) for name in names)),
        source_key=vault.look_up("source", source),
    )


def count_for_code(act: Act, brake: Brake) -> bool:
    """Count a try at a code before it is judged; say whether it is within what a day allows. Locks the counts."""
    counts = [_add(act, key) for key in brake.code_keys]
    return max(counts) <= MAX_WRONG_FOR_CODE


def uncount_for_code(act: Act, brake: Brake) -> None:
    """Take a try back that was right."""
    for key in brake.code_keys:
        _add(act, key, -1)


def is_source_braked(session: Session, brake: Brake, now: datetime) -> bool:
    """Say whether too much came from one address today."""
    return _count(session, brake.source_key, now) >= MAX_WRONG_FROM_SOURCE


def is_all_braked(session: Session, now: datetime) -> bool:
    """Say whether too much came from everywhere together in these ten minutes, or in the ten before."""
    lately = (_bucket_key(session, now), _bucket_key(session, now - timedelta(minutes=_BUCKET_MIN)))
    return max(_count(session, key, now) for key in lately) >= BRAKE_AT


def count_on_known_device(act: Act, device: str, brake: Brake) -> bool:
    """Count a try of a device that opened the code before; say whether it is within what a day allows."""
    key = vault_of(act.session).look_up("guess", f"device:{device}:{brake.code_keys[0]}")
    return _add(act, key) <= MAX_WRONG_ON_KNOWN_DEVICE


def count_asked(act: Act, source: str) -> bool:
    """Count a code that is asked for from an address; say whether it is within what an hour allows."""
    key = vault_of(act.session).look_up("source", f"asked:{source}:{act.now:%H}")
    return _add(act, key) <= MAX_ASKED_FROM_SOURCE


def count_wrong(act: Act, brake: Brake) -> None:
    """Count a wrong try for its source and for all together; tell the operator where it is one too many.

    A braked source counts against itself alone: it learns nothing any more, and one stranger cannot brake everybody.
    """
    if _add(act, brake.source_key) > MAX_WRONG_FROM_SOURCE:
        return
    n_lately = _add(act, _bucket_key(act.session, act.now))
    n_today = _add(act, vault_of(act.session).look_up("guess", "all of a day"))
    if n_lately == ALARM_AT or n_today == ALARM_AT_IN_A_DAY:
        _alarm(act, n_lately=n_lately, n_today=n_today)


def last_alarm(session: Session, *, now: datetime) -> AuditEntry | None:
    """Return the alarm of the last hour, None where there was none."""
    lately = select(AuditEntry).where(AuditEntry.action == GUESSING, AuditEntry.at > now - ALARM_LASTS)
    return session.scalars(lately.order_by(AuditEntry.id.desc()).limit(1)).first()


def forget_tries(session: Session, *, now: datetime) -> int:
    """Delete counts older than a week; return how many."""
    done = session.execute(delete(WrongTries).where(WrongTries.on_date < local_day(now - TRIES_KEPT)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _alarm(act: Act, *, n_lately: int, n_today: int) -> None:
    # To stderr as well, where whoever watches the service looks: counts only.
    log.error("guessing alarm: %s wrong tries in ten minutes, %s today", n_lately, n_today)
    is_told = last_alarm(act.session, now=act.now) is not None
    note(act, GUESSING, "tracking", n_lately=n_lately, n_today=n_today)
    if not is_told:
        queue_notice(act, ALARM, person_id=None, about_id=n_today, lasts=ALARM_LASTS)


def _bucket_key(session: Session, now: datetime) -> str:
    n = int(now.timestamp()) // (60 * _BUCKET_MIN)
    return vault_of(session).look_up("guess", f"all:{n}")


def _count(session: Session, key: str, now: datetime) -> int:
    query = select(WrongTries.n_wrong).where(WrongTries.key_hash == key, WrongTries.on_date == local_day(now))
    return session.scalar(query) or 0


def _add(act: Act, key: str, n: int = 1) -> int:
    """Add to a count and return it; its row stays locked until the transaction ends."""
    dialect = sqlite if act.session.get_bind().dialect.name == "sqlite" else postgresql
    row = {"key_hash": key, "on_date": local_day(act.now), "n_wrong": n}
    new = dialect.insert(WrongTries).values(**row)
    counted = new.on_conflict_do_update(
        index_elements=[WrongTries.key_hash, WrongTries.on_date], set_={"n_wrong": WrongTries.n_wrong + n}
    )
    return int(act.session.execute(counted.returning(WrongTries.n_wrong)).scalar_one())
