"""What an answer shows of citizens: their names, telephones and addresses, found in pages, JSON, PDF and labels."""

from __future__ import annotations

import re
import subprocess
from typing import Any

from sqlalchemy import select

from postal import Database, models
from tests import builders as build

_ESCAPED = re.compile(rb"(?:_[0-9A-Fa-f]{2})+")


def secrets_of(database: Database, *person_ids: int) -> set[str]:
    """Return what nobody without business may read: of these people, or of every recipient and receiver."""
    kinds = (models.PersonKind.RECIPIENT, models.PersonKind.RECEIVER)
    query = select(models.Person).where(models.Person.kind.in_(kinds))
    if person_ids:
        query = query.where(models.Person.id.in_(person_ids))
    with database.read() as session:
        people = [build.vault().open(one.sealed, one.key_id) for one in session.scalars(query)]
    return {one[name] for one in people for name in ("full_name", "phone", "address") if one.get(name)}


def shown_in(answer: Any, secrets: set[str]) -> set[str]:
    """Return which of these texts an answer holds, in whatever form it is."""
    said = _text(answer)
    return {one for one in secrets if " ".join(one.split()) in said}


def _text(answer: Any) -> str:
    if answer.mimetype == "application/pdf":
        done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=answer.data, capture_output=True)
        is_empty = b"page count 0" in done.stderr  # where the reader's office has no part in what is printed
        assert is_empty or done.returncode == 0, (answer.status_code, done.stderr[:300])
        said = done.stdout.decode()
    elif answer.mimetype.startswith(("text/", "application/json", "application/problem+json")):
        said = answer.get_data(as_text=True).replace("&#39;", "'")
    else:  # labels for a thermal printer write letters as _XX
        written = _ESCAPED.sub(lambda found: bytes.fromhex(found[0].decode().replace("_", "")), answer.data)
        said = written.decode("utf-8", "replace")
    return " ".join(said.split())
