"""Files between their trial reading and their import: sealed, for one person, for one day at most."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.errors import NotFound
from postal.models import DraftRow, Upload
from postal.people import vault_of
from routing import Message

KEPT_AT_MOST = timedelta(hours=24)
SUFFIXES = (".csv", ".xlsx", ".xls")
"""Of files of results; printed labels wait for their owner here as well."""
_LONGEST_NUMBER = 18


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A file as it came in; ``suffix`` is ".csv" or ".xlsx"."""

    data: bytes
    suffix: str

    def __repr__(self) -> str:
        # A file of results is full of people: no traceback may print it.
        return "<KeptFile>"


def keep(act: Act, file: KeptFile) -> Upload:
    """Seal a file for its owner and return it; drops what is older than a day."""
    forget_old_uploads(act.session, now=act.now)
    sealed = vault_of(act.session).seal_bytes(file.data)
    upload = Upload(
        token_hash=secrets.token_hex(32),
        user_id=act.by.user_id,
        sealed=sealed.data,
        key_id=sealed.key_id,
        suffix=file.suffix,
        kept_at=act.now,
    )
    act.session.add(upload)
    act.session.flush()
    return upload


def find_id(act: Act, number: str) -> int:
    """Return the number of a file its owner may have. Raises NotFound for a wrong, foreign or expired one."""
    is_number = number.isascii() and number.isdigit() and len(number) < _LONGEST_NUMBER
    upload = act.session.get(Upload, int(number)) if is_number else None
    if upload is None or act.by.user_id is None or upload.user_id != act.by.user_id:
        raise NotFound(what=Message("tệp đã đọc thử"))
    return upload.id


def of_owner(session: Session, user_id: int | None, *, limit: int = 10) -> Sequence[Upload]:
    """Return somebody's files of results that are kept still, the newest first."""
    is_own = (Upload.user_id == user_id) & Upload.suffix.in_(SUFFIXES)
    query = select(Upload).where(is_own).order_by(Upload.id.desc())
    return session.scalars(query.limit(limit)).all()


def of_intake(session: Session, intake_id: int, user_id: int | None) -> int | None:
    """Return the number of the file an intake was made from, while its owner still has it."""
    query = select(Upload.id).where(Upload.intake_id == intake_id, Upload.user_id == user_id)
    return session.scalar(query.order_by(Upload.id.desc()).limit(1))


def read(session: Session, upload_id: int, *, user_id: int | None = None) -> KeptFile:
    """Return a kept file by its number; with ``user_id`` only its owner's. Raises NotFound."""
    upload = session.get(Upload, upload_id)
    if upload is None or (user_id is not None and upload.user_id != user_id):
        raise NotFound(what=Message("tệp tạm"))
    return KeptFile(data=vault_of(session).open_bytes(upload.sealed, upload.key_id), suffix=upload.suffix)


def forget_old_uploads(session: Session, *, now: datetime) -> int:
    """Delete files kept for more than a day; return how many."""
    is_old = Upload.kept_at < now - KEPT_AT_MOST
    session.execute(delete(DraftRow).where(DraftRow.upload_id.in_(select(Upload.id).where(is_old))))
    old = session.execute(delete(Upload).where(is_old))
    return int(old.rowcount)  # type: ignore[attr-defined]
