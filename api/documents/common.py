"""What every paper asks: names of communes, local time, the reader's view of a person."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from api.wiring import Services
from postal import models


def local(services: Services, at: datetime) -> datetime:
    """Return an instant on people's clocks."""
    return at.astimezone(ZoneInfo(services.settings.timezone))


def local_date(services: Services, at: datetime | None) -> date | None:
    """Return the local date of an instant."""
    return local(services, at).date() if at is not None else None


def commune_name(services: Services, consignment: models.Consignment) -> str:
    """Return the commune's full name, "" for an address elsewhere."""
    commune = services.guide.register.find(consignment.commune_code or "")
    return commune.full_name if commune else ""
