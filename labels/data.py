"""Finished data for each paper: what stands on it, already worded. Drawing looks nothing up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class ItemLabelData:
    """One item's label. Never the procedure's name; the phone comes masked. ``token_url`` is the QR's link.

    ``round_text`` is "" until the round is known; ``reprint_number`` 0 is the first print.
    """

    s10: str
    token_url: str
    recipient_name: str
    address: str
    commune: str
    phone_masked: str
    sender_name: str
    sender_address: str
    delivery_office: str
    dossier_code: str
    posted_on: date | None = None
    due_on: date | None = None
    round_text: str = ""
    fee_vnd: int = 0
    n_documents: int = 1
    weight_g: int = 0
    is_hand_delivery: bool = True
    has_take_back: bool = False
    is_outside: bool = False
    landmark: str = ""
    reprint_number: int = 0


@dataclass(frozen=True, kw_only=True)
class PartyData:
    """One side of a handover as it signs."""

    title: str
    organisation: str
    full_name: str
    position: str = ""
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class HandoverLineData:
    """One numbered line of a handover. ``fault`` is "" for what was there, ``n_originals`` None where nobody said."""

    position: int
    s10: str
    dossier_code: str
    commune: str = ""
    n_documents: int = 0
    n_originals: int | None = None
    weight_g: int = 0
    fee_vnd: int = 0
    has_take_back: bool = False
    is_sealed: bool = False
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class HandoverReceiptData:
    """Minutes of one change of hands, for both sides alike.

    ``code`` is what the signed square code says, "" before the receipt is sealed; ``copies`` says who keeps which.
    """

    number: str
    title: str
    manifest_number: str
    place: str
    at: datetime
    giver: PartyData
    receiver: PartyData
    n_expected: int
    n_present: int
    n_documents: int
    fee_total_vnd: int
    digest: str
    lines: tuple[HandoverLineData, ...]
    faults: tuple[HandoverLineData, ...] = ()
    weight_g: int = 0
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class SheetItemData:
    """One piece at a stop. ``take_back`` and ``to_collect`` name papers, so that a courier asks for the right ones."""

    code: str
    dossier_code: str
    fee_vnd: int = 0
    has_take_back: bool = False
    take_back: str = ""
    to_collect: str = ""


@dataclass(frozen=True, kw_only=True)
class SheetStopData:
    """One stop of a route sheet. ``precision`` is "" at a known door, else "≈ 1,2 km".

    ``barcode`` is what a scanner reads to type the stop back, ``code`` what a person reads below it.
    """

    position: int
    arrive: str
    window: str
    is_collection: bool
    recipient_name: str
    address: str
    phone_masked: str
    precision: str
    barcode: str
    lat: float
    lon: float
    items: tuple[SheetItemData, ...]
    code: str = ""
    must_today: bool = False


@dataclass(frozen=True, kw_only=True)
class RouteSheetData:
    """One courier's round on paper. ``reasons`` is the list to choose from where something was not delivered."""

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
