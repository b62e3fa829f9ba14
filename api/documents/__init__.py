"""From what the house knows to finished papers: the only place where labels meet the database."""

from api.documents.days import day_report_of, return_list_of, reverse_handover_of
from api.documents.forms import (
    CONSIGNMENT_PAPERS,
    ApologyWords,
    apology_letter_of,
    consignment_notes_of,
    notes_of_batch,
)
from api.documents.handovers import handover_receipt_of
from api.documents.items import (
    LABEL_FORM_TEXTS,
    LABEL_FORMS,
    PrintedLabels,
    item_labels_of_batch,
    items_of_batch,
    items_of_round,
    labels_of,
)
from api.documents.rounds import route_sheets_of

__all__ = [
    "CONSIGNMENT_PAPERS",
    "LABEL_FORMS",
    "LABEL_FORM_TEXTS",
    "ApologyWords",
    "PrintedLabels",
    "apology_letter_of",
    "consignment_notes_of",
    "day_report_of",
    "handover_receipt_of",
    "item_labels_of_batch",
    "items_of_batch",
    "items_of_round",
    "labels_of",
    "notes_of_batch",
    "return_list_of",
    "reverse_handover_of",
    "route_sheets_of",
]
