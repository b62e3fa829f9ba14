"""The filters of a list of items: read from its address, where nobody's name ever stands, and offered as a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from api.pages.common import local_zone
from api.web.auth import current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import ngettext as _n
from api.words import say_state
from postal import Message, Session, State, desk, models, queue
from postal.desk import Custodian
from postal.network import crew
from postal.rules import alphabet

PAGE = 100
LISTS = {"queue": "staff.queue", "late": "staff.late", "returns": "staff.returns", "outside": "staff.outside"}
STEPS: Mapping[str, Sequence[desk.Step]] = {"returns": desk.RETURNS, "outside": desk.OUTSIDE}
"""Of the lists of what leaves: their steps, the first one is shown where none is asked for."""
TABS = frozenset({"bucket", "custodian", "step"})
"""What of an address says which part of a list is shown, and is no filter of its form."""
_ASKED_OF_ALL = frozenset({"agency", "office", "commune", "days"})
_QUEUE_STATES = (*queue.WITH_AGENCY, *queue.WITH_POST)
_DAYS = (1, 2, 3, 5, 7, 14, 30)
_PROMISES = {
    queue.Promise.LATE: Message("đã quá hạn"),
    queue.Promise.TODAY: Message("hạn hôm nay"),
    queue.Promise.LATER: Message("còn hạn"),
    queue.Promise.NONE: Message("chưa bàn giao"),
}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What part of a list is asked for: the filters, ``needs``, custodian, step, and where its page begins."""

    of: str
    wanted: queue.Wanted
    custodian: Custodian | None = None
    step: desk.Step | None = None
    first: int = 0
    values: Mapping[str, str] = field(default_factory=dict)

    def url(self, **changes: Any) -> str:
        """Return the list's address with these filters, some of them changed; None takes one away."""
        return url_for(LISTS[self.of], **{**self.values, **changes})

    @property
    def n_set(self) -> int:
        """Return how many filters of the form are set."""
        return len(self.values.keys() - TABS)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One filter as the form offers it."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]]


def chosen(of: str, source: Mapping[str, str]) -> Chosen:
    """Return what an address or a form asks of a list; what is no filter of it, or no value of one, asks nothing."""
    read = {
        "bucket": _one_of(source, "bucket", queue.NEEDS) if of == "queue" else None,
        "custodian": _one_of(source, "custodian", list(Custodian)) if of == "late" else None,
        "step": _one_of(source, "step", STEPS.get(of, ())),
        "agency": _number(source, "agency"),
        "office": _number(source, "office"),
        "courier": _number(source, "courier"),
        "commune": _commune(source),
        "state": _one_of(source, "state", list(State)),
        "days": _number(source, "days", most=3_650),
        "promise": _one_of(source, "promise", list(queue.Promise)),
    }
    wanted = queue.Wanted(
        needs=read["bucket"],
        office_id=current_actor().office_id,
        agency_id=_id(read["agency"]),
        post_id=_id(read["office"]),
        courier_id=_id(read["courier"]),
        commune_code=read["commune"],
        state=State(read["state"]) if read["state"] else None,
        days=_id(read["days"]),
        promise=queue.Promise(read["promise"]) if read["promise"] else None,
    )
    return Chosen(
        of=of,
        wanted=wanted,
        custodian=Custodian(read["custodian"]) if read["custodian"] else None,
        step=desk.Step(read["step"]) if read["step"] else next(iter(STEPS.get(of, ())), None),
        first=int(_number(source, "start", most=1_000_000) or 0),
        values={name: value for name, value in read.items() if value},
    )


