"""Finished data in, papers out: labels, receipts, route sheets in correct Vietnamese."""

from labels.apology import apology_letter
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
from labels.form_data import (
    AbsenceCardData,
    ApologyLetterData,
    CollectionReceiptData,
    ConsignmentNoteData,
    ContactData,
    CourierDay,
    DayReportData,
    FeeReceiptData,
    OpenLine,
    PaperData,
    ReturnedPaperLine,
    ReturnLine,
    ReturnListData,
    ReverseHandoverData,
)
from labels.forms import (
    absence_cards,
    collection_receipt,
    collection_receipts,
    consignment_notes,
    fee_receipt,
    fee_receipts,
)
from labels.handover_receipt import handover_receipt
from labels.item_label import LABEL_SIZES, check_label, item_labels, shortened_fields
from labels.lists import day_report, return_list, reverse_handover
from labels.route_sheet import route_sheet, route_sheets
from labels.text import is_printable
from labels.zpl import item_labels_zpl

__all__ = [
    "LABEL_SIZES",
    "AbsenceCardData",
    "ApologyLetterData",
    "CollectionReceiptData",
    "ConsignmentNoteData",
    "ContactData",
    "CourierDay",
    "DayReportData",
    "FeeReceiptData",
    "HandoverLineData",
    "HandoverReceiptData",
    "ItemLabelData",
    "LabelError",
    "OpenLine",
    "PaperData",
    "PartyData",
    "ReturnLine",
    "ReturnListData",
    "ReturnedPaperLine",
    "ReverseHandoverData",
    "RouteSheetData",
    "SheetItemData",
    "SheetStopData",
    "TextTooLong",
    "UnprintableText",
    "absence_cards",
    "apology_letter",
    "check_label",
    "collection_receipt",
    "collection_receipts",
    "consignment_notes",
    "day_report",
    "fee_receipt",
    "fee_receipts",
    "handover_receipt",
    "is_printable",
    "item_labels",
    "item_labels_zpl",
    "return_list",
    "reverse_handover",
    "route_sheet",
    "route_sheets",
    "shortened_fields",
]
