"""Passkeys (WebAuthn): offered, added, asked for and checked; the arithmetic is the library's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from postal.access import audit
from postal.access.act import Act
from postal.errors import InvalidInput
from postal.models import Passkey, User
from routing import Message

_MOST_LETTERS = 20_000
_MOST_PASSKEYS = 10


class PasskeyRefused(InvalidInput):
    code = "passkey_refused"
    says = Message("Khóa truy cập không được nhận. Hãy thử lại, hoặc dùng cách khác.")


@dataclass(frozen=True)
class Site:
    """Whom passkeys are made for: the host name ``host`` and the ``origin`` pages are opened at."""

    host: str
    origin: str


def offer_passkey(session: Session, user: User, site: Site, *, challenge: bytes) -> str:
    """Return what the browser is asked for a new passkey, as JSON; the person's name is no part of it."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="Tận Nhà",
        user_id=f"user:{user.id}".encode(),
        user_name=user.username,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(session, user.id),
    )
    return options_to_json(options)


def add_passkey(act: Act, user: User, site: Site, answer: str, *, challenge: bytes, name: str) -> Passkey:
    """Keep the passkey a browser made. Raises PasskeyRefused."""
    if len(_of(act.session, user.id)) >= _MOST_PASSKEYS or not challenge or len(answer) > _MOST_LETTERS:
        raise PasskeyRefused(field="passkey")
    try:
        made = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin
        )
    except _REFUSALS as exc:
        raise PasskeyRefused(field="passkey") from exc
    credential_id = bytes_to_base64url(made.credential_id)
    if act.session.scalar(select(Passkey.id).where(Passkey.credential_id == credential_id)) is not None:
        raise PasskeyRefused(field="passkey")
    passkey = Passkey(
        user_id=user.id,
        credential_id=credential_id,
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        name=name.strip()[:60],
        added_at=act.now,
    )
    act.session.add(passkey)
    act.session.flush()
    audit.note(act, "passkey_added", "user", user.id, passkey_id=passkey.id)
    return passkey


def ask_for_passkey(session: Session, user_id: int, site: Site, *, challenge: bytes) -> str | None:
    """Return what the browser is asked to prove one of the person's passkeys, as JSON; None where there is none."""
    known = _descriptors(session, user_id)
    if not known:
        return None
    return options_to_json(
        generate_authentication_options(rp_id=site.host, challenge=challenge, allow_credentials=known)
    )


def check_passkey(session: Session, user_id: int, site: Site, answer: str, *, challenge: bytes, now: datetime) -> bool:
    """Say whether a browser's answer to our challenge is right; its counter must go forward, where it has one."""
    if not challenge or len(answer) > _MOST_LETTERS:
        return False
    for passkey in _of(session, user_id):
        try:
            done = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
            )
        except _REFUSALS:
            continue
        if bytes_to_base64url(done.credential_id) != passkey.credential_id:
            continue
        used: Any = session.execute(
            update(Passkey)
            .where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
            .values(sign_count=done.new_sign_count, last_used_at=now)
        )
        return bool(used.rowcount == 1)
    return False


def _of(session: Session, user_id: int) -> list[Passkey]:
    return list(session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


def _descriptors(session: Session, user_id: int) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in _of(session, user_id)]


# What the library raises for junk besides its own: bad base64, bad CBOR, missing or odd fields.
_REFUSALS = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, OverflowError)
