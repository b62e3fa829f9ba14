"""Signatures: on each receipt, so that one sheet of paper can be checked alone, and on each day's head.

A receipt is signed by the key of the instant it was sealed: printed again after a change of keys, it says the same.
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
from sqlalchemy import select
from sqlalchemy.orm import Session

from postal.chain.keys import NO_NAME, key_at, public_text, signing_keys
from postal.chain.sealing import Head, seal
from postal.chain.unsealed import RECEIPT
from postal.errors import InvalidInput, NotFound
from postal.models import ChainLink, Handover
from routing import Message

# TN2 names its key behind the head; TN1 was signed with the key derived from the look-up key.
_RECEIPT_MARK, _NAMED_MARK, _HEAD_MARK = "TN1", "TN2", "TANNHA-HEAD-1"
_AT_NAME = 9
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


def public_key_for(session: Session, code: str) -> str:
    """Return the public key that a receipt's code says it was signed with. Raises BadSignature for none of ours."""
    words = code.strip().split("*")
    name = words[_AT_NAME] if words[0] == _NAMED_MARK and len(words) > _AT_NAME else NO_NAME
    for key in signing_keys(session):
        if key.name == name:
            return key.text
    raise BadSignature(field="receipt")


def sign_day(session: Session, day: date, *, now: datetime) -> SignedHead:
    """Seal everything recorded so far and sign the end of the chain as this local day's head."""
    end = seal(session, now=now)
    _, private = key_at(session, now)
    return sign_head(private, end, day=day.isoformat(), now=now)


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
    name, private = key_at(session, link.sealed_at)
    body = "*".join((_NAMED_MARK, *words[1:], name) if name else words)
    return f"{body}*{_text(private.sign(body.encode()))}"


def read_receipt_code(code: str, public_key: str) -> SealedReceipt:
    """Return what a receipt's square code says, checked with the public key alone. Raises BadSignature."""
    body, _, signature = code.strip().rpartition("*")
    _check(public_key, body, signature)
    words = body.split("*")
    if (words[0], len(words)) not in ((_RECEIPT_MARK, _AT_NAME), (_NAMED_MARK, _AT_NAME + 1)):
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


def sign_head(private: Ed25519PrivateKey, head: Head, *, day: str, now: datetime) -> SignedHead:
    """Sign the end of the chain. ``day`` is the local date, "2026-11-23"."""
    signed_at = now.astimezone(UTC).isoformat(timespec="seconds")
    body = _head_body(day, head.position, head.head, signed_at)
    return SignedHead(
        day=day,
        position=head.position,
        head=head.head,
        signed_at=signed_at,
        public_key=public_text(private),
        signature=_text(private.sign(body.encode())),
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
