"""A large batch of labels as a job: drawn, counted and sealed in one transaction, then fetched by whoever asked.

What was delivered, withdrawn or went to another office since it was asked for gets no label.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api import documents
from api.wiring import Services
from postal import Act, Actor, Message, PostalError, Session, bulk, models
from postal.intake import uploads
from postal.jobs import NewJob, Refused, Run, enqueue

KIND = "print_labels"
UNPRINTABLE = Message("Có chữ không in được: hỏi lại cách viết tên hoặc địa chỉ.")
# So many labels are drawn within a request; more are a job.
AT_ONCE = 150


def order_labels(
    act: Act, item_ids: Sequence[int], *, size: str, reason: str | None, language: str, bulk_id: int | None = None
) -> models.Job:
    """Queue the printing of labels; the same order pressed twice is one job.

    ``bulk_id`` names the order of a list whose lines are settled with the labels.
    """
    payload = {"item_ids": list(item_ids), "size": size, "reason": reason, "language": language, "bulk_id": bulk_id}
    digest = hashlib.sha256(",".join(map(str, item_ids)).encode()).hexdigest()[:32]
    key = f"labels:{act.by.user_id}:{bulk_id or 0}:{size}:{len(item_ids)}:{digest}"
    new = NewJob(kind=KIND, payload=payload, dedupe_key=key, asked_by_id=act.by.user_id)
    return enqueue(act.session, new, now=act.now)


def labels_work(services: Services, actor_of: Callable[[Session, Run], Actor]) -> Callable[[Run], dict[str, Any]]:
    """Return the work of a printing job; its result names the sealed file and what a clerk should look at.

    Where nothing is to be drawn any more there is no file: ``upload_id`` is None.
    """

    def work(run: Run) -> dict[str, Any]:
        asked = run.payload
        try:
            with run.write() as session:
                act = Act(session, actor_of(session, run), run.now())
                items = bulk.items_to_draw(act.session, asked["item_ids"])
                run.report({"n_done": 0, "n_all": len(items)})
                refused = bulk.judged_again(act, bulk.Deed.LABEL, items)
                wanted = [item for item in items if item.id not in refused]
                drawn = _draw(services, act, wanted, asked) if wanted else _NOTHING
                if asked.get("bulk_id"):
                    _settle(act, asked["bulk_id"], items, refused | drawn.left_out, drawn.upload_id)
                result = {
                    "upload_id": drawn.upload_id,
                    "mimetype": drawn.mimetype,
                    "item_ids": [item.id for item in wanted],
                    "refused": [_code(item) for item in items if item.id in refused],
                    "left_out": [_code(item) for item in wanted if item.id in drawn.left_out],
                    "shortened": list(drawn.shortened),
                }
        except PostalError as refusal:
            if refusal.code == "job_lease_lost":
                raise
            raise Refused(refusal.code, refusal.message) from refusal
        return result

    return work


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """One file of labels: its upload, why some have none, by item, and the codes of those that are shortened."""

    upload_id: int | None
    mimetype: str
    left_out: dict[int, Message]
    shortened: Sequence[str]


_NOTHING = _Drawn(upload_id=None, mimetype="", left_out={}, shortened=())


def _draw(services: Services, act: Act, items: Sequence[models.Item], asked: Mapping[str, Any]) -> _Drawn:
    printing = documents.Printing(services=services, session=act.session, language=asked["language"])
    printed = documents.labels_of(printing, act, items, size=asked["size"], reason=asked["reason"])
    file = uploads.KeptFile(data=printed.content, suffix=f".{printed.suffix}")
    return _Drawn(
        upload_id=uploads.keep(act, file).id,
        mimetype=printed.mimetype,
        left_out=unprinted(items, printed.left_out),
        shortened=printed.shortened,
    )


def _code(item: models.Item) -> str:
    return item.s10 or item.dossier_code


def unprinted(items: Sequence[models.Item], left_out: Collection[str]) -> dict[int, Message]:
    """Return why no label was drawn, by the ids of the items that were left out."""
    return {item.id: UNPRINTABLE for item in items if _code(item) in left_out}


def _settle(
    act: Act, bulk_id: int, items: Sequence[models.Item], refused: Mapping[int, Message], upload_id: int | None
) -> None:
    """Tell of an order's lines in the transaction that has their labels: not before, and not without them."""
    order = bulk.find_order(act.session, bulk_id, user_id=act.by.user_id)
    order.upload_id = upload_id
    bulk.settle(act, order, [item.id for item in items], refused)
