"""Items that wait before they are batched: why, since when, and the answers that clear them.

Gathered items belong to `postal.custody`.
"""

from postal.queue.waiting import (
    NEEDS,
    Columns,
    QueueCounts,
    Waiting,
    Wanted,
    Withheld,
    answer_address,
    confirm_point,
    find_items,
    is_ready,
    lines_of,
    needs_of,
    note_answer,
    queue_counts,
    release_point,
    say_question,
    still_here,
    waiting,
    why_waiting,
)

__all__ = [
    "NEEDS",
    "Columns",
    "QueueCounts",
    "Waiting",
    "Wanted",
    "Withheld",
    "answer_address",
    "confirm_point",
    "find_items",
    "is_ready",
    "lines_of",
    "needs_of",
    "note_answer",
    "queue_counts",
    "release_point",
    "say_question",
    "still_here",
    "waiting",
    "why_waiting",
]
