"""Counting a list scan by scan: each code is answered at once, and a dead browser loses nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from postal.errors import Conflict, InvalidInput, NotFound
from postal.lifecycle import State
from postal.models import (
    Batch,
    BatchItem,
    CountedScan,
    DeliveryRound,
    Handover,
    Item,
    Manifest,
    ManifestLine,
    Office,
    RoundStatus,
    RoundStop,
)
from postal.s10 import is_s10, normal_s10

_LONGEST = 40


class Said(StrEnum):
    """What a scan is answered. Add, never rename: pages give each a sound and a colour."""

    RIGHT = "right"
    AGAIN = "again"
    OTHER_LIST = "other_list"
    OTHER_OFFICE = "other_office"
    NOT_LISTED = "not_listed"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


# The answer's tone (one sound and one colour each), and its sentence in both languages.
SCAN_WORDS: dict[Said, tuple[str, str, str]] = {
    Said.RIGHT: ("good", "Đúng.", "Right."),
    Said.AGAIN: ("again", "Đã quét rồi.", "Scanned before."),
    Said.OTHER_LIST: ("wrong", "Thuộc danh sách khác: {where}.", "It is on another list: {where}."),
    Said.OTHER_OFFICE: ("wrong", "Của nơi khác: {where}.", "It belongs elsewhere: {where}."),
    Said.NOT_LISTED: ("wrong", "Không có trong danh sách này.", "It is not on this list."),
    Said.UNKNOWN: ("unknown", "Không phải bưu gửi của hệ thống.", "No item of ours."),
    Said.UNREADABLE: ("unknown", "Mã đọc sai: quét lại.", "The code was misread: scan again."),
}


class CountOver(Conflict):
    code = "count_over"
    vi = "Danh sách này đã giao nhận xong, không quét thêm được."
    en = "This list was handed over; nothing more can be scanned."


@dataclass(frozen=True, kw_only=True)
class ScanSaid:
    """The answer to one scan, and how far the count is."""

    said: Said
    code: str
    where: str
    n_scanned: int
    n_expected: int

    @property
    def tone(self) -> str:
        """Return which sound and colour the page gives it: good, again, wrong or unknown."""
        return SCAN_WORDS[self.said][0]

    def sentence(self, language: str = "vi") -> str:
        """Return what the page says."""
        return SCAN_WORDS[self.said][1 if language == "vi" else 2].format(where=self.where)


@dataclass(frozen=True, kw_only=True)
class _List:
    """What is being counted: a manifest or a round, and how many pieces it should hold."""

    manifest_id: int | None = None
    round_id: int | None = None
    n_expected: int

    @property
    def counted(self) -> ColumnElement[bool]:
        """Return the condition that finds its scans."""
        if self.manifest_id is not None:
            return CountedScan.manifest_id == self.manifest_id
        return CountedScan.round_id == self.round_id


def scan_for_batch(session: Session, batch_id: int, code: str, *, user_id: int | None, now: datetime) -> ScanSaid:
    """Count one code against a closed batch's fixed list. Raises NotFound, CountOver, InvalidInput."""
    manifest = session.scalar(select(Manifest).where(Manifest.batch_id == batch_id))
    if manifest is None:
        raise NotFound(what="danh sách đã chốt")
    if session.scalar(select(Handover.id).where(Handover.manifest_id == manifest.id)) is not None:
        raise CountOver
    here = _List(manifest_id=manifest.id, n_expected=manifest.n_items)
    item, unread = _read(session, code)
    if item is None:
        return _answer(session, here, code, unread, "", user_id, now)
    line = select(ManifestLine.id).where(ManifestLine.manifest_id == manifest.id, ManifestLine.item_id == item.id)
    if session.scalar(line) is not None:
        return _answer(session, here, code, Said.RIGHT, "", user_id, now)
    office = item.consignment.issuing_office
    if office.id != manifest.batch.office_id:
        return _answer(session, here, code, Said.OTHER_OFFICE, office.name, user_id, now)
    batch = select(Batch.number).join(BatchItem, BatchItem.batch_id == Batch.id)
    number = session.scalar(batch.where(BatchItem.item_id == item.id, BatchItem.is_current).limit(1))
    said = Said.OTHER_LIST if number else Said.NOT_LISTED
    return _answer(session, here, code, said, f"lô {number}" if number else "", user_id, now)


