"""Fees paid to the post's account: told by couriers, confirmed or refused here from the bank's statement."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_text, or_back, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Act, Action, Message, models, require_own, rounds
from postal.access import ownership


@staff.get("/payments", endpoint="payments")
@allow(Action.ENTER_ROUND_RESULTS)
def payments_page() -> ResponseReturnValue:
    """List what couriers told to be paid by transfer, what nobody has settled first."""
    with services().database.read() as session:
        found = rounds.told_payments(session, office_id=current_actor().office_id)
        return render_desk("staff/payments.html", _("Phí chuyển khoản"), lines=found)


@staff.post("/payments/<int:payment_id>/confirm")
@allow(Action.ENTER_ROUND_RESULTS)
def payment_confirm(payment_id: int) -> ResponseReturnValue:
    """Say that the money came, by the bank's reference."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            _require_own(act, payment_id)
            rounds.confirm_payment(act, payment_id, bank_reference=form_text("reference", limit=60))
        flash(_("Đã xác nhận."), "done")
        return redirect(url_for("staff.payments"), 303)

    return or_back(change, lambda: redirect(url_for("staff.payments"), 303))


@staff.post("/payments/<int:payment_id>/refuse")
@allow(Action.ENTER_ROUND_RESULTS)
def payment_refuse(payment_id: int) -> ResponseReturnValue:
    """Say that no such money came; the courier owes it in cash."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            _require_own(act, payment_id)
            rounds.refuse_payment(act, payment_id)
        flash(_("Đã từ chối: khoản này bưu tá phải nộp tiền mặt."), "done")
        return redirect(url_for("staff.payments"), 303)

    return or_back(change, lambda: redirect(url_for("staff.payments"), 303))


def _require_own(act: Act, payment_id: int) -> None:
    found = rounds.payment(act.session, payment_id)
    walked = act.session.get_one(models.DeliveryRound, found.round_id)
    subject = ownership.subject_of_round(walked)
    require_own(act.by, Action.ENTER_ROUND_RESULTS, subject, what=Message("khoản chuyển"))
