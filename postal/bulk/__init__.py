"""One act on many items of a list: ordered, judged, shown before it is confirmed, carried out in short transactions.

The acts themselves are other rooms' (`postal.queue`, `postal.custody`, `postal.doorstep`, `postal.to_agency`); here is
what they share. Papers for many items are drawn by `api` and settled here.
"""

from postal.bulk.deeds import PAPERS, RIGHTS, Deed, judged
from postal.bulk.orders import (
    CHUNK,
    MOST,
    Counts,
    LinesAlike,
    carry_out,
    confirm,
    counts_of,
    find_order,
    forget_old_orders,
    is_to_reprint,
    items_done,
    items_to_draw,
    judged_again,
    lines_alike,
    lines_of,
    order_deed,
    pending_items,
    settle,
)

__all__ = [
    "CHUNK",
    "MOST",
    "PAPERS",
    "RIGHTS",
    "Counts",
    "Deed",
    "LinesAlike",
    "carry_out",
    "confirm",
    "counts_of",
    "find_order",
    "forget_old_orders",
    "is_to_reprint",
    "items_done",
    "items_to_draw",
    "judged",
    "judged_again",
    "lines_alike",
    "lines_of",
    "order_deed",
    "pending_items",
    "settle",
]
