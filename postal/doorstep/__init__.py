"""At the door and at the counter: what a courier or clerk records there, and the evidence it takes.

Rounds themselves are `postal.rounds`; what an event does to an item is `postal.life`.
"""

from postal.doorstep.evidence import DocumentsDiffer, FeeNotCollected, PapersNotTakenBack, ProofIn, ProofMissing
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
