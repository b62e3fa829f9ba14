"""Money of a courier's round: the blind count of cash, and fees paid to the post's account by VietQR."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, jsonify
from pydantic import Field, StringConstraints

from api.pages.common import square_code
from api.rest.common import v1
from api.schemas.common import Body, Money, Whole
from api.schemas.courier import CashTold, PaidTold, TransferTold
from api.web import phones as at_the_edge
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from postal import Action, Message, NotFound, Session, models, phones, rounds
from postal.rules import vietqr


class CashBody(Body):
    """What the courier counted; `notes` how many of each denomination, whose sum must then be `money_vnd`."""

    money_vnd: Money
    n_papers: Annotated[Whole, Field(ge=0, le=9_999)] = 0
    notes: Annotated[
        dict[Annotated[str, StringConstraints(pattern=r"^[0-9]{3,6}$")], Annotated[Whole, Field(ge=0, le=100_000)]],
        Field(max_length=20, default_factory=dict),
    ]


class CodeBody(Body):
    """The item whose fee is paid."""

    code: Annotated[str, StringConstraints(min_length=4, max_length=80)]


@v1.post("/courier/cash", summary="Tell what the courier counted of the round's money", responses={200: CashTold})
@allow(Action.SCAN_OWN_ROUND)
def post_cash(body: CashBody) -> Response:
    """Keep the courier's count; only then is told what is due, and what the cashier counted."""
    with acting() as act:
        found = _own_round(act.session, act.by.courier_id)
        notes = {int(worth): n for worth, n in body.notes.items()}
        rounds.note_count(
            act, found.id, rounds.CashSide.COURIER, money_vnd=body.money_vnd, n_papers=body.n_papers, notes=notes
        )
        answer = _cash(rounds.cash_seen(act.session, found, rounds.CashSide.COURIER))
    return jsonify(answer)


@v1.get("/courier/cash", summary="What the courier may see of the round's money", responses={200: CashTold})
@allow(Action.SCAN_OWN_ROUND)
def get_cash() -> Response:
    """Return the courier's own count and what is due: all null before that count is in."""
    with services().database.read() as session:
        found = _own_round(session, current_actor().courier_id)
        return jsonify(_cash(rounds.cash_seen(session, found, rounds.CashSide.COURIER)))


@v1.post("/courier/transfer", summary="The square code that pays an item's fee", responses={200: TransferTold})
@allow(Action.SCAN_OWN_ROUND)
def post_transfer(body: CodeBody) -> Response:
    """Return a VietQR for the exact sum into the post's account; 404 where the post takes cash only."""
    at_the_edge.require_key(current_actor())
    settings = services().settings
    if not settings.vietqr_account:
        raise NotFound(what=Message("tài khoản thu phí"))
    with services().database.read() as session:
        item, _found = rounds.to_pay(session, body.code, courier_id=current_actor().courier_id)
        says = item.s10 or "".join(letter for letter in item.dossier_code if letter.isalnum())
        text = vietqr(bank=settings.vietqr_bank, account=settings.vietqr_account, amount_vnd=item.fee_vnd, says=says)
        told = {"amount_vnd": item.fee_vnd, "account": settings.vietqr_account, "says": says, "text": text}
    return jsonify(told | square_code(text))


@v1.post("/courier/transfer/paid", summary="Tell that an item's fee was paid", responses={200: PaidTold})
@allow(Action.SCAN_OWN_ROUND)
def post_paid(body: CodeBody) -> Response:
    """Keep the courier's word that the fee was paid to the account; the post confirms it from its statement."""
    if not services().settings.vietqr_account:
        raise NotFound(what=Message("tài khoản thu phí"))
    with acting() as act:
        told = rounds.tell_payment(act, body.code)
        answer = {"amount_vnd": told.amount_vnd, "told_at": told.told_at.isoformat()}
    return jsonify(answer)


def _own_round(session: Session, courier_id: int | None) -> models.DeliveryRound:
    if courier_id is None:
        raise NotFound(what=Message("bưu tá"))
    found = phones.round_to_count(session, courier_id, now=services().clock())
    if found is None:
        raise NotFound(what=Message("chuyến phát"))
    return found


def _cash(seen: rounds.CashSeen) -> dict[str, Any]:
    return {
        "own_vnd": seen.own_vnd,
        "own_papers": seen.own_papers,
        "due_vnd": seen.due_vnd,
        "due_papers": seen.due_papers,
        "transfers_vnd": seen.transfers_vnd,
        "cashier_vnd": seen.other_vnd,
    }
