"""From what the house knows to finished papers: the only place where labels meet the database."""

from api.documents.handovers import handover_receipt_of
from api.documents.items import item_labels_of_batch, labels_of
from api.documents.rounds import route_sheets_of

__all__ = ["handover_receipt_of", "item_labels_of_batch", "labels_of", "route_sheets_of"]
