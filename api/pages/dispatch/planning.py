"""The dispatcher's button: plan a day, look at the plan, publish it, print its route sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from api import documents
from api.forms import Wrong, WrongFields
from api.forms.reading import SECONDS
from api.pages.common import form_date, form_int, or_back, render_desk, today, told
from api.pages.desk.home import staff
from api.pages.dispatch.plan_words import (
    figure_lines,
    say_change,
    say_degraded,
    say_source,
)
from api.pages.dispatch.plans.board import commune_name, may_for_all, own_rounds
from api.pages.dispatch.plans.by_hand import asked_of_address, found_plan, shown, tried
from api.pages.dispatch.sketch import draw_rounds
from api.pages.paper_links import paper_links
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from api.words import say_date, say_short_date
from api.work.planning import Way, order_plan
from postal import Action, Message, NotFound, desk, models, rounds
from postal.network import crew, promises
from routing import Plan, StopChange, compare

_SECONDS = range(2, 601)
_SECONDS_ASKED = Message("{field}: từ 2 đến 600 giây.")


@staff.get("/plans")
@allow(Action.SEE_PLAN)
def plans() -> ResponseReturnValue:
    """List the plans and offer to make one."""
    with services().database.read() as session:
        return render_desk(
            "staff/plans.html",
            _("Phương án phát"),
            plans=desk.plans(session),
            today=today(),
            default_seconds=services().settings.plan_seconds,
            say_source=say_source,
            may_plan=may_for_all(session, Action.PLAN),
            is_of_office=current_actor().may(Action.PLAN) and not may_for_all(session, Action.PLAN),
        )


@staff.post("/plans")
@allow(Action.PLAN)
def plan_make() -> ResponseReturnValue:
    """Plan a day for all offices at once; the result is a draft."""

    def change() -> ResponseReturnValue:
        day = form_date("day")
        with services().database.read() as session:
            is_working = promises.load_calendar(session, is_saturday_working=True).is_working(day)
        if not is_working:
            flash(_("{day} là ngày nghỉ: bưu cục không phát.", day=say_date(day)), "warning")
        return _ordered(day, Way.ANEW, plan_id=None)

    return or_back(change, lambda: redirect(url_for("staff.plans"), 303))


def _seconds_told() -> int:
    seconds = form_int("seconds", unit=SECONDS)
    if seconds not in _SECONDS:
        raise WrongFields([Wrong(name="seconds", message=_SECONDS_ASKED)])
    return seconds


def _ordered(day: date, way: Way, *, plan_id: int | None) -> ResponseReturnValue:
    """Queue the planning and lead to the page that tells how far it is."""
    with acting() as act:
        job_id = order_plan(act, day, way, seconds=_seconds_told(), plan_id=plan_id).id
    return redirect(url_for("staff.job_page", job_id=job_id), 303)


@staff.get("/plans/<int:plan_id>")
@allow(Action.SEE_PLAN)
def plan(plan_id: int) -> ResponseReturnValue:
    """Show one plan: its rounds on a map and as lists, and what it could not place and why."""
    with services().database.read() as session:
        edit = rounds.last_edit(session, plan_id)  # before the lists: an act in between is seen as one, not missed
        found = found_plan(session, plan_id)
        lists = shown(session, found, edit)
        asked = asked_of_address(session, plan_id, edit)
        others = [p for p in desk.plans_of(session, found.day) if p.id != found.id]
        orders = rounds.orders_of(session, found.day)
        papers = paper_links(session, documents.PLAN, found, found.id)
        may_replan = found.status != models.PlanStatus.SUPERSEDED and may_for_all(session, Action.PLAN)
    return render_desk(
        "staff/plan.html",
        _("Phương án {day}, bản {version}", day=say_short_date(found.day), version=found.version),
        **lists,
        tried=tried(asked, lists),
        sketch=Markup(draw_rounds(lists["rounds"])),  # noqa: S704 - our own numbers, drawn by us
        say_source=say_source,
        say_degraded=say_degraded,
        others=others,
        may_replan=may_replan,
        n_new_orders=sum(o.ordered_at > found.made_at for o in orders),
        papers=papers,
    )


@staff.post("/plans/<int:plan_id>/replan")
@allow(Action.PLAN)
def plan_again(plan_id: int) -> ResponseReturnValue:
    """Plan the plan's day again; the draft is shown beside what stands before anybody accepts it.

    What is published is planned from now on with few moves, a draft goes on from where it is.
    """

    def change() -> ResponseReturnValue:
        with services().database.read() as session:
            found = desk.plan_head(session, plan_id)
            day, way = found.day, Way.ON if found.status == models.PlanStatus.DRAFT else Way.AGAIN
        return _ordered(day, way, plan_id=plan_id)

    return or_back(change, lambda: redirect(url_for("staff.plan", plan_id=plan_id), 303))


@staff.get("/plans/<int:plan_id>/compare/<int:other_id>")
@allow(Action.SEE_PLAN)
def plan_comparison(plan_id: int, other_id: int) -> ResponseReturnValue:
    """Show how a plan differs from another one of its day: by figures, and by each stop that changes."""
    with services().database.read() as session:
        edit = rounds.last_edit(session, plan_id)  # before what is shown: publishing refuses what came in between
        found, other = desk.plan_outline(session, plan_id), desk.plan_outline(session, other_id)
        if found.day != other.day:
            raise NotFound(what=Message("phương án cùng ngày"))
        is_to_come = found.status == models.PlanStatus.DRAFT
        left = rounds.rounds_that_left(session, other.id) if is_to_come else set()
        shown = compare(_own_part(other, without=left), _own_part(found))
        of = desk.stops_named(session, {int(change.stop_id) for change in shown.changes})
        n_left = len(left)
        return render_desk(
            "staff/plan_comparison.html",
            _(
                "Phương án {day}: bản {version} so với bản {other}",
                day=say_short_date(found.day),
                version=found.version,
                other=other.version,
            ),
            plan=found,
            edit=edit,
            other=other,
            n_left=n_left,
            figures=figure_lines(shown),
            n_same=shown.n_same,
            counts=Counter(change.kind for change in shown.changes),
            changes=[_changed(change, *of[int(change.stop_id)]) for change in shown.changes],
            names=crew.names_by_code(session, _couriers(shown.changes)),
            may_publish=found.status == models.PlanStatus.DRAFT and may_for_all(session, Action.PUBLISH),
        )


def _own_part(found: models.DayPlan, *, without: Collection[int] = ()) -> Plan:
    """Return what the reader may see of a plan."""
    own = {r.office.code for r in own_rounds(found.rounds)}
    whole = rounds.as_plan(found, without=without)
    return replace(whole, rounds=tuple(r for r in whole.rounds if r.office_id in own))


def _couriers(changes: Iterable[StopChange]) -> set[str]:
    return {code for one in changes for code in (one.before_courier, one.after_courier) if code}


def _changed(change: StopChange, dossier_code: str, commune_code: str | None) -> dict[str, Any]:
    return {
        "consignment_id": int(change.stop_id),
        "dossier_code": dossier_code,
        "commune": commune_name(commune_code),
        "kind": change.kind,
        "said": say_change(change.kind),
        "change": change,
    }


@staff.post("/plans/<int:plan_id>/publish")
@allow(Action.PUBLISH)
def plan_publish(plan_id: int) -> ResponseReturnValue:
    """Make this plan the day's only one, as the page showed it."""

    def change() -> ResponseReturnValue:
        edit = form_int("edit") if "edit" in request.form else None
        try:
            with acting() as act:
                published = rounds.publish_plan(act, plan_id, edit=edit)
                n_rounds, day = len(published.rounds), say_date(published.day)
        except rounds.EditedMeanwhile as refusal:  # nothing was typed: the plan as it is now says more than the form
            flash(told(refusal), "danger")
            return redirect(url_for("staff.plan", plan_id=plan_id), 303)
        flash(_n("Đã công bố phương án {day}: {n} chuyến.", n=n_rounds, day=day), "done")
        return redirect(url_for("staff.plan", plan_id=plan_id), 303)

    return or_back(change, lambda: redirect(url_for("staff.plan", plan_id=plan_id), 303))
