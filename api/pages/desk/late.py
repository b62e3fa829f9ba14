"""The lists behind the figures of the first page: every item by where it lies, and what is late by who has to act."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import render_desk, today
from api.pages.desk.home import CUSTODIANS, PILE_TEXTS, Counter, staff
from api.web.auth import allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, NotFound, desk

_PAGE = 100


@staff.get("/late")
@allow(Action.SEE_QUEUE)
def late() -> ResponseReturnValue:
    """List what is late, the longest first, by who has to act; unfinished rounds of days before on top."""
    office_id, now = current_actor().office_id, services().now()
    chosen = request.args.get("custodian", "")
    custodian = desk.Custodian(chosen) if chosen in list(desk.Custodian) else None
    first = _first()
    with services().database.read() as session:
        counts = desk.late_counts(session, now=now, office_id=office_id)
        n = counts.by_custodian[custodian] if custodian else counts.n
        found = desk.late_items(session, now=now, office_id=office_id, custodian=custodian, limit=_PAGE, offset=first)
        return render_desk(
            "staff/late.html",
            _("Việc trễ hạn"),
            rounds=desk.unfinished_rounds(session, before=today(), office_id=office_id),
            counters=[
                Counter(
                    number=n, text=CUSTODIANS[one], tone="danger" if n else "", url=url_for("staff.late", custodian=one)
                )
                for one, n in counts.by_custodian.items()
            ],
            custodian=custodian,
            lines=[_line(line) for line in found],
            n=n,
            next_url=_next("staff.late", first, n, custodian=chosen or None),
            custodians=CUSTODIANS,
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


def _counter(one: desk.Custodian, n: int) -> Counter:
    url = url_for("staff.late", custodian=one)
    return Counter(number=n, text=CUSTODIANS[one], tone="danger" if n else "", url=url)


def _line(line: desk.LateLine) -> dict[str, Any]:
    return {"late": line, "commune": _commune(line.commune_code)}


def _commune(code: str | None) -> str:
    commune = services().guide.register.find(code) if code else None
    return commune.full_name if commune else "–"


def _first() -> int:
    return max(0, min(request.args.get("start", 0, type=int), 1_000_000))


def _next(endpoint: str, first: int, n: int, **query: Any) -> str | None:
    return url_for(endpoint, start=first + _PAGE, **query) if first + _PAGE < n else None
