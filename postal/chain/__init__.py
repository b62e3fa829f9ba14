"""The chain of evidence: every event and receipt is linked by hashes, signed daily, and checked from its beginning.

It knows rows and keys, and nothing of what an item may do next: that is `postal.rules` and `postal.life`.
"""

from postal.chain.checking import (
    GARBAGE,
    WHY,
    Broken,
    Checked,
    ReceiptMatch,
    check_chain,
    check_people,
    check_pictures,
    match_receipt,
)
from postal.chain.keys import PublicKey, ensure_signing_key, new_signing_key, signing_keys
from postal.chain.sealing import Head, begin_kinds, head_of, seal
from postal.chain.signing import (
    BadSignature,
    SealedReceipt,
    SignedHead,
    digest_of_key,
    public_key_for,
    read_head,
    read_receipt_code,
    receipt_code,
    sign_day,
    sign_head,
)

__all__ = [
    "GARBAGE",
    "WHY",
    "BadSignature",
    "Broken",
    "Checked",
    "Head",
    "PublicKey",
    "ReceiptMatch",
    "SealedReceipt",
    "SignedHead",
    "begin_kinds",
    "check_chain",
    "check_people",
    "check_pictures",
    "digest_of_key",
    "ensure_signing_key",
    "head_of",
    "match_receipt",
    "new_signing_key",
    "public_key_for",
    "read_head",
    "read_receipt_code",
    "receipt_code",
    "seal",
    "sign_day",
    "sign_head",
    "signing_keys",
]
