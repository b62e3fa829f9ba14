"""A code sent to the phone a recipient registered: the way in where four digits are braked and no label is at hand.

Whoever asks gets the same answer, whether the code is known, has a phone, was asked for too often, or none of it; the
rows written are the same as well, and what is sent goes later, so that nothing can be told by the time it took.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.models import Consignment, SentCode
from postal.outside.notices import CODE, queue_notice
from postal.people import vault_of
from postal.rules.codes import bare_code

GOOD_FOR = timedelta(minutes=15)
MAX_A_DAY = 3
MAX_OF_ALL_IN_AN_HOUR = 500
MAX_WRONG = 5
N_DIGITS = 6
KEPT_FOR = timedelta(days=7)


def ask_for_code(act: Act, code: str, consignment: Consignment | None, *, language: str) -> None:
    """Send digits to the phone of this consignment's recipient; nothing where there is none or it was asked too often.

    ``code`` is what was typed.
    """
    hashed = vault_of(act.session).look_up("guess", f"code:{bare_code(code)}")
    has_phone = consignment is not None and consignment.person.phone_hash is not None
    may_send = not _is_too_often(act.session, consignment.id if consignment is not None else None, act.now)
    to = consignment if has_phone and may_send else None
    sent = SentCode(
        code_hash=hashed,
        consignment_id=to.id if to is not None else None,
        made_at=act.now,
        expires_at=act.now + GOOD_FOR,
    )
    act.session.add(sent)
    act.session.flush()
    person_id = to.person_id if to is not None else None
    queue_notice(act, CODE, person_id=person_id, about_id=sent.id, lasts=GOOD_FOR, language=language)


def digits_of(session: Session, sent_id: int) -> str:
    """Return the digits of a code that was sent: derived by the lookup key, kept nowhere."""
    return f"{int(vault_of(session).look_up('sent code', str(sent_id)), 16) % 10**N_DIGITS:0{N_DIGITS}}"


def is_right(act: Act, consignment_ids: set[int], digits: str) -> int | None:
    """Return the consignment these digits were sent for, None where they are wrong, used, too late or tried too often.

    A wrong try is counted against every code that is still good for these consignments.
    """
    good = select(SentCode).where(
        SentCode.consignment_id.in_(consignment_ids),
        SentCode.expires_at > act.now,
        SentCode.used_at.is_(None),
        SentCode.n_wrong < MAX_WRONG,
    )
    sent = act.session.scalars(good.order_by(SentCode.id.desc()).with_for_update()).all()
    for one in sent:
        if hmac.compare_digest(digits_of(act.session, one.id).encode(), digits.encode()):
            one.used_at = act.now
            act.session.flush()
            return one.consignment_id
    for one in sent:
        one.n_wrong += 1
    act.session.flush()
    return None


def forget_sent(session: Session, *, now: datetime) -> int:
    """Delete codes older than a week; return how many."""
    done = session.execute(delete(SentCode).where(SentCode.made_at < now - KEPT_FOR))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _is_too_often(session: Session, consignment_id: int | None, now: datetime) -> bool:
    def n(since: timedelta, *which: object) -> int:
        query = select(func.count()).select_from(SentCode).where(SentCode.made_at > now - since, *which)  # type: ignore[arg-type]
        return session.scalar(query) or 0

    return (
        n(timedelta(days=1), SentCode.consignment_id == consignment_id) >= MAX_A_DAY
        or n(timedelta(hours=1), SentCode.consignment_id.is_not(None)) >= MAX_OF_ALL_IN_AN_HOUR
    )
