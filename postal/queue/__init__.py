"""Items that wait before they are batched: why, since when, and the answers that clear them.

Gathered items belong to `postal.custody`.
"""

from postal.queue.finding import Asked, Found, find
from postal.queue.places import (
    NoConflict,
    PointConflict,
    answer_address,
    confirm_point,
    drop_point,
    keep_far_point,
    point_conflict,
    release_point,
)
from postal.queue.waiting import (
    NEEDS,
    OFFICE_NEW,
    POINT,
    POINT_FAR,
    Columns,
    QueueCounts,
    Waiting,
    Wanted,
    Withheld,
    is_ready,
    needs_of,
    note_answer,
    queue_counts,
    ready_by_office,
    say_question,
    still_here,
    waiting,
    why_waiting,
)

__all__ = [
    "NEEDS",
    "OFFICE_NEW",
    "POINT",
    "POINT_FAR",
    "Asked",
    "Columns",
    "Found",
    "NoConflict",
    "PointConflict",
    "QueueCounts",
    "Waiting",
    "Wanted",
    "Withheld",
    "answer_address",
    "confirm_point",
    "drop_point",
    "find",
    "is_ready",
    "keep_far_point",
    "needs_of",
    "note_answer",
    "point_conflict",
    "queue_counts",
    "ready_by_office",
    "release_point",
    "say_question",
    "still_here",
    "waiting",
    "why_waiting",
]
