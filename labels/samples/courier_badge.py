"""Sample data of a courier's badge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from labels.papers.courier_badge import BadgeData
from labels.samples.made_up import BADGE_LINK, OFFICE, PEOPLE, POST, WARNING, Sample


def badge(**changes: Any) -> BadgeData:
    """Return the badge of a courier with a long name."""
    made = BadgeData(
        full_name=PEOPLE[0][0],
        courier_code="BT012",
        office_name=OFFICE,
        post_name=POST,
        token_url=BADGE_LINK,
        warning=WARNING,
    )
    return replace(made, **changes)


SAMPLES = {
    "courier-badge": Sample(data=(badge(),)),
    "courier-badge-english": Sample(
        data=(
            badge(
                full_name="Trần Quốc Bảo",
                number=2,
                warning="Couriers never ask for a transfer in advance. Check at tannha.example/genuine",
            ),
        ),
        language="en",
    ),
}
