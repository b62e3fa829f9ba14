"""What goes to other systems: callbacks queued with the event, sent later, in order for each item."""

from postal.outside.addresses import AddressPolicy
from postal.outside.endpoints import (
    KINDS,
    disable,
    endpoints_of,
    find_endpoint,
    pause,
    register_endpoint,
    reseal_secrets,
    resume,
    rotate_secret,
)
from postal.outside.sender import RequestsSender, Sender, SendReport, send_due, send_forever

__all__ = [
    "KINDS",
    "AddressPolicy",
    "RequestsSender",
    "SendReport",
    "Sender",
    "disable",
    "endpoints_of",
    "find_endpoint",
    "pause",
    "register_endpoint",
    "reseal_secrets",
    "resume",
    "rotate_secret",
    "send_due",
    "send_forever",
]
