"""The cookie that holds a browser's session: Flask's own, byte for byte, with less work for each request."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from itsdangerous.serializer import Serializer
from itsdangerous.signer import SigningAlgorithm

# Shorter contents hardly ever get shorter by compressing: they are not tried.
_COMPRESSED_FROM_BYTES = 256
# What Flask's json makes anew for each text it writes or reads.
_WRITER = json.JSONEncoder(separators=(",", ":"), sort_keys=True, default=DefaultJSONProvider.default)
_READER = json.JSONDecoder()


class _Hmac(SigningAlgorithm):
    """Signs in one call of the compiled library; an object with a state of its own takes four times as long."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """Return the signature of a value."""
        return hmac.digest(key, value, "sha1")


class _Tagged(TaggedJSONSerializer):
    """Writes and reads as Flask does, by a writer and a reader that are kept."""

    def dumps(self, value: Any) -> str:
        """Return contents as text."""
        return _WRITER.encode(self.tag(value))

    def loads(self, value: str) -> Any:
        """Return what a text holds."""
        return self._untag_scan(_READER.decode(value))


class _Signer(TimestampSigner):
    """Derives a key from each secret once: itsdangerous does it anew for each cookie that is read or written."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._derived: dict[str | bytes, bytes] = {}

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        """Return the key that signs, or the one of an older secret."""
        secret = self.secret_keys[-1] if secret_key is None else secret_key
        if secret not in self._derived:
            self._derived[secret] = super().derive_key(secret)
        return self._derived[secret]


class _Serializer(URLSafeTimedSerializer):
    """Keeps its signers, whose keys depend on nothing but secrets and salt."""

    default_signer = _Signer

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._signers: dict[str | bytes | None, Signer] = {}

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        """Return the signer of a salt."""
        if salt not in self._signers:
            self._signers[salt] = super().make_signer(salt)
        return self._signers[salt]

    def dump_payload(self, obj: Any) -> bytes:
        """Return a content as it stands in the cookie."""
        written = Serializer.dump_payload(self, obj)
        return base64_encode(written) if len(written) < _COMPRESSED_FROM_BYTES else super().dump_payload(obj)


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions, whose serializer is made once for the app's secrets instead of twice for a request."""

    # Keys are derived by hashlib's own function; Flask's stands behind one that is loaded late.
    digest_method = staticmethod(hashlib.sha1)
    serializer = _Tagged()

    def __init__(self) -> None:
        self._kept: tuple[object, URLSafeTimedSerializer] | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs the cookie, None for an app without a secret."""
        if not app.secret_key:
            return None
        secrets = [*(app.config["SECRET_KEY_FALLBACKS"] or ()), app.secret_key]  # the one that signs is the last
        if self._kept is None or self._kept[0] != secrets:
            ways = {
                "key_derivation": self.key_derivation,
                "digest_method": self.digest_method,
                "algorithm": _Hmac(),
            }
            made = _Serializer(secrets, salt=self.salt, serializer=self.serializer, signer_kwargs=ways)
            self._kept = secrets, made
        return self._kept[1]
