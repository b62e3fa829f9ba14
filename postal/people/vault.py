"""Sealing of people's data: AES-GCM with rotating keys, and keyed hashes to find a person again."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_KEY_ID_BYTES = 4
# The marks of Vietnamese and its neighbours: taken off at once, what else there is letter by letter.
_MARKS = re.compile("[\u0300-\u036f]+")


class VaultLocked(Exception):
    """No key at hand opens this record: the key it was sealed with was taken out of the settings."""


@dataclass(frozen=True)
class Sealed:
    """An encrypted record and the name of the key that opens it."""

    data: bytes
    key_id: str


class Vault:
    """Seals with the first key, opens with any; hashes with a key of its own.

    ``keys`` are 32 bytes each, newest first; ``lookup_key`` is 32 bytes and never rotates in place,
    because every stored hash depends on it.
    """

    def __init__(self, keys: Sequence[bytes], lookup_key: bytes) -> None:
        if not keys or any(len(key) != 32 for key in keys) or len(lookup_key) != 32:
            raise ValueError("the vault needs 32-byte keys")
        self._keys = {_key_id(key): key for key in keys}
        self._ciphers = {key_id: AESGCM(key) for key_id, key in self._keys.items()}
        self._newest = _key_id(keys[0])
        self._lookup_key = lookup_key

    @property
    def newest_key_id(self) -> str:
        """Return the id of the key that seals now."""
        return self._newest

    def seal(self, fields: Mapping[str, str | None]) -> Sealed:
        """Encrypt the fields that hold something."""
        plain = json.dumps({k: v for k, v in fields.items() if v}, ensure_ascii=False).encode()
        return self.seal_bytes(plain)

    def seal_bytes(self, plain: bytes) -> Sealed:
        """Encrypt raw bytes (a secret, a signature picture)."""
        nonce = os.urandom(_NONCE_BYTES)
        return Sealed(nonce + self._ciphers[self._newest].encrypt(nonce, plain, None), self._newest)

    def open(self, data: bytes, key_id: str) -> dict[str, str]:
        """Decrypt fields. Raises VaultLocked."""
        fields: dict[str, str] = json.loads(self.open_bytes(data, key_id))
        return fields

    def open_bytes(self, data: bytes, key_id: str) -> bytes:
        """Decrypt raw bytes. Raises VaultLocked."""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise VaultLocked(key_id)
        try:
            return cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError) as exc:  # changed, or too short to hold a nonce
            raise VaultLocked(key_id) from exc

    def derive(self, purpose: str, key_id: str, *, n_bytes: int) -> bytes:
        """Return secret bytes for another use of a key; they say nothing of the key. Raises VaultLocked."""
        key = self._keys.get(key_id)
        if key is None:
            raise VaultLocked(key_id)
        return HKDF(SHA256(), length=n_bytes, salt=None, info=purpose.encode()).derive(key)

    def look_up(self, purpose: str, value: str) -> str:
        """Return the keyed hash of a value, different for each purpose; 32 hex digits."""
        message = f"{purpose}\x00{value}".encode()
        return hmac.digest(self._lookup_key, message, "sha256").hex()[:32]


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"tannha key id" + key).hexdigest()[: _KEY_ID_BYTES * 2]


def fold_name(text: str) -> str:
    """Return a name without accents, case or doubled spaces, for finding it however it was typed."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = _MARKS.sub("", decomposed)
    if not bare.isascii():
        bare = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(bare.split())
