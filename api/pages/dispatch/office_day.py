"""The evening at a delivery office: what is still out, what is kept or missing, and the day that closes."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import documents
from api.pages.common import day_asked, form_date, form_int, form_text, or_back, render_desk, require_sure
from api.pages.desk.home import staff
from api.pages.desk.returns import due_shown
from api.pages.paper_links import paper_links
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Action, InvalidInput, Message, Session, Subject, custody, desk, errors, models, require_own, rounds
from postal.access import ownership
from postal.network import crew
from postal.to_agency import returns, submission

_RULE = Action.ENTER_ROUND_RESULTS
_N_LISTED = 50
_MOST_OFFICES = 500
_IS_ID = re.compile(r"[0-9]{1,9}")


@staff.get("/office-days")
@allow(_RULE)
def office_days() -> ResponseReturnValue:
    """Show each of one's offices with what keeps its day open."""
    day = day_asked()
    actor = current_actor()
    with services().database.read() as session:
        offices = [o for o in desk.offices(session, models.OfficeKind.DELIVERY) if actor.office_id in (None, o.id)]
        office_ids = [office.id for office in offices]
        still_open, closed = custody.open_at(session, office_ids, day), custody.closed_days(session, office_ids, day)
        names = crew.names_by_code(session, {one.courier_code for lines in still_open.values() for one in lines})
        cards = [
            {
                "office": office,
                "open": still_open[office.id],
                **_in_two(still_open[office.id]),
                "closed": closed.get(office.id),
                "papers": paper_links(session, documents.OFFICE, office, office.id, day=day.isoformat()),
            }
            for office in offices
        ]
        cards.sort(key=lambda card: (card["closed"] is not None, not card["open"]))  # what needs somebody comes first
        ready = [card for card in cards if not card["open"] and card["closed"] is None]
        together = ready if len(ready) > 1 else []
        return render_desk(
            "staff/office_days.html",
            _("Khép ngày"),
            day=day,
            cards=[card for card in cards if card not in together],
            together=together,
            names=names,
        )


@staff.post("/office-days/<int:office_id>/close")
@allow(_RULE)
def office_day_close(office_id: int) -> ResponseReturnValue:
    """Close an office's day; refused while anything that left is not accounted for."""
    _require_office(office_id)
    day = form_date("day")

    def change() -> ResponseReturnValue:
        require_sure()
        with acting() as act:
            n_kept = custody.close_day(act, office_id, day).facts["kept"]
            name = act.session.get_one(models.Office, office_id).name
        flash(_n("Đã khép ngày của {office}; {n} bưu gửi giữ qua đêm.", n=n_kept, office=name), "done")
        return _back(day)

    return or_back(change, lambda: _back(day))


@staff.post("/office-days/close")
@allow(_RULE)
def office_days_close() -> ResponseReturnValue:
    """Close the day of several offices; one that is not accounted for by now stays open and is named."""
    day = form_date("day")
    ids = [int(one) for one in request.form.getlist("office")[:_MOST_OFFICES] if _IS_ID.fullmatch(one)]
    for office_id in ids:
        _require_office(office_id)

    def change() -> ResponseReturnValue:
        require_sure()
        if not ids:
            raise InvalidInput(field=Message("Bưu cục"))
        closed, left = 0, []
        with acting() as act:
            for office_id in dict.fromkeys(ids):
                try:
                    custody.close_day(act, office_id, day)
                    closed += 1
                except (custody.DayNotAccountedFor, custody.DayClosed):
                    left.append(act.session.get_one(models.Office, office_id).name)
        if closed:
            flash(_n("Đã khép ngày của {n} bưu cục.", n=closed), "done")
        if left:
            flash(_("Chưa khép được, xem lại: {names}.", names=", ".join(left)), "warning")
        return _back(day)

    return or_back(change, lambda: _back(day))


