"""What a change of each area is made of: the values of a thing by name, read and put. Values are plain JSON.

How changes are looked at, made and undone is `postal.set_up.changes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from postal.models import SetUpArea
from postal.set_up.kinds import couriers, coverage, offices, promises, rules, tariffs

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How the things of an area are read and changed.

    ``read`` returns every value of a thing and holds its row for this transaction; an empty answer is a thing that is
    not there. ``put`` brings a thing to some values and refuses what cannot be; each raises NotFound. A change may
    begin ``n_days_ahead`` days from today at the earliest: 1 where acts of a day are judged by that day's rule.
    """

    read: Callable[[Session, str], dict[str, Any]]
    put: Callable[[Session, str, Values], None]
    n_days_ahead: int = 0

    def first_day(self, today: date) -> date:
        """Return the first day from which a change made on a day can hold."""
        return today + timedelta(days=self.n_days_ahead)


KINDS: dict[SetUpArea, Kind] = {
    SetUpArea.COURIER: Kind(read=couriers.read, put=couriers.put),
    SetUpArea.OFFICE: Kind(read=offices.read, put=offices.put),
    SetUpArea.COVERAGE: Kind(read=coverage.read, put=coverage.put),
    SetUpArea.PROMISE: Kind(read=promises.read, put=promises.put),
    SetUpArea.TARIFF: Kind(read=tariffs.read, put=tariffs.put),
    SetUpArea.EVIDENCE: Kind(read=rules.read_evidence, put=rules.put_evidence, n_days_ahead=1),
    SetUpArea.PHOTO: Kind(read=rules.read_photo, put=rules.put_photo, n_days_ahead=1),
    SetUpArea.TEXT: Kind(read=rules.read_text, put=rules.put_text),
}
