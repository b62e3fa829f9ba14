"""One result typed at the counter, or one dossier to be fetched at home: the same rows as a file or the API brings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.forms import Wrong, WrongFields
from api.pages.common import form_choice, form_text, local_zone, or_back, render_desk
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Act, Action, InvalidInput, Message, desk, intake, models

_LONGEST = 2_000


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of the form: its name at intake, its label, and how it is typed."""

    name: str
    label: Message
    hint: Message | str = ""
    is_required: bool = False
    inputmode: str = "text"
    type: str = "text"


_WHO = (
    Field(name="recipient", label=Message("Họ tên người nhận"), is_required=True),
    Field(name="phone", label=Message("Điện thoại"), inputmode="tel", hint=Message("10 chữ số, ví dụ 0905123456")),
    Field(
        name="address",
        label=Message("Địa chỉ"),
        is_required=True,
        hint=Message("số nhà, đường hoặc thôn, xã hoặc phường, ví dụ 12 Lê Lợi, phường Thuận Hóa"),
    ),
    Field(name="landmark", label=Message("Chỉ dẫn thêm")),
    Field(name="window", label=Message("Giờ có ở nhà"), hint=Message("ví dụ 07:30-11:30")),
)
_WHAT = (
    Field(name="procedure_name", label=Message("Thủ tục")),
    Field(name="documents", label=Message("Giấy tờ"), hint=Message("cách nhau bằng dấu chấm phẩy")),
    Field(name="fee_vnd", label=Message("Thu hộ (đồng)"), inputmode="numeric", hint=Message("không thu thì để trống")),
)
_CODE = Field(name="dossier_code", label=Message("Mã hồ sơ"), is_required=True)
RESULT = (
    _CODE,
    Field(
        name="finished_at",
        label=Message("Có kết quả lúc"),
        is_required=True,
        hint=Message("ví dụ 20/11/2026 16:30"),
    ),
    *_WHO,
    *_WHAT,
    Field(name="take_back", label=Message("Giấy tờ phải thu hồi"), hint=Message("cách nhau bằng dấu chấm phẩy")),
)
COLLECTION = (
    _CODE,
    Field(name="wanted_on", label=Message("Hẹn đến nhận ngày"), type="date"),
    *_WHO,
    *_WHAT,
)

Take = Callable[[Act, Sequence[Any]], intake.IntakeReport]


@staff.get("/results/new")
@allow(Action.IMPORT_RESULTS)
def result_form() -> ResponseReturnValue:
    """Ask for one result."""
    now = services().now().astimezone(local_zone())
    return _form(_("Nhập một kết quả"), RESULT, {"finished_at": f"{now:%d/%m/%Y %H:%M}"})


@staff.post("/results/new")
@allow(Action.IMPORT_RESULTS)
def result_take() -> ResponseReturnValue:
    """Take one result; what is wrong with it is said beside what was typed."""

    def take(act: Act, rows: Sequence[Any]) -> intake.IntakeReport:
        return intake.accept_results(act, rows, **_of_here(), channel="form")

    return _taken(RESULT, intake.ResultIn, take)


@staff.get("/collections/new")
@allow(Action.ORDER_COLLECTIONS)
def collection_form() -> ResponseReturnValue:
    """Ask for one dossier to be fetched at home."""
    return _form(_("Nhận hồ sơ tại nhà"), COLLECTION, {})


@staff.post("/collections/new")
@allow(Action.ORDER_COLLECTIONS)
def collection_take() -> ResponseReturnValue:
    """Take one order; what is wrong with it is said beside what was typed."""

    def take(act: Act, rows: Sequence[Any]) -> intake.IntakeReport:
        return intake.order_collections(act, rows, **_of_here(), channel="form")

    return _taken(COLLECTION, intake.CollectionIn, take)


def _of_here() -> dict[str, Any]:
    return {"source_system": services().settings.source_system, "guide": services().guide}


def _taken(fields: Sequence[Field], row: Callable[..., Any], take: Take) -> ResponseReturnValue:
    def change() -> ResponseReturnValue:
        typed = {field.name: form_text(field.name, limit=_LONGEST) for field in fields}
        with acting() as act:
            office = _office_of_form(act)
            report = take(act, [row(office=office.name, **typed)])
            item_id = report.rows[0].item_id
            if item_id is None:
                raise WrongFields([_wrong(one) for one in report.rows[0].problems])
            consignment_id = act.session.get_one(models.Item, item_id).consignment_id
        flash(_("Đã tiếp nhận hồ sơ {code}.", code=report.rows[0].dossier_code), "done")
        return redirect(url_for("staff.consignment", consignment_id=consignment_id), 303)

    return or_back(change, lambda: redirect(request.path, 303))


def _office_of_form(act: Act) -> models.Office:
    """Return the agency chosen, of those the reader may bring results of. Raises WrongFields, InvalidInput."""
    chosen = form_choice("office_id")
    office = next((one for one in _agencies(act.session) if str(one.id) == chosen), None)
    if office is None:
        raise InvalidInput(field="office_id")
    return office


def _agencies(session: Any) -> list[models.Office]:
    own = current_actor().office_id
    found = desk.offices(session, models.OfficeKind.ISSUING)
    is_bound = own in {one.id for one in found}
    return [one for one in found if one.is_active and (not is_bound or one.id == own)]


def _form(heading: str, fields: Sequence[Field], values: dict[str, str]) -> ResponseReturnValue:
    with services().database.read() as session:
        return render_desk("staff/one_by_one.html", heading, fields=fields, values=values, agencies=_agencies(session))


def _wrong(problem: Any) -> Wrong:
    told: dict[str, Any] = problem if isinstance(problem, dict) else problem.as_json()
    column = told["column"]
    said = Message("{field}: {problem}. {suggestion}").filled(
        problem=intake.message_of(told), suggestion=intake.suggestion_of(told)
    )
    return Wrong(name=intake.FIELD_OF_COLUMN.get(column, column), message=said)
