"""People: kept sealed in one table, found by keyed hashes, shown masked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, product
from typing import NamedTuple

from sqlalchemy import Select, case, distinct, false, func, insert, select
from sqlalchemy.orm import Session

from postal.models import Person, PersonKind, PersonWord
from postal.models.keys import reserve_ids, write_many
from postal.people.looking import may_see
from postal.people.vault import Vault, fold_name

_MOST_WAYS = 32
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
# Staff and signatories are named on papers that everybody sees.
_CITIZENS = frozenset({PersonKind.RECIPIENT, PersonKind.RECEIVER})


@dataclass(frozen=True, kw_only=True)
class PersonData:
    """What we know of somebody, in the clear: lives only as long as the call that needs it."""

    full_name: str
    phone: str | None = None
    address: str | None = None
    landmark: str | None = None
    email: str | None = None
    id_number_tail: str | None = None
    position: str | None = None
    procedure_name: str | None = None

    def __repr__(self) -> str:
        # A traceback or a log line must not be able to print a person.
        return "<PersonData>"


class SealedPerson(NamedTuple):
    """What opening needs of a person, as a statement of columns reads it."""

    id: int
    kind: PersonKind
    sealed: bytes | None
    key_id: str


def _masked(data: PersonData) -> PersonData:
    return PersonData(full_name=mask_name(data.full_name), phone=mask_phone(data.phone) or None)


def vault_of(session: Session) -> Vault:
    """Return the vault this session's database was opened with."""
    vault: Vault = session.info["vault"]
    return vault


def add_person(session: Session, kind: PersonKind, data: PersonData, *, now: datetime) -> Person:
    """Seal and store one person; flushes so that the id is known."""
    person = Person(**_row(vault_of(session), kind, data, now))
    session.add(person)
    session.flush()
    words = _word_hashes(vault_of(session), data.full_name)
    write_many(session, PersonWord, [{"person_id": person.id, "word_hash": word} for word in words])
    return person


def add_people(session: Session, kind: PersonKind, people: Sequence[PersonData], *, now: datetime) -> list[int]:
    """Seal and store many people in two statements; return their ids in the order given."""
    vault = vault_of(session)
    rows = [_row(vault, kind, data, now) for data in people]
    if not rows:
        return []
    ids = list(reserve_ids(session, Person, len(rows)))
    write_many(session, Person, [{"id": person_id} | row for person_id, row in zip(ids, rows, strict=True)])
    words = [
        {"person_id": person_id, "word_hash": word}
        for person_id, data in zip(ids, people, strict=True)
        for word in _word_hashes(vault, data.full_name)
    ]
    write_many(session, PersonWord, words)
    return ids


def open_person(session: Session, person: Person | SealedPerson) -> PersonData:
    """Return a person to be shown; an erased one comes back as "(đã xóa)".

    Within a request a citizen is masked for who may not see recipients, and noted as seen for who may
    (`postal.people.looking`). What only computes with a person's data takes `unseal`.
    """
    data = unseal(session, person)
    return data if person.kind not in _CITIZENS or may_see(person.id) else _masked(data)


def unseal(session: Session, person: Person | SealedPerson) -> PersonData:
    """Return a person's data for work that shows nothing of it; an erased one comes back as "(đã xóa)"."""
    if person.sealed is None:
        return PersonData(full_name="(đã xóa)")
    return PersonData(**vault_of(session).open(person.sealed, person.key_id))


def replace_person(session: Session, person: Person, data: PersonData) -> None:
    """Seal new data over an existing person (a corrected address, a name asked about at intake)."""
    vault = vault_of(session)
    for name, value in _row(vault, person.kind, data, person.added_at).items():
        setattr(person, name, value)
    session.query(PersonWord).filter(PersonWord.person_id == person.id).delete()
    words = _word_hashes(vault, data.full_name)
    if words:
        session.execute(insert(PersonWord), [{"person_id": person.id, "word_hash": w} for w in words])


def find_by_phone(session: Session, phone: str) -> list[int]:
    """Return the ids of people with this phone, in any spelling of it."""
    phone_hash = vault_of(session).look_up("phone", bare_phone(phone))
    return list(session.scalars(select(Person.id).where(Person.phone_hash == phone_hash)))


