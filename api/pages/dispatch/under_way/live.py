"""The day as it goes: calls for help, every round, and the words with each courier.

The page renews its own table every twenty seconds by a fragment with an ETag; without scripts it loads itself anew.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.cards import label_cells
from api.pages.common import day_asked, form_text, or_back, render_desk, today
from api.pages.desk.home import staff
from api.pages.dispatch.flood.page import road_closing
from api.pages.dispatch.plans.board import may_for_all
from api.web.auth import acting, allow, current_actor, n_false_couriers
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, Session, Subject, desk, doorstep, models, people, phones, require_own, under_way
from postal.network import crew
from postal.rules import working_days

_SHOWN = timedelta(days=7)
_SILENT = timedelta(minutes=30)
_BEHIND_S = 900


@staff.get("/day")
@allow(Action.SEE_PLAN)
def live_day() -> ResponseReturnValue:
    """Show a day's rounds as they stand."""
    day = day_asked()
    shown = _shown(day)
    with services().database.read() as session:
        shown |= road_closing(session, day)
    return render_desk("staff/live_day.html", _("Theo dõi chuyến"), day=day, is_today=day == today(), **shown)


@staff.get("/day/rounds")
@allow(Action.SEE_PLAN)
def live_rounds() -> ResponseReturnValue:
    """Return the table of the page alone; 304 while it is as `If-None-Match` knows it."""
    day = day_asked()
    table = render_template("staff/live_rounds.html", day=day, is_today=day == today(), **_shown(day))
    answer = Response(label_cells(table))  # stacks on a phone as the page's first one did
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@staff.get("/couriers/<int:courier_id>/messages")
@allow(Action.MANAGE_PHONES)
def courier_messages(courier_id: int) -> ResponseReturnValue:
    """Show the words with a courier; what he wrote counts as read."""
    with acting() as act:
        courier = phones.courier(act.session, courier_id)
        _require_own(courier)
        person = people.open_person(act.session, act.session.get_one(models.Person, courier.person_id))
        under_way.read_by_office(act, courier_id)
        found = under_way.messages_with(act.session, courier_id, since=act.now - _SHOWN)
    return render_desk(
        "staff/courier_messages.html",
        _("Nhắn {name}", name=person.full_name),
        courier_id=courier_id,
        phone=person.phone or "",
        messages=found,
        longest=under_way.LONGEST,
    )


@staff.post("/couriers/<int:courier_id>/messages")
@allow(Action.MANAGE_PHONES)
def courier_message(courier_id: int) -> ResponseReturnValue:
    """Send a text to a courier's phone."""

    def change() -> ResponseReturnValue:
        with acting() as act:
            _require_own(phones.courier(act.session, courier_id))
            under_way.tell_courier(act, courier_id, form_text("words", limit=under_way.LONGEST))
        flash(_("Đã gửi: điện thoại của bưu tá nhận trong khoảng một phút khi có sóng."), "done")
        return redirect(url_for("staff.courier_messages", courier_id=courier_id), 303)

    return or_back(change, lambda: redirect(url_for("staff.courier_messages", courier_id=courier_id), 303))


def _require_own(courier: models.Courier) -> None:
    subject = Subject(office_ids=frozenset({courier.office_id}), courier_id=courier.id)
    require_own(current_actor(), Action.MANAGE_PHONES, subject, what=Message("bưu tá"))


def _shown(day: date) -> dict[str, Any]:
    now = services().now()
    own = current_actor().office_id
    with services().database.read() as session:
        asked = request.args.get("office", "")
        found_offices = desk.offices(session, models.OfficeKind.DELIVERY)
        offices = [(one.id, one.name) for one in found_offices if own in (None, one.id)]
        chosen = next((office_id for office_id, _name in offices if str(office_id) == asked), own)
        found = under_way.live_day(session, day, now=now, office_id=chosen)
        return {
            "takes_transfers": bool(services().settings.vietqr_account)
            and current_actor().may(Action.ENTER_ROUND_RESULTS),
            "offices": offices if own is None else [],
            "chosen": chosen,
            "lines": [_line(one, now) for one in found.rounds],
            "plan_id": found.rounds[0].round.plan_id if found.rounds else None,
            "unfinished": _unfinished(session, day, chosen),
            "may_plan": current_actor().may(Action.PLAN),
            "may_replan": may_for_all(session, Action.PLAN),
            "may_close": current_actor().may(Action.ENTER_ROUND_RESULTS),
            **_asked(session, chosen),
            "n_false_couriers": n_false_couriers(),
            "totals": _totals(found),
            "may_speak": current_actor().may(Action.MANAGE_PHONES),
        }