def scan_for_round(session: Session, round_id: int, code: str, *, user_id: int | None, now: datetime) -> ScanSaid:
    """Count one code against what a round should carry. Raises NotFound, CountOver, InvalidInput."""
    found = session.get(DeliveryRound, round_id)
    if found is None:
        raise NotFound(what="chuyến phát")
    if found.status is not RoundStatus.PLANNED:
        raise CountOver
    here = _List(round_id=round_id, n_expected=session.scalar(_load_size(round_id)) or 0)
    item, unread = _read(session, code)
    if item is None:
        return _answer(session, here, code, unread, "", user_id, now)
    walked = (
        select(DeliveryRound.id, DeliveryRound.number, Office.id, Office.name)
        .join(RoundStop, RoundStop.round_id == DeliveryRound.id)
        .join(Office, Office.id == DeliveryRound.office_id)
        .where(RoundStop.consignment_id == item.consignment_id, DeliveryRound.plan_id == found.plan_id)
    )
    other = session.execute(walked.limit(1)).first()
    if other is None:
        return _answer(session, here, code, Said.NOT_LISTED, "", user_id, now)
    if other[0] == round_id:
        return _answer(session, here, code, Said.RIGHT, "", user_id, now)
    if other[2] != found.office_id:
        return _answer(session, here, code, Said.OTHER_OFFICE, other[3], user_id, now)
    return _answer(session, here, code, Said.OTHER_LIST, f"chuyến {other[1]}", user_id, now)


def counted_codes(session: Session, *, batch_id: int | None = None, round_id: int | None = None) -> list[str]:
    """Return the codes counted so far for one list, in the order they were scanned."""
    query = select(CountedScan.code).order_by(CountedScan.id)
    if batch_id is not None:
        manifest = select(Manifest.id).where(Manifest.batch_id == batch_id).scalar_subquery()
        return list(session.scalars(query.where(CountedScan.manifest_id == manifest)))
    return list(session.scalars(query.where(CountedScan.round_id == round_id)))


def _read(session: Session, code: str) -> tuple[Item | None, Said]:
    """Return the item with this code; where there is none, whether it was misread or is none of ours."""
    bare = normal_s10(code)
    if not bare or len(bare) > _LONGEST:
        raise InvalidInput(field="code")
    item = session.scalar(select(Item).where(Item.s10 == bare))
    return item, Said.UNKNOWN if is_s10(bare) else Said.UNREADABLE


def _answer(
    session: Session, here: _List, code: str, said: Said, where: str, user_id: int | None, now: datetime
) -> ScanSaid:
    bare = normal_s10(code)
    is_known = session.scalar(select(CountedScan.id).where(here.counted, CountedScan.code == bare)) is not None
    if is_known and said is Said.RIGHT:
        said = Said.AGAIN
    # A misread code is scanned again at once; everything else that was there is told on the receipt.
    if not is_known and said is not Said.UNREADABLE:
        session.add(
            CountedScan(
                manifest_id=here.manifest_id,
                round_id=here.round_id,
                code=bare,
                is_expected=said is Said.RIGHT,
                scanned_at=now,
                user_id=user_id,
            )
        )
        session.flush()
    n_scanned = session.scalar(select(func.count()).where(here.counted, CountedScan.is_expected)) or 0
    return ScanSaid(said=said, code=bare, where=where, n_scanned=n_scanned, n_expected=here.n_expected)


def _load_size(round_id: int) -> Select[int]:
    return (
        select(func.count(Item.id))
        .join(RoundStop, RoundStop.consignment_id == Item.consignment_id)
        .where(RoundStop.round_id == round_id, Item.state.in_((State.HANDED_OVER, State.AT_OFFICE, State.ON_ROUND)))
    )
