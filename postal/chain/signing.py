"""Signatures: on each receipt, so that one sheet of paper can be checked alone, and on each day's head.

The Ed25519 key is derived from the installation's look-up key, which never rotates in place: no further secret to keep.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.chain.sealing import Head, seal
from postal.chain.unsealed import RECEIPT
from postal.errors import InvalidInput, NotFound
from postal.models import ChainLink, Handover
from postal.people import vault_of
from postal.people.vault import Vault
from routing import Message

_RECEIPT_MARK, _HEAD_MARK = "TN1", "TANNHA-HEAD-1"
_STAMP = "%Y%m%dT%H%M%SZ"


class BadSignature(InvalidInput):
    code = "bad_signature"
    says = Message("Chữ ký không đúng: tờ biên bản hoặc tệp mốc này không do hệ thống lập, hoặc đã bị sửa.")


@dataclass(frozen=True, kw_only=True)
class SealedReceipt:
    """What the square code on a receipt says: enough to hold the paper against the database."""

    number: str
    leg: str
    handed_over_at: datetime
    n_expected: int
    n_present: int
    digest: str
    position: int
    head: str


@dataclass(frozen=True, kw_only=True)
class SignedHead:
    """The end of the chain at an instant, signed: kept apart from the database, it cannot be rewritten with it."""

    day: str
    position: int
    head: str
    signed_at: str
    public_key: str
    signature: str

    def to_json(self) -> str:
        """Return the file's content."""
        return json.dumps(vars(self), indent=2) + "\n"


def signing_key(vault: Vault) -> Ed25519PrivateKey:
    """Return the installation's signing key."""
    seed = vault.look_up("signing", "ed25519 first half") + vault.look_up("signing", "ed25519 second half")
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


def public_key_text(vault: Vault) -> str:
    """Return the public key as people pass it on: 43 characters."""
    raw = signing_key(vault).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _text(raw)


def public_key_of(session: Session) -> str:
    """Return the installation's public key."""
    return public_key_text(vault_of(session))


def sign_day(session: Session, day: date, *, now: datetime) -> SignedHead:
    """Seal everything recorded so far and sign the end of the chain as this local day's head."""
    return sign_head(vault_of(session), seal(session, now=now), day=day.isoformat(), now=now)


def receipt_code(session: Session, handover_id: int) -> str:
    """Return the text of a receipt's square code, the same each time. Raises NotFound while it is not sealed yet."""
    found = session.get(Handover, handover_id)
    link = session.scalar(select(ChainLink).where(ChainLink.kind == RECEIPT, ChainLink.subject_id == handover_id))
    if found is None or link is None:
        raise NotFound(what=Message("biên bản đã niêm"))
    words = (
        _RECEIPT_MARK,
        found.number,
        str(found.leg),
        found.handed_over_at.astimezone(UTC).strftime(_STAMP),
        str(found.n_expected),
        str(found.n_present),
        _text(bytes.fromhex(found.digest)),
        str(link.position),
        _text(bytes.fromhex(link.head)),
    )
    body = "*".join(words)
    return f"{body}*{_text(signing_key(vault_of(session)).sign(body.encode()))}"


def read_receipt_code(code: str, public_key: str) -> SealedReceipt:
    """Return what a receipt's square code says, checked with the public key alone. Raises BadSignature."""
    body, _, signature = code.strip().rpartition("*")
    _check(public_key, body, signature)
    words = body.split("*")
    if len(words) != 9 or words[0] != _RECEIPT_MARK:
        raise BadSignature(field="receipt")
    return SealedReceipt(
        number=words[1],
        leg=words[2],
        handed_over_at=datetime.strptime(words[3], _STAMP).replace(tzinfo=UTC),
        n_expected=int(words[4]),
        n_present=int(words[5]),
        digest=_bytes(words[6]).hex(),
        position=int(words[7]),
        head=_bytes(words[8]).hex(),
    )


def sign_head(vault: Vault, head: Head, *, day: str, now: datetime) -> SignedHead:
    """Sign the end of the chain. ``day`` is the local date, "2026-11-23"."""
    signed_at = now.astimezone(UTC).isoformat(timespec="seconds")
    body = _head_body(day, head.position, head.head, signed_at)
    return SignedHead(
        day=day,
        position=head.position,
        head=head.head,
        signed_at=signed_at,
        public_key=public_key_text(vault),
        signature=_text(signing_key(vault).sign(body.encode())),
    )


def read_head(content: str, public_key: str | None = None) -> SignedHead:
    """Return a signed head from its file, checked with the key given, else with the one it names.

    Raises BadSignature.
    """
    try:
        found = SignedHead(**json.loads(content))
    except (ValueError, TypeError) as exc:
        raise BadSignature(field="head") from exc
    body = _head_body(found.day, found.position, found.head, found.signed_at)
    _check(public_key or str(found.public_key), body, str(found.signature))
    return found


def _head_body(day: str, position: int, head: str, signed_at: str) -> str:
    return f"{_HEAD_MARK}|{day}|{position}|{head}|{signed_at}"


def _check(public_key: str, body: str, signature: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(public_key.strip())).verify(_bytes(signature), body.encode())
    except (InvalidSignature, ValueError, binascii.Error) as exc:
        raise BadSignature(field="signature") from exc


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(raw) != text:  # spare bits at the end would let one code be written in several ways
        raise ValueError("not canonical")
    return raw


def digest_of_key(public_key: str) -> str:
    """Return a short name of a public key that can be read out on the telephone: 4 groups of 4 hex digits."""
    digits = hashlib.sha256(public_key.strip().encode()).hexdigest()[:16]
    return " ".join(digits[n : n + 4] for n in range(0, 16, 4))
