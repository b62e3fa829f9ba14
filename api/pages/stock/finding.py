"""The search in every page's head: an item by its codes, by the recipient's phone or name, wherever it is now."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import render_desk
from api.pages.desk.home import staff
from api.web.auth import allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, Session, models, people, queue

_LONGEST, _PAGE = 120, 100


@staff.post("/find")
@allow(Action.SEE_RECIPIENT, Action.SEE_ITEM)
def find() -> ResponseReturnValue:
    """Find items; one that is meant beyond doubt opens. Posted, so that nobody's name stands in an address or a log."""
    actor = current_actor()
    text = " ".join(request.form.get("person", "").split())[:_LONGEST]
    asked = queue.Asked(text=text, office_id=actor.office_id, by_person=actor.may(Action.SEE_RECIPIENT))
    with services().database.read() as session:
        found = queue.find(session, asked, limit=_PAGE + 1)
        meant = {item.consignment_id for item in found.items}
        if found.is_exact and len(meant) == 1:
            return redirect(url_for("staff.consignment", consignment_id=meant.pop()), 303)
        return render_desk(
            "staff/found.html",
            _("Kết quả tìm"),
            asked=text,
            lines=[_line(session, item) for item in found.items[:_PAGE]],
            n_shown=_PAGE if found.items[_PAGE:] else None,
            may_see=asked.by_person,
        )


def _line(session: Session, item: models.Item) -> dict[str, Any]:
    consignment = item.consignment
    commune = services().guide.register.find(consignment.commune_code) if consignment.commune_code else None
    return {
        "item": item,
        "recipient": people.open_person(session, consignment.person).full_name,
        "commune": commune.full_name if commune else "–",
        "promised_by": consignment.promised_by,
    }
