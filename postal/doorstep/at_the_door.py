"""What only a phone at the door can bring, and therefore must: a call that was made, words, the seal of a dossier.

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
from postal.rules import reasons
from postal.rules.lifecycle import EventKind
from postal.rules.reasons import Need
from postal.rules.working_days import local_day
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


NEED_WORDS: dict[Need, Message] = {
    Need.CALL: Message("gọi cho người nhận trước"),
    Need.WORDS: Message("vài chữ nói rõ"),
}


def check_at_the_door(session: Session, item: Item, scan: _Scan) -> None:
    """Let a phone's act pass that brings what its kind and reason need. Raises ReasonNeeds, ProofMissing.

    A call is asked for where there is a number to call, on the day of the try.
    """
    if scan.kind is EventKind.COLLECTED and scan.proof is not None and not scan.proof.seal.strip():
        raise ProofMissing(field="seal", what=Message("số niêm phong"))
    why = reasons.reason(scan.reason or "")
    if why is None or scan.kind is not EventKind.ATTEMPT_FAILED:
        return
    if Need.WORDS in why.needs and not scan.words.strip():
        raise ReasonNeeds(field="words", what=NEED_WORDS[Need.WORDS])
    if Need.CALL in why.needs and unseal(session, item.consignment.person).phone:
        day = local_day(scan.happened_at)
        if not any(at <= scan.happened_at and local_day(at) == day for at in scan.called_at):
            raise ReasonNeeds(field="called_at", what=NEED_WORDS[Need.CALL])
