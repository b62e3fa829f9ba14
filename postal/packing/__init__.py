"""The table before the counter: one envelope a scan, its weight from the scale, two clerks at one batch.

What an envelope must be before a list closes is not here: `postal.custody.packing`.
"""

from postal.packing.answers import ANSWER_WORDS, Answer, OnTable, Said
from postal.packing.scale import WeightUnit, grams
from postal.packing.table import Entry, enter, leave, on_own_table, packed_last, progress, take_again, unpacked

__all__ = [
    "ANSWER_WORDS",
    "Answer",
    "Entry",
    "OnTable",
    "Said",
    "WeightUnit",
    "enter",
    "grams",
    "leave",
    "on_own_table",
    "packed_last",
    "progress",
    "take_again",
    "unpacked",
]