def _asked(session: Session, office_id: int | None) -> dict[str, Any]:
    """Return the calls for help nobody has taken, how many corrections wait, and how many other orders were told."""
    notes = doorstep.open_notes(session, office_id=office_id)
    calls = [one for one in notes if one.kind == doorstep.NoteKind.TROUBLE]
    return {
        "calls": [
            {
                "id": one.id,
                "at": one.happened_at,
                "name": people.open_person(session, session.get_one(models.Person, one.courier.person_id)).full_name,
                "what": doorstep.TROUBLES.get((said := doorstep.opened(session, one)).what),
                "words": said.words,
            }
            for one in calls
        ],
        "n_corrections": sum(1 for one in notes if one.kind == doorstep.NoteKind.CORRECTION),
        "n_orders": sum(1 for one in notes if one.kind == doorstep.NoteKind.REORDERED),
        "may_take": current_actor().may(Action.ENTER_ROUND_RESULTS),
    }


def _unfinished(session: Session, day: date, office_id: int | None) -> list[dict[str, Any]]:
    """Return the rounds of days before that nobody closed: today begins with them."""
    found = desk.unfinished_rounds(session, before=day, office_id=office_id)
    names = crew.names_of(session, {one.courier_id for one in found})
    return [
        {
            "id": one.id,
            "number": one.number,
            "day": one.plan.day,
            "office": one.office.name,
            "name": names[one.courier_id],
            "is_out": one.status is models.RoundStatus.STARTED,
        }
        for one in found
    ]


def _totals(found: under_way.DayLive) -> dict[str, int]:
    return {
        "n_rounds": len(found.rounds),
        "n_out": sum(1 for one in found.rounds if one.round.status is models.RoundStatus.STARTED),
        "n_stops": sum(len(one.stops) for one in found.rounds),
        "n_over": sum(one.n_over for one in found.rounds),
        "n_failed": sum(one.n_failed for one in found.rounds),
        "n_behind": sum(1 for one in found.rounds if (one.behind_s or 0) >= _BEHIND_S),
    }


def _line(one: under_way.RoundLive, now: datetime) -> dict[str, Any]:
    walked = one.round
    minutes = None if one.behind_s is None else round(one.behind_s / 60)
    is_out = walked.status is models.RoundStatus.STARTED
    return {
        "id": walked.id,
        "number": walked.number,
        "status": walked.status,
        "office": walked.office.name,
        "courier_id": walked.courier_id,
        "name": one.courier_name,
        "n_stops": len(one.stops),
        "n_over": one.n_over,
        "n_failed": one.n_failed,
        "minutes": minutes,
        "tone": "danger" if (minutes or 0) >= 45 else "warning" if (minutes or 0) >= 15 else "done",
        "contact": one.last_contact_at,
        "is_silent": is_out and one.last_contact_at is not None and now - one.last_contact_at > _SILENT,
        "n_unsent": one.n_unsent,
        "n_unread": one.n_unread,
        "line": _time_line(one, now),
    }


# The time line runs from six in the morning to seven in the evening, a unit a minute.
_FROM_S, _UNTIL_S = 6 * 3600, 19 * 3600


def _time_line(one: under_way.RoundLive, now: datetime) -> dict[str, Any]:
    def x(seconds: int) -> int:
        return round((min(max(seconds, _FROM_S), _UNTIL_S) - _FROM_S) / 60)

    return {
        "wide": x(_UNTIL_S),
        "leave": x(one.round.leave_at_s),
        "back": x(one.round.back_at_s),
        "now": x(working_days.local_seconds(now)) if working_days.local_day(now) == one.round.plan.day else None,
        "dots": [(x(stop.planned_s), stop.mark) for stop in one.stops],
    }
