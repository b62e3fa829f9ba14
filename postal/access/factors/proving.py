"""Proving a second factor, whichever is given: counted as wrong before it is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from postal.access import brakes, devices
from postal.access.accounts import device_subject
from postal.access.act import Act
from postal.access.factors.passkeys import Site, check_passkey
from postal.access.factors.recovery import use_recovery_code
from postal.access.factors.totp import check_code

OF_CODES = brakes.Ladder(name="code", n_free=5)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody shows: a code typed (of the app or on paper), or a passkey's answer to a challenge of ours."""

    code: str = ""
    passkey: str = ""
    challenge: bytes = b""
    device: str = ""

    def __repr__(self) -> str:
        return "<Given>"


def prove(act: Act, user_id: int, given: Given, site: Site) -> bool:
    """Say whether what is given is a second factor of the person, and use it up.

    Six digits could be guessed by whoever knows the password: wrong tries climb a ladder, on a known device one of its
    own. The act is to be committed whatever the answer.
    """
    is_known = devices.is_known(act.session, given.device, device_subject(user_id), now=act.now)
    key = f"{user_id}:{devices.hash_of(given.device) if is_known else ''}"
    if not brakes.count_try(act.session, OF_CODES, key, now=act.now):
        return False
    if given.passkey:
        is_right = check_passkey(act.session, user_id, site, given.passkey, challenge=given.challenge, now=act.now)
    else:
        is_right = check_code(act.session, user_id, given.code, now=act.now) or use_recovery_code(
            act, user_id, given.code
        )
    if is_right:
        brakes.clear(act.session, OF_CODES, key)
    return is_right
