"""A new address asked for before delivery: the item is sent on, both addresses are kept, and the payer is named.

Until it is delivered the item belongs to the sender, who may change the address (Luật Bưu chính 49/2010 Đ16).
"""

from __future__ import annotations

from dataclasses import dataclass

from postal.access.act import Act
from postal.errors import Conflict, InvalidInput, NotFound
from postal.life.tracking import Scan, lock_items, record_strictly
from postal.models import AddressChange, AddressStatus, Consignment, Person, PersonKind, PointPrecision
from postal.network.promises import load_promises
from postal.people import PersonData, add_person, unseal
from postal.rules.lifecycle import MOVES, EventKind
from routing import Commune, Message

PAYERS = frozenset({"agency", "recipient", "post"})


class TooLateToChange(Conflict):
    code = "too_late_to_change"
    says = Message("Bưu gửi đã phát, đang chuyển hoàn hoặc nằm trong lô đang bàn giao: không đổi địa chỉ ở đây được.")


@dataclass(frozen=True, kw_only=True)
class NewAddress:
    """Where to send it on to. ``point`` is latitude and longitude, None takes the commune's point."""

    address: str
    commune: Commune
    point: tuple[float, float] | None = None
    landmark: str | None = None

    def __repr__(self) -> str:
        return "<NewAddress>"


def change_address(act: Act, consignment_id: int, new: NewAddress, *, payer: str) -> AddressChange:
    """Send a consignment on to a new address.

    The promise starts anew with the change: it was asked for, it is no delay of the post's. Items already out go out
    again from the office; what waits at the agency has no promise yet. Raises NotFound, InvalidInput, TooLateToChange.
    """
    if payer not in PAYERS:
        raise InvalidInput(field=Message("Bên trả cước chuyển tiếp"))
    if not new.address.strip():
        raise InvalidInput(field=Message("Địa chỉ mới"))
    consignment = act.session.get(Consignment, consignment_id)
    if consignment is None:
        raise NotFound(what=Message("bưu gửi"))
    lock_items(act.session, consignment.items)
    items = [item for item in consignment.items if (item.state, EventKind.ADDRESS_CHANGED) in MOVES]
    if not items:
        raise TooLateToChange
    person = _new_person(act, consignment, new)
    change = keep_both(act, consignment, person, commune_code=new.commune.code, payer=payer)
    _move_on(act, consignment, person.id, new)
    for item in items:
        scan = Scan(
            kind=EventKind.ADDRESS_CHANGED,
            scan_id=f"address:{change.id}:{item.id}",
            happened_at=act.now,
            facts={"address_change": change.id, "payer": payer},
        )
        record_strictly(act, item, scan)
    return change


def keep_both(
    act: Act, consignment: Consignment, person: Person, *, commune_code: str | None, payer: str
) -> AddressChange:
    """Keep the old address beside the new one, so that whoever checks can follow from the first to the last.

    Whatever exchanges a consignment's recipient row goes through here; the caller then does the exchange.
    """
    change = AddressChange(
        consignment_id=consignment.id,
        old_person_id=consignment.person_id,
        new_person_id=person.id,
        old_commune_code=consignment.commune_code,
        new_commune_code=commune_code,
        payer=payer,
        changed_at=act.now,
        changed_by_id=act.by.user_id,
    )
    act.session.add(change)
    act.session.flush()
    return change


def is_possible(consignment: Consignment) -> bool:
    """Say whether something of it waits, or is held by the post, and can be sent on."""
    return any((item.state, EventKind.ADDRESS_CHANGED) in MOVES for item in consignment.items)


def _new_person(act: Act, consignment: Consignment, new: NewAddress) -> Person:
    known = vars(unseal(act.session, consignment.person))
    data = PersonData(**known | {"address": new.address.strip(), "landmark": new.landmark})
    return add_person(act.session, PersonKind.RECIPIENT, data, now=act.now)


def _move_on(act: Act, consignment: Consignment, person_id: int, new: NewAddress) -> None:
    consignment.person_id = person_id
    consignment.commune_code = new.commune.code
    consignment.address_status = AddressStatus.CONFIRMED
    if new.point is not None:
        consignment.lat, consignment.lon = new.point
        consignment.precision, consignment.radius_m = PointPrecision.DOOR, None
    else:
        consignment.lat, consignment.lon = new.commune.point.lat, new.commune.point.lon
        consignment.precision, consignment.radius_m = PointPrecision.COMMUNE, round(new.commune.radius_km * 1000)
    act.session.flush()
    act.session.refresh(consignment)
    is_posted = consignment.posted_at is not None
    if is_posted and not any(item.first_attempt_at for item in consignment.items):
        load_promises(act.session).give(consignment, act.now)
