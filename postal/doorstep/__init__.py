"""Deliveries and attempts at the door and at the counter: scans and the evidence each needs.

Rounds themselves are `postal.rounds`; what an event does to an item is `postal.life`.
"""

from postal.doorstep.at_the_door import ReasonNeeds, photo_rule_of
from postal.doorstep.blank_cards import CardNotOfRound, CardUsed, blank_cards_of
from postal.doorstep.cards import CardStep, CardTold, LeftAtDoor, ReceiptTold, card_told, left_at_door, receipt_told
from postal.doorstep.doors import Door, addresses_at, doors_of, is_same_door
from postal.doorstep.instants import BadInstant, corrected
from postal.doorstep.notes import OPEN_WHY, ORDER_WHY, TROUBLES, NoteIn, NoteKind, notes_of_round, record_notes
from postal.doorstep.proof import (
    DocumentsDiffer,
    FeeNotCollected,
    PapersNotTakenBack,
    ProofIn,
    ProofMissing,
    relations_for,
)
from postal.doorstep.said import Said, opened
from postal.doorstep.scans import (
    MAX_SCANS,
    CourierScan,
    RoundOver,
    ScanAnswer,
    TooManyScans,
    UnknownReason,
    WrongKind,
    record_scans,
)
from postal.doorstep.settling import NoteSettled, note_with, open_notes, settle_note

__all__ = [
    "MAX_SCANS",
    "OPEN_WHY",
    "ORDER_WHY",
    "TROUBLES",
    "BadInstant",
    "CardNotOfRound",
    "CardStep",
    "CardTold",
    "CardUsed",
    "CourierScan",
    "DocumentsDiffer",
    "Door",
    "FeeNotCollected",
    "LeftAtDoor",
    "NoteIn",
    "NoteKind",
    "NoteSettled",
    "PapersNotTakenBack",
    "ProofIn",
    "ProofMissing",
    "ReasonNeeds",
    "ReceiptTold",
    "RoundOver",
    "Said",
    "ScanAnswer",
    "TooManyScans",
    "UnknownReason",
    "WrongKind",
    "addresses_at",
    "blank_cards_of",
    "card_told",
    "corrected",
    "doors_of",
    "is_same_door",
    "left_at_door",
    "note_with",
    "notes_of_round",
    "open_notes",
    "opened",
    "photo_rule_of",
    "receipt_told",
    "record_notes",
    "record_scans",
    "relations_for",
    "settle_note",
]
