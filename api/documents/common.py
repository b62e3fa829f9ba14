"""What every paper asks: names of communes, local time, the reader's view of a person."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from api.wiring import Services
from labels import is_printable
from postal import models

GIVER, RECEIVER = ("Bên giao", "Giver"), ("Bên nhận", "Receiver")
POST = "Bưu điện thành phố Huế"


def say(language: str, vi: str, en: str) -> str:
    """Return the words in the paper's language."""
    return vi if language == "vi" else en


def legible(words: str, language: str) -> str:
    """Return what people wrote, or a note in its place where the font lacks a letter of it.

    A list of many goes on without that one text: who reads it finds the item by its code and the text on the screen.
    """
    if is_printable(words) is None:
        return words
    return say(language, "(chữ không in được, xem trên máy)", "(cannot be printed, see the screen)")


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
