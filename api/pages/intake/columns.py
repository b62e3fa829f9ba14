"""Which of a file's columns is which of ours, told by a clerk where its headers do not."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api import forms
from api.pages.common import or_back, render_desk
from api.pages.desk.home import staff
from api.pages.intake.arrivals import arrival
from api.pages.intake.words import column
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import gettext as _
from postal import Action, Message, intake, mending
from postal.intake import uploads

_PREFIX = "column-"
_OURS = tuple(intake.COLUMNS[name] for name in intake.COLUMNS if name in mending.CELLS)
_NOT_CHOSEN = Message("{field}: chưa chọn. Chọn rồi gửi lại.")
_NO_CHOICE = Message("{field}: không phải một cột của tệp. Chọn lại.")


@staff.get("/intake/files/<int:upload_id>/columns")
@allow(Action.IMPORT_RESULTS)
def intake_columns(upload_id: int) -> ResponseReturnValue:
    """Show the headers of a file and ask which of them are the columns we need."""
    with services().database.read() as session:
        upload = mending.own_upload(session, upload_id, current_actor().user_id)
        data = uploads.read(session, upload_id).data
        headings = mending.headings_of(data, services().guide, mending.columns_of_file(session, upload))
    if headings is None:
        raise intake.NotATable
    ours = [
        {
            "name": f"{_PREFIX}{name}",
            "label": column(name),
            "is_needed": name in mending.required_columns(),
            "at": headings.known.index(name) if name in headings.known else None,
        }
        for name in _OURS
    ]
    return render_desk(
        "staff/intake_columns.html", _("Ghép cột của tệp"), upload_id=upload_id, headings=headings, ours=ours
    )


@staff.post("/intake/files/<int:upload_id>/columns")
@allow(Action.IMPORT_RESULTS)
def intake_map_columns(upload_id: int) -> ResponseReturnValue:
    """Read the file again with its columns as told."""

    def back() -> ResponseReturnValue:
        return redirect(url_for("staff.intake_columns", upload_id=upload_id), 303)

    def change() -> ResponseReturnValue:
        with acting() as act:
            upload = mending.own_upload(act.session, upload_id, act.by.user_id)
            data = uploads.read(act.session, upload.id).data
            headings = mending.headings_of(data, services().guide, {})
            if headings is None:
                raise intake.NotATable
            unused = {text: mending.UNUSED for text, known in zip(headings.texts, headings.known, strict=True) if known}
            told = unused | _told(headings.texts)
            mending.map_columns(services().database, act, upload_id, told, arrival())
        flash(_("Đã đọc lại tệp theo các cột vừa ghép."), "done")
        return redirect(url_for("staff.intake_file", upload_id=upload_id), 303)

    return or_back(change, back)


def _told(texts: tuple[str, ...]) -> dict[str, str]:
    """Return our column of each header that was chosen. Raises WrongFields, InvalidInput."""
    wrong, told = [], {}
    for name in _OURS:
        chosen = request.form.get(f"{_PREFIX}{name}", "").strip()
        if not chosen:
            if name in mending.required_columns():
                wrong.append(forms.Wrong(name=f"{_PREFIX}{name}", message=_NOT_CHOSEN))
            continue
        at = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 5 else len(texts)
        if at >= len(texts) or texts[at] in told:
            wrong.append(forms.Wrong(name=f"{_PREFIX}{name}", message=_NO_CHOICE))
            continue
        told[texts[at]] = name
    if wrong:
        raise forms.WrongFields(wrong)
    return told
