"""Citizens' data: sealed in one table, found by keyed hashes, shown masked, sealed again when keys rotate.

What a request may see and has seen is noted here; rights and the record of looks are `postal.access`.
"""

from postal.people.envelopes import EnvelopeKey, EnvelopeLocked, envelope_key, open_envelope
from postal.people.looking import Looking, allow_looking, may_see, watching
from postal.people.records import (
    PersonData,
    SealedPerson,
    add_people,
    add_person,
    address_hash,
    bare_phone,
    bear_one_name,
    find_by_phone,
    is_found_by_its_hash,
    mask_name,
    mask_phone,
    named,
    open_person,
    phone_tail_matches,
    replace_person,
    unseal,
    vault_of,
)

__all__ = [
    "EnvelopeKey",
    "EnvelopeLocked",
    "Looking",
    "PersonData",
    "SealedPerson",
    "add_people",
    "add_person",
    "address_hash",
    "allow_looking",
    "bare_phone",
    "bear_one_name",
    "envelope_key",
    "find_by_phone",
    "is_found_by_its_hash",
    "mask_name",
    "mask_phone",
    "may_see",
    "named",
    "open_envelope",
    "open_person",
    "phone_tail_matches",
    "replace_person",
    "unseal",
    "vault_of",
    "watching",
]
