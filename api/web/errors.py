"""The only place where a refusal becomes HTTP: problem documents (RFC 9457) for systems, a plain page for people.

Input is never echoed and a stack trace never leaves; both faces show the same code and request id.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import structlog
from flask import Flask, Response, jsonify, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException, SecurityError

from api import forms
from api.forms import once
from api.web.auth import current_actor
from api.web.observability import request_id
from api.web.problems import CATALOG, WebRefusal, Wording, sentence
from api.words import LANGUAGES, SOURCE, Said, in_both, translate
from postal import ActorKind, Message, PostalError, errors, is_storage_failure
from postal.access import idempotency
from postal.cells import problems
from routing import RoutingError

log = structlog.get_logger("tannha")
Kind = TypeVar("Kind", bound=Exception)

_TITLES: dict[int, Message] = {
    400: Message("Dữ liệu gửi lên không hợp lệ"),
    401: Message("Cần đăng nhập"),
    403: Message("Không có quyền"),
    404: Message("Không tìm thấy"),
    405: Message("Phương thức không được dùng ở đây"),
    406: Message("Không có dạng trả lời phù hợp"),
    409: Message("Trái với dữ liệu đã ghi"),
    413: Message("Nội dung quá lớn"),
    414: Message("Địa chỉ quá dài"),
    415: Message("Không đúng loại nội dung"),
    422: Message("Khóa Idempotency-Key đã dùng cho yêu cầu khác"),
    429: Message("Quá nhiều yêu cầu"),
    431: Message("Tiêu đề quá lớn"),
    500: Message("Hệ thống gặp lỗi"),
    503: Message("Tạm thời không sẵn sàng"),
}
_OTHER_TITLE = Message("Yêu cầu không thực hiện được")
_HTTP_CODES: dict[int, str] = {
    400: "bad_request",
    401: "sign_in_required",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    413: "too_large",
    414: "uri_too_long",
    415: "json_required",
    429: "too_many_requests",
    431: "headers_too_large",
    503: "unavailable",
}
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
# The first base class that matches decides; the order goes from special to general.
_POSTAL_STATUS: tuple[tuple[type[PostalError], int], ...] = (
    (errors.NotFound, 404),
    (idempotency.KeyReusedForOther, 422),
    (errors.Conflict, 409),
    (errors.MoveNotAllowed, 409),
    (errors.ScanIdReused, 409),
    (errors.RangeExhausted, 409),
    (errors.Forbidden, 403),
    (errors.Unavailable, 503),
)
_RETRY_AFTER_S = 30
_FAULTS_OF_FORMS = (400, 409)
_N_ERRORS_SHOWN = 20
# How we tell the forms of a body apart; the caller wrote none of these words.
FORMS = frozenset({"one", "batch"})
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_PYDANTIC_CODES: dict[str, str] = {
    "missing": "missing_field",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "too_long": "too_many",
    "finite_number": "number_not_finite",
    "greater_than": "number_out_of_range",
    "greater_than_equal": "number_out_of_range",
    "less_than": "number_out_of_range",
    "less_than_equal": "number_out_of_range",
    "int_parsing_size": "number_out_of_range",
    "string_pattern_mismatch": "bad_format",
}


class ProblemModel(BaseModel):
    """A problem document as the contract describes it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    detail_en: str
    code: str
    field: str | None
    request_id: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One refusal, ready to be shown on either face."""

    status: int
    code: str
    message: Said
    field: str | None = None
    errors: list[dict[str, str]] = dataclasses.field(default_factory=list)
    headers: dict[str, str] = dataclasses.field(default_factory=dict)


def register(app: Flask) -> None:
    """Let every exception of the app end here."""
    app.register_error_handler(Exception, _answer)


def problem_of(exc: Exception) -> Problem:
    """Return the problem an exception stands for; what nobody expected is `internal` and tells nothing."""
    if isinstance(exc, WebRefusal):
        return _of_code(exc.code, field=exc.field, retry_after_s=exc.retry_after_s, facts=exc.facts)
    if isinstance(exc, ValidationError):
        return _of_validation(exc)
    if isinstance(exc, PostalError):
        return _of_postal(exc)
    if isinstance(exc, RoutingError):
        return _of_routing(exc)
    if type(exc).__module__.partition(".")[0] == "labels":
        return _of_label(exc)
    if isinstance(exc, HTTPException):
        return _of_http(exc)
    if is_storage_failure(exc):
        return _of_code("storage_unavailable", retry_after_s=_RETRY_AFTER_S)
    return _of_code("internal")


def explained(code: str) -> Wording | None:
    """Return the status and the sentence of any code a problem document can hold, None for a code of nobody's.

    A place for an identifier is shown as "…": the problem itself has it filled in.
    """
    if code in CATALOG:
        return CATALOG[code]
    for refusal in _kinds(PostalError):
        if refusal.code == code:
            return Wording(_status_of(refusal), refusal.says)
    rule = problems.REFUSALS.get(code) or problems.QUESTIONS.get(code)
    if rule is not None:
        return Wording(400, Message("{problem}. {suggestion}").filled(problem=rule.message, suggestion=rule.suggestion))
    for failure in _kinds(RoutingError):
        if failure.code == code:
            return Wording(503 if failure.is_retryable else 400, failure.says)
    return None


def _kinds(base: type[Kind]) -> Iterator[type[Kind]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)


def answer(problem: Problem) -> Response:
    """Return the problem as JSON for systems and as a page for browsers."""
    response = _page(problem) if _wants_page() else _document(problem)
    response.status_code = problem.status
    response.headers.update(problem.headers)
    return response


def problem_document(problem: Problem) -> dict[str, Any]:
    """Return the RFC 9457 members of a problem, both languages in it."""
    body: dict[str, Any] = {
        "type": f"/v1/errors/{problem.code}",
        "title": translate(_title(problem.status), _asked_language()),
        "status": problem.status,
        **in_both(problem.message),
        "code": problem.code,
        "field": problem.field,
        "request_id": request_id(),
    }
    if len(problem.errors) > 1:
        body["errors"] = problem.errors
    return body


def _answer(exc: Exception) -> Response:
    if isinstance(exc, once.SentBefore):
        return once.answer_again()
    problem = problem_of(exc)
    if (page := _form_again(exc, problem)) is not None:
        return page
    if problem.status >= 500:
        # The type alone: the text of an exception may hold what the database was given.
        log.error("failed", code=problem.code, kind=type(exc).__name__, request_id=request_id(), where=_where(exc))
    return answer(problem)


def _form_again(exc: Exception, problem: Problem) -> Response | None:
    """Return the way to the form that was refused, filled; None for what is no fault of a form.

    What somebody may not do or does not find is no fault of what they typed.
    """
    if problem.status not in _FAULTS_OF_FORMS or current_actor().kind is not ActorKind.USER or not _wants_page():
        return None
    shown = forms.ticket()
    if shown is None or shown.user_id != current_actor().user_id:
        return None
    if isinstance(exc, CSRFError):  # signed in anew beside it
        page = forms.keep(forms.SESSION_ENDED)
    else:
        page = forms.keep(wrong=forms.wrong_in(exc) if isinstance(exc, PostalError) else (_wrong(problem),))
    return None if page is None else cast("Response", redirect(page, 303))


def _wrong(problem: Problem) -> forms.Wrong:
    return forms.Wrong(message=Message(problem.message.text, problem.message.values), name=problem.field or "")


def _where(exc: BaseException) -> str:
    trace = exc.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}"


def _of_code(
    code: str,
    *,
    field: str | None = None,
    retry_after_s: int | None = None,
    facts: dict[str, object] | None = None,
    headers: dict[str, str] | None = None,
) -> Problem:
    kept = dict(headers or {})
    if retry_after_s is not None:
        kept["Retry-After"] = str(retry_after_s)
    status = CATALOG[code].status
    if status == 401:
        kept.setdefault("WWW-Authenticate", 'Bearer realm="tannha"')
    message = sentence(code, field=field, facts=facts or {})
    return Problem(status=status, code=code, message=message, field=field, headers=kept)


def _of_postal(exc: PostalError) -> Problem:
    status = _status_of(type(exc))
    headers = {"Retry-After": str(_RETRY_AFTER_S)} if exc.is_retryable else {}
    return Problem(
        status=status,
        code=exc.code,
        message=exc.message,
        field=None if exc.field is None else str(exc.field),
        headers=headers,
    )


def _status_of(kind: type[PostalError]) -> int:
    return next((status for base, status in _POSTAL_STATUS if issubclass(kind, base)), 400)


def _of_routing(exc: RoutingError) -> Problem:
    headers = {"Retry-After": str(getattr(exc, "retry_after_s", _RETRY_AFTER_S))} if exc.is_retryable else {}
    return Problem(status=503 if exc.is_retryable else 400, code=exc.code, message=exc.message, headers=headers)


def _of_label(exc: Exception) -> Problem:
    return Problem(
        status=409,
        code=str(getattr(exc, "code", "conflict")),
        message=getattr(exc, "message", CATALOG["conflict"].message),
        field=getattr(exc, "field", None),
    )


def _of_http(exc: HTTPException) -> Problem:
    headers = {name: value for name, value in exc.get_headers() if name in _KEPT_HEADERS}
    if isinstance(exc, SecurityError):
        return _of_code("host_not_allowed")
    if isinstance(exc, CSRFError):
        return _of_code("csrf_failed")
    code = _HTTP_CODES.get(exc.code or 500, "internal" if (exc.code or 500) >= 500 else "bad_request")
    return _of_code(code, headers=headers)


def problems_of_entry(exc: ValidationError, place: str) -> list[Problem]:
    """Return what is wrong with one entry of a list, at most twenty; ``place`` is where it stands: "results.2"."""
    found = exc.errors(include_url=False, include_input=False)[:_N_ERRORS_SHOWN]
    return [_field_problem(dict(error), place) for error in found]


def _of_validation(exc: ValidationError) -> Problem:
    found = [_field_problem(dict(error)) for error in exc.errors(include_url=False, include_input=False)]
    first = found[0]
    shown = [
        {
            "field": p.field or "",
            "code": p.code,
            **in_both(p.message),
        }
        for p in found[:_N_ERRORS_SHOWN]
    ]
    return Problem(status=first.status, code=first.code, message=first.message, field=first.field, errors=shown)


def _field_problem(error: dict[str, Any], place: str = "") -> Problem:
    kind, context = str(error["type"]), error.get("ctx") or {}
    limit = context.get("max_length", context.get("min_length", context.get("limit", "")))
    loc = (place, *error["loc"]) if place else error["loc"]
    return _of_code(_code_of(kind), field=_field_name(loc, kind), facts={"limit": limit})


def _code_of(kind: str) -> str:
    if kind in _PYDANTIC_CODES:
        return _PYDANTIC_CODES[kind]
    if kind in CATALOG:
        return kind
    if kind.startswith(("datetime_", "timezone_")):
        return "bad_datetime"
    if kind.startswith("date_"):
        return "bad_date"
    if kind.endswith(("_type", "_parsing", "_from_float")):
        return _PYDANTIC_CODES.get(kind, "wrong_type")
    return _PYDANTIC_CODES.get(kind, "invalid")


def _field_name(loc: tuple[int | str, ...], kind: str) -> str:
    # Only the name of a field of ours, or a harmless key: anything else the client wrote stays unsaid.
    parts = [str(part) for part in loc]
    if parts and parts[0] in FORMS:
        parts = parts[1:]
    if kind == "extra_forbidden" and parts and not _PLAIN_KEY.fullmatch(parts[-1]):
        parts[-1] = "…"
    return ".".join(parts) or "…"


def _wants_page() -> bool:
    if request.path.startswith(("/v1/", "/openapi", "/health", "/ready", "/metrics")):
        return False
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best == "text/html"


def _page(problem: Problem) -> Response:
    page = render_template("error.html", problem=problem, heading=_title(problem.status), request_id=request_id())
    return Response(page, content_type="text/html; charset=utf-8")


def _title(status: int) -> Message:
    return _TITLES.get(status, _OTHER_TITLE)


def _asked_language() -> str:
    """Return which language a system asks for its titles in; the two details are in both."""
    return request.accept_languages.best_match(tuple(LANGUAGES), default=SOURCE) or SOURCE


def _document(problem: Problem) -> Response:
    response: Response = jsonify(problem_document(problem))
    response.content_type = "application/problem+json"
    response.headers["Content-Language"] = _asked_language()
    response.vary.add("Accept-Language")
    return response
