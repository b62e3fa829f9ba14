"""What the post brings to an agency is counted against what waits for it, both sides sign, and one receipt says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.custody import CountedList, Party, clean_codes, count, end_count, items_by_code, take_count, write_receipt
from postal.errors import NotFound
from postal.life.tracking import Scan, record_all
from postal.models import CountList, Handover, Item, Leg
from postal.rules.lifecycle import EventKind
from postal.rules.s10 import normal_s10


@dataclass(frozen=True, kw_only=True)
class Passing:
    """What passes: the list it is counted on, the event it becomes, and the words the receipt and scans know it by.

    ``pieces_for`` returns what waits for an agency, by the code on the envelope; ``nothing`` refuses an empty list.
    """

    pieces_for: Callable[[Session, int], Mapping[str, Item]]
    nothing: type[NotFound]
    list_of: CountList
    kind: EventKind
    what: str
    scan_prefix: str


def hand_to_agency(
    act: Act, agency_id: int, passing: Passing, *, scanned: Iterable[str] | None, giver: Party, receiver: Party
) -> Handover:
    """Hand what waits for an agency over to it; what was not scanned stays where it is.

    ``scanned`` None takes what was counted scan by scan. Raises ``passing.nothing``, NothingCounted, InvalidInput.
    """
    pieces = passing.pieces_for(act.session, agency_id)
    if not pieces:
        raise passing.nothing
    if scanned is None:
        scanned = take_count(act.session, passing.list_of, agency_id, n_expected=len(pieces))
    as_listed = {normal_s10(code): code for code in pieces}
    codes = [as_listed.get(code, code) for code in clean_codes(scanned)]
    counted = count(list(pieces), codes, items_by_code(act.session, codes))
    of = CountedList(facts={"what": passing.what}, pieces=pieces)
    handover = write_receipt(act, Leg.POST_TO_CENTRE, counted, giver, replace(receiver, office_id=agency_id), of=of)
    end_count(act.session, passing.list_of, agency_id, handover.id)
    scan = Scan(kind=passing.kind, scan_id=f"{passing.scan_prefix}:{handover.id}", happened_at=act.now)
    record_all(act, [pieces[code] for code in counted.present], scan)
    return handover
