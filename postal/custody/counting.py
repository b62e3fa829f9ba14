"""Counting a list scan by scan: each code is answered at once, and a dead browser loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.custody.counted import is_of_count
from postal.custody.giving_back import owed_pieces
from postal.custody.handovers import MAX_SCANNED, items_by_code
from postal.errors import Conflict, InvalidInput, NotFound
from postal.models import (
    Batch,
    BatchItem,
    Consignment,
    CountedScan,
    CountList,
    DeliveryRound,
    Handover,
    Item,
    Manifest,
    ManifestLine,
    Office,
    RoundStatus,
    RoundStop,
)
from postal.rules.lifecycle import Direction, State
from postal.rules.s10 import is_s10, normal_s10
from routing import Message

# What a round may take along and what it must bring home; rounds/walking.py counts the same pieces.
_LOADABLE = (State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND)
_TO_BRING_HOME = (State.ON_ROUND, State.ATTEMPTED, State.COLLECTED)
_WITH_DOSSIERS = (CountList.BACK, CountList.DOSSIERS)


class Said(StrEnum):
    """What a scan is answered. Add, never rename: pages give each a sound and a colour."""

    RIGHT = "right"
    AGAIN = "again"
    OTHER_LIST = "other_list"
    OTHER_OFFICE = "other_office"
    NOT_LISTED = "not_listed"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


# The answer's tone (one sound and one colour each), and its sentence.
SCAN_WORDS: dict[Said, tuple[str, Message]] = {
    Said.RIGHT: ("good", Message("Đúng.")),
    Said.AGAIN: ("again", Message("Đã quét rồi.")),
    Said.OTHER_LIST: ("wrong", Message("Thuộc danh sách khác: {where}. Để riêng.")),
    Said.OTHER_OFFICE: ("elsewhere", Message("Của nơi khác: {where}. Để riêng.")),
    Said.NOT_LISTED: ("wrong", Message("Không có trong danh sách này. Để riêng.")),
    Said.WITHDRAWN: ("wrong", Message("Cơ quan đã rút bưu gửi này. Để riêng.")),
    Said.UNKNOWN: ("unknown", Message("Không phải bưu gửi của hệ thống. Để riêng.")),
    Said.UNREADABLE: ("unknown", Message("Mã đọc sai: quét lại.")),
}


class CountOver(Conflict):
    code = "count_over"
    says = Message("Danh sách này đã giao nhận xong, không quét thêm được.")


class CountTooEarly(Conflict):
    code = "count_too_early"
    says = Message("Chuyến chưa đi nên chưa nhận lại được gì.")


@dataclass(frozen=True, kw_only=True)
class ScanSaid:
    """The answer to one scan."""

    said: Said
    code: str
    where: str = ""

    @property
    def tone(self) -> str:
        """Return which sound and colour the page gives it: good, again, wrong, elsewhere or unknown."""
        return SCAN_WORDS[self.said][0]

    @property
    def message(self) -> Message:
        """Return what the page says."""
        return SCAN_WORDS[self.said][1].filled(where=self.where)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One thing a list holds. ``code`` is its S10; a dossier collected at home has only its dossier code."""

    item_id: int
    code: str
    dossier_code: str

    @property
    def scan_code(self) -> str:
        """Return the code as a scan of it is kept."""
        return normal_s10(self.code)


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """The answers to some scans, in the order sent, and how far the count is after them."""

    scans: tuple[ScanSaid, ...]
    n_scanned: int
    n_expected: int


@dataclass(frozen=True, kw_only=True)
class CountSoFar:
    """A count under way: what is there, what is missing still, and what does not belong here."""

    n_expected: int
    n_scanned: int
    missing: tuple[Piece, ...]
    others: tuple[ScanSaid, ...]


@dataclass(frozen=True, kw_only=True)
class _List:
    """What is being counted, and where a stranger's code belongs instead."""

    which: CountList
    subject_id: int
    columns: Mapping[str, int]
    pieces: Select[int, Any, str]
    elsewhere: Callable[[Session, Item], tuple[Said, str]]


def scan_codes(act: Act, which: CountList, subject_id: int, codes: Sequence[str]) -> Scanned:
    """Count codes against a list; none is the mere question how far it is. ``subject_id``: batch, round or agency.

    Raises NotFound, CountOver, CountTooEarly, InvalidInput for an empty code or more than 20,000.
    """
    bare = [normal_s10(code) for code in codes]
    if not all(bare) or len(bare) > MAX_SCANNED:
        raise InvalidInput(field="code")
    here = _open(act.session, which, subject_id)
    known = _counted_among(act.session, here, bare)
    scans, rows = [], []
    for code, told in zip(bare, _tell(act.session, here, bare), strict=True):
        if told.said is Said.RIGHT and code in known:
            told = ScanSaid(said=Said.AGAIN, code=code)
        scans.append(told)
        # A misread code is scanned again at once; everything else that was there is told on the receipt.
        if code not in known and told.said is not Said.UNREADABLE:
            known.add(code)
            rows.append(
                CountedScan(
                    **here.columns,
                    list_of=which,
                    code=code,
                    is_expected=told.said is Said.RIGHT,
                    scanned_at=act.now,
                    user_id=act.by.user_id,
                )
            )
    act.session.add_all(rows)
    act.session.flush()
    counted = select(func.count()).where(is_of_count(which, subject_id), CountedScan.is_expected)
    return Scanned(scans=tuple(scans), n_scanned=act.session.scalar(counted) or 0, n_expected=_size(act.session, here))


