"""Envelopes: what a device sealed to the server's public key, and not even the device can open again.

P-256 with a key made for one envelope, HKDF-SHA-256, AES-256-GCM: what browsers' WebCrypto has. The private key is
derived from the vault's key of the same name, so it rotates with it, and an older envelope opens as long as that key is
at hand. An envelope is bound to the name of what lies in it: it cannot be passed off as another act.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from postal.errors import InvalidInput
from postal.people.vault import Vault, VaultLocked
from routing import Message

_CURVE = ec.SECP256R1()
# The order of the curve's group (FIPS 186-5): private keys lie below it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_POINT_BYTES = 65
_NONCE_BYTES = 12
_PURPOSE = "tannha envelopes"


class EnvelopeLocked(InvalidInput):
    """An envelope that was changed, is another's, or whose key is no longer at hand."""

    code = "envelope_locked"
    says = Message("Mục này đã niêm phong trên điện thoại và hệ thống không mở được. Xin ghi lại hoặc báo điều hành.")


@dataclass(frozen=True)
class EnvelopeKey:
    """What envelopes are sealed to now: the key's name and its point, 65 bytes, uncompressed."""

    key_id: str
    point: bytes


def envelope_key(vault: Vault) -> EnvelopeKey:
    """Return the public key of now."""
    return EnvelopeKey(vault.newest_key_id, _point_of(_private(vault, vault.newest_key_id).public_key()))


def open_envelope(vault: Vault, key_id: str, data: bytes, name: str) -> bytes:
    """Return what lies in an envelope: point of its own key, nonce, sealed bytes. Raises EnvelopeLocked."""
    try:
        private = _private(vault, key_id)
        point = data[:_POINT_BYTES]
        shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point))
        cipher = _cipher(shared, point + _point_of(private.public_key()))
        rest = data[_POINT_BYTES:]
        return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], name.encode())
    except (VaultLocked, InvalidTag, ValueError) as exc:  # no such key, changed, no point of the curve, too short
        raise EnvelopeLocked(field="sealed") from exc


def _private(vault: Vault, key_id: str) -> ec.EllipticCurvePrivateKey:
    # 48 bytes for a 32-byte order: the remainder of the division is as good as even (FIPS 186-5, A.2.1).
    wide = int.from_bytes(vault.derive(_PURPOSE, key_id, n_bytes=48))
    return ec.derive_private_key(wide % (_ORDER - 1) + 1, _CURVE)


def _cipher(shared: bytes, points: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), length=32, salt=points, info=_PURPOSE.encode()).derive(shared))


def _point_of(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
