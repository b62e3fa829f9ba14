"""Deliveries and attempts at the door and at the counter: scans and the evidence each needs.

Rounds themselves are `postal.rounds`; what an event does to an item is `postal.life`.
"""

from postal.doorstep.proof import DocumentsDiffer, FeeNotCollected, PapersNotTakenBack, ProofIn, ProofMissing
from postal.doorstep.scans import (
    MAX_SCANS,
    BadInstant,
    CourierScan,
    RoundOver,
    ScanAnswer,
    TooManyScans,
    UnknownReason,
    WrongKind,
    record_scans,
)

__all__ = [
    "MAX_SCANS",
    "BadInstant",
    "CourierScan",
    "DocumentsDiffer",
    "FeeNotCollected",
    "PapersNotTakenBack",
    "ProofIn",
    "ProofMissing",
    "RoundOver",
    "ScanAnswer",
    "TooManyScans",
    "UnknownReason",
    "WrongKind",
    "record_scans",
]
