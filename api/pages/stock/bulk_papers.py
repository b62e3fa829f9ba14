"""Papers for many items as one file: labels, which are counted acts, and invitations; kept sealed for a day."""

from __future__ import annotations

from io import BytesIO

from flask import redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from api import documents
from api.pages.common import form_text, paper_language
from api.pages.desk.home import staff
from api.pages.paper_links import printing_for
from api.web.auth import acting, allow, current_actor
from api.web.looks import note_paper, note_shown
from api.wiring import services
from api.work.printing import AT_ONCE, order_labels, unprinted
from postal import Act, Action, InvalidInput, Message, NotFound, Session, bulk, models
from postal.access import looks
from postal.bulk import Deed
from postal.intake import uploads
from postal.jobs import is_open

_MOST_CARDS = 500
_OVER_MOST = Message("Nhiều hơn một tệp giấy mời chứa được: chọn lại những bưu gửi này.")
_TYPES = {".pdf": "application/pdf", ".zpl": "application/zpl"}


def print_papers(bulk_id: int, deed: Deed) -> ResponseReturnValue | None:
    """Draw an order's papers in one transaction with what is noted of them; many labels are left to a job.

    What a job draws is settled by it (`api.work.printing`): until then nothing of it is done. Returns where to go where
    that is not the order's page. Raises ReprintNeedsReason, InvalidInput.
    """
    size, reason = form_text("size") or documents.LABEL_FORMS[0], form_text("reason")
    if deed is Deed.LABEL and size not in documents.LABEL_FORMS:
        raise InvalidInput(field=Message("Khổ nhãn"))
    with acting() as act:
        order = bulk.confirm(act, bulk_id, reason=reason)
        items = bulk.pending_items(act.session, order, most=bulk.MOST)
        if not items or is_drawing(job_of(act.session, order)):
            return None
        refused = bulk.judged_again(act, deed, items)
        wanted = [item for item in items if item.id not in refused]
        if deed is Deed.LABEL and len(wanted) > AT_ONCE:
            bulk.settle(act, order, list(refused), refused)
            return _left_to_a_job(act, order, wanted, size)
        if deed is Deed.LABEL and wanted:
            refused |= _labels(act, order, wanted, size)
        elif wanted:
            refused |= _cards(act, order, wanted)
        bulk.settle(act, order, [item.id for item in items], refused)
    return None


def job_of(session: Session, order: models.BulkOrder) -> models.Job | None:
    """Return the job that draws or drew an order's labels; None where there is none, or none any more."""
    return session.get(models.Job, order.job_id) if order.job_id is not None else None


def is_drawing(job: models.Job | None) -> bool:
    """Say whether a job is still to draw labels: it waits or runs."""
    return job is not None and is_open(job)


def _left_to_a_job(act: Act, order: models.BulkOrder, wanted: list[models.Item], size: str) -> ResponseReturnValue:
    ids = [item.id for item in wanted]
    job = order_labels(act, ids, size=size, reason=order.reason, language=paper_language(), bulk_id=order.id)
    order.job_id = job.id
    return redirect(url_for("staff.job_page", job_id=job.id), 303)


@staff.get("/bulk/<int:bulk_id>/papers")
@allow(Action.PRINT)
def bulk_file(bulk_id: int) -> ResponseReturnValue:
    """Give the papers of one's own order, for one day."""
    with services().database.read() as session:
        order = bulk.find_order(session, bulk_id, user_id=current_actor().user_id)
        if order.upload_id is None:
            raise NotFound(what=Message("tệp giấy tờ"))
        file = uploads.read(session, order.upload_id, user_id=order.user_id)
        note_shown(looks.people_on(session, bulk.items_done(session, order)))
        if order.deed != Deed.LABEL:  # labels are counted one by one
            note_paper(documents.INVITATION.key)
        name = f"{order.deed}-{bulk_id}{file.suffix}"
    return send_file(BytesIO(file.data), mimetype=_TYPES[file.suffix], download_name=name)


def _labels(act: Act, order: models.BulkOrder, items: list[models.Item], size: str) -> dict[int, Message]:
    printing = printing_for(act.session)
    printed = documents.labels_of(printing, act, items, size=size, reason=order.reason)
    _keep(act, order, printed.content, f".{printed.suffix}")
    return unprinted(items, printed.left_out)


def _cards(act: Act, order: models.BulkOrder, items: list[models.Item]) -> dict[int, Message]:
    now, over = items[:_MOST_CARDS], items[_MOST_CARDS:]
    subjects = list({item.consignment_id: item.consignment for item in now}.values())
    printed = documents.INVITATION.print_for(printing_for(act.session), documents.CONSIGNMENT, *subjects)
    _keep(act, order, printed.content, ".pdf")
    left_out = unprinted(now, printed.left_out)
    return left_out | {item.id: _OVER_MOST for item in over}


def _keep(act: Act, order: models.BulkOrder, content: bytes, suffix: str) -> None:
    order.upload_id = uploads.keep(act, uploads.KeptFile(data=content, suffix=suffix)).id
