"""Counting at the desk: one field that takes every scan, what is missing still, and the act the count ends in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import counting
from api.pages.common import form_text, or_back, render_desk, told
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Action, InvalidInput, Message, Session, custody, desk, models, people, rounds
from postal.to_agency import returns, submission

_LISTS = models.CountList
# Of each list: its page, its address of the API, and what names it in both.
_ADDRESSES: dict[models.CountList, tuple[str, str, str]] = {
    _LISTS.BATCH: ("batch_count", "post_batch_count", "batch_id"),
    _LISTS.LOAD: ("round_load", "post_round_load", "round_id"),
    _LISTS.BACK: ("round_back", "post_round_back", "round_id"),
    _LISTS.RETURNS: ("returns_count", "post_agency_returns", "agency_id"),
    _LISTS.PAPERS: ("papers_count", "post_agency_papers", "agency_id"),
    _LISTS.DOSSIERS: ("dossiers_count", "post_agency_dossiers", "agency_id"),
}
_SHOWN = 300
_N_FAULTS_TOLD = 6
_BETWEEN_CODES = re.compile(r"[\r\n\t,;]+")
_TONES = {"good": "done", "again": "warning", "wrong": "danger", "elsewhere": "elsewhere", "unknown": "unknown"}
_FEW = {
    custody.Said.RIGHT: Message("đúng {n}"),
    custody.Said.AGAIN: Message("đã quét rồi {n}"),
    custody.Said.OTHER_LIST: Message("danh sách khác {n}"),
    custody.Said.OTHER_OFFICE: Message("nơi khác {n}"),
    custody.Said.NOT_LISTED: Message("không có trong danh sách {n}"),
    custody.Said.WITHDRAWN: Message("cơ quan đã rút {n}"),
    custody.Said.UNKNOWN: Message("không phải của hệ thống {n}"),
    custody.Said.UNREADABLE: Message("đọc sai {n}"),
}


@staff.get("/batches/<int:batch_id>/count")
@allow(Action.HAND_OVER)
def batch_count(batch_id: int) -> ResponseReturnValue:
    """Show the count of a closed batch and, below it, the handover."""
    return _page(_LISTS.BATCH, batch_id)


@staff.post("/batches/<int:batch_id>/count")
@allow(Action.HAND_OVER)
def batch_count_scan(batch_id: int) -> ResponseReturnValue:
    """Count what was scanned or pasted."""
    return _scan(_LISTS.BATCH, batch_id)


@staff.get("/rounds/<int:round_id>/load")
@allow(Action.RECEIVE_AT_OFFICE)
def round_load(round_id: int) -> ResponseReturnValue:
    """Show the load check of a round: what is not scanned is not loaded."""
    return _page(_LISTS.LOAD, round_id)


@staff.post("/rounds/<int:round_id>/load")
@allow(Action.RECEIVE_AT_OFFICE)
def round_load_scan(round_id: int) -> ResponseReturnValue:
    """Count what was scanned or pasted."""
    return _scan(_LISTS.LOAD, round_id)


@staff.get("/rounds/<int:round_id>/back")
@allow(Action.RECEIVE_AT_OFFICE)
def round_back(round_id: int) -> ResponseReturnValue:
    """Show what a round must bring home: items, money, papers."""
    return _page(_LISTS.BACK, round_id)


@staff.post("/rounds/<int:round_id>/back")
@allow(Action.RECEIVE_AT_OFFICE)
def round_back_scan(round_id: int) -> ResponseReturnValue:
    """Count what was scanned or pasted."""
    return _scan(_LISTS.BACK, round_id)


@staff.get("/giving-back/<int:agency_id>/papers")
@allow(Action.RETURN_TO_SENDER)
def papers_count(agency_id: int) -> ResponseReturnValue:
    """Show the papers and money owed to an agency, counted by the items they belong to."""
    return _page(_LISTS.PAPERS, agency_id)


@staff.post("/giving-back/<int:agency_id>/papers")
@allow(Action.RETURN_TO_SENDER)
def papers_count_scan(agency_id: int) -> ResponseReturnValue:
    """Count what was scanned or pasted."""
    return _scan(_LISTS.PAPERS, agency_id)


@staff.get("/giving-back/<int:agency_id>/returns")
@allow(Action.RETURN_TO_SENDER)
def returns_count(agency_id: int) -> ResponseReturnValue:
    """Show what goes back undelivered to an agency."""
    return _page(_LISTS.RETURNS, agency_id)


@staff.post("/giving-back/<int:agency_id>/returns")
@allow(Action.RETURN_TO_SENDER)
def returns_count_scan(agency_id: int) -> ResponseReturnValue:
    """Count what was scanned or pasted."""
    return _scan(_LISTS.RETURNS, agency_id)


@staff.post("/giving-back/<int:agency_id>/returns/hand-over")
@allow(Action.RETURN_TO_SENDER)
def returns_hand_over(agency_id: int) -> ResponseReturnValue:
    """Hand the counted returns to their agency; the receipt follows."""
    return _hand_over(_LISTS.RETURNS, agency_id, returns.confirm_returned)


@staff.get("/giving-back/<int:agency_id>/dossiers")
@allow(Action.RETURN_TO_SENDER)
def dossiers_count(agency_id: int) -> ResponseReturnValue:
    """Show the dossiers collected at home that an agency is to receive."""
    return _page(_LISTS.DOSSIERS, agency_id)


@staff.post("/giving-back/<int:agency_id>/dossiers")
@allow(Action.RETURN_TO_SENDER)
def dossiers_count_scan(agency_id: int) -> ResponseReturnValue:
    """Count what was scanned or pasted."""
    return _scan(_LISTS.DOSSIERS, agency_id)


@staff.post("/giving-back/<int:agency_id>/dossiers/hand-over")
@allow(Action.RETURN_TO_SENDER)
def dossiers_hand_over(agency_id: int) -> ResponseReturnValue:
    """Submit the counted dossiers to their agency; the receipt is the legal time of submission."""
    return _hand_over(_LISTS.DOSSIERS, agency_id, submission.submit_counted)


def _hand_over(
    which: models.CountList, agency_id: int, hand_over: Callable[..., models.Handover]
) -> ResponseReturnValue:
    def change() -> ResponseReturnValue:
        with acting() as act:
            handover_id = hand_over(
                act,
                agency_id,
                scanned=None,
                giver=custody.Party(name=form_text("giver_name"), code=form_text("giver_code")),
                receiver=custody.Party(name=form_text("receiver_name"), position=form_text("receiver_position")),
            ).id
        return redirect(url_for("staff.handover", handover_id=handover_id), 303)

    return or_back(change, lambda: redirect(count_url(which, agency_id), 303))


def count_url(which: models.CountList, subject_id: int) -> str:
    """Return the address of a list's count."""
    page, _route, argument = _ADDRESSES[which]
    values: dict[str, Any] = {argument: subject_id}
    return url_for(f"staff.{page}", **values)


