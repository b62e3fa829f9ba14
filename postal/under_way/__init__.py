"""Rounds under way as the office sees and steers them: the live day, words between the
office and its couriers, stops that pass to another courier, and communes a flood cuts off.

What a courier records at a door is `postal.doorstep`; starting, counting and closing a round is `postal.rounds`.
"""

from postal.under_way.cut_off import Effect, NoCommune, NoProof, RoundHit, cut_off, foresee, open_again, prove
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
    NewRound,
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
from postal.under_way.passing import AskedPassing, JudgedPassing, asked_passing, judged_passing

__all__ = [
    "LONGEST",
    "AskedPassing",
    "Confirmed",
    "DayLive",
    "Effect",
    "JudgedPassing",
    "Mark",
    "MessageSeen",
    "MoveOver",
    "NewRound",
    "NoCommune",
    "NoProof",
    "NotUnderWay",
    "NothingToMove",
    "Ordered",
    "RoundHit",
    "RoundLive",
    "asked_passing",
    "confirm_pieces",
    "count_moved",
    "cut_off",
    "end_move",
    "foresee",
    "forget_messages",
    "judged_passing",
    "live_day",
    "messages_with",
    "move_stops",
    "moves_of",
    "open_again",
    "pieces_of_move",
    "prove",
    "read_by_courier",
    "read_by_office",
    "stop_move",
    "tell_courier",
    "tell_office",
]