def choices(session: Session, shown: Chosen) -> list[Choice]:
    """Return the filters of a list for its form; what the reader's office leaves no choice of is not offered."""
    states = _QUEUE_STATES if shown.of == "queue" else tuple(desk.STEPS)
    offered = [
        ("agency", _("Cơ quan"), _offices(session, models.OfficeKind.ISSUING)),
        ("office", _("Bưu cục"), _offices(session, models.OfficeKind.DELIVERY)),
        ("courier", _("Bưu tá"), _couriers(session)),
        ("commune", _("Xã, phường"), _communes(session)),
        ("state", _("Đang ở"), [(state.value, say_state(state)) for state in states]),
        ("days", _("Đã chờ"), [(str(n), _n("từ {n} ngày", n=n)) for n in _DAYS]),
        ("promise", _("Hạn phát"), [(one.value, _(text)) for one, text in _PROMISES.items()]),
    ]
    return [
        Choice(name=name, label=label, value=shown.values.get(name, ""), options=options)
        for name, label, options in offered
        if len(options) > 1 and (name in _ASKED_OF_ALL or shown.step is None)
    ]


def paging(shown: Chosen, n: int) -> dict[str, Any]:
    """Return what a page of a list says of its place in it: first and last line, how many, the pages beside it."""
    return {
        "first": min(shown.first + 1, n),
        "last": min(shown.first + PAGE, n),
        "n": n,
        "previous_url": shown.url(start=max(0, shown.first - PAGE) or None) if shown.first else None,
        "next_url": shown.url(start=shown.first + PAGE) if shown.first + PAGE < n else None,
    }


def item_ids(session: Session, shown: Chosen, *, limit: int) -> Sequence[int]:
    """Return the ids of the items of a list, its first page first."""
    now = services().now()
    if shown.step is not None:
        return desk.leaving_ids(session, shown.step, shown.wanted, now=now, limit=limit)
    if shown.of == "late":
        return desk.late_ids(session, shown.wanted, shown.custodian, now=now, limit=limit)
    return queue.waiting_ids(session, shown.wanted, now=now, limit=limit)


def n_items(session: Session, shown: Chosen) -> int:
    """Return how many items a list has on all its pages."""
    now = services().now()
    if shown.step is not None:
        return desk.leaving_counts(session, [shown.step], shown.wanted, now=now)[shown.step]
    if shown.of == "queue":
        return queue.n_waiting(session, shown.wanted, now=now)
    counts = desk.late_counts(session, shown.wanted, now=now)
    return counts.by_custodian[shown.custodian] if shown.custodian else counts.n


def said(session: Session, shown: Chosen) -> str:
    """Return the filters that are set in words, for the head of a file."""
    found = []
    for one in choices(session, shown):
        text = dict(one.options).get(one.value)
        found += [f"{one.label}: {text}"] if text else []
    return "; ".join([f"{services().now().astimezone(local_zone()):%d/%m/%Y %H:%M}", *found])


def _offices(session: Session, kind: models.OfficeKind) -> list[tuple[str, str]]:
    own = current_actor().office_id
    found = desk.offices(session, kind)
    return [] if own in {one.id for one in found} else [(str(one.id), one.name) for one in found]


def _couriers(session: Session) -> list[tuple[str, str]]:
    own = current_actor().office_id
    found = [one for one in desk.couriers(session) if own in (None, one.office_id)]
    names = crew.names_of(session, [one.id for one in found])
    return sorted(((str(one.id), names[one.id]) for one in found), key=lambda one: alphabet.by_given_name(one[1]))


def _communes(session: Session) -> list[tuple[str, str]]:
    own, register = current_actor().office_id, services().guide.register
    served = desk.served_communes(session, own) if own is not None else frozenset()
    found = [one for one in register if not served or one.code in served]
    return [(one.code, one.full_name) for one in sorted(found, key=lambda one: alphabet.alphabetical(one.name))]


def _one_of(source: Mapping[str, str], name: str, known: Sequence[str]) -> str | None:
    value = source.get(name, "")
    return value if value in known else None


def _number(source: Mapping[str, str], name: str, *, most: int = 10**9) -> str | None:
    value = source.get(name, "")
    return value if value.isascii() and value.isdigit() and len(value) < 11 and 0 < int(value) <= most else None


def _commune(source: Mapping[str, str]) -> str | None:
    value = source.get("commune", "")
    return value if services().guide.register.find(value) else None


def _id(value: str | None) -> int | None:
    return int(value) if value else None
