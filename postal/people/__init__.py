"""Citizens' data: sealed in one table, found by keyed hashes, shown masked, sealed again when keys rotate.

Nothing here knows why somebody looks; rights and the record of looks are `postal.access`.
"""

from postal.people.records import (
    PersonData,
    add_people,
    add_person,
    address_hash,
    bare_phone,
    find_by_name,
    find_by_phone,
    is_found_by_its_hash,
    mask_name,
    mask_phone,
    open_person,
    phone_tail_matches,
    replace_person,
    vault_of,
)

__all__ = [
    "PersonData",
    "add_people",
    "add_person",
    "address_hash",
    "bare_phone",
    "find_by_name",
    "find_by_phone",
    "is_found_by_its_hash",
    "mask_name",
    "mask_phone",
    "open_person",
    "phone_tail_matches",
    "replace_person",
    "vault_of",
]
