"""When the courier comes to a door: from a round as it is walked and what is expected of it to a window. Pure.

What an office's past days let expect is not here: `postal.citizen.experience`; nor is the database.
"""

from postal.citizen.arrivals.expected import Expected, Habit, Pace, pace_of
from postal.citizen.arrivals.walked import (
    Break,
    Leg,
    Lunch,
    Walked,
    as_of,
    breaks,
    legs_walked,
    lunch_in,
    out_of_order_s,
)
from postal.citizen.arrivals.windows import (
    N_HORIZONS,
    PASSED,
    Estimate,
    Seen,
    Window,
    bounds_s,
    estimates,
    seen,
    window,
    windows,
)

__all__ = [
    "N_HORIZONS",
    "PASSED",
    "Break",
    "Estimate",
    "Expected",
    "Habit",
    "Leg",
    "Lunch",
    "Pace",
    "Seen",
    "Walked",
    "Window",
    "as_of",
    "bounds_s",
    "breaks",
    "estimates",
    "legs_walked",
    "lunch_in",
    "out_of_order_s",
    "pace_of",
    "seen",
    "window",
    "windows",
]