def count_so_far(session: Session, which: CountList, subject_id: int) -> CountSoFar:
    """Return how far a count is. Raises NotFound, CountOver, CountTooEarly."""
    here = _open(session, which, subject_id, is_writing=False)
    pieces = _pieces(session, here.pieces)
    query = select(CountedScan.code, CountedScan.is_expected).where(is_of_count(which, subject_id))
    rows = session.execute(query.order_by(CountedScan.id)).all()
    seen = {code for code, _ in rows}
    missing = tuple(piece for piece in pieces if piece.scan_code not in seen)
    others = [code for code, is_expected in rows if not is_expected]
    return CountSoFar(
        n_expected=len(pieces),
        n_scanned=len(pieces) - len(missing),
        missing=missing,
        others=_tell(session, here, others),
    )


def _open(session: Session, which: CountList, subject_id: int, *, is_writing: bool = True) -> _List:
    """Return the list, held against a second scanner and against its handover while we write."""
    make: dict[CountList, Callable[[Session, int, bool], _List]] = {
        CountList.BATCH: _batch_list,
        CountList.LOAD: _load_list,
        CountList.BACK: _back_list,
        CountList.RETURNS: _returns_list,
        CountList.PAPERS: _papers_list,
        CountList.DOSSIERS: _dossiers_list,
    }
    return make[which](session, subject_id, is_writing)


def _batch_list(session: Session, batch_id: int, is_writing: bool) -> _List:
    session.get(Batch, batch_id, with_for_update=is_writing)
    manifest = session.scalar(select(Manifest).where(Manifest.batch_id == batch_id))
    if manifest is None:
        raise NotFound(what=Message("danh sách đã chốt"))
    if session.scalar(select(Handover.id).where(Handover.manifest_id == manifest.id)) is not None:
        raise CountOver
    pieces = (
        select(Item.id, ManifestLine.s10, Item.dossier_code)
        .join(ManifestLine, ManifestLine.item_id == Item.id)
        .where(ManifestLine.manifest_id == manifest.id, Item.state == State.BATCHED)
        .order_by(ManifestLine.position)
    )
    office_id = manifest.batch.office_id

    def elsewhere(session: Session, item: Item) -> tuple[Said, str]:
        office = item.consignment.issuing_office
        if office.id != office_id:
            return Said.OTHER_OFFICE, office.name
        batch = select(Batch.number).join(BatchItem, BatchItem.batch_id == Batch.id)
        number = session.scalar(batch.where(BatchItem.item_id == item.id, BatchItem.is_current).limit(1))
        return (Said.OTHER_LIST, f"lô {number}") if number else (Said.NOT_LISTED, "")

    return _List(
        which=CountList.BATCH,
        subject_id=batch_id,
        columns={"manifest_id": manifest.id},
        pieces=pieces,
        elsewhere=elsewhere,
    )


def _load_list(session: Session, round_id: int, is_writing: bool) -> _List:
    found = _round(session, round_id, is_writing)
    if found.status is not RoundStatus.PLANNED:
        raise CountOver
    pieces = _on_round(round_id).where(Item.state.in_(_LOADABLE), Item.direction == Direction.RESULT)
    return _round_list(found, CountList.LOAD, pieces.where(Item.s10.is_not(None)))


def _back_list(session: Session, round_id: int, is_writing: bool) -> _List:
    found = _round(session, round_id, is_writing)
    if found.status is not RoundStatus.STARTED:
        raise CountTooEarly if found.status is RoundStatus.PLANNED else CountOver
    return _round_list(found, CountList.BACK, _on_round(round_id).where(Item.state.in_(_TO_BRING_HOME)))


def _round(session: Session, round_id: int, is_writing: bool) -> DeliveryRound:
    found = session.get(DeliveryRound, round_id, with_for_update=is_writing)
    if found is None:
        raise NotFound(what=Message("chuyến phát"))
    return found


def _on_round(round_id: int) -> Select[int, Any, str]:
    return (
        select(Item.id, Item.s10, Item.dossier_code)
        .join(RoundStop, RoundStop.consignment_id == Item.consignment_id)
        .where(RoundStop.round_id == round_id)
        .order_by(RoundStop.position, Item.id)
    )


