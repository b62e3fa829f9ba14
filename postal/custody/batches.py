"""Gathering items of one office for one pick-up, and fixing the list: a manifest never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from postal.access.act import Act
from postal.custody.numbers import next_number
from postal.custody.packing import Packed, pack, require_packed
from postal.custody.serials import claim
from postal.custody.tokens import set_token
from postal.errors import Conflict, EmptyBatch, NotFound
from postal.life.tracking import Scan, lock_items, record_all
from postal.models import Batch, BatchItem, Consignment, Item, Manifest, ManifestLine, Office
from postal.queue import is_ready
from postal.rules.lifecycle import EventKind, State
from routing import Message


class BatchClosed(Conflict):
    code = "batch_closed"
    says = Message("Lô {number} đã chốt danh sách; sai sót ghi vào biên bản bàn giao.")


class NotReady(Conflict):
    code = "item_not_ready"
    says = Message("Hồ sơ {dossier_code} chưa sẵn sàng xếp lô: còn câu hỏi chưa trả lời hoặc đã ở lô khác.")


class NothingToAdd(Conflict):
    code = "nothing_to_add"
    says = Message("Cơ quan này không có kết quả nào khác sẵn sàng xếp lô.")


def open_batch(act: Act, office_id: int) -> Batch:
    """Open a batch for an issuing office with everything of it that may leave, oldest result first.

    Raises NotFound for an unknown office, EmptyBatch where nothing is ready.
    """
    office = act.session.get(Office, office_id)
    if office is None:
        raise NotFound(what=Message("cơ quan"))
    lock_items(act.session, ready_items(act.session, office_id))
    ready = ready_items(act.session, office_id)
    if not ready:
        raise EmptyBatch
    batch = _new(act, office_id)
    _add(act, batch, ready)
    return batch


def gather(act: Act, item_ids: Sequence[int]) -> Batch:
    """Add chosen items of one agency to the batch it filled last and has not closed, else to a new one.

    Raises NotFound, NotReady naming the dossier; then no batch is opened.
    """
    items = [act.session.get(Item, item_id) for item_id in item_ids]
    lock_items(act.session, [item for item in items if item is not None])
    for item in items:
        if item is None:
            raise NotFound(what=Message("bưu gửi"))
        if item.state is not State.WAITING or not is_ready(item.consignment):
            raise NotReady(dossier_code=item.dossier_code)
    agency_ids = {item.consignment.issuing_office_id for item in items if item is not None}
    if len(agency_ids) != 1:
        raise NotFound(what=Message("cơ quan"))
    agency_id = agency_ids.pop()
    query = select(Batch.id).where(Batch.office_id == agency_id, Batch.closed_at.is_(None)).order_by(Batch.id.desc())
    batch_id = act.session.scalar(query.limit(1)) or _new(act, agency_id).id
    add_items(act, batch_id, item_ids)
    return act.session.get_one(Batch, batch_id)


def _new(act: Act, office_id: int) -> Batch:
    batch = Batch(
        number=next_number(act.session, "LO", now=act.now),
        office_id=office_id,
        opened_at=act.now,
        opened_by_id=act.by.user_id,
    )
    act.session.add(batch)
    act.session.flush()
    return batch


def ready_items(session: Session, office_id: int) -> list[Item]:
    """Return an office's waiting items with nothing left to ask; consignments travel whole."""
    query = (
        select(Consignment)
        .join(Consignment.items)
        .where(Consignment.issuing_office_id == office_id, Item.state == State.WAITING)
        .order_by(Consignment.ready_at, Consignment.id)
        .options(joinedload(Consignment.items))
    )
    return [
        item
        for consignment in session.scalars(query).unique()
        if is_ready(consignment)
        for item in consignment.items
        if item.state is State.WAITING
    ]


def add_items(act: Act, batch_id: int, item_ids: Iterable[int]) -> Sequence[Item]:
    """Add items to an open batch. Raises NotFound, BatchClosed, NotReady naming the dossier."""
    batch = open_one(act.session, batch_id)
    items = [act.session.get(Item, item_id) for item_id in item_ids]
    lock_items(act.session, [item for item in items if item is not None])
    for item in items:
        if item is None:
            raise NotFound(what=Message("bưu gửi"))
        consignment = item.consignment
        is_here = item.state is State.WAITING and consignment.issuing_office_id == batch.office_id
        if not is_here or not is_ready(consignment):
            raise NotReady(dossier_code=item.dossier_code)
    found = [item for item in items if item is not None]
    _add(act, batch, found)
    return found


