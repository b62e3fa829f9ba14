"""From rows to finished papers: the only room where `labels` meets the database.

`api.documents.papers` holds a module for each paper, which reads its rows and makes its entry of the registry. How a
paper looks does not belong here (`labels.papers`), nor who asks for it (`api.pages.desk.papers`).
"""

from api.documents.about import AGENCY, BATCH, CONSIGNMENT, HANDOVER, MOVE, OFFICE, PLAN, ROUND
from api.documents.items import items_of_batch, items_of_round
from api.documents.paper import About, Paper, Printed, Printing, Way
from api.documents.papers.apology_letter import APOLOGY_LETTER, ApologyWords, apology_letter_of
from api.documents.papers.consignment_note import CONSIGNMENT_NOTE
from api.documents.papers.courier_badge import COURIER_BADGE, badge_of
from api.documents.papers.day_report import DAY_REPORT
from api.documents.papers.handover_receipt import HANDOVER_RECEIPT
from api.documents.papers.invitation import INVITATION
from api.documents.papers.item_label import (
    ITEM_LABEL,
    LABEL_FORM_TEXTS,
    LABEL_FORMS,
    PrintedLabels,
    labels_of,
)
from api.documents.papers.return_list import RETURN_LIST
from api.documents.papers.reverse_handover import REVERSE_HANDOVER
from api.documents.papers.route_sheet import ROUTE_SHEET, numbered_sheet_of
from api.documents.registry import PAPERS, papers_about, papers_at

__all__ = [
    "AGENCY",
    "APOLOGY_LETTER",
    "BATCH",
    "CONSIGNMENT",
    "CONSIGNMENT_NOTE",
    "COURIER_BADGE",
    "DAY_REPORT",
    "HANDOVER",
    "HANDOVER_RECEIPT",
    "INVITATION",
    "ITEM_LABEL",
    "LABEL_FORMS",
    "LABEL_FORM_TEXTS",
    "MOVE",
    "OFFICE",
    "PAPERS",
    "PLAN",
    "RETURN_LIST",
    "REVERSE_HANDOVER",
    "ROUND",
    "ROUTE_SHEET",
    "About",
    "ApologyWords",
    "Paper",
    "Printed",
    "PrintedLabels",
    "Printing",
    "Way",
    "apology_letter_of",
    "badge_of",
    "items_of_batch",
    "items_of_round",
    "labels_of",
    "numbered_sheet_of",
    "papers_about",
    "papers_at",
]
