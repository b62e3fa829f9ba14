"""What happens to one consignment besides its round: sent on, asked back, fetched at the counter, torn, lost, found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.forms.reading import DONG
from api.pages.common import form_int, form_text, or_back, read_all, render_desk, require_sure
from api.pages.desk.home import staff
from api.pages.desk.signing import picture_of_form
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from api.words import say_money
from postal import (
    Act,
    Action,
    InvalidInput,
    Message,
    NotFound,
    Session,
    State,
    custody,
    desk,
    doorstep,
    models,
    require_own,
)
from postal.access import ownership
from postal.doorstep import counter
from postal.life import address_change
from postal.rules import local_day, reasons
from postal.set_up import kinds
from postal.to_agency import returns, withdrawal

KINDS = {
    "torn": Message("rách, hỏng vỏ"),
    "short": Message("thiếu tài liệu"),
    "swapped": Message("tráo đổi"),
    "lost": Message("mất"),
}
FAULTS = {
    "post": Message("bưu chính"),
    "agency": Message("cơ quan gửi"),
    "recipient": Message("người nhận"),
    "force_majeure": Message("bất khả kháng"),
    "unknown": Message("chưa rõ"),
}
PAYERS = {"agency": Message("cơ quan gửi"), "recipient": Message("người nhận"), "post": Message("bưu chính")}
REISSUE = {**PAYERS, "nobody": Message("không phải cấp lại"), "to_be_decided": Message("chờ quyết định")}

Change = Callable[[Act, models.Consignment], str]


@staff.post("/consignments/<int:consignment_id>/send-on")
@allow(Action.ANSWER_ADDRESS)
def consignment_send_on(consignment_id: int) -> ResponseReturnValue:
    """Send a consignment on to another address before delivery; who pays is named."""

    def change(act: Act, found: models.Consignment) -> str:
        commune = services().guide.register.find(form_text("commune_code"))
        if commune is None:
            raise InvalidInput(field=Message("Xã, phường mới"))
        new = address_change.NewAddress(
            address=form_text("address", limit=300), commune=commune, landmark=form_text("landmark") or None
        )
        address_change.change_address(act, found.id, new, payer=form_text("payer"))
        return _("Đã đổi địa chỉ; bưu gửi đi tiếp theo địa chỉ mới.")

    return carry_out(consignment_id, Action.ANSWER_ADDRESS, change)


@staff.post("/consignments/<int:consignment_id>/withdraw")
@allow(Action.CANCEL)
def consignment_withdraw(consignment_id: int) -> ResponseReturnValue:
    """Take a consignment back: struck off before the post holds it, sent back from where it is after that."""

    def change(act: Act, found: models.Consignment) -> str:
        taken = withdrawal.withdraw(act, found, reason=form_text("reason"), payer=form_text("payer"))
        return _n("Đã rút {n} bưu gửi.", n=len(taken))

    return carry_out(consignment_id, Action.CANCEL, change)


@staff.post("/consignments/<int:consignment_id>/counter")
@allow(Action.RECEIVE_AT_OFFICE)
def consignment_counter(consignment_id: int) -> ResponseReturnValue:
    """Hand one item to who came to the post office for it, with the same proof as at the door; or keep it there."""

    def change(act: Act, found: models.Consignment) -> str:
        item = item_of_form(found)
        if form_text("what") == "hold":
            counter.hold_for_recipient(act, item.s10 or "", office_id=act.by.office_id)
            return _("Đã giữ tại bưu cục chờ người nhận.")
        counter.deliver_at_counter(act, item.s10 or "", _proof(item), office_id=act.by.office_id)
        return _("Đã phát tại bưu cục.")

    return carry_out(consignment_id, Action.RECEIVE_AT_OFFICE, change)


@staff.post("/consignments/<int:consignment_id>/found")
@allow(Action.RECEIVE_AT_OFFICE)
def consignment_found(consignment_id: int) -> ResponseReturnValue:
    """Say that a missing piece is at the office again."""

    def change(act: Act, found: models.Consignment) -> str:
        custody.declare_found(act, item_of_form(found).id, reason=form_text("reason"))
        return _("Đã ghi tìm thấy; bưu gửi ở bưu cục.")

    return carry_out(consignment_id, Action.RECEIVE_AT_OFFICE, change)


@staff.post("/consignments/<int:consignment_id>/incidents")
@allow(Action.SETTLE_DISCREPANCY)
def consignment_incident(consignment_id: int) -> ResponseReturnValue:
    """Write minutes of a torn, short, swapped or lost piece: inventory, new seal, fault, what is due."""

    def change(act: Act, found: models.Consignment) -> str:
        item = item_of_form(found)
        try:
            kind = models.IncidentKind(form_text("kind"))
        except ValueError as exc:
            raise InvalidInput(field=Message("Sự việc")) from exc
        if kind is models.IncidentKind.LOST:
            require_sure()
        what = custody.WhatWentWrong(
            kind=kind,
            fault=form_text("fault"),
            inventory=_inventory(item),
            new_seal=form_text("new_seal") or None,
            postage_vnd=form_int("postage_vnd", unit=DONG) if form_text("postage_vnd") else 0,
        )
        noted = custody.note_incident(act, item.id, what)
        return _("Đã lập biên bản {number}.", number=noted.number)

    return carry_out(consignment_id, Action.SETTLE_DISCREPANCY, change)


@staff.post("/consignments/<int:consignment_id>/revoke-link")
@allow(Action.PRINT)
def consignment_revoke_link(consignment_id: int) -> ResponseReturnValue:
    """Make the link on an item's label dead, because the label was lost or photographed; a new label bears another."""

    def change(act: Act, found: models.Consignment) -> str:
        require_sure()
        item = custody.revoke_token(act, item_of_form(found).id)
        return _("Đường dẫn trên nhãn cũ của {code} đã hết hiệu lực. In lại nhãn.", code=item.s10)

    return carry_out(consignment_id, Action.PRINT, change)


