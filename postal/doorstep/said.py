"""What a courier's note says, sealed: words may name people, a pin tells where somebody lives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.models import CourierNote, TrackingEvent
from postal.people import vault_of

LONGEST_WORDS = 1_000
FAILURE = "failure"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a note says: which of its kind's choices, the courier's words, and facts such as a place."""

    what: str = ""
    words: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "<Said>"


def seal_into(session: Session, noted: CourierNote, said: Said) -> CourierNote:
    """Put what is said into a note, sealed."""
    told = {"what": said.what, "words": said.words.strip()[:LONGEST_WORDS], "facts": dict(said.facts)}
    sealed = vault_of(session).seal_bytes(json.dumps(told, ensure_ascii=False).encode())
    noted.sealed, noted.key_id = sealed.data, sealed.key_id
    return noted


def opened(session: Session, found: CourierNote) -> Said:
    """Return what a note says."""
    return Said(**json.loads(vault_of(session).open_bytes(found.sealed, found.key_id)))


def keep_words(act: Act, event: TrackingEvent, words: str) -> None:
    """Keep what a courier wrote about a try that failed. Needs an event of a round; flushes nothing."""
    noted = CourierNote(
        note_id=f"e{event.id}",
        kind=FAILURE,
        courier_id=event.courier_id,
        office_id=event.office_id,
        round_id=event.round_id,
        consignment_id=event.item.consignment_id,
        phone_id=act.by.phone_id,
        user_id=act.by.user_id,
        happened_at=event.happened_at,
        device_at=event.device_at or event.happened_at,
        recorded_at=act.now,
    )
    act.session.add(seal_into(act.session, noted, Said(words=words)))
