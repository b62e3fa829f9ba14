"""The audit: who did what when, newest first, by person, act and day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from api import words
from api.forms import reading
from api.pages.common import is_near, local_zone, render_desk
from api.pages.desk.home import staff
from api.pages.set_up import audit_words
from api.web.auth import allow
from api.web.row_numbers import asked_number
from api.wiring import services
from api.words import gettext as _
from postal import Action
from postal.access import audit
from postal.rules import alphabet

_PAGE = 100


@staff.get("/set-up/audit", endpoint="audit")
@allow(Action.SEE_AUDIT)
def lines() -> ResponseReturnValue:
    """List who did what, the newest first; of one person, act and span of days where asked for."""
    args = {name: request.args.get(name, "").strip()[:80] for name in ("user", "action", "from", "until")}
    first, last = _day(args["from"]), _day(args["until"])
    asked = audit.Asked(
        username=args["user"],
        action=args["action"],
        since=_midnight(first) if first else None,
        until=_midnight(last + timedelta(days=1)) if last else None,
    )
    before_id = asked_number("before")
    with services().database.read() as session:
        found = audit.entries(session, asked, before_id=before_id, limit=_PAGE + 1)
        shown = found[:_PAGE]
        kept: dict[str, Any] = {name: text for name, text in args.items() if text}
        next_url = url_for("staff.audit", before=shown[-1].entry.id, **kept) if found[_PAGE:] else None
        said = [(name, words.translate(text)) for name, text in audit_words.ACTIONS.items()]
        return render_desk(
            "staff/set_up/audit.html",
            _("Nhật ký: ai đã làm gì"),
            lines=shown,
            args=args,
            actions=sorted(said, key=lambda one: alphabet.alphabetical(one[1])),
            next_url=next_url,
            act=audit_words.action,
            facts=audit_words.facts,
            page_of=audit_words.page_of,
        )


def _day(text: str) -> date | None:
    day = reading.day(text) if text else None
    return day if day is not None and is_near(day) else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), local_zone()).astimezone(UTC)
