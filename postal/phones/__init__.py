"""Couriers' phones: enrolled by an office, bound to one courier, revoked; and the day they show.

What a courier tells from a door is `postal.doorstep`; cookies and headers are `api.web`.
"""

from postal.phones.enrolment import (
    CODE_LASTS,
    CourierPhones,
    Enrolled,
    PhoneCodeWrong,
    actor_of,
    courier,
    couriers_with_phones,
    enrol,
    is_contact_due,
    is_key_of,
    make_code,
    note_contact,
    note_unsent,
    phone,
    phone_with,
    revoke,
)
from postal.phones.loading import LoadDiffers, LoadSoFar, confirm_load, load_so_far, scan_load
from postal.phones.next_step import NextStep, Why, next_step
from postal.phones.ordering import Door, OrderCost, cost_of_order, doors_of, office_point
from postal.phones.today import Acts, DayToday, Evidence, Piece, StopToday, day_of

__all__ = [
    "CODE_LASTS",
    "Acts",
    "CourierPhones",
    "DayToday",
    "Door",
    "Enrolled",
    "Evidence",
    "LoadDiffers",
    "LoadSoFar",
    "NextStep",
    "OrderCost",
    "PhoneCodeWrong",
    "Piece",
    "StopToday",
    "Why",
    "actor_of",
    "confirm_load",
    "cost_of_order",
    "courier",
    "couriers_with_phones",
    "day_of",
    "doors_of",
    "enrol",
    "is_contact_due",
    "is_key_of",
    "load_so_far",
    "make_code",
    "next_step",
    "note_contact",
    "note_unsent",
    "office_point",
    "phone",
    "phone_with",
    "revoke",
    "scan_load",
]