@staff.get("/incidents")
@allow(Action.SETTLE_DISCREPANCY)
def incidents() -> ResponseReturnValue:
    """List the minutes: what is open first."""
    office_id = current_actor().office_id
    with services().database.read() as session:
        return render_desk(
            "staff/incidents.html",
            _("Biên bản sự vụ"),
            incidents=desk.incidents(session, office_id=office_id),
            refunds=custody.refunds_due(session, now=services().now(), office_id=office_id),
            kinds=KINDS,
            faults=FAULTS,
            payers=REISSUE,
        )


@staff.post("/incidents/<int:incident_id>/settle")
@allow(Action.SETTLE_DISCREPANCY)
def incident_settle(incident_id: int) -> ResponseReturnValue:
    """Say how an incident ended."""

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.incidents"), 303)

    with services().database.read() as session:  # a foreign one is not there at all
        found = session.get(models.Incident, incident_id)
        if found is None:
            raise NotFound(what=Message("biên bản sự vụ"))
        own = ownership.subject_of_item(session, found.item)
        require_own(current_actor(), Action.SETTLE_DISCREPANCY, own, what=Message("biên bản sự vụ"))

    def change() -> ResponseReturnValue:
        with acting() as act:
            custody.settle_incident(act, incident_id, settlement=form_text("settlement"))
        flash(_("Đã ghi cách giải quyết."), "done")
        return back()

    return or_back(change, back)


