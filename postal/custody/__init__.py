"""Who holds the citizen's only copy: batches, fixed lists, counted handovers, labels, discrepancies."""

from postal.custody.batches import (
    BatchClosed,
    NotReady,
    add_items,
    close_batch,
    list_digest,
    open_batch,
    ready_items,
    remove_item,
)
from postal.custody.discrepancies import AlreadySettled, settle_discrepancy
from postal.custody.handovers import (
    AlreadyHandedOver,
    Counted,
    NotClosed,
    Party,
    clean_codes,
    count,
    hand_over,
    items_by_code,
    outside_items,
    pass_to_carrier,
    receive_at_office,
    write_receipt,
)
from postal.custody.numbers import next_number
from postal.custody.prints import (
    Printed,
    ReprintNeedsReason,
    are_labels_printed,
    record_label_print,
    reprints_by_person,
)
from postal.custody.tokens import revoke_token, set_token, token_of

__all__ = [
    "AlreadyHandedOver",
    "AlreadySettled",
    "BatchClosed",
    "Counted",
    "NotClosed",
    "NotReady",
    "Party",
    "Printed",
    "ReprintNeedsReason",
    "add_items",
    "are_labels_printed",
    "clean_codes",
    "close_batch",
    "count",
    "hand_over",
    "items_by_code",
    "list_digest",
    "next_number",
    "open_batch",
    "outside_items",
    "pass_to_carrier",
    "ready_items",
    "receive_at_office",
    "record_label_print",
    "remove_item",
    "reprints_by_person",
    "revoke_token",
    "set_token",
    "settle_discrepancy",
    "token_of",
    "write_receipt",
]