def named(session: Session, text: str) -> Select[int]:
    """Return a query for the ids of people whose name holds every word given, whatever accents or case, the i or y.

    Words are stored as they were written; it is the search that tries every way of writing, so that people recorded
    at any time are found. ``Ð`` (U+00D0) is the Icelandic letter that looks like ``Đ``.
    """
    vault = vault_of(session)
    words = sorted({_one_way_of_writing(word) for word in fold_name(text).split()})
    number_of = {vault.look_up("word", way): n for n, word in enumerate(words) for way in _ways_of_writing(word)}
    if not words:
        return select(PersonWord.person_id).where(false())
    return (
        select(PersonWord.person_id)
        .where(PersonWord.word_hash.in_(number_of))
        .group_by(PersonWord.person_id)
        .having(func.count(distinct(case(number_of, value=PersonWord.word_hash))) == len(words))
    )


def _as_spoken(name: str) -> list[tuple[str, list[str]]]:
    """Return a name's words with their letters and, apart from these, the tone each is spoken in."""
    words = unicodedata.normalize("NFD", name.casefold()).split()
    return [(_TONE.sub("", word), _TONE.findall(word)) for word in words]


def _one_way_of_writing(word: str) -> str:
    return word.replace("ð", "d").replace("y", "i")


def _ways_of_writing(word: str) -> list[str]:
    """Return a word with i and y in each other's place, and with the Icelandic letter in front; the first few."""
    first = ["d", "ð"] if word.startswith("d") else [word[:1]]
    letters = [("i", "y") if letter == "i" else (letter,) for letter in word[1:]]
    first += ["y"] if word.startswith("i") else []
    return ["".join(way) for way in islice(product(first, *letters), _MOST_WAYS)]


def is_found_by_its_hash(session: Session, person: Person) -> bool:
    """Say whether the lookup key makes the hash that is stored with a person. Raises VaultLocked."""
    full_name = unseal(session, person).full_name
    return person.name_hash == vault_of(session).look_up("name", fold_name(full_name))


def address_hash(vault: Vault, address: str) -> str:
    """Return the keyed hash under which an address is remembered, however it was spelt or spaced."""
    return vault.look_up("address", re.sub(r"[\W_]+", " ", fold_name(address)).strip())


def bear_one_name(session: Session, one: Person, other: Person) -> bool:
    """Say whether two people's names are one, accents and all: Hùng is not Hưng, wherever a tone mark is typed."""
    return _as_spoken(unseal(session, one).full_name) == _as_spoken(unseal(session, other).full_name)


def phone_tail_matches(session: Session, person: Person, tail: str) -> bool:
    """Say whether these are the last four digits of the person's phone, without unsealing anybody."""
    if person.phone_tail_hash is None:
        return False
    return vault_of(session).look_up("tail", tail) == person.phone_tail_hash


def bare_phone(phone: str) -> str:
    """Return digits only, with the national 0 in place of +84."""
    digits = "".join(str(unicodedata.digit(c)) for c in phone if c.isdigit())
    return "0" + digits[2:] if digits.startswith("84") and len(digits) > 10 else digits


def mask_phone(phone: str | None) -> str:
    """Return a phone fit for a label or a list: "09xx xxx 123"."""
    if not phone:
        return ""
    digits = bare_phone(phone)
    return f"{digits[:2]}xx xxx {digits[-3:]}" if len(digits) >= 9 else "xxx"


def mask_name(full_name: str) -> str:
    """Return a name a stranger learns nothing from: the given name and initials of the rest."""
    words = full_name.split()
    return " ".join([*(w[0] + "." for w in words[:-1]), words[-1]]) if words else ""


def _row(vault: Vault, kind: PersonKind, data: PersonData, now: datetime) -> dict[str, object]:
    fields = {name: value for name, value in vars(data).items() if value}
    sealed = vault.seal(fields)
    phone = bare_phone(data.phone) if data.phone else None
    return {
        "kind": kind,
        "sealed": sealed.data,
        "key_id": sealed.key_id,
        "phone_hash": vault.look_up("phone", phone) if phone else None,
        "phone_tail_hash": vault.look_up("tail", phone[-4:]) if phone else None,
        "name_hash": vault.look_up("name", fold_name(data.full_name)),
        "address_hash": address_hash(vault, data.address) if data.address else None,
        "added_at": now,
    }


def _word_hashes(vault: Vault, full_name: str) -> Iterable[str]:
    return {vault.look_up("word", word) for word in fold_name(full_name).split()}