@staff.post("/office-days/<int:office_id>/keep")
@allow(_RULE)
def office_day_keep(office_id: int) -> ResponseReturnValue:
    """Permit a courier to keep one piece until the next day, or declare it missing, with a reason."""
    _require_office(office_id)
    day = form_date("day")

    def change() -> ResponseReturnValue:
        item_id, reason, what = form_int("item_id"), form_text("reason", limit=200), form_text("what")
        if what not in ("keep", "missing"):
            raise InvalidInput(field=Message("Việc cần ghi"))
        with acting() as act:
            _require_item(act.session, item_id)
            if what == "keep":
                kept = custody.keep_overnight(act, item_id, day, reason=reason)
                code = _code(act.session.get_one(models.Item, kept.item_id))
                said = _("Bưu tá được giữ {code} qua đêm.", code=code)
            else:
                require_sure()
                code = _code(custody.declare_missing(act, item_id, reason=reason))
                said = _("Đã báo thất lạc {code}: không đi phát nữa cho đến khi tìm thấy.", code=code)
        flash(said, "done")
        return _back(day)

    return or_back(change, lambda: _back(day))


@staff.post("/office-days/<int:office_id>/sheets")
@allow(_RULE)
def office_day_sheet(office_id: int) -> ResponseReturnValue:
    """Say what became of a numbered sheet that no round brings back: destroyed, or lost, with a reason."""
    _require_office(office_id)
    day = form_date("day")

    def change() -> ResponseReturnValue:
        sheet_id, what = form_int("sheet_id"), form_text("what")
        if what not in ("destroyed", "lost"):
            raise InvalidInput(field=Message("Việc cần ghi"))
        with acting() as act:
            if what == "destroyed":
                back = rounds.take_back_sheet(act, sheet_id, office_id=office_id)
                said = _("Đã nhận lại và hủy phiếu {number}.", number=back.number)
            else:
                lost = rounds.lose_sheet(act, sheet_id, office_id=office_id, reason=form_text("reason", limit=200))
                said = _("Đã ghi phiếu {number} bị mất vào chênh lệch.", number=lost.number)
        flash(said, "done")
        return _back(day)

    return or_back(change, lambda: _back(day))


@staff.get("/giving-back")
@allow(Action.RETURN_TO_SENDER)
def giving_back() -> ResponseReturnValue:
    """Show what the post owes each agency: papers taken back, money collected, items that come back."""
    with services().database.read() as session:
        owed, n_returns = custody.owed_by_agency(session, most=_N_LISTED), returns.n_returning(session)
        n_dossiers = submission.n_dossiers(session)
        cards = [
            _owed_card(session, office, owed.get(office.id), n_returns.get(office.id, 0), n_dossiers.get(office.id, 0))
            for office in desk.offices(session, models.OfficeKind.ISSUING)
            if office.id in owed or office.id in n_returns or office.id in n_dossiers
        ]
        return render_desk("staff/giving_back.html", _("Trả cơ quan"), cards=cards, **due_shown(session))


def _owed_card(
    session: Session, office: models.Office, owed: custody.OwedTo | None, n_returns: int, n_dossiers: int
) -> dict[str, Any]:
    return {
        "office": office,
        "owed": owed.first if owed else [],
        "n_owed": owed.n if owed else 0,
        "fee_vnd": owed.fee_vnd if owed else 0,
        "n_papers": owed.n_papers if owed else 0,
        "n_returns": n_returns,
        "papers": paper_links(session, documents.AGENCY, office, office.id),
        "n_dossiers": n_dossiers,
    }


def _in_two(lines: list[custody.Open]) -> dict[str, list[custody.Open]]:
    """Part what the count of a round that is still open will settle from what needs somebody by itself."""
    on_the_road = {one.courier_code for one in lines if one.what == "round"}
    carried = {one.item_id for one in lines if one.what == "item" and one.courier_code in on_the_road}
    return {
        "open_first": [one for one in lines if one.what != "item" or one.item_id not in carried],
        "carried": [one for one in lines if one.what == "item" and one.item_id in carried],
    }


def _require_office(office_id: int) -> None:
    require_own(current_actor(), _RULE, Subject(office_ids=frozenset({office_id})), what=Message("bưu cục"))


def _require_item(session: Session, item_id: int) -> None:
    found = session.get(models.Item, item_id)
    if found is None:
        raise errors.NotFound(what=Message("bưu gửi"))
    require_own(current_actor(), _RULE, ownership.subject_of_item(session, found), what=Message("bưu gửi"))


def _code(item: models.Item) -> str:
    return item.s10 or item.dossier_code


def _back(day: date) -> ResponseReturnValue:
    return redirect(url_for("staff.office_days", day=day.isoformat()), 303)
