"""Blocks of S10 numbers the designated operator granted, for administrators: noted, how many are left, given back."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, form_int, form_text, read_all, render_desk
from api.pages.desk.home import staff
from api.pages.set_up import changing
from api.pages.set_up.fields import form_from_day, form_reason
from api.web.auth import allow
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, NotFound, desk, models
from postal.custody import serials
from postal.models import SetUpArea
from postal.set_up import changes, kinds


@staff.get("/set-up/ranges", endpoint="s10_ranges")
@allow(Action.MANAGE_SET_UP)
def ranges() -> ResponseReturnValue:
    """List the granted ranges with how much of each is used and left, and the form that notes another."""
    with services().database.read() as session:
        return render_desk(
            "staff/set_up/ranges.html",
            _("Dải số hiệu S10"),
            rows=desk.s10_ranges(session),
            n_left=serials.left(session),
            n_daily=serials.taken_a_day(session, now=services().now()),
            **changing.of_area(session, SetUpArea.RANGE),
        )


@staff.post("/set-up/ranges")
@allow(Action.MANAGE_SET_UP)
def note_range() -> ResponseReturnValue:
    """Note a range as the operator granted it, from a day on: first shown, then made."""

    def read() -> changes.Wanted:
        indicator, first, last, granted_by, day, reason = read_all(
            lambda: form_choice("indicator"),
            lambda: form_int("first"),
            lambda: form_int("last"),
            lambda: form_choice("granted_by"),
            form_from_day,
            form_reason,
        )
        subject = kinds.ranges.subject_of(indicator.upper(), first)
        after = {"last": last, "granted_by": granted_by, "is_fake": form_text("is_fake") == "1"}
        return changes.Wanted(area=SetUpArea.RANGE, subject=subject, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.s10_ranges"))


@staff.post("/set-up/ranges/<int:range_id>/end")
@allow(Action.MANAGE_SET_UP)
def end_range(range_id: int) -> ResponseReturnValue:
    """Give back what is left of a range from a day on; numbers that were taken stay what they are."""

    def read() -> changes.Wanted:
        with services().database.read() as session:
            found = session.get(models.S10Range, range_id)
        if found is None:
            raise NotFound(what=Message("dải số hiệu"))
        day, reason = read_all(form_from_day, form_reason)
        subject = kinds.ranges.subject_of(found.indicator, found.first_serial, found.country)
        after = {"last": None}
        return changes.Wanted(area=SetUpArea.RANGE, subject=subject, after=after, from_day=day, reason=reason)

    return changing.ask(read, url_for("staff.s10_ranges"))