def scanned_of_form() -> list[str] | None:
    """Return codes a form brings along, None where it leaves the word to what was counted scan by scan."""
    return form_text("scanned", limit=200_000).split("\n") if "scanned" in request.form else None


def _page(which: models.CountList, subject_id: int) -> ResponseReturnValue:
    with services().database.read() as session:
        counting.require_list(session, which, subject_id)
        home = _home(which, subject_id)
        try:
            so_far = custody.count_so_far(session, which, subject_id)
        except (custody.CountOver, custody.CountTooEarly) as refusal:
            flash(told(refusal), "warning")
            return redirect(home, 303)
        heading, of_list = _of_list(session, which, subject_id)
        return render_desk(
            "staff/counting.html",
            heading,
            which=which,
            subject_id=subject_id,
            home=home,
            scan_url=count_url(which, subject_id),
            api_url=_api_url(which, subject_id),
            so_far=so_far,
            shown=so_far.missing[:_SHOWN],
            tones=_TONES,
            own_name=_own_name(session),
            own_side=_own_side(which),
            **of_list,
        )


def _own_name(session: Session) -> str:
    """Return the name of who is signed in: one side of the handover need not type it."""
    user_id = current_actor().user_id
    user = session.get(models.User, user_id) if user_id is not None else None
    return people.open_person(session, session.get_one(models.Person, user.person_id)).full_name if user else ""


