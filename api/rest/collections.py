"""`POST /v1/collections`: dossiers to fetch at citizens' homes."""

from __future__ import annotations

from flask import Response

from api.auth import allow, current_actor
from api.rest.common import many, once, single, source_system, v1
from api.schemas.answers import CollectionsTold, RowTold
from api.schemas.intake import CollectionBatch, CollectionsBody
from api.wiring import services
from postal import Action, Session, intake


@v1.post(
    "/collections",
    summary="Ask for dossiers to be fetched at home, one or a batch of up to 500",
    responses={200: CollectionsTold, 201: RowTold, 202: RowTold},
)
@allow(Action.ORDER_COLLECTIONS)
def post_collections(body: CollectionsBody) -> Response:
    """Accept orders: 201 for one, 200 with one entry a row for a batch."""
    told = body.root
    rows = [row.as_row() for row in told.collections] if isinstance(told, CollectionBatch) else [told.as_row()]

    def work(session: Session) -> tuple[int, dict[str, object]]:
        report = intake.order_collections(
            session,
            rows,
            source_system=source_system(),
            guide=services().guide,
            user_id=current_actor().user_id,
            now=services().now(),
        )
        return many(report, "collections") if isinstance(told, CollectionBatch) else single(report)

    return once(work)
