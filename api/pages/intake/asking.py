"""The addresses of one intake that must be asked about, one after another: an answer leads to the next question."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, or_back, render_desk
from api.pages.desk.home import staff
from api.pages.dispatch.plans.areas import ground
from api.web.auth import acting, allow, current_actor
from api.web.row_numbers import asked_number
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, desk, models, people, queue, require_own
from postal.access import ownership
from postal.queue import questions


@staff.get("/intake/<int:intake_id>/addresses")
@allow(Action.IMPORT_RESULTS)
def intake_addresses(intake_id: int) -> ResponseReturnValue:
    """Show the next address to be asked about, with what it may mean on a map."""
    register = services().guide.register
    after = asked_number("after") or 0
    with services().database.read() as session:
        desk.intake(session, intake_id)
        left = questions.addresses_asked(session, intake_id, office_id=current_actor().office_id)
        # What was put off comes again after the others.
        found = next((one for one in left if one > after), left[0] if left else None)
        c = session.get_one(models.Consignment, found) if found is not None else None
        candidates = [one for code in c.candidate_codes if (one := register.find(code))] if c is not None else []
        return render_desk(
            "staff/intake_addresses.html",
            _("Địa chỉ phải hỏi"),
            intake_id=intake_id,
            n_left=len(left),
            c=c,
            person=people.open_person(session, c.person) if c is not None else None,
            candidates=candidates,
            ground=ground(session, candidates) if candidates else [],
            communes=sorted(register, key=lambda one: one.full_name),
        )


@staff.post("/intake/<int:intake_id>/addresses/<int:consignment_id>")
@allow(Action.IMPORT_RESULTS)
def intake_address_answer(intake_id: int, consignment_id: int) -> ResponseReturnValue:
    """Record which commune an address means; the next question follows at once."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            found = desk.consignment(act.session, consignment_id)
            own = ownership.subject_of_consignment(act.session, found)
            require_own(act.by, Action.ANSWER_ADDRESS, own, what=Message("hồ sơ"))
            queue.answer_address(act, consignment_id, form_choice("commune_code"), guide=services().guide)
        flash(_("Đã ghi câu trả lời."), "done")
        return redirect(url_for("staff.intake_addresses", intake_id=intake_id, after=consignment_id), 303)

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.intake_addresses", intake_id=intake_id, after=consignment_id - 1), 303)

    return or_back(change, back)
