"""What citizens see, and what opens it: history, outlook, the brake on guessing, known devices, codes sent to a phone.

What other parties are told belongs to `postal.outside`; what moves an item to `postal.life`.
"""

from postal.citizen.guessing import last_alarm
from postal.citizen.history import PublicHistory, PublicStep, by_item, by_token
from postal.citizen.opening import Try, is_known_to, know_device, open_by_digits, open_by_sent_code, send_code
from postal.citizen.outlook import Outlook, PostOffice, offices_to_ask
from postal.citizen.sent_codes import digits_of

__all__ = [
    "Outlook",
    "PostOffice",
    "PublicHistory",
    "PublicStep",
    "Try",
    "by_item",
    "by_token",
    "digits_of",
    "is_known_to",
    "know_device",
    "last_alarm",
    "offices_to_ask",
    "open_by_digits",
    "open_by_sent_code",
    "send_code",
]