def acts_of(session: Session, found: models.Consignment) -> dict[str, Any]:
    """Return what may be done with a consignment now, for its page."""
    actor = current_actor()
    at_office = [i for i in found.items if i.state in (State.AT_OFFICE, State.HELD) and i.s10]
    return {
        "may_send_on": actor.may(Action.ANSWER_ADDRESS) and address_change.is_possible(found),
        "may_withdraw": actor.may(Action.CANCEL) and any(i.finished_at is None for i in found.items),
        "at_office": at_office if actor.may(Action.RECEIVE_AT_OFFICE) else [],
        "missing": [i for i in found.items if i.state is State.MISSING] if actor.may(Action.RECEIVE_AT_OFFICE) else [],
        "may_note": actor.may(Action.SETTLE_DISCREPANCY) and found.posted_at is not None,
        "may_apologise": actor.may(Action.PRINT) and found.promised_by is not None,
        "is_refund_due": custody.is_refund_due(session, found, now=services().now()),
        "returns": _may_return(session, found) if actor.may(Action.RETURN_TO_SENDER) else [],
        "may_revoke": actor.may(Action.PRINT) and any(i.token_hash and i.finished_at is None for i in found.items),
        "incidents": desk.incidents(session, item_ids=[i.id for i in found.items]),
        "kinds": KINDS,
        "faults": FAULTS,
        "payers": PAYERS,
        "reissue": REISSUE,
        "prices": _prices_when_posted(session, found),
    }


def _prices_when_posted(session: Session, found: models.Consignment) -> str:
    """Return the prices of the day it was posted, which a compensation is reckoned from; empty where none is noted."""
    if found.posted_at is None:
        return ""
    rows = kinds.tariffs.in_force(session, on=local_day(found.posted_at))
    return "; ".join(f"{one.name}: {say_money(one.amount_vnd)} ({one.legal_ref})" for one in rows)


def _may_return(session: Session, found: models.Consignment) -> list[dict[str, Any]]:
    """Return the items that may be sent back now, each with the reasons for which it may."""
    offered = [(item, returns.reasons_to_return(session, item)) for item in found.items]
    return [{"item": item, "reasons": [(c, reasons.say(c)) for c in codes]} for item, codes in offered if codes]


def carry_out(consignment_id: int, action: Action, change: Change) -> ResponseReturnValue:
    """Change one's own consignment and lead back to its page with what was done, or why not."""

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.consignment", consignment_id=consignment_id), 303)

    def carry_out() -> ResponseReturnValue:
        with acting() as act:
            found = desk.consignment(act.session, consignment_id)
            require_own(act.by, action, ownership.subject_of_consignment(act.session, found), what=Message("bưu gửi"))
            said = change(act, found)
        flash(said, "done")
        return back()

    return or_back(carry_out, back)


def item_of_form(found: models.Consignment) -> models.Item:
    """Return the item a form names, one of this consignment. Raises NotFound."""
    item_id = form_int("item_id")
    item = next((item for item in found.items if item.id == item_id), None)
    if item is None:
        raise NotFound(what=Message("bưu gửi"))
    return item


def _proof(item: models.Item) -> doorstep.ProofIn:
    name, relation, id_tail, letter_number, picture = read_all(
        lambda: form_text("receiver_name"),
        lambda: form_text("relation") or "self",
        _id_tail,
        lambda: form_text("letter_number", limit=40),
        picture_of_form,
    )
    return doorstep.ProofIn(
        receiver_name=name,
        relation=relation,
        id_tail=id_tail,
        is_authorised=relation == "authorised",
        letter_number=letter_number,
        n_documents=len(item.documents) or 1,
        fee_vnd=item.fee_vnd if form_text("fee_receipt") else 0,
        fee_receipt=form_text("fee_receipt") or None,
        taken_back=[paper["name"] for paper in item.take_back] if form_text("taken_back") else [],
        entered_from="counter",
        signature=picture[0],
    )


def _id_tail() -> str:
    """Return the last four characters of the paper shown, "" where none were typed. Raises InvalidInput."""
    text = form_text("id_tail")
    if len(text) > 4:
        raise InvalidInput(field="id_tail")
    return text


def _inventory(item: models.Item) -> list[custody.InventoryLine]:
    """Return the item's list of documents as the form found them; "" in the form is a document not looked for."""
    paper_states = [(d["name"], form_text(f"paper-{n}")) for n, d in enumerate(item.documents)]
    unknown = [n for n, (_name, state) in enumerate(paper_states) if state not in ("", "whole", "damaged", "gone")]
    if unknown:
        raise InvalidInput(field=f"paper-{unknown[0]}")
    return [
        custody.InventoryLine(name=name, is_there=state != "gone", is_whole=state == "whole")
        for name, state in paper_states
        if state
    ]