def pack_items(act: Act, batch_id: int, packed: Sequence[Packed]) -> list[BatchItem]:
    """Note envelopes of an open batch as counted, weighed and sealed. Raises as ``packing.pack``, and BatchClosed."""
    return pack(act, open_one(act.session, batch_id), packed)


def remove_item(act: Act, batch_id: int, item_id: int) -> None:
    """Take an item out of an open batch; it waits again. Raises NotFound, BatchClosed."""
    batch = open_one(act.session, batch_id)
    line = next((line for line in batch.lines if line.item_id == item_id and line.is_current), None)
    if line is None:
        raise NotFound(what=Message("bưu gửi trong lô"))
    line.is_current = False
    scan = Scan(kind=EventKind.UNBATCHED, scan_id=f"unbatch:{line.id}", happened_at=act.now)
    record_all(act, [line.item], scan)


def close_batch(act: Act, batch_id: int) -> Manifest:
    """Fix the list: each item gets its S10 and its link, and a numbered line; one digest over all of it.

    Both sides count, weigh and seal before this (``packing``). Raises NotFound, BatchClosed, EmptyBatch,
    NotPacked, RangeExhausted.
    """
    batch = open_one(act.session, batch_id)
    lock_items(act.session, [line.item for line in batch.lines])
    lines = lines_in(batch)
    if not lines:
        raise EmptyBatch
    require_packed(lines)
    items = [line.item for line in lines]
    unnumbered = [item for item in items if item.s10 is None]
    for item, code in zip(unnumbered, claim(act.session, len(unnumbered)), strict=True):
        item.s10 = code
        set_token(act.session, item)
    batch.closed_at = act.now
    manifest = Manifest(
        number=next_number(act.session, "DS", now=act.now),
        batch_id=batch.id,
        closed_at=act.now,
        n_items=len(items),
        weight_g=sum(item.weight_g or 0 for item in items),
        digest=list_digest([item.s10 or "" for item in items]),
    )
    act.session.add(manifest)
    act.session.flush()
    act.session.add_all(
        ManifestLine(manifest_id=manifest.id, position=position, item_id=item.id, s10=item.s10 or "")
        for position, item in enumerate(items, start=1)
    )
    act.session.flush()
    act.session.refresh(manifest)
    return manifest


def list_digest(codes: Iterable[str]) -> str:
    """Return SHA-256 over the codes in their order, one a line: what both sides signed for."""
    return hashlib.sha256("\n".join(codes).encode()).hexdigest()


def lines_in(batch: Batch) -> list[BatchItem]:
    """Return the lines of an open batch: neither taken out of it nor withdrawn by the agency."""
    return [line for line in batch.lines if line.is_current and line.item.state is State.BATCHED]


def open_one(session: Session, batch_id: int) -> Batch:
    """Return a batch that may still change. Raises NotFound, BatchClosed."""
    batch = session.get(Batch, batch_id, with_for_update={"key_share": True}, populate_existing=True)
    if batch is None:
        raise NotFound(what=Message("lô bàn giao"))
    if batch.closed_at is not None:
        raise BatchClosed(number=batch.number)
    return batch


def _add(act: Act, batch: Batch, items: Sequence[Item]) -> None:
    lines = [BatchItem(batch_id=batch.id, item_id=item.id, added_at=act.now) for item in items]
    try:
        with act.session.begin_nested():
            act.session.add_all(lines)
    except IntegrityError as exc:  # two clerks gathered at once: the index keeps an item in one batch
        raise NotReady(dossier_code=items[0].dossier_code) from exc
    # The line's own id makes the scan: an item may enter a batch, leave it and enter another.
    scan = Scan(kind=EventKind.BATCHED, scan_id=f"batch:{lines[0].id}", happened_at=act.now)
    record_all(act, items, scan)
    act.session.expire(batch, ["lines"])
