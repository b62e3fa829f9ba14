"""The 40 communes: who serves them, on which days, by when, and when last."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from api.auth import allow
from api.pages.common import render_desk
from api.pages.staff import staff
from api.wiring import services
from postal import Action, rounds

_DAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


def say_weekdays(weekdays: str) -> str:
    """Return "T2–T6" for "01234", or "T3, T6"."""
    days = sorted(int(day) for day in weekdays)
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{_DAYS[days[0]]}–{_DAYS[days[-1]]}"
    return ", ".join(_DAYS[day] for day in days)


@staff.get("/coverage")
@allow(Action.SEE_COVERAGE)
def coverage() -> ResponseReturnValue:
    """List every commune with its delivery office."""
    with services().database.read() as session:
        lines = rounds.coverage(session, services().guide.register)
    return render_desk("staff/coverage.html", "40 xã, phường", "Coverage", lines=lines, say_weekdays=say_weekdays)
