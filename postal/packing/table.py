"""Packing scan by scan: a code opens an envelope on a clerk's table, a weight packs it, anything else is answered.

The server is told every scan at once and keeps whose table an envelope lies on: a page that is loaded again, or a
second clerk at the batch, finds it there. Of two who want one envelope the first has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.custody import Packed, pack_items
from postal.custody.batches import open_one
from postal.errors import InvalidInput, NotFound, PostalError
from postal.models import Batch, BatchItem, Item, User
from postal.packing.answers import Answer, OnTable, Said
from postal.packing.scale import WeightUnit, grams
from postal.rules.codes import bare_code
from postal.rules.lifecycle import State
from postal.rules.s10 import normal_s10
from routing import Message

LEFT_AFTER = timedelta(minutes=10)
"""How long an envelope stays on the table of somebody who does nothing more about it."""
_LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a scanner, a scale or a hand typed at a table.

    ``item_id`` is the envelope the page shows open; ``counts`` are the papers giver and receiver counted, None where
    they are as the list says. ``unit`` is that of a weight without one.
    """

    text: str
    unit: WeightUnit = WeightUnit.G
    item_id: int | None = None
    counts: tuple[int, int] | None = None


def enter(act: Act, batch_id: int, entry: Entry) -> Answer:
    """Take one entry at the table of whoever acts: a code opens an envelope, a weight packs the open one.

    What cannot be is answered and changes nothing. The same weight of the same envelope sent again is packed once.
    Raises NotFound, BatchClosed, InvalidInput for nothing or far too much.
    """
    text = entry.text.strip()
    if not text or len(text) > _LONGEST:
        raise InvalidInput(field="text")
    batch = open_one(act.session, batch_id)
    weight_g = grams(text, entry.unit)
    line = _line(act.session, batch_id, text)
    if weight_g is not None and (line is None or entry.item_id is not None):
        return _weigh(act, batch, entry, weight_g)
    return _scan(act, batch, text, line)


def leave(act: Act, batch_id: int) -> None:
    """Put the envelope open on one's table aside, unpacked. Raises NotFound, BatchClosed."""
    open_one(act.session, batch_id)
    if (line := _own(act.session, batch_id, act.by.user_id)) is not None:
        line.on_table_since = line.on_table_by_id = None


def take_again(act: Act, batch_id: int, item_id: int) -> None:
    """Open an envelope that was packed before, to count and weigh it again; what was noted holds until then.

    Raises NotFound, BatchClosed.
    """
    batch = open_one(act.session, batch_id)
    line = act.session.scalar(_lines(batch_id).where(BatchItem.item_id == item_id))
    if line is None or _elsewhere(act, line):
        raise NotFound(what=Message("bưu gửi trong lô"))
    leave(act, batch.id)
    _put(act, line)


def on_own_table(session: Session, batch_id: int, user_id: int | None) -> OnTable | None:
    """Return the envelope open on somebody's table."""
    line = _own(session, batch_id, user_id)
    return _shown(line) if line is not None else None


def packed_last(session: Session, batch_id: int, *, limit: int) -> list[BatchItem]:
    """Return what was packed last, the newest first."""
    query = _lines(batch_id).where(BatchItem.packed_at.is_not(None))
    return list(session.scalars(query.order_by(BatchItem.packed_at.desc(), BatchItem.id.desc()).limit(limit)))


def unpacked(session: Session, batch_id: int, *, limit: int) -> Sequence[str]:
    """Return the dossier codes of the first envelopes not packed yet, in the order of the list."""
    query = select(Item.dossier_code).join(BatchItem, BatchItem.item_id == Item.id)
    left = query.where(*_in_batch(batch_id), BatchItem.packed_at.is_(None))
    return session.scalars(left.order_by(BatchItem.id).limit(limit)).all()


def progress(session: Session, batch_id: int) -> tuple[int, int]:
    """Return how many envelopes of a batch are packed, and how many there are."""
    counts = select(func.count(BatchItem.packed_at), func.count()).select_from(BatchItem).join(Item)
    n_packed, n_all = session.execute(counts.where(*_in_batch(batch_id))).one()
    return n_packed, n_all


def _scan(act: Act, batch: Batch, text: str, line: BatchItem | None) -> Answer:
    if line is None:
        said, facts = _outside(act.session, batch, text)
        return _answer(act, batch.id, said, text, **facts)
    code, mine = line.item.dossier_code, _own(act.session, batch.id, act.by.user_id)
    if line.item.state is State.CANCELLED:
        return _answer(act, batch.id, Said.WITHDRAWN, code)
    if mine is not None and mine.id != line.id:
        return _answer(act, batch.id, Said.WEIGH_FIRST, code, code=mine.item.dossier_code)
    if mine is not None:
        return _answer(act, batch.id, Said.STILL_OPEN, code)
    if line.packed_at is not None:
        return _answer(act, batch.id, Said.AGAIN, code, n=line.n_giver, weight_g=line.item.weight_g)
    if (other := _elsewhere(act, line)) is not None:
        return _answer(act, batch.id, Said.OTHER_TABLE, code, where=other)
    _put(act, line)
    n_documents = len(line.item.documents)
    return _answer(act, batch.id, Said.OPENED if n_documents else Said.OPENED_UNLISTED, code, n=n_documents)


