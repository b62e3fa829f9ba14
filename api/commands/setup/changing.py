"""What commands change of the set-up, as the pages do: a change that holds from today and can be undone."""

from __future__ import annotations

from contextlib import suppress

from postal import Act
from postal.models import SetUpArea
from postal.rules import local_day
from postal.set_up import changes, kinds


def change(act: Act, area: SetUpArea, subject: str, after: kinds.Values) -> None:
    """Bring one thing to some values from today on; where nothing would be different nothing is done.

    Raises NotFound, InvalidInput and what the area refuses.
    """
    reason = f"tannha {act.by.command}"
    wanted = changes.Wanted(area=area, subject=subject, after=after, from_day=local_day(act.now), reason=reason)
    with suppress(changes.NothingChanged):
        changes.make(act, wanted)
