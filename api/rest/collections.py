"""`POST /v1/collections`: dossiers to fetch at citizens' homes."""

from __future__ import annotations

from flask import Response

from api.rest.common import bring_in, rows_of, v1
from api.schemas.answers import CollectionsTold, RowTold
from api.schemas.intake import CollectionBatch, CollectionsBody
from api.web.auth import allow
from postal import Action, intake


@v1.post(
    "/collections",
    summary="Ask for dossiers to be fetched at home, one or a batch of up to 500",
    responses={200: CollectionsTold, 201: RowTold, 202: RowTold},
)
@allow(Action.ORDER_COLLECTIONS)
def post_collections(body: CollectionsBody) -> Response:
    """Accept orders: 201 for one, 200 with one entry a row for a batch."""
    sent = body.root
    if isinstance(sent, CollectionBatch):
        return bring_in(intake.order_collections, rows_of(sent.collections, "collections"), batch="collections")
    return bring_in(intake.order_collections, [sent.as_row()], batch=None)
