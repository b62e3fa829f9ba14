"""The headers of a file that lacks a column under a name we know: a clerk says which of its columns it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy.orm import Session

from postal.access.act import Act
from postal.db import Database
from postal.errors import InvalidInput, NotFound
from postal.intake.columns import COLUMNS, REQUIRED, Headers, header_key
from postal.intake.guide import Guide
from postal.intake.storing import Arrival
from postal.mending.drafts import keep_draft, own_upload, read_draft
from postal.models import Upload
from postal.people import vault_of
from postal.tables import content_of, sheets_of
from routing import Message

_ROWS_LOOKED_AT = 60
_LEAST_CELLS = 3
_LONGEST = 80
UNUSED = "-"
"""Stands for no column of ours: a header that was one by its name, and is not."""


@dataclass(frozen=True, kw_only=True)
class Headings:
    """The headers of a file's table as they stand; ``known`` is our column of each, "" for none; ``missing`` ours."""

    texts: tuple[str, ...]
    known: tuple[str, ...]
    missing: tuple[str, ...]


def headings_of(data: bytes, guide: Guide, columns: Mapping[str, str]) -> Headings | None:
    """Return the headers of the sheet that looks most like results, None where no row looks like headers.

    Raises BadFile and its kin.
    """
    headers = Headers({**guide.aliases, **columns})
    rows: list[list[str]] = []
    for sheet in sheets_of(content_of(data), headers):
        cells = [cells for _, cells in islice(sheet.rows, _ROWS_LOOKED_AT) if isinstance(cells, list)]
        rows += [one for one in cells if sum(bool(cell.strip()) for cell in one) >= _LEAST_CELLS]
    if not rows:
        return None
    best = max(rows, key=headers.n_known)  # of equals the first: headers stand above what they head
    texts = tuple(text.strip()[:_LONGEST] for text in best)
    ours = set(COLUMNS.values())
    known = tuple(column if column in ours else "" for column in headers.columns(best))
    return Headings(texts=texts, known=known, missing=tuple(headers.missing(best)))


def columns_of_file(session: Session, upload: Upload) -> dict[str, str]:
    """Return which of our columns the owner said the headers of a file are, by the header's key."""
    if upload.columns is None:
        return {}
    return vault_of(session).open(upload.columns, upload.columns_key_id or "")


def map_columns(database: Database, act: Act, upload_id: int, told: Mapping[str, str], arrival: Arrival) -> None:
    """Read a file again with headers as somebody said they are: header text to our column.

    UNUSED stands for none of ours. Mends of before are gone. Raises NotFound, InvalidInput for a column that is none of
    ours or is told twice, BadFile where it still is no table.
    """
    upload = own_upload(act.session, upload_id, act.by.user_id, is_writing=True)
    if upload.intake_id is not None:
        raise NotFound(what=Message("tệp đã đọc thử"))
    ours = [column for column in told.values() if column != UNUSED]
    if set(ours) - set(COLUMNS.values()) or len(set(ours)) < len(ours):
        raise InvalidInput(field=Message("Cột"))
    vault = vault_of(act.session)
    columns = {header_key(text): column for text, column in told.items() if header_key(text)}
    data = vault.open_bytes(upload.sealed, upload.key_id)
    draft = read_draft(database, data, arrival, columns=columns)
    sealed = vault.seal(columns)
    upload.columns, upload.columns_key_id = sealed.data, sealed.key_id
    keep_draft(act, upload, draft)


def required_columns() -> Sequence[str]:
    """Return the columns without which a file is no list of results."""
    return REQUIRED