def _own_side(which: models.CountList) -> str:
    is_post = current_actor().may(Action.RECEIVE_AT_OFFICE)
    if which is _LISTS.BATCH:
        return "receiver_name" if is_post else "giver_name"
    return "giver_name" if is_post else "receiver_name"


def _of_list(session: Session, which: models.CountList, subject_id: int) -> tuple[str, dict[str, Any]]:
    """Return the headings of a list's page and what its last form shows."""
    if which is _LISTS.BATCH:
        batch = session.get_one(models.Batch, subject_id)
        return _("Đếm lô {number}", number=batch.number), {"of": batch.office.name}
    if which in (_LISTS.LOAD, _LISTS.BACK):
        walked = session.get_one(models.DeliveryRound, subject_id)
        of = _("{office}, bưu tá {courier}", office=walked.office.name, courier=walked.courier.code)
        if which is _LISTS.LOAD:
            return _("Kiểm hàng chuyến {number}", number=walked.number), {"of": of}
        due = rounds.due_from_courier(session, walked)
        return _("Nhận lại chuyến {number}", number=walked.number), {"of": of, "due": due}
    agency = desk.office(session, subject_id, models.OfficeKind.ISSUING)
    if which is _LISTS.RETURNS:
        return _("Đếm bưu gửi chuyển hoàn"), {"of": agency.name}
    if which is _LISTS.DOSSIERS:
        return _("Đếm hồ sơ nhận tại nhà"), {"of": agency.name}
    owed = custody.owed_to(session, subject_id)
    due = {"fees_vnd": sum(o.proof.fee_vnd for o in owed), "n_taken_back": sum(len(o.proof.taken_back) for o in owed)}
    return _("Đếm giấy tờ và tiền trả cơ quan"), {"of": agency.name, "due": due}


def _home(which: models.CountList, subject_id: int) -> str:
    if which is _LISTS.BATCH:
        return url_for("staff.batch", batch_id=subject_id)
    if which in (_LISTS.LOAD, _LISTS.BACK):
        return url_for("staff.round_page", round_id=subject_id)
    return url_for("staff.giving_back")


def _api_url(which: models.CountList, subject_id: int) -> str:
    _page, route, argument = _ADDRESSES[which]
    values: dict[str, Any] = {argument: subject_id}
    return url_for(f"v1.{route}", **values)


def _scan(which: models.CountList, subject_id: int) -> ResponseReturnValue:
    """Count a form's codes: one from the scanner, or many pasted; the page that follows tells what they were."""

    def back() -> ResponseReturnValue:
        return redirect(count_url(which, subject_id), 303)

    def change() -> ResponseReturnValue:
        pasted = form_text("codes", limit=400_000)
        texts = _BETWEEN_CODES.split(pasted) if pasted else [form_text("code")]
        codes = [text for text in texts if text.strip()]
        if not codes:
            raise InvalidInput(field=Message("Mã cần đếm"))
        told: list[custody.ScanSaid] = []
        for first in range(0, len(codes), counting.MAX_CODES):
            told += counting.scan_list(which, subject_id, codes[first : first + counting.MAX_CODES]).scans
        _tell(told)
        return back()

    return or_back(change, back)


def _tell(told: list[custody.ScanSaid]) -> None:
    if len(told) > 1:
        counted = Counter(scan.said for scan in told)
        parts = ", ".join(_(_FEW[said], n=n) for said, n in counted.items())
        flash(_n("Đã đọc {n} mã: {parts}.", n=len(told), parts=parts), "")
    faults = [scan for scan in told if scan.said not in (custody.Said.RIGHT, custody.Said.AGAIN)]
    for scan in faults[:_N_FAULTS_TOLD] if len(told) > 1 else told:
        flash(f"{scan.code}: {_(scan.message)}", _TONES[scan.tone])
