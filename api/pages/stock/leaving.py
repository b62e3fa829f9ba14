"""The lists of what leaves the post's own rounds: back to agencies, and to other provinces; acts on many, counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import render_desk
from api.pages.desk.home import Counter, staff
from api.pages.stock import filters
from api.pages.stock.bulk import deeds_offered
from api.web.auth import allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, Session, custody, desk, models
from postal.bulk import Deed
from postal.desk import Step
from postal.rules import reasons
from postal.to_agency import returns

_STEPS: Mapping[Step, Message] = {
    Step.DUE: Message("đến hạn chuyển hoàn"),
    Step.RETURNING: Message("đang chuyển hoàn, chờ giao lại cơ quan"),
    Step.OFFICE: Message("ở bưu chính, chờ giao đường trục"),
    Step.AGENCY: Message("còn ở cơ quan, chưa bàn giao"),
    Step.CARRIER: Message("bưu chính đường trục đang giữ"),
}
_EMPTY: Mapping[Step, Message] = {
    Step.DUE: Message("Không có bưu gửi nào đến hạn chuyển hoàn."),
    Step.RETURNING: Message("Không có bưu gửi nào đang chuyển hoàn."),
    Step.OFFICE: Message("Không có bưu gửi ngoài tỉnh nào chờ giao đường trục."),
    Step.AGENCY: Message("Không có bưu gửi ngoài tỉnh nào còn ở cơ quan."),
    Step.CARRIER: Message("Bưu chính đường trục không giữ bưu gửi nào."),
}
_DEEDS: Mapping[Step, frozenset[Deed]] = {
    Step.DUE: frozenset({Deed.RETURN, Deed.RETURN_ASKED, Deed.HOLD, Deed.INVITE, Deed.LABEL}),
    Step.RETURNING: frozenset({Deed.LABEL}),
    Step.OFFICE: frozenset({Deed.LABEL, Deed.RETURN_ASKED}),
    Step.AGENCY: frozenset({Deed.BATCH, Deed.LABEL}),
    Step.CARRIER: frozenset({Deed.RETURN_ASKED}),
}


@dataclass(frozen=True, kw_only=True)
class ToCount:
    """What one agency or office has to be counted and signed for, and where that is done."""

    name: str
    n: int
    url: str


@staff.get("/returns", endpoint="returns")
@allow(Action.SEE_QUEUE)
def returns_page() -> ResponseReturnValue:
    """List what is due back and what is on its way back to agencies, with what is to be counted for each."""
    with services().database.read() as session:
        to_count = _returns_to_count(session) if current_actor().may(Action.RETURN_TO_SENDER) else []
        return _page(session, "returns", _("Chuyển hoàn"), to_count)


@staff.get("/outside", endpoint="outside")
@allow(Action.SEE_QUEUE)
def outside_page() -> ResponseReturnValue:
    """List what goes to other provinces, wherever it lies, with what is to be counted at each office."""
    with services().database.read() as session:
        to_count = _outside_to_count(session) if current_actor().may(Action.RECEIVE_AT_OFFICE) else []
        return _page(session, "outside", _("Bưu gửi ngoài tỉnh"), to_count)


def _page(session: Session, of: str, heading: str, to_count: list[ToCount]) -> ResponseReturnValue:
    now, shown = services().now(), filters.chosen(of, request.args)
    step = shown.step or filters.STEPS[of][0]
    counts = desk.leaving_counts(session, filters.STEPS[of], shown.wanted, now=now)
    found = desk.leaving_items(session, step, shown.wanted, now=now, limit=filters.PAGE, offset=shown.first)
    return render_desk(
        "staff/leaving.html",
        heading,
        counters=[_counter(one, n, shown, step) for one, n in counts.items()],
        shown=shown,
        step_said=_(_STEPS[step]),
        choices=filters.choices(session, shown),
        lines=[_line(line) for line in found],
        page=filters.paging(shown, counts[step]),
        deeds=[(value, text) for value, text in deeds_offered() if value in _DEEDS[step]],
        to_count=to_count,
        empty=_(_EMPTY[step]),
        is_due=step is Step.DUE,
    )


def _counter(one: Step, n: int, shown: filters.Chosen, step: Step) -> Counter:
    return Counter(
        number=n,
        text=_STEPS[one],
        tone="warning" if n and one in (Step.DUE, Step.OFFICE) else "",
        url=shown.url(step=one.value, start=None),
        is_current=one is step,
    )


def _line(line: desk.LeavingLine) -> dict[str, Any]:
    commune = services().guide.register.find(line.item.consignment.commune_code or "")
    return {
        "item": line.item,
        "agency": line.item.consignment.issuing_office.name,
        "commune": commune.full_name if commune else "",
        "why": reasons.say(line.reason) if line.reason else "",
        "legal": reasons.legal_basis(line.reason) if line.reason else "",
        "since": line.since,
    }


def _returns_to_count(session: Session) -> list[ToCount]:
    n_returning = returns.n_returning(session)
    return [
        ToCount(name=one.name, n=n_returning[one.id], url=url_for("staff.count_returns", agency_id=one.id))
        for one in desk.offices(session, models.OfficeKind.ISSUING)
        if n_returning.get(one.id)
    ]


def _outside_to_count(session: Session) -> list[ToCount]:
    own, n_outside = current_actor().office_id, custody.n_outside(session)
    anywhere = n_outside.get(None, 0)
    return [
        ToCount(name=one.name, n=n, url=url_for("staff.count_outside", office_id=one.id))
        for one in desk.offices(session, models.OfficeKind.DELIVERY)
        if own in (None, one.id) and one.is_active and (n := n_outside.get(one.id, 0) + anywhere)
    ]
