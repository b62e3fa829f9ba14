"""Counting a list scan by scan: each code is answered at once, nothing scanned is lost, and the count ends once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.access.policy import Actor, Subject, require, require_own
from postal.counting.answers import CodeAnswer, CountSoFar, Match, Piece, Scanned
from postal.counting.kinds import Ending, ListKind, NothingCounted
from postal.custody import MAX_SCANNED
from postal.errors import InvalidInput, NotFound
from postal.life.items import with_s10s
from postal.models import CountedScan, Handover, Item
from postal.models.keys import blocks
from postal.rules.lifecycle import State
from postal.rules.s10 import is_s10, normal_s10


def require_list(session: Session, by: Actor, kind: ListKind, row_id: int) -> None:
    """Let an actor at a list of their own; a foreign one looks as if it were not there. Raises NotFound, Forbidden."""
    if kind.of.subject is None:
        require(by, kind.right)
        return
    row = session.get(kind.of.model, row_id)
    own = kind.of.subject(row) if row is not None else Subject()
    require_own(by, kind.right, own, what=kind.of.what)


def scan_codes(act: Act, kind: ListKind, row_id: int, codes: Sequence[str]) -> Scanned:
    """Count codes against a list; no code asks how far the count is. ``row_id``: the batch, round or agency.

    Raises NotFound, CountOver, CountTooEarly, InvalidInput for an empty code or more than 20,000.
    """
    bare = [normal_s10(code) for code in codes]
    if not all(bare) or len(bare) > MAX_SCANNED:
        raise InvalidInput(field="code")
    row = _open(act.session, kind, row_id, is_writing=True)
    counted = _of_count(act.session, kind, row_id)
    known: set[str] = set()
    for some in blocks(bare):
        known |= set(act.session.scalars(select(CountedScan.code).where(counted, CountedScan.code.in_(some))))
    key = {kind.of.column: kind.of.key(act.session, row_id)}
    answers, scans = [], []
    for code, answer in zip(bare, _answers(act.session, kind, row, bare), strict=True):
        is_right = answer.match is Match.RIGHT
        answers.append(replace(answer, match=Match.AGAIN) if is_right and code in known else answer)
        # A misread code is scanned again at once; everything else that was there is named on the receipt.
        if code not in known and answer.match is not Match.UNREADABLE:
            known.add(code)
            scan = CountedScan(
                **key, list_of=kind.name, code=code, is_expected=is_right, scanned_at=act.now, user_id=act.by.user_id
            )
            scans.append(scan)
    act.session.add_all(scans)
    act.session.flush()
    n_scanned = act.session.scalar(select(func.count()).where(counted, CountedScan.is_expected)) or 0
    return Scanned(answers=tuple(answers), n_scanned=n_scanned, n_expected=_size(act.session, kind, row_id))


def scan_own_list(act: Act, kind: ListKind, row_id: int, codes: Sequence[str]) -> Scanned:
    """Count codes as `scan_codes` does, for somebody who must have a right to the list. Raises as both."""
    require_list(act.session, act.by, kind, row_id)
    return scan_codes(act, kind, row_id, codes)


def count_so_far(session: Session, kind: ListKind, row_id: int) -> CountSoFar:
    """Return how far a count is. Raises NotFound, CountOver, CountTooEarly."""
    row = _open(session, kind, row_id, is_writing=False)
    pieces = _pieces(session, kind.pieces(row_id))
    query = select(CountedScan.code, CountedScan.is_expected).where(_of_count(session, kind, row_id))
    scans = session.execute(query.order_by(CountedScan.id)).all()
    seen = {code for code, _ in scans}
    missing = tuple(piece for piece in pieces if piece.scan_code not in seen)
    others = [code for code, is_expected in scans if not is_expected]
    return CountSoFar(
        n_expected=len(pieces),
        n_scanned=len(pieces) - len(missing),
        missing=missing,
        others=_answers(session, kind, row, others),
    )


def counted_codes(session: Session, kind: ListKind, row_id: int) -> list[str]:
    """Return the codes counted so far for one list, in the order they were scanned."""
    query = select(CountedScan.code).where(_of_count(session, kind, row_id)).order_by(CountedScan.id)
    return list(session.scalars(query))


def counted_pieces(session: Session, kind: ListKind, row_id: int) -> list[str]:
    """Return the codes of those pieces of a list, as it is now, that were scanned."""
    seen = set(counted_codes(session, kind, row_id))
    return [piece.scan_code for piece in _pieces(session, kind.pieces(row_id)) if piece.scan_code in seen]


def end_count(act: Act, kind: ListKind, row_id: int, ending: Ending | None = None) -> Handover:
    """Hand over what was counted and bind the scans to the receipt: what is scanned later belongs to the next count.

    The codes of ``ending`` are filled in from the scans. Raises NotFound, NothingCounted where a list with pieces has
    no scan yet, and what the kind's own end raises.
    """
    _locked(act.session, kind, row_id)
    codes = tuple(counted_codes(act.session, kind, row_id))
    if not codes and _size(act.session, kind, row_id):
        raise NothingCounted
    counted = _of_count(act.session, kind, row_id)
    handover = kind.end(act, row_id, replace(ending or Ending(), codes=codes))
    act.session.execute(update(CountedScan).where(counted).values(handover_id=handover.id))
    return handover


def _locked(session: Session, kind: ListKind, row_id: int) -> Any:
    """Return the row the list belongs to, held against a second scanner and against its handover."""
    row = session.get(kind.of.model, row_id, with_for_update={"key_share": True}, populate_existing=True)
    if row is None:
        raise NotFound(what=kind.of.what)
    return row


def _open(session: Session, kind: ListKind, row_id: int, *, is_writing: bool) -> Any:
    row = _locked(session, kind, row_id) if is_writing else session.get(kind.of.model, row_id)
    if row is None:
        raise NotFound(what=kind.of.what)
    kind.may_open(session, row)
    return row


def _of_count(session: Session, kind: ListKind, row_id: int) -> ColumnElement[bool]:
    """Return the condition that finds the scans of a count under way."""
    column = getattr(CountedScan, kind.of.column)
    key = kind.of.key(session, row_id)
    return and_(column == key, CountedScan.list_of == kind.name, CountedScan.handover_id.is_(None))


def _size(session: Session, kind: ListKind, row_id: int) -> int:
    pieces = kind.pieces(row_id).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(pieces)) or 0


def _pieces(session: Session, query: Select[int, Any, str]) -> list[Piece]:
    rows = session.execute(query)
    return [Piece(item_id=item_id, code=s10 or dossier, dossier_code=dossier) for item_id, s10, dossier in rows]


def _answers(session: Session, kind: ListKind, row: Any, codes: Sequence[str]) -> tuple[CodeAnswer, ...]:
    """Say of each code what it is to this list, whether it was scanned before or not."""
    items = with_s10s(session, codes)
    pieces = kind.pieces(row.id)
    listed: set[str] = set()
    for ids in blocks([item.id for item in items.values()]):
        listed |= {piece.code for piece in _pieces(session, pieces.where(Item.id.in_(ids)))}
    if kind.has_dossiers:  # a dossier collected at home has no number of ours: its own code is scanned
        listed |= {piece.scan_code for piece in _pieces(session, pieces.where(Item.s10.is_(None)))}

    def answer(code: str) -> CodeAnswer:
        if code in listed:
            return CodeAnswer(match=Match.RIGHT, code=code)
        item = items.get(code)
        if item is None:
            return CodeAnswer(match=Match.UNKNOWN if is_s10(code) else Match.UNREADABLE, code=code)
        if item.state is State.CANCELLED:
            return CodeAnswer(match=Match.WITHDRAWN, code=code)
        match, where = kind.of.elsewhere(session, row, item)
        return CodeAnswer(match=match, code=code, where=where)

    return tuple(answer(code) for code in codes)
