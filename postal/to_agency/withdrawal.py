"""The agency takes its item back: struck off before the post holds it, sent back from wherever it is after that.

Until it is delivered the item belongs to the sender, who may withdraw it and pays for it unless agreed otherwise
(Luật Bưu chính 49/2010 Đ16); who pays is kept with the event, the words of the reason in the audit alone.
"""

from __future__ import annotations

from postal.access.act import Act
from postal.access.audit import note
from postal.errors import Conflict, InvalidInput
from postal.life.address_change import PAYERS
from postal.life.tracking import Scan, lock_items, record_strictly
from postal.models import Consignment, Item
from postal.rules.lifecycle import MOVES, EventKind, State
from postal.to_agency.returns import AGENCY_ASKED, return_id
from routing import Message


class NothingToWithdraw(Conflict):
    code = "nothing_to_withdraw"
    says = Message("Bưu gửi đã phát, đã trả cơ quan hoặc đang trên đường trả: không còn gì để rút.")


def withdraw(act: Act, consignment: Consignment, *, reason: str, payer: str) -> list[Item]:
    """Take back every piece of a consignment that is not finished; return them.

    Raises InvalidInput without a reason or a payer, NothingToWithdraw, MoveNotAllowed for a piece a courier has out.
    """
    if not reason.strip():
        raise InvalidInput(field=Message("Lý do rút"))
    if payer not in PAYERS:
        raise InvalidInput(field=Message("Bên trả cước rút lại"))
    lock_items(act.session, consignment.items)
    taken = [
        item for item in consignment.items if item.finished_at is None and item.state is not State.RETURNING_TO_SENDER
    ]
    if not taken:
        raise NothingToWithdraw
    for item in taken:
        is_before = (item.state, EventKind.CANCELLED) in MOVES
        scan = Scan(
            kind=EventKind.CANCELLED if is_before else EventKind.RETURN_STARTED,
            scan_id=f"cancel:{item.id}" if is_before else return_id(act.session, item),
            happened_at=act.now,
            reason=None if is_before else AGENCY_ASKED,
            facts={"payer": payer},
        )
        record_strictly(act, item, scan)
        note(act, "withdrawn", "item", item.id, reason=reason.strip()[:200], payer=payer)
    return taken
