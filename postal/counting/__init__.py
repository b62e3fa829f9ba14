"""Lists counted scan by scan at a change of hands: what each holds, who may count it when, and what its count ends in.

What a change of hands does to items and receipts is not here: `postal.custody`, `postal.rounds`, `postal.to_agency`.
"""

from postal.counting.answers import MATCH_WORDS, CodeAnswer, CountSoFar, Match, Piece, Scanned
from postal.counting.kinds import CountOver, CountTooEarly, Due, Ending, ListKind, NothingCounted, Side, Words
from postal.counting.lists import all_lists
from postal.counting.scanning import (
    count_so_far,
    counted_codes,
    counted_pieces,
    end_count,
    require_list,
    scan_codes,
    scan_own_list,
)

__all__ = [
    "MATCH_WORDS",
    "CodeAnswer",
    "CountOver",
    "CountSoFar",
    "CountTooEarly",
    "Due",
    "Ending",
    "ListKind",
    "Match",
    "NothingCounted",
    "Piece",
    "Scanned",
    "Side",
    "Words",
    "all_lists",
    "count_so_far",
    "counted_codes",
    "counted_pieces",
    "end_count",
    "require_list",
    "scan_codes",
    "scan_own_list",
]
