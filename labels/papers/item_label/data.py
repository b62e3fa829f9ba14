"""What stands on one item's label."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class ItemLabelData:
    """One item's label. Never the procedure's name; the phone comes masked. ``token_url`` is the QR's link.

    ``round_text`` is "" until the round is known; ``reprint_number`` 0 is the first print; ``warning`` is what keeps
    false couriers from being paid.
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
    warning: str = ""
