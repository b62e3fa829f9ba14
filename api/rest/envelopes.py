"""What a phone sealed to the server, opened into the entries of a body as if they had been sent in the clear."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from api.schemas.common import DeviceClock, Instant
from api.schemas.each import Unread
from api.schemas.json_body import read_object
from api.web.problems import WebRefusal
from api.wiring import services
from postal import InvalidInput, people

Entry = TypeVar("Entry", bound=BaseModel)
Plain = TypeVar("Plain")
_IN_THE_CLEAR = {"happened_at", "offset_ms", "heard_at", "seq"}
MOST_SEALED = 270_000
"""Characters of base64: a signature of 200,000 and what stands around it."""


class SealedBody(DeviceClock):
    """One entry of the list beside, sealed but for its times. ``id`` is its own, which the envelope is bound to."""

    id: Annotated[str, StringConstraints(min_length=4, max_length=60, pattern=r"^[A-Za-z0-9._:-]+$")]
    happened_at: Instant
    key_id: Annotated[str, StringConstraints(min_length=1, max_length=16, pattern=r"^[0-9a-f]+$")]
    sealed: Annotated[str, StringConstraints(max_length=MOST_SEALED, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]


SealedBodies = Annotated[list[SealedBody], Field(min_length=1, max_length=500, default_factory=list)]


class Locked(Exception):
    """An envelope that cannot be opened, with the id it was sent under."""

    def __init__(self, entry_id: str, why: InvalidInput) -> None:
        self.entry_id, self.why = entry_id, why
        super().__init__(why.code)


def some_of(plain: Sequence[Plain], sealed: Sequence[SealedBody], field: str) -> Sequence[Plain]:
    """Return the entries in the clear. Raises InvalidInput where there are neither these nor sealed ones."""
    if not plain and not sealed:
        raise InvalidInput(field=field)
    return plain


def open_all(sealed: Sequence[SealedBody], entry: type[Entry], *, id_field: str) -> Iterator[Entry | Unread | Locked]:
    """Yield what lies in envelopes, read as entries; what cannot be opened or read stands for itself."""
    for one in sealed:
        try:
            inside = _inside(one)
        except InvalidInput as exc:
            yield Locked(one.id, exc)
            continue
        inside |= {id_field: one.id} | one.model_dump(mode="json", include=_IN_THE_CLEAR, exclude_none=True)
        try:
            yield entry.model_validate(inside)
        except ValidationError as exc:
            yield Unread(inside, exc)


def envelope_key() -> dict[str, str]:
    """Return what phones seal to from now on."""
    with services().database.read() as session:
        key = people.envelope_key(people.vault_of(session))
    return {"key_id": key.key_id, "point": base64.b64encode(key.point).decode("ascii")}


def unsealed(name: str, key_id: str, data: bytes) -> bytes:
    """Return what lies in an envelope of bytes. Raises EnvelopeLocked."""
    with services().database.read() as session:
        return people.open_envelope(people.vault_of(session), key_id, data, name)


def _inside(one: SealedBody) -> dict[str, Any]:
    """Return an envelope's object. Raises InvalidInput."""
    try:
        return read_object(unsealed(one.id, one.key_id, base64.b64decode(one.sealed, validate=True)))
    except (binascii.Error, ValueError, WebRefusal) as exc:
        raise people.EnvelopeLocked(field="sealed") from exc
