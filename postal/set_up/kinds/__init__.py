"""What a change of each area is made of: the values of a thing by name, read and put. Values are plain JSON.

How changes are looked at, made and undone is `postal.set_up.changes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.models import SetUpArea
from postal.set_up.kinds import (
    couriers,
    coverage,
    days_off,
    keys,
    names,
    offices,
    promises,
    ranges,
    rules,
    tariffs,
    users,
)
from routing import Message

Values = Mapping[str, Any]


def _everybody(_act: Act, _subject: str) -> None:
    """Let everybody change it and take its changes back."""


def _passes(_act: Act, _subject: str, _values: Values) -> None:
    """Let everybody do it on every day."""


def _tells_nothing(_session: Session, _subject: str, _values: Values) -> Message | None:
    return None


def _not_final(_values: Values) -> Message | None:
    return None


def _as_it_is(_session: Session, values: Values, _now: datetime) -> dict[str, Any]:
    return dict(values)


def _as_kept(_session: Session, kept: Values) -> dict[str, Any]:
    return dict(kept)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How the things of an area are read and changed.

    ``read`` returns every value of a thing and holds its row for this transaction; an empty answer is a thing that is
    not there. ``put`` brings a thing to some values and refuses what cannot be; each raises NotFound. A change may
    begin ``n_days_ahead`` days from today at the earliest: 1 where acts of a day are judged by that day's rule.
    ``may_touch`` refuses whoever may not change a thing nor undo any change of it, one that waits included.
    ``check`` refuses values by who asks and by the day of asking. ``tells`` says in one sentence what a preview
    must not leave unsaid, ``final`` why what brought these values cannot be undone, and what to do instead.
    ``seal`` and ``unseal`` stand between the values and what a change keeps of them, for names of people.
    """

    read: Callable[[Session, str], dict[str, Any]]
    put: Callable[[Session, str, Values, datetime], None]
    n_days_ahead: int = 0
    may_touch: Callable[[Act, str], None] = _everybody
    check: Callable[[Act, str, Values], None] = _passes
    tells: Callable[[Session, str, Values], Message | None] = _tells_nothing
    final: Callable[[Values], Message | None] = _not_final
    seal: Callable[[Session, Values, datetime], dict[str, Any]] = _as_it_is
    unseal: Callable[[Session, Values], dict[str, Any]] = _as_kept

    def first_day(self, today: date) -> date:
        """Return the first day from which a change made on a day can hold."""
        return today + timedelta(days=self.n_days_ahead)


def _at_any_time(put: Callable[[Session, str, Values], None]) -> Callable[[Session, str, Values, datetime], None]:
    def timed(session: Session, subject: str, values: Values, _now: datetime) -> None:
        put(session, subject, values)

    return timed


KINDS: dict[SetUpArea, Kind] = {
    SetUpArea.COURIER: Kind(read=couriers.read, put=_at_any_time(couriers.put)),
    SetUpArea.OFFICE: Kind(read=offices.read, put=_at_any_time(offices.put)),
    SetUpArea.COVERAGE: Kind(read=coverage.read, put=_at_any_time(coverage.put)),
    SetUpArea.PROMISE: Kind(read=promises.read, put=_at_any_time(promises.put)),
    SetUpArea.TARIFF: Kind(read=tariffs.read, put=_at_any_time(tariffs.put)),
    SetUpArea.EVIDENCE: Kind(read=rules.read_evidence, put=_at_any_time(rules.put_evidence), n_days_ahead=1),
    SetUpArea.PHOTO: Kind(read=rules.read_photo, put=_at_any_time(rules.put_photo), n_days_ahead=1),
    SetUpArea.TEXT: Kind(read=rules.read_text, put=_at_any_time(rules.put_text)),
    SetUpArea.USER: Kind(read=users.read, put=users.put, may_touch=users.may_touch, tells=users.tells),
    SetUpArea.KEY: Kind(read=keys.read, put=keys.put, tells=keys.tells, final=keys.final),
    SetUpArea.RANGE: Kind(read=ranges.read, put=ranges.put, check=ranges.check, tells=ranges.tells),
    SetUpArea.COURIER_NAME: Kind(read=names.read, put=names.put, seal=names.seal, unseal=names.unseal),
    SetUpArea.ABSENCE: Kind(read=days_off.read_absence, put=days_off.put_absence, check=days_off.check_absence),
    SetUpArea.OFFICE_OFF: Kind(read=days_off.read_office, put=days_off.put_office, check=days_off.check_office),
    SetUpArea.CALENDAR: Kind(read=days_off.read_calendar, put=days_off.put_calendar, check=days_off.check_calendar),
}
