"""Work under way: how far it is, a button to stop it, and the way to what it made. Pages start work; workers do it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, make_response, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.web.looks import note_shown
from api.wiring import services
from api.words import gettext as _
from api.work import curve, importing, planning, printing
from postal import Action, Message, NotFound, Session, desk, models
from postal.access import looks
from postal.intake import uploads
from postal.jobs import ask_stop, find_job, is_open

# kind → (heading, the right that shows and stops it)
_KINDS: dict[str, tuple[Message, Action]] = {
    planning.KIND: (Message("Đang lập phương án"), Action.SEE_PLAN),
    importing.KIND: (Message("Đang nhập tệp kết quả"), Action.IMPORT_RESULTS),
    printing.KIND: (Message("Đang in nhãn"), Action.PRINT),
}
_REFRESH_S = 2


@staff.get("/jobs/<int:job_id>")
@allow(Action.SEE_PLAN, Action.IMPORT_RESULTS, Action.PRINT)
def job_page(job_id: int) -> ResponseReturnValue:
    """Show how far a job is; once it has ended, lead to what it made or back with the reason why not."""
    with services().database.read() as session:
        job = _own_job(session, job_id)
        if not is_open(job):
            return _ended(session, job)
        heading, _right = _KINDS[job.kind]
        page = render_desk("staff/job.html", _(heading), **_shown(job))
    answer = make_response(page)
    answer.headers["Refresh"] = str(_REFRESH_S)  # the page needs no script to go on
    return answer


@staff.post("/jobs/<int:job_id>/stop")
@allow(Action.PLAN, Action.IMPORT_RESULTS, Action.PRINT)
def job_stop(job_id: int) -> ResponseReturnValue:
    """End a job early: a plan keeps the best it has, what has not begun is struck off."""
    with acting() as act:
        _own_job(act.session, job_id)
        ask_stop(act.session, job_id, kinds=list(_KINDS), now=act.now)
    return redirect(url_for("staff.job_page", job_id=job_id), 303)


@staff.get("/jobs/<int:job_id>/labels")
@allow(Action.PRINT)
def job_labels(job_id: int) -> ResponseReturnValue:
    """Give the labels a job has drawn to whoever asked for them, for one day."""
    with services().database.read() as session:
        job = _own_job(session, job_id)
        if job.kind != printing.KIND or job.asked_by_id != current_actor().user_id or not job.result:
            raise NotFound(what=Message("tệp nhãn"))
        if job.result["upload_id"] is None:
            raise NotFound(what=Message("tệp nhãn"))
        file = uploads.read(session, job.result["upload_id"], user_id=job.asked_by_id)
        mimetype = job.result["mimetype"]
        note_shown(looks.people_on(session, job.result.get("item_ids", job.payload["item_ids"])))
    return send_file(BytesIO(file.data), mimetype=mimetype, download_name=f"nhan-{job_id}{file.suffix}")


def _own_job(session: Session, job_id: int) -> models.Job:
    """Return a job the reader may see: of a kind in their rights, and of a day's plan or their own order."""
    job = find_job(session, job_id, kinds=list(_KINDS))
    actor = current_actor()
    if not actor.may(_KINDS[job.kind][1]) or (job.kind != planning.KIND and job.asked_by_id != actor.user_id):
        raise NotFound(what=Message("việc nền"))
    return job


def _shown(job: models.Job) -> dict[str, Any]:
    now = services().now()
    ran_s = round((now - (job.started_at or now)).total_seconds())
    return {
        "job": job,
        "n_done": min(ran_s, int(job.payload["seconds"])) if job.kind == planning.KIND else job.progress.get("n_done"),
        "n_all": int(job.payload["seconds"]) if job.kind == planning.KIND else job.progress.get("n_all"),
        "curve": _curve(job),
        "is_plan": job.kind == planning.KIND,
        "is_running": job.state is models.JobState.RUNNING,
        "is_again": job.n_attempts > 1,
        "may_stop": job.kind != planning.KIND or current_actor().may(Action.PLAN),
    }


def _curve(job: models.Job) -> str:
    """Return the gains of a search as a line of 100 by 40; "" where there is none to show yet."""
    points = [(float(seconds), int(travel_s)) for seconds, travel_s in job.progress.get("curve", ())]
    return curve.drawn(points, until_s=float(job.payload.get("seconds", 0)), wide=100, high=40)


def _ended(session: Session, job: models.Job) -> ResponseReturnValue:
    result = job.result or {}
    if job.kind == planning.KIND and "plan_id" in result:
        return _plan_made(session, result["plan_id"], job.payload.get("plan_id"))
    if job.kind == importing.KIND and "intake_id" in result:
        return redirect(url_for("staff.intake_report", intake_id=result["intake_id"]), 303)
    if job.kind == printing.KIND and "upload_id" in result:
        return make_response(render_desk("staff/job_labels.html", _("Nhãn đã in xong"), job=job))
    flash(_why(job), "danger")
    back = {planning.KIND: "staff.plans", importing.KIND: "staff.intake_form"}.get(job.kind, "staff.home")
    return redirect(url_for(back), 303)


def _plan_made(session: Session, plan_id: int, beside: int | None) -> ResponseReturnValue:
    if beside is not None and desk.plan_head(session, beside).day == desk.plan_head(session, plan_id).day:
        return redirect(url_for("staff.plan_comparison", plan_id=plan_id, other_id=beside), 303)
    return redirect(url_for("staff.plan", plan_id=plan_id), 303)


def _why(job: models.Job) -> str:
    refusal = (job.result or {}).get("refusal", {})
    if "message" in refusal:
        return _(Message.from_json(refusal["message"]))
    if job.error_code == "stopped":
        return _("Đã dừng trước khi bắt đầu.")
    return _("Việc này bị lỗi nhiều lần; nhật ký của máy chủ có chi tiết. Làm lại từ đầu.")
