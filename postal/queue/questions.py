"""Answers to intake's questions: a corrected name or phone, a finished result, an address in another province."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from postal import people
from postal.access.act import Act
from postal.cells import sums, texts
from postal.errors import InvalidInput, NotFound
from postal.intake.guide import Guide
from postal.models import AddressStatus, Consignment, IntakeRow, Item, Office, OfficeKind, PointPrecision
from postal.queue import OFFICE_NEW, POINT_FAR, needs_of, note_answer, still_here
from postal.rules.lifecycle import State
from routing import Message

_OF_MONEY = frozenset({"bad_money", "odd_money"})
_OF_ADDRESS = frozenset({"address_ambiguous", "address_unknown"})


class StillUnprintable(InvalidInput):
    code = "still_unprintable"
    says = Message("Vẫn còn chữ không in được lên nhãn: gõ lại bằng chữ Việt có dấu.")


class NotAsked(InvalidInput):
    code = "not_asked"
    says = Message("Bưu gửi này không có câu hỏi đó.")


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What the recipient or the agency said: only what changed. ``fee`` is a sum as people write it."""

    full_name: str | None = None
    phone: str | None = None
    address: str | None = None
    fee: str | None = None

    def __repr__(self) -> str:
        return "<Correction>"


def addresses_asked(session: Session, intake_id: int, *, office_id: int | None = None) -> list[int]:
    """Return the consignments of an intake whose commune must be asked for, of one issuing office or of all, by id."""
    query = (
        select(Consignment.id)
        .join(Item, Item.consignment_id == Consignment.id)
        .join(IntakeRow, IntakeRow.item_id == Item.id)
        .where(
            IntakeRow.intake_id == intake_id,
            Item.state.in_((State.WAITING, State.AWAITING_COLLECTION)),
            Consignment.address_status.in_((AddressStatus.AMBIGUOUS, AddressStatus.UNKNOWN)),
        )
    )
    if office_id is not None:
        query = query.where(Consignment.issuing_office_id == office_id)
    return list(session.scalars(query.distinct().order_by(Consignment.id)))


def settle(
    act: Act, consignment_id: int, code: str, *, correction: Correction | None = None, guide: Guide
) -> Consignment:
    """Record the answer to one question of the attention list, with what had to be corrected for it.

    A corrected address changes what is printed, not the commune found. A question of money is answered by the sum.
    Raises NotFound, Withheld, NotAsked (the
    commune and the point have their own answers), InvalidInput for a correction that cannot be, StillUnprintable.
    """
    consignment = still_here(act.session, consignment_id)
    if code not in consignment.attention or code in _OF_ADDRESS or code in (POINT_FAR, OFFICE_NEW):
        raise NotAsked
    person = people.unseal(act.session, consignment.person)
    if correction is not None:
        person = _corrected(person, correction)
        people.replace_person(act.session, consignment.person, person)
    if code == "unprintable" and any(
        guide.is_printable(text) is not None for text in (person.full_name, person.address or "")
    ):
        raise StillUnprintable
    if code in _OF_MONEY:
        _set_fee(act, consignment_id, code, correction)
    consignment.attention = [question for question in consignment.attention if question != code]
    note_answer(act, f"settle_{code}", consignment_id)
    act.session.flush()
    return consignment


def answer_outside(act: Act, consignment_id: int) -> Consignment:
    """Record that an unclear address lies in another province: it goes by the national post.

    Raises NotFound, Withheld, NotAsked where the address is not unclear.
    """
    consignment = still_here(act.session, consignment_id)
    if "address" not in needs_of(consignment):
        raise NotAsked
    consignment.address_status = AddressStatus.OUTSIDE
    consignment.candidate_codes = []
    consignment.attention = [question for question in consignment.attention if question not in _OF_ADDRESS]
    consignment.lat = consignment.lon = consignment.radius_m = None
    consignment.precision = PointPrecision.NONE
    note_answer(act, "answer_outside", consignment_id)
    act.session.flush()
    return consignment


def answer_office(act: Act, consignment_id: int, office_id: int | None) -> Office:
    """Say which agency a nearly known name means; None: it is a new one, under the name it came with.

    Everything that came under that name and waits is answered with it. Raises NotFound, Withheld, NotAsked.
    """
    consignment = still_here(act.session, consignment_id)
    if OFFICE_NEW not in consignment.attention:
        raise NotAsked
    named = act.session.get_one(Office, consignment.issuing_office_id)
    meant = named if office_id is None else act.session.get(Office, office_id)
    if meant is None or meant.kind is not OfficeKind.ISSUING or (office_id is not None and not meant.is_active):
        raise NotFound(what=Message("cơ quan"))
    meant.is_active = True
    for one in act.session.scalars(select(Consignment).where(Consignment.issuing_office_id == named.id)):
        if OFFICE_NEW in one.attention:
            one.issuing_office_id = meant.id
            one.attention = [question for question in one.attention if question != OFFICE_NEW]
            note_answer(act, "answer_office", one.id)
    act.session.flush()
    act.session.expire(consignment, ["issuing_office"])
    return meant


def _set_fee(act: Act, consignment_id: int, code: str, correction: Correction | None) -> None:
    """Put the sum told on the item whose row asked; where several asked, it is the sum of them all."""
    given = correction.fee if correction is not None else None
    value, problem = sums.money(given or "", "thu_ho")
    if given is None or problem is not None:
        raise InvalidInput(field=Message("Tiền thu hộ"))
    query = (
        select(Item, IntakeRow.problems)
        .join(IntakeRow, IntakeRow.item_id == Item.id)
        .where(Item.consignment_id == consignment_id)
        .order_by(Item.id)
    )
    asked = [item for item, problems in act.session.execute(query) if code in {one["code"] for one in problems}]
    for n, item in enumerate(asked):
        item.fee_vnd = 0 if n else value


def _corrected(person: people.PersonData, correction: Correction) -> people.PersonData:
    changes: dict[str, str | None] = {}
    if correction.full_name is not None:
        changes["full_name"], problem = texts.name(correction.full_name, "nguoi_nhan")
        if problem is not None and problem.is_refusal:
            raise InvalidInput(field=Message("Họ tên"))
    if correction.address is not None:
        changes["address"], problem = texts.address(correction.address, "dia_chi")
        if problem is not None and problem.is_refusal:
            raise InvalidInput(field=Message("Địa chỉ"))
    if correction.phone is not None:
        changes["phone"], is_right = texts.phone(correction.phone, "dien_thoai")
        if not is_right:
            raise InvalidInput(field=Message("Điện thoại"))
    return replace(person, **changes)  # type: ignore[arg-type]
