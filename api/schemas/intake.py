"""Bodies of what comes in: results to deliver and dossiers to fetch. Values are judged row by row by intake."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, RootModel, StringConstraints, Tag

from api.schemas.common import Body, Degrees, Whole
from api.schemas.each import KEEP_UNREAD
from postal import intake

# Long enough for intake to say `too_long` by its own rule; the body as a whole is limited before.
Text = Annotated[str, StringConstraints(max_length=200_000)]


class Document(Body):
    """One paper in the envelope."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^;()]+$")]
    kind: Literal["bản chính", "bản gốc", "bản sao", "bản điện tử"] = "bản chính"


Documents = Annotated[list[Document], Field(max_length=50, default_factory=list)]


class _Row(Body):
    dossier_code: Text = Field(examples=["H57.15-261120-0001"])
    office: Text = Field(description="Name of the issuing office, or of the office a dossier goes to.")
    recipient: Text
    address: Text
    phone: Text = ""
    procedure_code: Text = ""
    procedure_name: Text = ""
    documents: Documents
    fee_vnd: Whole = 0
    lat: Degrees | None = None
    lon: Degrees | None = None
    window: Text = Field("", examples=["07:30-11:30"])
    landmark: Text = ""
    service_level: Text = ""
    channel: Text = ""


class ResultBody(_Row):
    """One completed result."""

    finished_at: Text = Field(examples=["2026-11-20T16:30:00+07:00"])
    take_back: Documents
    email: Text = ""
    id_number: Text = ""

    def as_row(self) -> intake.ResultIn:
        """Return it as intake reads it."""
        return intake.ResultIn(**_texts(self))


class CollectionBody(_Row):
    """One dossier to fetch at a citizen's home."""

    wanted_on: Text = Field("", examples=["2026-11-23"])

    def as_row(self) -> intake.CollectionIn:
        """Return it as intake reads it."""
        return intake.CollectionIn(**_texts(self))


class ResultBatch(Body):
    """Up to 500 results."""

    results: Annotated[list[Annotated[ResultBody, KEEP_UNREAD]], Field(min_length=1, max_length=intake.MAX_BATCH)]


class CollectionBatch(Body):
    """Up to 500 collections."""

    collections: Annotated[
        list[Annotated[CollectionBody, KEEP_UNREAD]], Field(min_length=1, max_length=intake.MAX_BATCH)
    ]


def _which(value: Any) -> str:
    is_batch = isinstance(value, dict) and ("results" in value or "collections" in value)
    return "batch" if is_batch else "one"


class ResultsBody(RootModel[Any]):
    """One result, or ``{"results": [...]}``."""

    root: Annotated[Annotated[ResultBatch, Tag("batch")] | Annotated[ResultBody, Tag("one")], Discriminator(_which)]


class CollectionsBody(RootModel[Any]):
    """One collection, or ``{"collections": [...]}``."""

    root: Annotated[
        Annotated[CollectionBatch, Tag("batch")] | Annotated[CollectionBody, Tag("one")], Discriminator(_which)
    ]


def _texts(row: _Row) -> dict[str, str]:
    texts = {}
    for name, value in row:
        if isinstance(value, list):
            texts[name] = "; ".join(f"{paper.name} ({paper.kind})" for paper in value)
        else:
            texts[name] = "" if value is None else str(value)
    return texts
