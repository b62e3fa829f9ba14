"""The papers a page offers, from the registry: those whose moment has come and that the reader may print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import request, url_for

from api import documents
from api.pages.common import paper_language
from api.web.auth import current_actor
from api.wiring import services
from api.words import LANGUAGES, current
from api.words import gettext as _
from postal import InvalidInput, Message, Session

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class PaperLink:
    """A paper there is, in a clerk's words, and its address.

    ``others`` are the other languages it can be had in, each with ``code``, ``name`` and ``url``.
    """

    text: str
    url: str
    others: tuple[dict[str, str], ...] = ()


def paper_links(
    session: Session, about: documents.About[T], subject: T, subject_id: int, **query: Any
) -> list[PaperLink]:
    """Return the papers about something that can be printed now; ``query`` goes into their addresses."""
    actor, printing = current_actor(), printing_for(session, query.get("day"))
    return [
        _link(paper, way, {way.parameter: subject_id, **query})
        for paper, way in documents.papers_about(about)
        if actor.may(paper.right(way)) and way.when(printing, subject)
    ]


def _link(paper: documents.Paper[Any], way: documents.Way[Any, Any], values: dict[str, Any]) -> PaperLink:
    others = [(code, name) for code, name in LANGUAGES.items() if code != current()] if paper.has_choice else []
    return PaperLink(
        text=_(paper.noun),
        url=_url(way, values),
        others=tuple({"code": code, "name": name, "url": _url(way, {**values, "lang": code})} for code, name in others),
    )


def _url(way: documents.Way[Any, Any], values: dict[str, Any]) -> str:
    return url_for(f"staff.{way.endpoint}", **values)


def printing_for(session: Session, day_text: str | None = None) -> documents.Printing:
    """Return how the running request prints: ?lang=en, ?day=2026-11-23, or the day a page has read from it.

    Raises InvalidInput for no such day.
    """
    text = day_text or request.args.get("day")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise InvalidInput(field=Message("Ngày")) from exc
    return documents.Printing(
        services=services(),
        session=session,
        language=paper_language(),
        office_id=current_actor().office_id,
        reader_id=current_actor().user_id,
        day=day,
    )
