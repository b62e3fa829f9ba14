"""What commands change of the set-up, as the pages do: a change that holds from today and can be undone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date

from postal import Act
from postal.models import SetUpArea
from postal.rules import local_day
from postal.set_up import changes, kinds


def change(act: Act, area: SetUpArea, subject: str, after: kinds.Values) -> None:
    """Bring one thing to some values from today on; where nothing would be different nothing is done.

    Raises NotFound, InvalidInput and what the area refuses.
    """
    with suppress(changes.NothingChanged):
        changes.make(act, _wanted(act, area, subject, after))


def note_absence(act: Act, code: str, first: date, last: date) -> None:
    """Keep a courier out of the plans, both days included. Raises NotFound, BadPeriod, DayGone, OffLonger."""
    subject = kinds.days_off.subject_of(code, first)
    wanted = _wanted(act, SetUpArea.ABSENCE, subject, {"until": last.isoformat()})
    with suppress(changes.NothingChanged):
        changes.make(act, replace(wanted, settles=kinds.days_off.noted))


def _wanted(act: Act, area: SetUpArea, subject: str, after: kinds.Values) -> changes.Wanted:
    reason = f"tannha {act.by.command}"
    return changes.Wanted(area=area, subject=subject, after=after, from_day=local_day(act.now), reason=reason)
