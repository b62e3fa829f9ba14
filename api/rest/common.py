"""What every API route shares: the blueprint, idempotency, the form of an answer about rows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, request
from flask_openapi3 import APIBlueprint

from api.schemas.each import Unread
from api.web.auth import acting, client_name, current_actor
from api.web.errors import problems_of_entry
from api.web.problems import WebRefusal
from api.wiring import services
from api.words import in_both
from postal import Act, Conflict, InvalidInput, Message, intake
from postal.access import idempotency

_PROBLEM = {
    "description": "A problem document (RFC 9457) with a stable code.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemModel"}}},
}


def blueprint(name: str) -> APIBlueprint:
    """Return an empty set of routes under `/v1`, with the security and the problems they all share."""
    return APIBlueprint(
        name,
        "api.rest",
        url_prefix="/v1",
        abp_security=[{"key": []}],
        abp_responses={status: dict(_PROBLEM) for status in ("400", "401", "403", "404", "409", "429", "4XX", "503")},
    )


v1 = blueprint("v1")
_KEY = re.compile(r"[A-Za-z0-9._:-]{8,200}", re.ASCII)
Answer = tuple[int, dict[str, Any]]
_SEND_AGAIN = Message("Sửa trường này rồi gửi lại dòng.")


class RowRefused(InvalidInput):
    """One row that cannot be taken; the code is the rule it broke."""

    says = Message("{field}: {problem}. {suggestion}")

    def __init__(self, problem: Mapping[str, Any], field: str) -> None:
        self.code = problem["code"]
        super().__init__(field=field, problem=intake.message_of(problem), suggestion=intake.suggestion_of(problem))


class RowExists(Conflict):
    """A dossier that was accepted before."""

    code = "dossier_exists"
    says = Message("Hồ sơ {dossier}: {problem}.")

    def __init__(self, problem: Mapping[str, Any], dossier_code: str) -> None:
        super().__init__(field="dossier_code", dossier=dossier_code, problem=intake.message_of(problem))


def once(work: Callable[[Act], Answer]) -> Response:
    """Do the work of a keyed request once; a repeat gets the first answer, marked as replayed.

    The answer is kept in the transaction of its effect: after a crash between commit and answer the repeat
    finds it. A refusal leaves no trace and the key free.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        raise WebRefusal("idempotency_key_required")
    if not _KEY.fullmatch(key):
        raise WebRefusal("bad_key")
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.get_data()).hexdigest()
    keyed = idempotency.KeyedRequest(client=client_name(), key=key, fingerprint=digest)
    with acting() as act:
        kept = idempotency.claim_key(act.session, keyed, now=act.now)
        if kept is not None:
            return _response(kept.status, kept.body, is_replay=True)
        status, answer = work(act)
        body = json.dumps(answer, ensure_ascii=False).encode()
        idempotency.keep_answer(act.session, keyed, idempotency.KeptAnswer(status=status, body=body))
    return _response(status, body, is_replay=False)


def source_system() -> str:
    """Return the system whose dossiers this request speaks of; people at desks speak for the set-up one."""
    return current_actor().source_system or services().settings.source_system


def row_answer(row: intake.RowReport) -> dict[str, Any]:
    """Return what is told of one row: its outcome and its problems by field, never a value."""
    return {
        "dossier_code": row.dossier_code,
        "outcome": str(row.outcome),
        "problems": [
            {
                "field": field_of(problem["column"]),
                "code": problem["code"],
                **in_both(intake.message_of(problem)),
            }
            for problem in problems_of(row)
        ],
    }


def problems_of(row: intake.RowReport) -> list[dict[str, Any]]:
    """Return a row's problems as stored."""
    return [p if isinstance(p, dict) else p.as_json() for p in row.problems]


def field_of(column: str) -> str:
    """Return the API's name of a column."""
    return intake.FIELD_OF_COLUMN.get(column, column)


def bring_in(take: Callable[..., intake.IntakeReport], rows: Sequence[Any], *, batch: str | None) -> Response:
    """Bring rows in by ``take``, once for a key; ``batch`` names the list of a batch's answer, None: one row."""

    def work(act: Act) -> Answer:
        report = take(act, rows, source_system=source_system(), guide=services().guide)
        return many(report, batch) if batch else single(report)

    return once(work)


def rows_of(entries: list[Any], name: str) -> list[Any]:
    """Return the rows of a batch as intake reads them; one that does not keep the contract is refused by its code."""
    return [
        _broken(one, f"{name}.{position}") if isinstance(one, Unread) else one.as_row()
        for position, one in enumerate(entries)
    ]


def _broken(entry: Unread, place: str) -> intake.BrokenRow:
    found = problems_of_entry(entry.why, place)
    problems = [
        intake.Problem(
            column=one.field or place,
            code=one.code,
            message=one.message if isinstance(one.message, Message) else Message(str(one.message)),
            suggestion=_SEND_AGAIN,
            is_refusal=True,
        )
        for one in found
    ]
    return intake.BrokenRow(dossier_code=entry.text("dossier_code", 80), problems=tuple(problems))


def single(report: intake.IntakeReport) -> Answer:
    """Answer for one row: 201, or 202 where somebody must look first. Raises RowRefused, RowExists."""
    row = report.rows[0]
    outcome, problems = str(row.outcome), problems_of(row)
    if outcome == "duplicate":
        raise RowExists(problems[0], row.dossier_code)
    if outcome == "refused":
        problem = problems[0]
        if problem["code"].startswith("dossier_exists"):
            raise RowExists(problem, row.dossier_code)
        raise RowRefused(problem, field_of(problem["column"]))
    return (202 if "date_in_future" in {p["code"] for p in problems} else 201), row_answer(row)


def many(report: intake.IntakeReport, name: str) -> Answer:
    """Answer for a batch: the counts, and one entry for each row in the order sent."""
    return 200, {
        "n_in": report.n_in,
        "n_accepted": report.n_accepted,
        "n_attention": report.n_attention,
        "n_refused": report.n_refused,
        "n_duplicate": report.n_duplicate,
        name: [row_answer(row) for row in report.rows],
    }


def _response(status: int, body: bytes, *, is_replay: bool) -> Response:
    response = Response(body, status=status, content_type="application/json")
    if is_replay:
        response.headers["Idempotency-Replayed"] = "true"
    return response
