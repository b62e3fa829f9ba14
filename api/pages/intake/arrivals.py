"""What every row of a file that comes in by a page shares."""

from __future__ import annotations

from api.web.auth import current_actor
from api.wiring import services
from postal import intake


def arrival() -> intake.Arrival:
    """Return the system of this installation, and who brings a file in now."""
    return intake.Arrival(
        source_system=services().settings.source_system,
        guide=services().guide,
        by=current_actor(),
        now=services().now(),
    )
