"""Rounds under way as the office sees and steers them: the live day, words between the
office and its couriers, and stops that pass to another courier.

What a courier records at a door is `postal.doorstep`; starting, counting and closing a round is `postal.rounds`.
"""

from postal.under_way.live import DayLive, Mark, RoundLive, live_day
from postal.under_way.messages import (
    LONGEST,
    MessageSeen,
    forget_messages,
    messages_with,
    read_by_courier,
    read_by_office,
    tell_courier,
    tell_office,
)
from postal.under_way.moves import (
    Confirmed,
    MoveOver,
    NothingToMove,
    NotUnderWay,
    Ordered,
    confirm_pieces,
    count_moved,
    end_move,
    move_stops,
    moves_of,
    pieces_of_move,
    stop_move,
)

__all__ = [
    "LONGEST",
    "Confirmed",
    "DayLive",
    "Mark",
    "MessageSeen",
    "MoveOver",
    "NotUnderWay",
    "NothingToMove",
    "Ordered",
    "RoundLive",
    "confirm_pieces",
    "count_moved",
    "end_move",
    "forget_messages",
    "live_day",
    "messages_with",
    "move_stops",
    "moves_of",
    "pieces_of_move",
    "read_by_courier",
    "read_by_office",
    "stop_move",
    "tell_courier",
    "tell_office",
]
