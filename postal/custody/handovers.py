"""Custody passes: expected against scanned, both parties named, one immutable numbered receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from postal.access.act import Act
from postal.chain.commitments import commit, new_salt, person_payload
from postal.chain.unsealed import RECEIPT, note_unsealed
from postal.custody.batches import list_digest
from postal.custody.numbers import next_number
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.facts import RECEIPT as RECEIPT_FACT
from postal.life.items import with_s10s
from postal.life.tracking import Scan, lock_items, record_all
from postal.models import (
    Batch,
    BatchItem,
    Discrepancy,
    Found,
    Handover,
    HandoverLine,
    Item,
    Leg,
    Manifest,
    ManifestLine,
    PersonKind,
)
from postal.models.keys import write_many
from postal.network.promises import load_promises
from postal.people import PersonData, add_person
from postal.rules.lifecycle import EventKind, State
from postal.rules.s10 import normal_s10
from routing import Message

MAX_SCANNED = 20_000


class NotClosed(Conflict):
    code = "batch_not_closed"
    says = Message("Lô chưa chốt danh sách nên chưa bàn giao được.")


class AlreadyHandedOver(Conflict):
    code = "already_handed_over"
    says = Message("Danh sách này đã bàn giao theo biên bản {number}.")


@dataclass(frozen=True, kw_only=True)
class Party:
    """One side of a handover, as it signs: ``code`` is a courier's staff code, ``office_id`` whom it signs for."""

    name: str
    position: str = ""
    code: str = ""
    office_id: int | None = None

    def __repr__(self) -> str:
        return "<Party>"


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What the count said: codes in the order of the list, then in the order they were scanned."""

    present: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    wrong: tuple[str, ...]


def count(expected: Sequence[str], scanned: Iterable[str], known: Iterable[str]) -> Counted:
    """Compare a list with what was scanned; a code scanned twice counts once. Pure.

    ``known`` are codes of items of ours that are not on this list: extra. Anything else is wrong.
    """
    seen = dict.fromkeys(code for code in scanned if code)
    ours, listed = set(known), set(expected)
    return Counted(
        present=tuple(code for code in expected if code in seen),
        missing=tuple(code for code in expected if code not in seen),
        extra=tuple(code for code in seen if code not in listed and code in ours),
        wrong=tuple(code for code in seen if code not in listed and code not in ours),
    )


def hand_over(act: Act, batch_id: int, *, scanned: Iterable[str], giver: Party, receiver: Party) -> Handover:
    """Pass a closed batch from the agency to the post; J starts here (TT 17/2017/TT-BTTTT Đ7).

    What was listed but not scanned goes back to the queue, what was scanned but not listed, or withdrawn by the
    agency, stays with the giver; both become discrepancies.
    Raises NotFound, NotClosed, AlreadyHandedOver, InvalidInput.
    """
    manifest = _manifest(act.session, batch_id)
    # What the agency withdrew meanwhile stays on the fixed list but is not handed over: it lies with the giver.
    lock_items(act.session, [line.item for line in manifest.lines])
    lines = [line for line in manifest.lines if line.item.state is State.BATCHED]
    expected = [line.s10 for line in lines]
    codes = clean_codes(scanned)
    counted = count(expected, codes, with_s10s(act.session, codes))
    by_code = {line.s10: line.item for line in lines}
    handover = write_receipt(
        act,
        Leg.CENTRE_TO_POST,
        counted,
        replace(giver, office_id=manifest.batch.office_id),
        receiver,
        of=CountedList(manifest_id=manifest.id),
    )
    _take_over(act, [by_code[code] for code in counted.present], handover)
    _back_to_queue(act, manifest.batch, [by_code[code] for code in counted.missing], handover)
    return handover


def _take_over(act: Act, items: list[Item], handover: Handover) -> None:
    """Let the post hold the items from now on; what was promised counts from here."""
    _promise(act, items)
    scan = Scan(
        kind=EventKind.HANDED_OVER,
        scan_id=f"handover:{handover.id}",
        happened_at=act.now,
        facts={RECEIPT_FACT: handover.number},
    )
    record_all(act, items, scan)


@dataclass(frozen=True, kw_only=True)
class CountedList:
    """What a receipt is about: the fixed list or the round that was counted, and facts to print on the receipt.

    ``pieces`` are items by a code that is no S10: dossiers collected at home have none.
    """

    manifest_id: int | None = None
    round_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    pieces: Mapping[str, Item] = field(default_factory=dict)


def write_receipt(act: Act, leg: Leg, counted: Counted, giver: Party, receiver: Party, *, of: CountedList) -> Handover:
    """Write the receipt of one change of hands with every code it counted, and a discrepancy for each fault.

    Raises InvalidInput where a side has no name.
    """
    for party, name in ((giver, "giver_name"), (receiver, "receiver_name")):
        if not party.name.strip():
            raise InvalidInput(field=name)
    salt = new_salt()
    handover = Handover(
        number=next_number(act.session, "BB", now=act.now),
        leg=leg,
        manifest_id=of.manifest_id,
        round_id=of.round_id,
        giver_office_id=giver.office_id if giver.office_id is not None else _own_office(act, leg),
        receiver_office_id=receiver.office_id,
        giver_id=_signatory(act, giver),
        receiver_id=_signatory(act, receiver),
        handed_over_at=act.now,
        recorded_at=act.now,
        recorded_by_id=act.by.user_id,
        api_key_id=act.by.api_key_id,
        command=act.by.command,
        n_expected=len(counted.present) + len(counted.missing),
        n_present=len(counted.present),
        digest=list_digest(counted.present),
        facts={"giver_code": giver.code, "receiver_code": receiver.code} | dict(of.facts),
        person_salt=salt,
        person_commitment=commit(salt, parties_payload(giver, receiver)),
    )
    act.session.add(handover)
    act.session.flush()
    _write_lines(act, handover, counted, of.pieces)
    note_unsealed(act.session, RECEIPT, [handover.id], now=act.now)
    return handover


def _own_office(act: Act, leg: Leg) -> int | None:
    """Return the office of whoever acts where the post gives: a receipt names its giver's office."""
    return act.by.office_id if leg in (Leg.POST_TO_CENTRE, Leg.POST_TO_CARRIER) else None


