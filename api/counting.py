"""Counting on both faces: which right opens which list, and the one door through which a scan is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from api.web.auth import acting, current_actor
from postal import Action, Message, Session, Subject, custody, models, require, require_own
from postal.access import ownership

RIGHTS: dict[models.CountList, Action] = {
    models.CountList.BATCH: Action.HAND_OVER,
    models.CountList.LOAD: Action.RECEIVE_AT_OFFICE,
    models.CountList.BACK: Action.RECEIVE_AT_OFFICE,
    models.CountList.RETURNS: Action.RETURN_TO_SENDER,
    models.CountList.PAPERS: Action.RETURN_TO_SENDER,
    models.CountList.DOSSIERS: Action.RETURN_TO_SENDER,
}
# One request holds its list against other scanners; a page of codes is short enough not to be felt.
MAX_CODES = 500


def require_list(session: Session, which: models.CountList, subject_id: int) -> None:
    """Let the actor at a list of their own; a foreign one looks as if it were not there. Raises NotFound, Forbidden."""
    actor, right = current_actor(), RIGHTS[which]
    if which is models.CountList.BATCH:
        batch = session.get(models.Batch, subject_id)
        own = ownership.subject_of_batch(batch) if batch else Subject()
        require_own(actor, right, own, what=Message("lô bàn giao"))
    elif which in (models.CountList.LOAD, models.CountList.BACK):
        walked = session.get(models.DeliveryRound, subject_id)
        own = ownership.subject_of_round(walked) if walked else Subject()
        require_own(actor, right, own, what=Message("chuyến phát"))
    else:  # what the post owes an agency may lie at any of its offices
        require(actor, right)


def scan_list(which: models.CountList, subject_id: int, codes: Sequence[str]) -> custody.Scanned:
    """Record scans of one list in a transaction of their own. Raises what custody.scan_codes raises."""
    with acting() as act:
        require_list(act.session, which, subject_id)
        return custody.scan_codes(act, which, subject_id, codes)
