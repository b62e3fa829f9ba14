"""What the post brings to an agency is counted against what waits for it, both sides sign, and one receipt says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from postal.custody import Party, clean_codes, count, end_count, items_by_code, take_count, write_receipt
from postal.life.tracking import Scan, record_all
from postal.models import CountList, Handover, Item, Leg
from postal.rules.lifecycle import EventKind
from postal.rules.s10 import normal_s10


@dataclass(frozen=True, kw_only=True)
class Passing:
    """What passes: the list it is counted on, the event it becomes, and the words the receipt and scans know it by."""

    list_of: CountList
    kind: EventKind
    what: str
    scan_prefix: str


def hand_to_agency(
    session: Session,
    agency_id: int,
    pieces: Mapping[str, Item],
    passing: Passing,
    *,
    scanned: Iterable[str] | None,
    giver: Party,
    receiver: Party,
    user_id: int | None,
    now: datetime,
) -> Handover:
    """Hand over the ``pieces``, items by the code on their envelope; what was not scanned stays where it is.

    ``scanned`` None takes what was counted scan by scan. Raises NothingCounted, InvalidInput.
    """
    if scanned is None:
        scanned = take_count(session, passing.list_of, agency_id, n_expected=len(pieces))
    as_listed = {normal_s10(code): code for code in pieces}
    codes = [as_listed.get(code, code) for code in clean_codes(scanned)]
    counted = count(list(pieces), codes, items_by_code(session, codes))
    handover = write_receipt(
        session,
        leg=Leg.POST_TO_CENTRE,
        counted=counted,
        giver=giver,
        receiver=receiver,
        user_id=user_id,
        now=now,
        receiver_office_id=agency_id,
        facts={"what": passing.what},
        pieces=pieces,
    )
    end_count(session, passing.list_of, agency_id, handover.id)
    scan = Scan(kind=passing.kind, scan_id=f"{passing.scan_prefix}:{handover.id}", happened_at=now, user_id=user_id)
    record_all(session, [pieces[code] for code in counted.present], scan, now=now)
    return handover