def parties_payload(giver: Party, receiver: Party) -> str:
    """Return the canonical text of who signed: what the receipt commits to."""
    return person_payload(giver.name.strip(), giver.position.strip(), receiver.name.strip(), receiver.position.strip())


def clean_codes(scanned: Iterable[str]) -> list[str]:
    """Return scanned codes in one form, empty lines gone. Raises InvalidInput for far too many."""
    codes = [normal_s10(text) for text in scanned if text.strip()]
    if len(codes) > MAX_SCANNED:
        raise InvalidInput(field="scanned")
    return codes


def _manifest(session: Session, batch_id: int) -> Manifest:
    # Two clerks at one counter: the second waits.
    batch = session.get(Batch, batch_id, with_for_update={"key_share": True}, populate_existing=True)
    if batch is None:
        raise NotFound(what=Message("lô bàn giao"))
    manifest = session.scalar(
        select(Manifest)
        .where(Manifest.batch_id == batch_id)
        .options(joinedload(Manifest.batch), joinedload(Manifest.lines).joinedload(ManifestLine.item))
    )
    if manifest is None:
        raise NotClosed
    number = session.scalar(select(Handover.number).where(Handover.manifest_id == manifest.id))
    if number is not None:
        raise AlreadyHandedOver(number=number)
    return manifest


def _signatory(act: Act, party: Party) -> int:
    data = PersonData(full_name=party.name.strip(), position=party.position.strip() or None)
    return add_person(act.session, PersonKind.PARTY, data, now=act.now).id


def _write_lines(act: Act, handover: Handover, counted: Counted, pieces: Mapping[str, Item]) -> None:
    faults = {Found.MISSING: counted.missing, Found.EXTRA: counted.extra, Found.WRONG: counted.wrong}
    codes = [*counted.present, *counted.missing, *counted.extra]
    items = with_s10s(act.session, codes) | dict(pieces)
    found = [(code, Found.PRESENT) for code in counted.present]
    found += [(code, kind) for kind, codes_of in faults.items() for code in codes_of]
    lines = [
        {
            "handover_id": handover.id,
            "item_id": items[code].id if code in items else None,
            "code": code[:40],
            "found": kind,
        }
        for code, kind in found
    ]
    write_many(act.session, HandoverLine, lines)
    act.session.add_all(
        Discrepancy(
            kind=str(kind),
            item_id=items[code].id if code in items else None,
            handover_id=handover.id,
            noted_at=act.now,
            detail=code[:40],
        )
        for code, kind in found
        if kind is not Found.PRESENT
    )
    act.session.flush()
    act.session.refresh(handover)


def _promise(act: Act, items: Sequence[Item]) -> None:
    promises = load_promises(act.session)
    for consignment in {item.consignment_id: item.consignment for item in items}.values():
        consignment.posted_at = act.now
        promises.give(consignment, act.now)


def _back_to_queue(act: Act, batch: Batch, items: Sequence[Item], handover: Handover) -> None:
    if not items:
        return
    ids = {item.id for item in items}
    lines = act.session.scalars(select(BatchItem).where(BatchItem.batch_id == batch.id, BatchItem.is_current))
    for line in lines:
        line.is_current = line.item_id not in ids
    scan = Scan(kind=EventKind.UNBATCHED, scan_id=f"missing:{handover.id}", happened_at=act.now, reason="missing")
    record_all(act, items, scan)
