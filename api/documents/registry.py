"""Every paper there is. A new one gets its line here, and with it its pages, its samples and the common tests."""

from __future__ import annotations

from typing import Any

from api.documents.paper import About, Paper, Way
from api.documents.papers.apology_letter import APOLOGY_LETTER
from api.documents.papers.collection_receipt import COLLECTION_RECEIPT
from api.documents.papers.consignment_note import CONSIGNMENT_NOTE
from api.documents.papers.courier_badge import COURIER_BADGE
from api.documents.papers.day_report import DAY_REPORT
from api.documents.papers.fee_receipt import FEE_RECEIPT
from api.documents.papers.handover_receipt import HANDOVER_RECEIPT
from api.documents.papers.invitation import BLANK_CARD, INVITATION
from api.documents.papers.item_label import ITEM_LABEL
from api.documents.papers.move_slip import MOVE_SLIP
from api.documents.papers.return_list import RETURN_LIST
from api.documents.papers.reverse_handover import REVERSE_HANDOVER
from api.documents.papers.route_sheet import ROUTE_SHEET

PAPERS: tuple[Paper[Any], ...] = (
    ITEM_LABEL,
    CONSIGNMENT_NOTE,
    HANDOVER_RECEIPT,
    ROUTE_SHEET,
    INVITATION,
    BLANK_CARD,
    FEE_RECEIPT,
    COLLECTION_RECEIPT,
    APOLOGY_LETTER,
    RETURN_LIST,
    REVERSE_HANDOVER,
    DAY_REPORT,
    MOVE_SLIP,
    COURIER_BADGE,
)


def papers_about(about: About[Any]) -> list[tuple[Paper[Any], Way[Any, Any]]]:
    """Return the papers that are printed for such a thing, in the order pages offer them."""
    return [(paper, way) for paper in PAPERS for way in paper.ways if way.about is about]


def papers_at(path: str) -> list[tuple[Paper[Any], Way[Any, Any]]]:
    """Return the papers one address gives: the first whose moment has come is printed."""
    return [(paper, way) for paper in PAPERS for way in paper.ways if way.path == path]
