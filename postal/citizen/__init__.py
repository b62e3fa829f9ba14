"""What citizens see, and what opens it: history, outlook, the brake on guessing, known devices, codes sent to a phone.

What other parties are told belongs to `postal.outside`; what moves an item to `postal.life`.
"""

from postal.citizen.badges import (
    BadgeNeedsReason,
    CourierBadge,
    badge,
    couriers_with_badges,
    print_badge,
    revoke_badge,
)
from postal.citizen.companies import (
    CompanyDossier,
    CompanyPage,
    company_codes,
    company_dossiers,
    issue_company_code,
    open_by_company_code,
    revoke_company_code,
)
from postal.citizen.dossiers import DossierHistory, DossierIn, DossierStatus, by_dossier, tell_dossier
from postal.citizen.false_couriers import (
    FalseCourierTold,
    false_couriers,
    report_false_courier,
    settle_false_courier,
    words_of,
)
from postal.citizen.false_couriers import n_open_beside as n_false_couriers_beside
from postal.citizen.genuine import Checked, Genuine, badge_token, check_courier, day_code
from postal.citizen.guessing import last_alarm
from postal.citizen.history import PublicHistory, PublicStep, by_item, by_token
from postal.citizen.opening import Try, know_device, open_by_digits, open_by_sent_code, send_code
from postal.citizen.outlook import LateWhy, Outlook, PostOffice, offices_to_ask
from postal.citizen.rounds_seen import TOLD_FROM_HOUR
from postal.citizen.sent_codes import digits_of

__all__ = [
    "TOLD_FROM_HOUR",
    "BadgeNeedsReason",
    "Checked",
    "CompanyDossier",
    "CompanyPage",
    "CourierBadge",
    "DossierHistory",
    "DossierIn",
    "DossierStatus",
    "FalseCourierTold",
    "Genuine",
    "LateWhy",
    "Outlook",
    "PostOffice",
    "PublicHistory",
    "PublicStep",
    "Try",
    "badge",
    "badge_token",
    "by_dossier",
    "by_item",
    "by_token",
    "check_courier",
    "company_codes",
    "company_dossiers",
    "couriers_with_badges",
    "day_code",
    "digits_of",
    "false_couriers",
    "issue_company_code",
    "know_device",
    "last_alarm",
    "n_false_couriers_beside",
    "offices_to_ask",
    "open_by_company_code",
    "open_by_digits",
    "open_by_sent_code",
    "print_badge",
    "report_false_courier",
    "revoke_badge",
    "revoke_company_code",
    "send_code",
    "settle_false_courier",
    "tell_dossier",
    "words_of",
]
