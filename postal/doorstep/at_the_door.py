"""What only a phone at the door can bring, and therefore must: a call that was made, words,
the seal of a dossier, a photo.

A route sheet typed back says the same by its own marks ("paper, entered by"), so these rules hold for phones alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from postal.doorstep.proof import ProofIn, ProofMissing
from postal.errors import InvalidInput
from postal.models import Item
from postal.people import unseal
from postal.rules import PhotoRule, photo_rule, reasons
from postal.rules.lifecycle import EventKind
from postal.rules.reasons import Need
from postal.rules.working_days import local_day
from routing import Message


class ReasonNeeds(InvalidInput):
    code = "reason_needs"
    says = Message("Lý do này cần thêm: {what}.")


class PhotoForbidden(InvalidInput):
    code = "photo_forbidden"
    says = Message("Loại giấy tờ này không được chụp ảnh. Ghi lại, không kèm ảnh.")


class _Scan(Protocol):
    @property
    def kind(self) -> EventKind: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def happened_at(self) -> datetime: ...
    @property
    def called_at(self) -> Sequence[datetime]: ...
    @property
    def words(self) -> str: ...
    @property
    def proof(self) -> ProofIn | None: ...
    @property
    def pictures(self) -> Sequence[str]: ...


NEED_WORDS: dict[Need, Message] = {
    Need.CALL: Message("gọi cho người nhận trước"),
    Need.WORDS: Message("vài chữ nói rõ"),
    Need.PHOTO: Message("ảnh chụp cửa"),
}
_HAND_OVERS = frozenset({EventKind.DELIVERED, EventKind.COLLECTED})


def photo_rule_of(item: Item) -> PhotoRule:
    """Return what an item's papers, also those to take back, say of photos at its hand-over."""
    return photo_rule(paper["name"] for paper in [*item.documents, *item.take_back])


def check_no_photo(item: Item, scan: _Scan) -> None:
    """Refuse photos of a hand-over whose papers forbid them, whoever sends them. Raises PhotoForbidden.

    A try that failed shows the door, no paper: it is not asked.
    """
    if scan.pictures and scan.kind in _HAND_OVERS and photo_rule_of(item) is PhotoRule.FORBIDDEN:
        raise PhotoForbidden(field="pictures")


def check_at_the_door(session: Session, item: Item, scan: _Scan) -> None:
    """Let a phone's act pass that brings what its kind and reason need. Raises ReasonNeeds, ProofMissing.

    A call is asked for where there is a number to call, on the day of the try.
    """
    if scan.kind is EventKind.COLLECTED and scan.proof is not None and not scan.proof.seal.strip():
        raise ProofMissing(field="seal", what=Message("số niêm phong"))
    if scan.kind in _HAND_OVERS and not scan.pictures and photo_rule_of(item) is PhotoRule.REQUIRED:
        raise ProofMissing(field="pictures", what=Message("ảnh phong bì đã dán kín hoặc phiếu đã ký"))
    why = reasons.reason(scan.reason or "")
    if why is None or scan.kind is not EventKind.ATTEMPT_FAILED:
        return
    if Need.WORDS in why.needs and not scan.words.strip():
        raise ReasonNeeds(field="words", what=NEED_WORDS[Need.WORDS])
    if Need.PHOTO in why.needs and not scan.pictures:
        raise ReasonNeeds(field="pictures", what=NEED_WORDS[Need.PHOTO])
    if Need.CALL in why.needs and unseal(session, item.consignment.person).phone:
        day = local_day(scan.happened_at)
        if not any(at <= scan.happened_at and local_day(at) == day for at in scan.called_at):
            raise ReasonNeeds(field="called_at", what=NEED_WORDS[Need.CALL])
