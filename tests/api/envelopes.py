"""What a phone does in its browser, done here: seals to the server's public key."""

from __future__ import annotations

import base64
import json
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def sealed(key, entry_id, happened_at, inside):
    """Return one entry of `sealed`; ``key`` is the round's `envelope_key`."""
    theirs = base64.b64decode(key["point"])
    own = ec.generate_private_key(ec.SECP256R1())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    secret = HKDF(SHA256(), length=32, salt=point + theirs, info=b"tannha envelopes").derive(shared)
    nonce = os.urandom(12)
    plain = inside if isinstance(inside, bytes) else json.dumps(inside).encode()
    data = point + nonce + AESGCM(secret).encrypt(nonce, plain, entry_id.encode())
    return {
        "id": entry_id,
        "happened_at": happened_at.isoformat(),
        "key_id": key["key_id"],
        "sealed": base64.b64encode(data).decode("ascii"),
    }
