"""What only a phone at the door can bring, and therefore must: a call that was made, words,
the seal of a dossier, a photo.

Each act is judged by the rules of the day on which it happened: who had no signal knew no others.
A route sheet typed back says the same by its own marks ("paper, entered by"), so these rules hold for phones alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from postal.set_up.kinds import rules
from routing import Message


class ReasonNeeds(InvalidInput):
    code = "reason_needs"
    says = Message("Lý do này cần thêm: {what}.")


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


def photo_rule_of(item: Item, words: Mapping[str, Sequence[str]]) -> PhotoRule:
    """Return what an item's papers, also those to take back, say of photos at its hand-over.

    ``words`` are those of the day, of `postal.set_up.kinds.rules.DoorRules`.
    """
    papers = (paper["name"] for paper in [*item.documents, *item.take_back])
    return photo_rule(papers, forbidden=words[rules.FORBIDDEN], required=words[rules.REQUIRED])


def photos_to_keep(item: Item, scan: _Scan, ruled: rules.DoorRules) -> tuple[str, ...]:
    """Return the photos an act may name: none of a hand-over whose papers forbid them, whoever sends them.

    The act itself stands, for it happened. A try that failed shows the door, no paper: it is not asked.
    """
    if not scan.pictures or scan.kind not in _HAND_OVERS:
        return tuple(scan.pictures)
    rule = photo_rule_of(item, ruled.photo_words(local_day(scan.happened_at)))
    return () if rule is PhotoRule.FORBIDDEN else tuple(scan.pictures)


def check_at_the_door(session: Session, item: Item, scan: _Scan, ruled: rules.DoorRules) -> None:
    """Let a phone's act pass that brings what its kind and reason needed that day. Raises ReasonNeeds, ProofMissing.

    A call is asked for where there is a number to call, on the day of the try.
    """
    day = local_day(scan.happened_at)
    if scan.kind is EventKind.COLLECTED and scan.proof is not None and not scan.proof.seal.strip():
        raise ProofMissing(field="seal", what=Message("số niêm phong"))
    is_bare = scan.kind in _HAND_OVERS and not scan.pictures
    if is_bare and photo_rule_of(item, ruled.photo_words(day)) is PhotoRule.REQUIRED:
        raise ProofMissing(field="pictures", what=Message("ảnh phong bì đã dán kín hoặc phiếu đã ký"))
    why = reasons.reason(scan.reason or "")
    if why is None or scan.kind is not EventKind.ATTEMPT_FAILED:
        return
    needs = ruled.evidence(day)[why.code].needs
    if Need.WORDS in needs and not scan.words.strip():
        raise ReasonNeeds(field="words", what=NEED_WORDS[Need.WORDS])
    if Need.PHOTO in needs and not scan.pictures:
        raise ReasonNeeds(field="pictures", what=NEED_WORDS[Need.PHOTO])
    if Need.CALL in needs and unseal(session, item.consignment.person).phone:
        calls = (at for at in scan.called_at if at <= scan.happened_at)
        if day not in map(local_day, calls):
            raise ReasonNeeds(field="called_at", what=NEED_WORDS[Need.CALL])
