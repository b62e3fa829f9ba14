"""A restored copy: it tells nobody anything and gives no number until an operator says what it may.

Between a backup and its restore numbers were printed and receipts were signed that the copy knows nothing of, and the
receivers of callbacks may hear the copy and the original at once. So a restore marks what it brought back:

* callbacks wait until somebody says that this copy is the one that works on (`confirm`);
* each series of numbers is closed until somebody has said which number was the last one used (`told_last`), or has
  skipped further than can have been used (`skip`).
"""

from __future__ import annotations

import collections
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postal.custody import phone_numbers
from postal.custody.numbers import SERIES, counter_name
from postal.custody.serials import HELD
from postal.errors import BadS10, Conflict, InvalidInput, NotFound
from postal.models import Counter, Handover, Manifest, NumberBlock, Phone, S10Range, TrackingEvent
from postal.network.home import installation
from postal.rules.s10 import LAST_SERIAL, S10, parse
from postal.rules.working_days import local_day
from routing import Message

_DOCUMENT = re.compile(r"([A-Z]{2})-(\d{4})-(\d{1,9})")
# How much further than the busiest day of the copy is skipped for each day that is missing, and at least.
_SAFETY, _LEAST_S10, _LEAST_DOCUMENTS = 2, 500, 100


class NumberTooLow(Conflict):
    """The copy itself knows a later number: what was told cannot be the last one used."""

    code = "number_too_low"
    says = Message("{number} không phải số cuối: bản này đã dùng đến {known}.")


@dataclass(frozen=True, kw_only=True)
class HeldSeries:
    """A closed series: its name, what it numbers, the last number this copy knows, how many to skip at least."""

    name: str
    what: str
    last_known: str
    suggested_skip: int


def hold(session: Session, *, now: datetime) -> None:
    """Mark this database as a restored copy."""
    row = installation(session)
    row.restored_at = now
    row.held_series = [*SERIES, *(f"{HELD}{one.id}" for one in _ranges(session))]
    session.flush()


def confirm(session: Session) -> None:
    """Note that this copy is the one that works on: callbacks are sent again."""
    installation(session).restored_at = None
    session.flush()


def held(session: Session, *, now: datetime) -> list[HeldSeries]:
    """Return the series that are closed."""
    names = installation(session).held_series
    n_days = _missing_days(session, now)
    found = [
        HeldSeries(
            name=series,
            what=SERIES[series],
            last_known=_number(session, series, now),
            suggested_skip=n_days * _SAFETY * max(_busiest(session, series), 1)
            + _ahead(session, series)
            + _LEAST_DOCUMENTS,
        )
        for series in names
        if series in SERIES
    ]
    n_s10 = n_days * _SAFETY * _busiest_s10(session) + _LEAST_S10
    return found + [
        HeldSeries(name=_range_name(one), what="S10", last_known=_last_s10(one), suggested_skip=n_s10)
        for one in _ranges(session)
        if f"{HELD}{one.id}" in names
    ]


def told_last(session: Session, number: str, *, now: datetime) -> HeldSeries:
    """Open a series after the last number used: an S10 or a document's, "BB-2026-000123".

    Phones may have reserved numbers beyond the last one on paper: of their series what they may hold is left out.
    Safe to repeat. Raises InvalidInput for what is no number, NotFound outside of every range, NumberTooLow.
    """
    document = _DOCUMENT.fullmatch(number.strip().upper())
    if document is not None and document[1] in SERIES:
        return _told_document(session, document, now)
    try:
        s10 = parse(number)
    except BadS10:
        raise InvalidInput(field=Message("Số cuối đã dùng")) from None
    for one in _ranges(session):
        is_of_it = (one.indicator, one.country) == (s10.indicator, s10.country)
        if is_of_it and one.first_serial <= s10.serial <= one.last_serial:
            if s10.serial < one.next_serial - 1:
                raise NumberTooLow(number=number, known=_last_s10(one))
            return _open_range(session, one, s10.serial + 1)
    raise NotFound(what=Message("dải của {s10}").filled(s10=s10))


