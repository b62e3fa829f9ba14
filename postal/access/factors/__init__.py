"""Second factors: codes of an authenticator app, passkeys, recovery codes; which of them somebody has.

Whose sign-in waits for one is `postal.access.sign_ins`; forms and cookies are `api`.
"""

from postal.access.factors.passkeys import (
    PasskeyRefused,
    Site,
    add_passkey,
    ask_for_passkey,
    offer_passkey,
)
from postal.access.factors.proving import OF_CODES, Given, prove
from postal.access.factors.recovery import new_codes
from postal.access.factors.standing import Standing, drop_passkey, drop_totp, reset, settle, standing
from postal.access.factors.totp import CodeWrong, SharedSecret, confirm_totp, start_totp, waiting_secret

__all__ = [
    "OF_CODES",
    "CodeWrong",
    "Given",
    "PasskeyRefused",
    "SharedSecret",
    "Site",
    "Standing",
    "add_passkey",
    "ask_for_passkey",
    "confirm_totp",
    "drop_passkey",
    "drop_totp",
    "new_codes",
    "offer_passkey",
    "prove",
    "reset",
    "settle",
    "standing",
    "start_totp",
    "waiting_secret",
]
