"""The 40 communes: who serves them, on which days, by when, and when last."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from api.pages.common import render_desk
from api.pages.desk.home import staff
from api.web.auth import allow
from api.wiring import services
from api.words import ngettext as _n
from api.words import say_weekdays
from postal import Action, rounds


@staff.get("/coverage")
@allow(Action.SEE_COVERAGE)
def coverage() -> ResponseReturnValue:
    """List every commune with its delivery office."""
    with services().database.read() as session:
        lines = rounds.coverage(session, services().guide.register)
    return render_desk(
        "staff/coverage.html", _n("{n} xã, phường", n=len(lines)), lines=lines, say_weekdays=say_weekdays
    )
