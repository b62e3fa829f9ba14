"""Pictures as the contract describes them: raw bytes in, ids and digests or codes out."""

from __future__ import annotations

from typing import Annotated

from flask_openapi3 import RawModel
from pydantic import StringConstraints

from api.schemas.answers import Told
from api.schemas.common import Body

PictureId = Annotated[str, StringConstraints(min_length=8, max_length=60, pattern=r"^[A-Za-z0-9._-]+$")]
KINDS = ("image/jpeg", "image/png")


SEALED = "application/octet-stream"


class PictureFile(RawModel):
    """The file itself as the body."""

    mimetypes: list[str] = list(KINDS)  # noqa: RUF012 - as its base class declares it


class PictureOrEnvelope(RawModel):
    """The file itself as the body, or the envelope it lies in."""

    mimetypes: list[str] = [*KINDS, SEALED]  # noqa: RUF012 - as its base class declares it


class PictureQuery(Body):
    """The device's own id of a picture: a repeat of it is the same picture.

    With ``key_id`` the body is no file but the envelope a phone sealed it in (`application/octet-stream`).
    """

    picture_id: PictureId
    key_id: Annotated[str, StringConstraints(min_length=1, max_length=16, pattern=r"^[0-9a-f]+$")] | None = None


class PictureTold(Told):
    """A picture as it is kept: made anew as JPEG; ``sha256`` is of those bytes."""

    picture_id: str
    id: str
    sha256: str
    width: int
    height: int
    n_bytes: int


class CodeTold(Told):
    """One code on a picture."""

    text: str
    symbology: str


class CodesTold(Told):
    """The codes on a picture; none is no fault."""

    codes: list[CodeTold]
