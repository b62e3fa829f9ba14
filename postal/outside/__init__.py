"""What goes out: callbacks to other systems, in order for each item and never lost; notices to phones."""

from postal.outside.addresses import AddressPolicy, check_url, is_public_address
from postal.outside.due import KEPT_FOR, Message, Stuck, Verdict, disable_dark, forget_old, replay, stuck
from postal.outside.endpoints import (
    KINDS,
    EndpointExists,
    change_endpoint,
    disable,
    endpoints_of,
    find_endpoint,
    pause,
    register_endpoint,
    remove_endpoint,
    resume,
    rotate_secret,
)
from postal.outside.notices import (
    ABSENCE_CARD,
    ALARM,
    CODE,
    CUT_OFF,
    DOOR_RECEIPT,
    TOO_LATE,
    Notifier,
    Outgoing,
    Told,
    notice_works,
    queue_notice,
)
from postal.outside.notices import Desk as NoticeDesk
from postal.outside.safe_http import SafeClient
from postal.outside.sender import RequestsSender, Sender
from postal.outside.sending import SendReport
from postal.outside.sms import HttpGateway
from postal.outside.work import callback_works, send_due

__all__ = [
    "ABSENCE_CARD",
    "ALARM",
    "CODE",
    "CUT_OFF",
    "DOOR_RECEIPT",
    "KEPT_FOR",
    "KINDS",
    "TOO_LATE",
    "AddressPolicy",
    "EndpointExists",
    "HttpGateway",
    "Message",
    "NoticeDesk",
    "Notifier",
    "Outgoing",
    "RequestsSender",
    "SafeClient",
    "SendReport",
    "Sender",
    "Stuck",
    "Told",
    "Verdict",
    "callback_works",
    "change_endpoint",
    "check_url",
    "disable",
    "disable_dark",
    "endpoints_of",
    "find_endpoint",
    "forget_old",
    "is_public_address",
    "notice_works",
    "pause",
    "queue_notice",
    "register_endpoint",
    "remove_endpoint",
    "replay",
    "resume",
    "rotate_secret",
    "send_due",
    "stuck",
]