def _weigh(act: Act, batch: Batch, entry: Entry, weight_g: int) -> Answer:
    query = _lines(batch.id).where(BatchItem.item_id == entry.item_id)
    line = act.session.scalar(query) if entry.item_id is not None else None
    if line is None:
        return _answer(act, batch.id, Said.SCAN_FIRST, "")
    code, expected = line.item.dossier_code, len(line.item.documents)
    n_giver, n_receiver = entry.counts or (expected, expected)
    done = {"n": n_giver, "weight_g": weight_g}
    if line.on_table_by_id != act.by.user_id or line.on_table_since is None:
        if line.packed_at is None:
            return _answer(act, batch.id, Said.SCAN_FIRST, code)
        is_same = (line.n_giver, line.n_receiver, line.item.weight_g) == (n_giver, n_receiver, weight_g)
        if is_same and line.packed_by_id == act.by.user_id:  # the line was cut before the answer: it is said again
            return _answer(act, batch.id, Said.PACKED, code, **done)
        return _answer(act, batch.id, Said.AGAIN, code, n=line.n_giver, weight_g=line.item.weight_g)
    told = Packed(item_id=line.item_id, n_giver=n_giver, n_receiver=n_receiver, weight_g=weight_g)
    try:
        pack_items(act, batch.id, [told])
    except PostalError as refusal:
        return _answer(act, batch.id, Said.REFUSED, code, why=refusal.message)
    return _answer(act, batch.id, Said.PACKED, code, **done)


def _line(session: Session, batch_id: int, text: str) -> BatchItem | None:
    """Return the line of a batch whose dossier code or number was scanned, one that is not packed yet first."""
    bare = bare_code(text)[:80]
    if not bare:
        return None
    query = select(BatchItem).join(Item).where(BatchItem.batch_id == batch_id, BatchItem.is_current)
    meant = query.where(or_(Item.dossier_bare == bare, Item.s10 == normal_s10(text)))
    return session.scalar(meant.order_by(BatchItem.packed_at.is_not(None), BatchItem.id).limit(1))


def _outside(session: Session, batch: Batch, text: str) -> tuple[Said, dict[str, object]]:
    """Say what a code that is not on this batch's list is."""
    meant = or_(Item.dossier_bare == bare_code(text)[:80], Item.s10 == normal_s10(text))
    item = session.scalar(select(Item).where(meant).order_by(Item.id.desc()).limit(1))
    if item is None or not bare_code(text):
        return Said.UNKNOWN, {}
    office = item.consignment.issuing_office
    if office.id != batch.office_id:
        return Said.OTHER_OFFICE, {"where": office.name}
    if item.state is State.CANCELLED:
        return Said.WITHDRAWN, {}
    numbers = select(Batch.number).join(BatchItem, BatchItem.batch_id == Batch.id)
    number = session.scalar(numbers.where(BatchItem.item_id == item.id, BatchItem.is_current).limit(1))
    return (Said.OTHER_BATCH, {"where": number}) if number else (Said.NOT_LISTED, {})


def _put(act: Act, line: BatchItem) -> None:
    line.on_table_since, line.on_table_by_id = act.now, act.by.user_id
    act.session.flush()


def _elsewhere(act: Act, line: BatchItem) -> str | None:
    """Return the user name of who has an envelope on another table, None for nobody who still works on it."""
    if line.on_table_since is None or line.on_table_by_id in (None, act.by.user_id):
        return None
    if line.on_table_since < act.now - LEFT_AFTER:
        return None
    return act.session.get_one(User, line.on_table_by_id).username


def _own(session: Session, batch_id: int, user_id: int | None) -> BatchItem | None:
    query = _lines(batch_id).where(BatchItem.on_table_by_id == user_id, BatchItem.on_table_since.is_not(None))
    return session.scalar(query.limit(1)) if user_id is not None else None


def _in_batch(batch_id: int) -> tuple[ColumnElement[bool], ...]:
    return BatchItem.batch_id == batch_id, BatchItem.is_current.is_(True), Item.state == State.BATCHED


def _lines(batch_id: int) -> Select[BatchItem]:
    return select(BatchItem).join(Item, Item.id == BatchItem.item_id).where(*_in_batch(batch_id))


def _shown(line: BatchItem) -> OnTable:
    item = line.item
    return OnTable(item_id=item.id, dossier_code=item.dossier_code, n_documents=len(item.documents))


def _answer(act: Act, batch_id: int, said: Said, code: str, /, **facts: object) -> Answer:
    n_packed, n_all = progress(act.session, batch_id)
    return Answer(
        said=said,
        code=code,
        open_envelope=on_own_table(act.session, batch_id, act.by.user_id),
        n_packed=n_packed,
        n_all=n_all,
        facts=facts,
    )
