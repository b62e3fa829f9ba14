"""Finished data in, papers out: labels, receipts, route sheets in correct Vietnamese."""

from labels.data import (
    HandoverLineData,
    HandoverReceiptData,
    ItemLabelData,
    PartyData,
    RouteSheetData,
    SheetItemData,
    SheetStopData,
)
from labels.errors import LabelError, TextTooLong, UnprintableText
from labels.handover_receipt import handover_receipt
from labels.item_label import check_label, item_labels
from labels.route_sheet import route_sheet, route_sheets
from labels.text import is_printable

__all__ = [
    "HandoverLineData",
    "HandoverReceiptData",
    "ItemLabelData",
    "LabelError",
    "PartyData",
    "RouteSheetData",
    "SheetItemData",
    "SheetStopData",
    "TextTooLong",
    "UnprintableText",
    "check_label",
    "handover_receipt",
    "is_printable",
    "item_labels",
    "route_sheet",
    "route_sheets",
]
