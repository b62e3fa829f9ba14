"""Every change of the set-up: shown before it is made, made, listed, undone by another one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms
from api.forms import once
from api.pages.common import form_text, or_back, render_desk, today
from api.pages.desk.home import staff
from api.pages.set_up import value_words
from api.pages.set_up.fields import form_reason
from api.web import confirming
from api.web.auth import acting, allow, current_actor
from api.web.row_numbers import asked_number
from api.wiring import services
from api.words import gettext as _
from api.words import say_date, translate
from postal import Act, Action, Conflict, Message, Session, models
from postal.models import SetUpArea
from postal.set_up import changes, kinds, touching

_PAGE = 50
_EDITING = Message("Sửa rồi xem lại. Chưa có gì được ghi.")
_CHANGED = Message("Giá trị hiện nay đã đổi từ lúc xem trước. Xem lại rồi ghi.")
_OURS = ("csrf_token", "form_ticket", "form_page", "confirmed", "seen", "subject")
_NOT_OF_PLANS = (SetUpArea.USER, SetUpArea.KEY, SetUpArea.RANGE, SetUpArea.COURIER_NAME)
_OF_PLANS = frozenset(SetUpArea) - frozenset(_NOT_OF_PLANS)
_PROVED = (SetUpArea.USER, SetUpArea.KEY)
"""Areas whose changes want a proof that it is still the person who signed in."""


class _ChangedSincePreview(Conflict):
    code = "changed_since_preview"
    says = _CHANGED


def ask(
    read: Callable[[], changes.Wanted], back_to: str, *, then: Callable[[Act, models.SetUpChange], str] | None = None
) -> ResponseReturnValue:
    """Answer a form that changes the set-up: first with what would be different, then by doing it.

    ``read`` reads the form, ``back_to`` is the page it stands on. ``then`` does what belongs to the change in its
    transaction and returns a secret, which the page `_secret` shows once.
    """

    def change() -> ResponseReturnValue:
        step = form_text("confirmed")
        if step == "edit" and (page := forms.keep(_EDITING, back=back_to)) is not None:
            return redirect(page, 303)
        wanted = read()
        if step != "1":
            return _preview(wanted)
        try:
            with acting() as act:
                if form_text("seen") not in ("", _digest(changes.preview(act, wanted))):
                    raise _ChangedSincePreview
                made = changes.make(act, wanted)
                day, is_now = made.from_day, made.in_force_at is not None
                secret = then(act, made) if then is not None else ""
        except _ChangedSincePreview as refusal:
            flash(translate(refusal.message), "warning")
            return _preview(wanted)
        if secret:
            return _secret(secret, back_to)
        flash(_("Đã ghi, áp dụng ngay.") if is_now else _("Đã ghi, áp dụng từ {day}.", day=say_date(day)), "done")
        return redirect(back_to, 303)

    return or_back(change, lambda: redirect(back_to, 303))


@staff.get("/set-up/changes")
@allow(Action.MANAGE_SET_UP)
def set_up_changes() -> ResponseReturnValue:
    """List every change of the set-up, the newest first; of one area where asked for."""
    asked, before_id = request.args.get("area", ""), asked_number("before")
    area = SetUpArea(asked) if asked in set(SetUpArea) else None
    with services().database.read() as session:
        found = changes.listed(session, area=area, before_id=before_id, limit=_PAGE + 1)
        shown = found[:_PAGE]
        next_url = url_for("staff.set_up_changes", area=area, before=shown[-1].change.id) if found[_PAGE:] else None
        return render_desk(
            "staff/set_up/changes.html",
            _("Thay đổi thiết lập"),
            changes=shown,
            areas=[(str(one), value_words.AREAS[one]) for one in value_words.AREAS],
            asked=asked,
            next_url=next_url,
            **WORDS,
        )


@staff.post("/set-up/changes/<int:change_id>/undo")
@allow(Action.MANAGE_SET_UP)
def undo_change(change_id: int) -> ResponseReturnValue:
    """Bring back what was before a change, by another change."""

    def change() -> ResponseReturnValue:
        reason = form_reason()
        with services().database.read() as session:
            found = session.get(models.SetUpChange, change_id)
            is_asked = found is not None and found.area in _PROVED
        if is_asked and (asked := confirming.ask_again()) is not None:
            return asked
        with acting() as act:
            made = changes.undo(act, change_id, reason=reason)
            day, is_now = made.from_day, made.in_force_at is not None
        flash(_("Đã hoàn lại. Lần đổi và lần hoàn lại đều còn trong danh sách."), "done")
        if not is_now:
            flash(_("Lần hoàn lại áp dụng từ {day}.", day=say_date(day)), "done")
        return back()

    def back() -> ResponseReturnValue:
        return redirect(forms.page_of_request() or url_for("staff.set_up_changes"), 303)

    return or_back(change, back)


def of_thing(session: Session, area: SetUpArea, subject: str) -> dict[str, object]:
    """Return what a page needs to show the last changes of one thing with `staff/set_up/change_list.html`."""
    found, first_day = (
        changes.listed(session, area=area, subject=subject, limit=20),
        kinds.KINDS[area].first_day(today()),
    )
    return {"changes": found, "today": today(), "first_day": first_day, **WORDS}


def of_courier(session: Session, code: str) -> dict[str, object]:
    """Return what a page needs to show the last changes of a courier: what holds for rounds, the name, days off."""
    found = changes.listed(session, courier=code, limit=20)
    return {"changes": found, "today": today(), **WORDS}


def of_days_off(session: Session) -> dict[str, object]:
    """Return what a page needs to show the last changes of days off."""
    areas = (SetUpArea.CALENDAR, SetUpArea.OFFICE_OFF, SetUpArea.ABSENCE)
    return {"changes": changes.listed(session, area=areas, limit=20), "today": today(), **WORDS}


def of_area(session: Session, area: SetUpArea) -> dict[str, object]:
    """Return what a page needs to show the last changes of a whole area, as `of_thing` does for one thing."""
    return {"changes": changes.listed(session, area=area, limit=20), "today": today(), **WORDS}


def _secret(text: str, back_to: str) -> str:
    once.shown_once()
    return render_desk("staff/set_up/secret.html", _("Đã ghi, áp dụng ngay."), text=text, back_to=back_to)


def _digest(differences: Sequence[changes.Difference]) -> str:
    """Return what tells whether a change would still do what its preview showed."""
    return hashlib.sha256(repr(sorted(map(repr, differences))).encode()).hexdigest()[:32]


def _preview(wanted: changes.Wanted) -> str:
    with services().acting(current_actor()) as act:
        differences = changes.preview(act, wanted)
        n_rounds = touching.n_planned_rounds(act.session, wanted, differences)
        tells = kinds.KINDS[wanted.area].tells(act.session, wanted.subject, wanted.after)
    kept = [(name, text) for name, text in request.form.items(multi=True) if name not in _OURS]
    kept.append(("subject", wanted.subject))  # one that was made up for this change stays the same
    return render_desk(
        "staff/set_up/preview.html",
        _("Xem trước thay đổi"),
        wanted=wanted,
        is_now=wanted.from_day <= today(),
        differences=differences,
        seen=_digest(differences),
        n_rounds=n_rounds if wanted.area in _OF_PLANS else None,
        tells=tells,
        kept=kept,
        action=request.path,
        **WORDS,
    )


WORDS = {
    "subject_said": value_words.subject,
    "label": value_words.label,
    "said": value_words.said,
    "area_words": value_words.AREAS,
}
