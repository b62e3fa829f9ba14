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
    phone,
    phone_with,
    revoke,
)
from postal.phones.today import Acts, DayToday, Evidence, Piece, StopToday, day_of

__all__ = [
    "CODE_LASTS",
    "Acts",
    "CourierPhones",
    "DayToday",
    "Enrolled",
    "Evidence",
    "PhoneCodeWrong",
    "Piece",
    "StopToday",
    "actor_of",
    "courier",
    "couriers_with_phones",
    "day_of",
    "enrol",
    "is_contact_due",
    "is_key_of",
    "make_code",
    "note_contact",
    "phone",
    "phone_with",
    "revoke",
]
