"""Finished data in, papers out: labels, receipts, route sheets in correct Vietnamese.

`labels.papers` holds one module or room for each paper (`from labels.papers import fee_receipt`), `labels.drawing` what
draws them. Nothing here looks anything up: data comes already worded.
"""

from labels.drawing.cleaning import clean_data
from labels.drawing.symbols import qr_matrix
from labels.drawing.text import is_printable
from labels.errors import LabelError, TextTooLong, UnprintableText

__all__ = ["LabelError", "TextTooLong", "UnprintableText", "clean_data", "is_printable", "qr_matrix"]
