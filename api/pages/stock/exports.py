"""A filtered list as a file, CSV or XLSX: for who proved once more who they are, noted in the audit, row by row."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from flask import redirect, request, send_file
from flask.typing import ResponseReturnValue

from api.forms import once
from api.pages.common import form_choice, local_zone, or_back
from api.pages.desk.home import staff
from api.pages.stock import filters
from api.pages.stock.why import why_waiting
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from api.words import say_state, translate
from postal import Action, InvalidInput, Message, Session, desk, people, queue, write_csv, write_xlsx
from postal.access import audit
from postal.rules import reasons

_FORMS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_IN_MEMORY = 8 * 1024 * 1024
_ITEM = (Message("Mã hồ sơ"), Message("Số hiệu"), Message("Đang ở"), Message("Cơ quan"), Message("Xã, phường"))
_QUEUE = (Message("Vì sao chờ"), Message("Hạn phát"), Message("Chờ từ"))
_PERSON = (Message("Người nhận"), Message("Điện thoại"), Message("Địa chỉ"))
_LATE = (Message("Ai phải làm"), Message("Hạn phát"), Message("Trễ từ"))
_LEAVING = (Message("Vì sao chuyển hoàn"), Message("Hạn phát"), Message("Từ lúc"))
_FILES = {"queue": "hang-cho", "late": "tre-han", "returns": "chuyen-hoan", "outside": "ngoai-tinh"}


@staff.post("/lists/export")
@allow(Action.SEE_QUEUE, asks_again=True)
def list_export() -> ResponseReturnValue:
    """Give the list with its filters as a file. Who may not see recipients gets no column of theirs."""
    once.every_time()
    of = request.form.get("list", "queue")
    shown = filters.chosen(of if of in filters.LISTS else "queue", request.form)

    def change() -> ResponseReturnValue:
        form = form_choice("form")
        if form not in _FORMS:
            raise InvalidInput(field="form")
        out = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with the answer
        with services().database.read() as session:
            header, rows = _table(session, shown)
            n_rows = _write(out, form, header, rows)
        with acting() as act:
            audit.note(act, "export_list", shown.of, n_rows=n_rows, form=form, filters=dict(shown.values),
                       has_people=shown.of == "queue" and act.by.may(Action.SEE_RECIPIENT))  # fmt: skip
        out.seek(0)
        day = f"{services().now().astimezone(local_zone()):%Y%m%d-%H%M}"
        name = f"{_FILES[shown.of]}-{day}.{form}"
        return send_file(out, mimetype=_FORMS[form], download_name=name, as_attachment=True)

    return or_back(change, lambda: redirect(shown.url(), 303))


def _write(out: IO[bytes], form: str, header: list[str], rows: Iterator[list[object]]) -> int:
    """Write a table and return how many rows it has."""
    n_rows = 0

    def counted() -> Iterator[list[object]]:
        nonlocal n_rows
        for row in rows:
            n_rows += 1
            yield row

    if form == "xlsx":
        write_xlsx(out, header, counted())
        return n_rows
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)  # Excel asks for the mark
    write_csv(text, header, counted())
    text.detach()
    return n_rows


def _table(session: Session, shown: filters.Chosen) -> tuple[list[str], Iterator[list[object]]]:
    agencies = {office.id: office.name for office in desk.all_offices(session).values()}
    if shown.step is not None:
        return [_(one) for one in (*_ITEM, *_LEAVING)], _leaving_rows(session, shown, shown.step)
    if shown.of == "late":
        return [_(one) for one in (*_ITEM, *_LATE)], _late_rows(session, shown, agencies)
    has_people = current_actor().may(Action.SEE_RECIPIENT)
    header = [_(one) for one in (*_ITEM, *_QUEUE, *(_PERSON if has_people else ()))]
    return header, _queue_rows(session, shown, agencies, has_people)


def _queue_rows(
    session: Session, shown: filters.Chosen, agencies: dict[int, str], has_people: bool
) -> Iterator[list[object]]:
    for block in queue.waiting_blocks(session, shown.wanted, now=services().now()):
        left_out = desk.left_out(session, [line.consignment_id for line, _item in block])
        for line, item in block:
            row = _item_cells(item.dossier_code, item.s10, say_state(item.state))
            row += [agencies.get(item.consignment.issuing_office_id, ""), _commune(line.commune_code)]
            row += [why_waiting(line, left_out), _day(line.promised_by), _day(line.since)]
            if has_people:
                person = people.open_person(session, item.consignment.person)
                row += [person.full_name, person.phone or "", person.address or ""]
            yield row


def _late_rows(session: Session, shown: filters.Chosen, agencies: dict[int, str]) -> Iterator[list[object]]:
    for block in desk.late_blocks(session, shown.wanted, shown.custodian, now=services().now()):
        for line in block:
            item = line.item
            row = _item_cells(item.dossier_code, item.s10, say_state(item.state))
            row += [agencies.get(item.consignment.issuing_office_id, ""), _commune(line.commune_code)]
            yield [*row, line.who, _day(line.promised_by), _day(line.late_since)]


def _leaving_rows(session: Session, shown: filters.Chosen, step: desk.Step) -> Iterator[list[object]]:
    for block in desk.leaving_blocks(session, step, shown.wanted, now=services().now()):
        for line in block:
            item = line.item
            row = _item_cells(item.dossier_code, item.s10, say_state(item.state))
            row += [item.consignment.issuing_office.name, _commune(item.consignment.commune_code)]
            yield [
                *row,
                translate(reasons.say(line.reason)) if line.reason else "",
                _day(item.consignment.promised_by),
                _day(line.since),
            ]


def _item_cells(code: str, s10: str | None, state: str) -> list[object]:
    return [code, s10 or "", state]


def _commune(code: str | None) -> str:
    found = services().guide.register.find(code) if code else None
    return found.full_name if found else ""


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(local_zone()):%d/%m/%Y %H:%M}" if at else ""
