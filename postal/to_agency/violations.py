"""Staff of the post report what an agency does against the rules, and somebody answers (QĐ 45/2016/QĐ-TTg Đ16.4).

The words of a report and of its answer may name people: both lie sealed, and only who reported and who answers read
them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.audit import note
from postal.custody import next_number
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import Item, Office, OfficeKind, Violation
from postal.people import vault_of
from routing import Message

WHAT = frozenset({"refused", "late", "more_papers", "more_money", "harassment", "other"})
_LONGEST = 2_000


class AlreadyAnswered(Conflict):
    code = "violation_answered"
    says = Message("Phản ánh {number} đã có trả lời.")


def report_violation(act: Act, agency_id: int, *, what: str, words: str, item_id: int | None = None) -> Violation:
    """Report what an agency does against the procedure; the report gets a number. ``what`` is one of `WHAT`.

    Raises NotFound, InvalidInput without words or for something else.
    """
    agency = act.session.get(Office, agency_id)
    if agency is None or agency.kind is not OfficeKind.ISSUING:
        raise NotFound(what=Message("cơ quan"))
    if what not in WHAT:
        raise InvalidInput(field=Message("Việc phản ánh"))
    if not words.strip():
        raise InvalidInput(field=Message("Nội dung phản ánh"))
    if item_id is not None and act.session.get(Item, item_id) is None:
        raise NotFound(what=Message("bưu gửi"))
    sealed = vault_of(act.session).seal_bytes(words.strip()[:_LONGEST].encode())
    reported = Violation(
        number=next_number(act.session, "PA", now=act.now),
        what=what,
        agency_id=agency_id,
        item_id=item_id,
        sealed=sealed.data,
        key_id=sealed.key_id,
        reported_at=act.now,
        reported_by_id=act.by.user_id,
    )
    act.session.add(reported)
    act.session.flush()
    note(act, "violation_reported", "violation", reported.id)
    return reported


def answer_violation(act: Act, violation_id: int, *, words: str) -> Violation:
    """Say what was done about a report. Raises NotFound, AlreadyAnswered, InvalidInput without words."""
    if not words.strip():
        raise InvalidInput(field=Message("Trả lời"))
    found = act.session.get(Violation, violation_id)
    if found is None:
        raise NotFound(what=Message("phản ánh"))
    if found.answered_at is not None:
        raise AlreadyAnswered(number=found.number)
    sealed = vault_of(act.session).seal_bytes(words.strip()[:_LONGEST].encode())
    found.answer, found.answer_key_id = sealed.data, sealed.key_id
    found.answered_at, found.answered_by_id = act.now, act.by.user_id
    act.session.flush()
    note(act, "violation_answered", "violation", found.id)
    return found


def violations(session: Session, *, reported_by_id: int | None = None, limit: int = 200) -> Sequence[Violation]:
    """Return reports, those without an answer first, then the newest; of one reporter or of all."""
    query = select(Violation).order_by(Violation.answered_at.is_not(None), Violation.id.desc()).limit(limit)
    if reported_by_id is not None:
        query = query.where(Violation.reported_by_id == reported_by_id)
    return session.scalars(query).all()


def words_of(session: Session, found: Violation) -> tuple[str, str]:
    """Return what was reported and what was answered, "" before that."""
    vault = vault_of(session)
    answer = vault.open_bytes(found.answer, found.answer_key_id or "").decode() if found.answer is not None else ""
    return vault.open_bytes(found.sealed, found.key_id).decode(), answer
