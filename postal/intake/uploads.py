"""Files between their trial reading and their import: sealed, for one person, for one day at most."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.errors import NotFound
from postal.models import Upload
from postal.people import vault_of
from routing import Message

KEPT_AT_MOST = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A file as it came in; ``suffix`` is ".csv" or ".xlsx"."""

    data: bytes
    suffix: str

    def __repr__(self) -> str:
        # A file of results is full of people: no traceback may print it.
        return "<KeptFile>"


def keep(act: Act, file: KeptFile) -> str:
    """Seal a file for its owner and return the token that brings it back; drops what is older than a day."""
    forget_old_uploads(act.session, now=act.now)
    token = secrets.token_urlsafe(24)
    sealed = vault_of(act.session).seal_bytes(file.data)
    act.session.add(
        Upload(
            token_hash=_digest(token),
            user_id=act.by.user_id,
            sealed=sealed.data,
            key_id=sealed.key_id,
            suffix=file.suffix,
            kept_at=act.now,
        )
    )
    act.session.flush()
    return token


def find_id(act: Act, token: str) -> int:
    """Return the number of a file its owner may have. Raises NotFound for a wrong, foreign or expired token."""
    query = select(Upload.id).where(Upload.token_hash == _digest(token), Upload.user_id == act.by.user_id)
    upload_id = act.session.scalar(query)
    if upload_id is None:
        raise NotFound(what=Message("tệp đã đọc thử"))
    return upload_id


def read(session: Session, upload_id: int, *, user_id: int | None = None) -> KeptFile:
    """Return a kept file by its number; with ``user_id`` only its owner's. Raises NotFound."""
    upload = session.get(Upload, upload_id)
    if upload is None or (user_id is not None and upload.user_id != user_id):
        raise NotFound(what=Message("tệp tạm"))
    return KeptFile(data=vault_of(session).open_bytes(upload.sealed, upload.key_id), suffix=upload.suffix)


def forget_old_uploads(session: Session, *, now: datetime) -> int:
    """Delete files kept for more than a day; return how many."""
    old = session.execute(delete(Upload).where(Upload.kept_at < now - KEPT_AT_MOST))
    return int(old.rowcount)  # type: ignore[attr-defined]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