def skip(session: Session, name: str, by: int, *, now: datetime) -> HeldSeries:
    """Open a series by leaving out its next numbers. Raises NotFound, InvalidInput."""
    if by < 0:
        raise InvalidInput(field="by")
    if name in SERIES:
        counter = _counter(session, counter_name(name, now))
        counter.value += by
        return _open(session, name, SERIES[name], _number(session, name, now))
    for one in _ranges(session):
        if _range_name(one) == name:
            return _open_range(session, one, min(one.next_serial + by, one.last_serial + 1))
    raise NotFound(what=Message("dãy số {series}").filled(series=name))


def _told_document(session: Session, document: re.Match[str], now: datetime) -> HeldSeries:
    series, year, value = document[1], int(document[2]), int(document[3])
    if year > local_day(now).year:
        raise InvalidInput(field=Message("Số cuối đã dùng"))
    counter = _counter(session, f"{series}-{year}")
    last = value + _ahead(session, series)
    if last < counter.value:
        raise NumberTooLow(number=document[0], known=f"{series}-{year}-{counter.value:06d}")
    counter.value = last
    return _open(session, series, SERIES[series], f"{series}-{year}-{last:06d}")


def _counter(session: Session, name: str) -> Counter:
    found = session.get(Counter, name, with_for_update=True)
    if found is None:
        found = Counter(name=name, value=0)
        session.add(found)
    return found


def _open_range(session: Session, one: S10Range, next_serial: int) -> HeldSeries:
    one.next_serial = next_serial
    found = _open(session, f"{HELD}{one.id}", "S10", _last_s10(one))
    return replace(found, name=_range_name(one))


def _open(session: Session, name: str, what: str, last: str) -> HeldSeries:
    row = installation(session)
    row.held_series = [one for one in row.held_series if one != name]
    session.flush()
    return HeldSeries(name=name, what=what, last_known=last, suggested_skip=0)


def _ranges(session: Session) -> Sequence[S10Range]:
    return session.scalars(select(S10Range).order_by(S10Range.id)).all()


def _range_name(one: S10Range) -> str:
    return f"{one.indicator}{one.first_serial:08d}"


def _last_s10(one: S10Range) -> str:
    if one.next_serial == one.first_serial:
        return "–"
    return str(S10(one.indicator, min(one.next_serial - 1, LAST_SERIAL), one.country))


def _number(session: Session, series: str, now: datetime) -> str:
    name = counter_name(series, now)
    counter = session.get(Counter, name)
    return f"{name}-{counter.value:06d}" if counter is not None else "–"


def _missing_days(session: Session, now: datetime) -> int:
    """Return how many days lie between the last thing the copy knows and now, today included."""
    last = session.scalar(select(func.max(TrackingEvent.recorded_at)))
    return max(1, (local_day(now) - local_day(last)).days + 1) if last is not None else 1


def _ahead(session: Session, series: str) -> int:
    """Return how many numbers of a series may be reserved beyond the last one anybody saw: phones hold them unused."""
    if series != phone_numbers.SERIES:
        return 0
    n_phones = session.scalar(select(func.count()).select_from(Phone).where(Phone.revoked_at.is_(None))) or 0
    return n_phones * phone_numbers.AT_MOST


def _busiest(session: Session, series: str) -> int:
    """Return how many numbers of a series went on the busiest day this copy knows."""
    return _busiest_reserved(session) if series == phone_numbers.SERIES else _busiest_handovers(session)


def _busiest_reserved(session: Session) -> int:
    days: collections.Counter[date] = collections.Counter()
    n = NumberBlock.last_number - NumberBlock.first_number + 1
    newest = select(NumberBlock.reserved_at, n).order_by(NumberBlock.id.desc()).limit(10_000)
    for at, n_reserved in session.execute(newest):
        days[local_day(at)] += n_reserved
    return max(days.values(), default=0)


def _busiest_handovers(session: Session) -> int:
    newest = select(Handover.handed_over_at).order_by(Handover.id.desc()).limit(10_000)
    days = collections.Counter(local_day(at) for at in session.scalars(newest))
    return max(days.values(), default=0)


def _busiest_s10(session: Session) -> int:
    days: collections.Counter[date] = collections.Counter()
    newest = select(Manifest.closed_at, Manifest.n_items).order_by(Manifest.id.desc()).limit(10_000)
    for at, n in session.execute(newest):
        days[local_day(at)] += n
    return max(days.values(), default=0)
