"""Counting at the desk: one field that takes every scan, what is missing still, and the form the count ends in.

Three routes for each kind of list in `postal.counting.lists`: the page, a scan, the end. A new kind has its page
without a line here.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from flask import Flask, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.forms.reading import DONG, PIECES, Unit
from api.pages.common import form_int, form_text, or_back, render_desk, told
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from postal import Action, InvalidInput, Message, Session, counting, custody, models, people
from postal.counting import ListKind, Match

_SHOWN = 300
_AT_ONCE = 500
_N_FAULTS_TOLD = 6
_MOST_SHEETS = 100
_BETWEEN_CODES = re.compile(r"[\r\n\t,;]+")
_TONES = {"good": "done", "again": "warning", "wrong": "danger", "elsewhere": "elsewhere", "unknown": "unknown"}
_FEW = {
    Match.RIGHT: Message("đúng {n}"),
    Match.AGAIN: Message("đã quét rồi {n}"),
    Match.OTHER_LIST: Message("danh sách khác {n}"),
    Match.OTHER_OFFICE: Message("nơi khác {n}"),
    Match.NOT_LISTED: Message("không có trong danh sách {n}"),
    Match.WITHDRAWN: Message("cơ quan đã rút {n}"),
    Match.UNKNOWN: Message("không phải của hệ thống {n}"),
    Match.UNREADABLE: Message("đọc sai {n}"),
}
# Where a list's page leads back to, and where its end leads: the round itself, else the receipt.
_HOMES = {"batch_id": "staff.batch", "round_id": "staff.round_page", "move_id": "staff.stop_move"}
_LISTS_OF = {"office_id": "staff.at_office", "agency_id": "staff.giving_back"}
_POST_POSITION = str(Message("Nhân viên bưu chính"))


def add_counting_pages(app: Flask) -> None:
    """Add the pages of every kind of counted list there is now."""
    for kind in counting.all_lists().values():
        _add(app, kind)


def _add(app: Flask, kind: ListKind) -> None:
    argument = kind.of.argument

    def page(**values: int) -> ResponseReturnValue:
        """Show what is counted, what is missing still, and the form the count ends in."""
        return _page(kind, values[argument])

    def scan(**values: int) -> ResponseReturnValue:
        """Count what was scanned or pasted."""
        return _scan(kind, values[argument])

    def end(**values: int) -> ResponseReturnValue:
        """Hand over what was counted; the receipt follows."""
        return _end(kind, values[argument])

    rule = f"/staff/{kind.of.path}/<int:{argument}>/{kind.path}"
    may = allow(kind.right)
    app.add_url_rule(rule, f"staff.count_{kind.name}", may(page), methods=["GET"])
    app.add_url_rule(rule, f"staff.scan_{kind.name}", may(scan), methods=["POST"])
    app.add_url_rule(f"{rule}/hand-over", f"staff.end_{kind.name}", may(end), methods=["POST"])


def _url(route: str, kind: ListKind, row_id: int) -> str:
    values: dict[str, Any] = {kind.of.argument: row_id}
    return url_for(route, **values)


def _home(kind: ListKind, row_id: int) -> str:
    home = _HOMES.get(kind.of.argument)
    return _url(home, kind, row_id) if home else url_for(_LISTS_OF[kind.of.argument])


def _page(kind: ListKind, row_id: int) -> ResponseReturnValue:
    with services().database.read() as session:
        counting.require_list(session, current_actor(), kind, row_id)
        home = _home(kind, row_id)
        try:
            so_far = counting.count_so_far(session, kind, row_id)
        except (counting.CountOver, counting.CountTooEarly) as refusal:
            flash(told(refusal), "warning")
            return redirect(home, 303)
        row = session.get_one(kind.of.model, row_id)
        return render_desk(
            "staff/counting.html",
            _(kind.words.heading, number=kind.of.number(row)),
            kind=kind,
            of=kind.of.name(session, row),
            due=kind.due(session, row_id) if kind.due else None,
            other_side=kind.other_side(session, row_id),
            home=home,
            scan_url=_url(f"staff.scan_{kind.name}", kind, row_id),
            end_url=_url(f"staff.end_{kind.name}", kind, row_id),
            api_url=_url(f"counts.post_{kind.name}", kind, row_id),
            so_far=so_far,
            shown=so_far.missing[:_SHOWN],
            tones=_TONES,
            own_name=_own_name(session),
            is_post=current_actor().may(Action.RECEIVE_AT_OFFICE),
        )


def _end(kind: ListKind, row_id: int) -> ResponseReturnValue:
    def change() -> ResponseReturnValue:
        ending = _ending(kind)
        if kind.keep_count is not None:  # what was counted stands, whatever becomes of the end
            with acting() as act:
                counting.require_list(act.session, act.by, kind, row_id)
                kind.keep_count(act, row_id, ending)
        with acting() as act:
            counting.require_list(act.session, act.by, kind, row_id)
            handover = counting.end_count(act, kind, row_id, ending)
            handover_id, is_whole = handover.id, handover.n_present == handover.n_expected
            said = _n(
                "Đã bàn giao {n} trên {expected} bưu gửi, biên bản {number}.",
                n=handover.n_present,
                expected=handover.n_expected,
                number=handover.number,
            )
        flash(said, "done" if is_whole else "warning")
        if kind.of.argument == "round_id":
            return redirect(_home(kind, row_id), 303)
        return redirect(url_for("staff.handover", handover_id=handover_id), 303)

    return or_back(change, lambda: redirect(_url(f"staff.count_{kind.name}", kind, row_id), 303))


def _ending(kind: ListKind) -> counting.Ending:
    giver, receiver = (
        (_party("giver", kind.sides[0]), _party("receiver", kind.sides[1])) if kind.sides else (None, None)
    )
    return counting.Ending(
        giver=giver,
        receiver=receiver,
        money_vnd=_count_of("money_vnd", DONG) if kind.due else 0,
        n_papers=_count_of("n_papers", PIECES) if kind.asks_papers else 0,
        why=form_text("why") if kind.asks_papers else "",
        sheets=tuple(request.form.getlist("sheet")[:_MOST_SHEETS]) if kind.due else (),
    )


def _party(name: str, side: counting.Side) -> custody.Party:
    if side.is_post:
        return custody.Party(name=form_text(f"{name}_name"), position=_POST_POSITION, code=form_text(f"{name}_code"))
    return custody.Party(name=form_text(f"{name}_name"), position=form_text(f"{name}_position"))


def _count_of(name: str, unit: Unit) -> int:
    return form_int(name, unit=unit) if form_text(name) else 0


def _own_name(session: Session) -> str:
    """Return the name of who is signed in: one side of the handover need not type it."""
    user_id = current_actor().user_id
    user = session.get(models.User, user_id) if user_id is not None else None
    return people.open_person(session, session.get_one(models.Person, user.person_id)).full_name if user else ""


def _scan(kind: ListKind, row_id: int) -> ResponseReturnValue:
    """Count a form's codes: one from the scanner, or many pasted; the page that follows tells what they were."""

    def back() -> ResponseReturnValue:
        return redirect(_url(f"staff.count_{kind.name}", kind, row_id), 303)

    def change() -> ResponseReturnValue:
        pasted = form_text("codes", limit=400_000)
        texts = _BETWEEN_CODES.split(pasted) if pasted else [form_text("code")]
        codes = [text for text in texts if text.strip()]
        if not codes:
            raise InvalidInput(field=Message("Mã cần đếm"))
        answers: list[counting.CodeAnswer] = []
        for first in range(0, len(codes), _AT_ONCE):
            with acting() as act:  # a short transaction each: other scanners of the list need not wait for all of them
                answers += counting.scan_own_list(act, kind, row_id, codes[first : first + _AT_ONCE]).answers
        _flash(answers)
        return back()

    return or_back(change, back)


def _flash(answers: list[counting.CodeAnswer]) -> None:
    if len(answers) > 1:
        counts = Counter(answer.match for answer in answers)
        parts = ", ".join(_(_FEW[match], n=n) for match, n in counts.items())
        flash(_n("Đã đọc {n} mã: {parts}.", n=len(answers), parts=parts), "")
    faults = [answer for answer in answers if answer.match not in (Match.RIGHT, Match.AGAIN)]
    for answer in faults[:_N_FAULTS_TOLD] if len(answers) > 1 else answers:
        flash(f"{answer.code}: {_(answer.message)}", _TONES[answer.tone])
