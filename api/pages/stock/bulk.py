"""Acts on many rows of a list at once: what one row is refused for is named, the others are done."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.common import form_text, or_back, told
from api.pages.desk.home import staff
from api.web.auth import acting, allow, current_actor
from api.wiring import services
from api.words import ngettext as _n
from postal import Act, Action, InvalidInput, Message, PostalError, desk, models, queue, require_own
from postal.access import ownership
from postal.queue import questions

_MOST = 2_000
_N_SAID = 15


@staff.post("/queue/release")
@allow(Action.ANSWER_ADDRESS)
def release_many() -> ResponseReturnValue:
    """Let the ticked consignments, or all of the list, go with their communes' points for one reason."""

    def back() -> ResponseReturnValue:
        office = request.form.get("office", "")
        return redirect(url_for("staff.queue", bucket=queue.POINT, office=office if office.isdigit() else None), 303)

    def change() -> ResponseReturnValue:
        reason = form_text("reason")
        n_done, refused = 0, []
        with acting() as act:
            if not reason:
                raise InvalidInput(field=Message("Lý do"))
            for consignment_id in _chosen(act):
                code = str(consignment_id)  # all that is said of a foreign one
                try:
                    found = _own(act, consignment_id)
                    code = found.items[0].dossier_code
                    _release(act, found, reason)
                    n_done += 1
                except PostalError as refusal:
                    refused.append(f"{code}: {told(refusal)}")
        flash(_n("Đã chấp nhận điểm gần đúng của {n} bưu gửi.", n=n_done), "done")
        for said in refused[:_N_SAID]:
            flash(said, "warning")
        if len(refused) > _N_SAID:  # notices travel in a cookie of 4 kB
            flash(
                _n("Còn {n} bưu gửi nữa không ghi được; chúng vẫn ở danh sách này.", n=len(refused) - _N_SAID),
                "warning",
            )
        return back()

    return or_back(change, back)


def _chosen(act: Act) -> list[int]:
    """Return the ids of what is meant, each once. Raises InvalidInput where nothing is."""
    if request.form.get("all"):
        wanted = queue.Wanted(needs=queue.POINT, office_id=_office_id())
        found = queue.waiting(act.session, wanted, now=services().now(), limit=_MOST)
        return list(dict.fromkeys(line.consignment_id for line in found))
    ticked = [one for one in request.form.getlist("consignment") if one.isascii() and one.isdigit() and len(one) < 10]
    if not ticked:
        raise InvalidInput(field=Message("Chọn bưu gửi"))
    return list(dict.fromkeys(int(one) for one in ticked[:_MOST]))


def _office_id() -> int | None:
    office = request.form.get("office", "")
    asked = int(office) if office.isascii() and office.isdigit() and len(office) < 10 else None
    return current_actor().office_id or asked


def _own(act: Act, consignment_id: int) -> models.Consignment:
    found = desk.consignment(act.session, consignment_id)
    own = ownership.subject_of_consignment(act.session, found)
    require_own(act.by, Action.ANSWER_ADDRESS, own, what=Message("bưu gửi"))
    return found


def _release(act: Act, found: models.Consignment, reason: str) -> None:
    """Release one. Refuses before it writes, so that a refused row leaves nothing in the others' transaction."""
    if queue.POINT not in queue.needs_of(found):
        raise questions.NotAsked
    queue.release_point(act, found.id, reason)
