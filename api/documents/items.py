"""Which items the papers of a batch and of a round are about."""

from __future__ import annotations

from postal import Session, desk, models


def items_of_batch(session: Session, batch_id: int) -> list[models.Item]:
    """Return the items of a closed batch in the order of its list, none of an open one."""
    manifest = desk.manifest_of(session, batch_id)
    return [line.item for line in manifest.lines] if manifest is not None else []


def items_of_round(walked: models.DeliveryRound) -> list[models.Item]:
    """Return what a round delivers, stop by stop; a dossier to collect has no label yet."""
    return [item for stop in walked.stops for item in stop.consignment.items if item.s10]