def _round_list(found: DeliveryRound, which: CountList, pieces: Select[int, Any, str]) -> _List:
    def elsewhere(session: Session, item: Item) -> tuple[Said, str]:
        walked = (
            select(DeliveryRound.id, DeliveryRound.number, Office.id, Office.name)
            .join(RoundStop, RoundStop.round_id == DeliveryRound.id)
            .join(Office, Office.id == DeliveryRound.office_id)
            .where(RoundStop.consignment_id == item.consignment_id, DeliveryRound.plan_id == found.plan_id)
        )
        other = session.execute(walked.limit(1)).first()
        if other is None or other[0] == found.id:
            return Said.NOT_LISTED, ""
        if other[2] != found.office_id:
            return Said.OTHER_OFFICE, other[3]
        return Said.OTHER_LIST, f"chuyến {other[1]}"

    return _List(which=which, subject_id=found.id, columns={"round_id": found.id}, pieces=pieces, elsewhere=elsewhere)


def _returns_list(session: Session, agency_id: int, is_writing: bool) -> _List:
    pieces = (
        select(Item.id, Item.s10, Item.dossier_code)
        .join(Consignment, Consignment.id == Item.consignment_id)
        .where(Item.state == State.RETURNING_TO_SENDER, Consignment.issuing_office_id == agency_id)
        .order_by(Item.id)
    )
    return _agency_list(session, agency_id, CountList.RETURNS, pieces, is_writing)


def _papers_list(session: Session, agency_id: int, is_writing: bool) -> _List:
    return _agency_list(session, agency_id, CountList.PAPERS, owed_pieces(agency_id), is_writing)


def _dossiers_list(session: Session, agency_id: int, is_writing: bool) -> _List:
    pieces = (
        select(Item.id, Item.s10, Item.dossier_code)
        .join(Consignment, Consignment.id == Item.consignment_id)
        .where(Item.state == State.DOSSIER_AT_OFFICE, Consignment.issuing_office_id == agency_id)
        .order_by(Item.id)
    )
    return _agency_list(session, agency_id, CountList.DOSSIERS, pieces, is_writing)


def _agency_list(
    session: Session, agency_id: int, which: CountList, pieces: Select[int, Any, str], is_writing: bool
) -> _List:
    if session.get(Office, agency_id, with_for_update=is_writing) is None:
        raise NotFound(what=Message("cơ quan"))

    def elsewhere(session: Session, item: Item) -> tuple[Said, str]:
        office = item.consignment.issuing_office
        return (Said.NOT_LISTED, "") if office.id == agency_id else (Said.OTHER_OFFICE, office.name)

    return _List(
        which=which, subject_id=agency_id, columns={"office_id": agency_id}, pieces=pieces, elsewhere=elsewhere
    )


def _size(session: Session, here: _List) -> int:
    return session.scalar(select(func.count()).select_from(here.pieces.order_by(None).subquery())) or 0


def _pieces(session: Session, query: Select[int, Any, str]) -> list[Piece]:
    rows = session.execute(query)
    return [Piece(item_id=item_id, code=s10 or dossier, dossier_code=dossier) for item_id, s10, dossier in rows]


def _counted_among(session: Session, here: _List, codes: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for first in range(0, len(codes), 500):
        query = select(CountedScan.code).where(is_of_count(here.which, here.subject_id))
        known |= set(session.scalars(query.where(CountedScan.code.in_(codes[first : first + 500]))))
    return known


def _tell(session: Session, here: _List, codes: Sequence[str]) -> tuple[ScanSaid, ...]:
    """Say of each code what it is to this list, whether it was scanned before or not."""
    items = items_by_code(session, codes)
    ids = [item.id for item in items.values()]
    listed: set[str] = set()
    for first in range(0, len(ids), 500):
        here_of = _pieces(session, here.pieces.where(Item.id.in_(ids[first : first + 500])))
        listed |= {piece.code for piece in here_of}
    if here.which in _WITH_DOSSIERS:  # a dossier collected at home has no number of ours: its own code is scanned
        listed |= {piece.scan_code for piece in _pieces(session, here.pieces.where(Item.s10.is_(None)))}

    def tell(code: str) -> ScanSaid:
        if code in listed:
            return ScanSaid(said=Said.RIGHT, code=code)
        item = items.get(code)
        if item is None:
            return ScanSaid(said=Said.UNKNOWN if is_s10(code) else Said.UNREADABLE, code=code)
        if item.state is State.CANCELLED:
            return ScanSaid(said=Said.WITHDRAWN, code=code)
        said, where = here.elsewhere(session, item)
        return ScanSaid(said=said, code=code, where=where)

    return tuple(tell(code) for code in codes)
