"""What stands on the sheet of one courier's round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class SheetItemData:
    """One piece at a stop. ``take_back`` and ``to_collect`` name papers, so that a courier asks for the right ones.

    ``position`` is what the plan numbers it by where that is another number than its stop's.
    """

    code: str
    dossier_code: str
    position: int | None = None
    fee_vnd: int = 0
    has_take_back: bool = False
    take_back: str = ""
    to_collect: str = ""


@dataclass(frozen=True, kw_only=True)
class SheetStopData:
    """One stop of a route sheet. ``address`` names today's commune; ``telephone`` is masked on most sheets.

    ``where`` says in words how sure the point is, "" at a known door; without ``lat`` and ``lon`` there is none.
    ``barcode`` is what a scanner reads to type the stop back, ``code`` what a person reads below it.
    """

    position: int
    arrive: str
    window: str
    is_collection: bool
    recipient_name: str
    address: str
    telephone: str
    where: str
    barcode: str
    lat: float | None
    lon: float | None
    items: tuple[SheetItemData, ...]
    code: str = ""
    must_today: bool = False

    @property
    def mark(self) -> str:
        """Return the stop's number, with a question mark where its point is not its door."""
        return f"{self.position}?" if self.where else str(self.position)


@dataclass(frozen=True, kw_only=True)
class RouteSheetData:
    """One courier's round on paper. ``reasons`` is the list to choose from where something was not delivered.

    ``day_code`` is what citizens check at `/genuine` that this is a courier; "" where nobody is told it.
    ``serial`` is the number of a sheet that shows whole telephones: it is counted back and destroyed in the evening.
    """

    number: int
    day: date
    office: str
    courier_code: str
    courier_name: str
    leave: str
    back: str
    km: int
    office_lat: float | None
    office_lon: float | None
    stops: tuple[SheetStopData, ...]
    reasons: tuple[str, ...] = ()
    serial: str = ""
    day_code: str = ""
