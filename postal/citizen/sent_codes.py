"""A code sent to the phone a recipient registered: the way in where four digits are braked and no label is at hand.

Whoever asks gets the same answer, whether the code is known, has a phone, was asked for too often, or none of it; the
rows written are the same as well, and what is sent goes later, so that nothing can be told by the time it took.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.models import Person, SentCode
from postal.outside.notices import CODE, queue_notice
from postal.people import vault_of
from postal.rules.codes import bare_code

GOOD_FOR = timedelta(minutes=15)
MAX_A_DAY = 3
MAX_OF_ALL_IN_AN_HOUR = 500
MAX_WRONG = 5
N_DIGITS = 6
KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """Whose page the digits open: the recipient of a consignment, or who handed a dossier in. One id is given."""

    person: Person
    consignment_id: int | None = None
    dossier_id: int | None = None


def ask_for_code(act: Act, code: str, to: Addressee | None, *, language: str) -> None:
    """Send digits to this one's registered phone; nothing where there is none or it was asked too often.

    ``code`` is what was typed.
    """
    hashed = vault_of(act.session).look_up("guess", f"code:{bare_code(code)}")
    is_too_often = _is_too_often(act.session, to, act.now)  # asked of nobody as well: both take equally long
    if to is not None and (is_too_often or to.person.phone_hash is None):
        to = None
    sent = SentCode(
        code_hash=hashed,
        consignment_id=to.consignment_id if to is not None else None,
        dossier_id=to.dossier_id if to is not None else None,
        made_at=act.now,
        expires_at=act.now + GOOD_FOR,
    )
    act.session.add(sent)
    act.session.flush()
    person_id = to.person.id if to is not None else None
    queue_notice(act, CODE, person_id=person_id, about_id=sent.id, lasts=GOOD_FOR, language=language)


def digits_of(session: Session, sent_id: int) -> str:
    """Return the digits of a code that was sent: derived by the lookup key, kept nowhere."""
    return f"{int(vault_of(session).look_up('sent code', str(sent_id)), 16) % 10**N_DIGITS:0{N_DIGITS}}"


def is_right(act: Act, meant: Iterable[Addressee], digits: str) -> SentCode | None:
    """Return the code with these digits, None where they are wrong, used, too late or tried too often.

    ``meant`` are those whom the typed code may mean; a wrong try is counted against every code still good for them.
    """
    ones = list(meant)
    good = select(SentCode).where(
        or_(
            SentCode.consignment_id.in_([one.consignment_id for one in ones if one.consignment_id is not None]),
            SentCode.dossier_id.in_([one.dossier_id for one in ones if one.dossier_id is not None]),
        ),
        SentCode.expires_at > act.now,
        SentCode.used_at.is_(None),
        SentCode.n_wrong < MAX_WRONG,
    )
    sent = act.session.scalars(good.order_by(SentCode.id.desc()).with_for_update()).all()
    for one in sent:
        if hmac.compare_digest(digits_of(act.session, one.id).encode(), digits.encode()):
            one.used_at = act.now
            act.session.flush()
            return one
    for one in sent:
        one.n_wrong += 1
    act.session.flush()
    return None


def forget_sent(session: Session, *, now: datetime) -> int:
    """Delete codes older than a week; return how many."""
    done = session.execute(delete(SentCode).where(SentCode.made_at < now - KEPT_FOR))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _is_too_often(session: Session, to: Addressee | None, now: datetime) -> bool:
    def n(since: timedelta, which: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(SentCode).where(SentCode.made_at > now - since, which)
        return session.scalar(query) or 0

    if to is not None and to.dossier_id is not None:
        own = SentCode.dossier_id == to.dossier_id
    else:
        own = SentCode.consignment_id == (to.consignment_id if to is not None else None)
    sent = or_(SentCode.consignment_id.is_not(None), SentCode.dossier_id.is_not(None))
    # Nobody's are not counted: what is asked for nobody sends nothing.
    mine, all_together = n(timedelta(days=1), own), n(timedelta(hours=1), sent)
    return (to is not None and mine >= MAX_A_DAY) or all_together >= MAX_OF_ALL_IN_AN_HOUR
