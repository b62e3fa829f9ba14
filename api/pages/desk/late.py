"""The lists behind the figures of the first page: every item by where it lies, and what is late by who has to act."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import render_desk, today
from api.pages.desk.home import CUSTODIANS, PILE_TEXTS, Counter, staff
from api.pages.stock import filters
from api.pages.stock.bulk import deeds_offered
from api.web.auth import allow, current_actor
from api.web.row_numbers import asked_number
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, NotFound, desk
from postal.network import crew

_PAGE = 100


@staff.get("/late")
@allow(Action.SEE_QUEUE)
def late() -> ResponseReturnValue:
    """List what is late, the longest first, by who has to act; unfinished rounds of days before on top."""
    office_id, now = current_actor().office_id, services().now()
    shown = filters.chosen("late", request.args)
    with services().database.read() as session:
        counts = desk.late_counts(session, shown.wanted, now=now)
        n = counts.by_custodian[shown.custodian] if shown.custodian else counts.n
        found = desk.late_items(
            session, shown.wanted, now=now, custodian=shown.custodian, limit=filters.PAGE, offset=shown.first
        )
        rounds = desk.unfinished_rounds(session, before=today(), office_id=office_id)
        return render_desk(
            "staff/late.html",
            _("Việc trễ hạn"),
            rounds=rounds,
            names=crew.names_of(session, {one.courier_id for one in rounds}),
            counters=[_counter(one, n, shown) for one, n in counts.by_custodian.items()],
            shown=shown,
            choices=filters.choices(session, shown),
            lines=[_line(line) for line in found],
            page=filters.paging(shown, n),
            custodians=CUSTODIANS,
            deeds=deeds_offered(),
            may_count=current_actor().may(Action.RECEIVE_AT_OFFICE),
        )


@staff.get("/items")
@allow(Action.SEE_QUEUE)
def items() -> ResponseReturnValue:
    """List the items of one pile of the first page, the one longest there first."""
    office_id, name = current_actor().office_id, request.args.get("pile", "agency")
    if name not in desk.PILES:
        raise NotFound(what=Message("danh sách"))
    first = _first()
    with services().database.read() as session:
        n = desk.pile_counts(session, office_id=office_id)[name]
        found = desk.pile(session, name, office_id=office_id, limit=_PAGE, offset=first)
        return render_desk(
            "staff/items.html",
            _("Bưu gửi: {pile}", pile=PILE_TEXTS[name][0]),
            lines=[{"item": item, "commune": _commune(item.consignment.commune_code)} for item in found],
            n=n,
            next_url=_next("staff.items", first, n, pile=name),
        )


def _counter(one: desk.Custodian, n: int, shown: filters.Chosen) -> Counter:
    is_current = shown.custodian is one
    url = shown.url(custodian=None if is_current else one)
    return Counter(number=n, text=CUSTODIANS[one], tone="danger" if n else "", url=url, is_current=is_current)


def _line(line: desk.LateLine) -> dict[str, Any]:
    return {"late": line, "commune": _commune(line.commune_code)}


def _commune(code: str | None) -> str:
    commune = services().guide.register.find(code) if code else None
    return commune.full_name if commune else "–"


def _first() -> int:
    return min(asked_number("start") or 0, 1_000_000)


def _next(endpoint: str, first: int, n: int, **query: Any) -> str | None:
    return url_for(endpoint, start=first + _PAGE, **query) if first + _PAGE < n else None
