"""Blocks of S10 numbers the designated operator granted, for administrators: noted, how many are left, given back."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_choice, form_int, form_text, or_back, read_all, render_desk, require_sure
from api.pages.desk.home import staff
from api.pages.set_up.fields import form_reason
from api.web.auth import acting, allow
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Action, desk
from postal.custody import serials


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
        )


@staff.post("/set-up/ranges")
@allow(Action.MANAGE_SET_UP)
def note_range() -> ResponseReturnValue:
    """Note a range as the operator granted it."""

    def change() -> ResponseReturnValue:
        indicator, first, last, granted_by = read_all(
            lambda: form_choice("indicator"),
            lambda: form_int("first"),
            lambda: form_int("last"),
            lambda: form_choice("granted_by"),
        )
        grant = serials.Grant(
            indicator=indicator.upper(),
            first=first,
            last=last,
            granted_by=granted_by,
            is_fake=form_text("is_fake") == "1",
        )
        with acting() as act:
            serials.grant_range(act, grant)
        flash(_n("Đã ghi dải {n} số.", n=last - first + 1), "done")
        return redirect(url_for("staff.s10_ranges"), 303)

    return or_back(change, lambda: redirect(url_for("staff.s10_ranges"), 303))


@staff.post("/set-up/ranges/<int:range_id>/end")
@allow(Action.MANAGE_SET_UP)
def end_range(range_id: int) -> ResponseReturnValue:
    """Give back what is left of a range; numbers that were taken stay what they are."""

    def change() -> ResponseReturnValue:
        require_sure()
        with acting() as act:
            n_given_back = serials.end_range(act, range_id, reason=form_reason())
        flash(_n("Đã trả lại {n} số chưa dùng.", n=n_given_back), "done")
        return redirect(url_for("staff.s10_ranges"), 303)

    return or_back(change, lambda: redirect(url_for("staff.s10_ranges"), 303))
