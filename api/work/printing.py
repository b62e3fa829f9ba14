"""A large batch of labels as a job: drawn, counted and sealed in one transaction, then fetched by whoever asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from api import documents
from api.wiring import Services
from postal import Act, Actor, PostalError, Session, models
from postal.intake import uploads
from postal.jobs import NewJob, Refused, Run, enqueue

KIND = "print_labels"
# So many labels are drawn within a request; more are a job.
AT_ONCE = 150


def order_labels(act: Act, item_ids: Sequence[int], *, size: str, reason: str | None, language: str) -> models.Job:
    """Queue the printing of labels; the same order pressed twice is one job."""
    payload = {"item_ids": list(item_ids), "size": size, "reason": reason, "language": language}
    key = f"labels:{act.by.user_id}:{size}:{item_ids[0]}:{item_ids[-1]}:{len(item_ids)}"
    new = NewJob(kind=KIND, payload=payload, dedupe_key=key, asked_by_id=act.by.user_id)
    return enqueue(act.session, new, now=act.now)


def labels_work(services: Services, actor_of: Callable[[Session, Run], Actor]) -> Callable[[Run], dict[str, Any]]:
    """Return the work of a printing job; its result names the sealed file and what a clerk should look at."""

    def work(run: Run) -> dict[str, Any]:
        asked = run.payload
        try:
            with run.write() as session:
                act = Act(session, actor_of(session, run), run.now())
                items = [session.get_one(models.Item, item_id) for item_id in asked["item_ids"]]
                run.report({"n_done": 0, "n_all": len(items)})
                printing = documents.Printing(services=services, session=session, language=asked["language"])
                printed = documents.labels_of(printing, act, items, size=asked["size"], reason=asked["reason"])
                file = uploads.KeptFile(data=printed.content, suffix=f".{printed.suffix}")
                token = uploads.keep(act, file)
                upload_id = uploads.find_id(act, token)
        except PostalError as refusal:
            if refusal.code == "job_lease_lost":
                raise
            raise Refused(refusal.code, refusal.message) from refusal
        return {
            "upload_id": upload_id,
            "mimetype": printed.mimetype,
            "left_out": list(printed.left_out),
            "shortened": list(printed.shortened),
        }

    return work
