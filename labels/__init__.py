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
from labels.item_label import LABEL_SIZES, check_label, item_labels
from labels.route_sheet import route_sheet, route_sheets
from labels.text import is_printable
from labels.zpl import item_labels_zpl

__all__ = [
    "LABEL_SIZES",
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
    "item_labels_zpl",
    "route_sheet",
    "route_sheets",
]
