"""What the staff's pages list: batches, handovers, plans, rounds, discrepancies. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from postal.errors import NotFound
from postal.life.tracking import life_in
from postal.models import (
    Batch,
    BatchItem,
    Consignment,
    Courier,
    DayPlan,
    DeliveryRound,
    Discrepancy,
    Handover,
    HandoverLine,
    Incident,
    Intake,
    IntakeRow,
    Item,
    LabelPrint,
    Manifest,
    ManifestLine,
    Office,
    OfficeKind,
    PlanStatus,
    RoundStatus,
    RoundStop,
    RowOutcome,
    S10Range,
    SpoiltS10,
    TrackingEvent,
    User,
)
from postal.models.keys import blocks
from postal.queue import ready_by_office
from postal.readings import once
from postal.rules.alphabet import alphabetical
from postal.rules.lifecycle import EventKind, State
from routing import Message


@dataclass(frozen=True, kw_only=True)
class BatchLine:
    """One batch on the list: how many pieces, and how far it is."""

    batch: Batch
    n_items: int
    manifest: Manifest | None
    handover: Handover | None


def batches(session: Session, *, office_id: int | None = None, limit: int = 60) -> list[BatchLine]:
    """Return the newest batches first, of one issuing office or of all."""
    # As the batch's own page lists them: what the agency withdrew meanwhile is in no open batch.
    n_items = (
        select(func.count(BatchItem.id))
        .join(Item, Item.id == BatchItem.item_id)
        .where(BatchItem.batch_id == Batch.id, BatchItem.is_current, Item.state == State.BATCHED)
        .scalar_subquery()
    )
    query = (
        select(Batch, n_items, Manifest, Handover)
        .outerjoin(Manifest, Manifest.batch_id == Batch.id)
        .outerjoin(Handover, Handover.manifest_id == Manifest.id)
        .options(joinedload(Batch.office))
        .order_by(Batch.id.desc())
        .limit(limit)
    )
    if office_id is not None:
        query = query.where(Batch.office_id == office_id)
    return [
        BatchLine(batch=batch, n_items=manifest.n_items if manifest else count, manifest=manifest, handover=handover)
        for batch, count, manifest, handover in session.execute(query)
    ]


def batch(session: Session, batch_id: int) -> Batch:
    """Return one batch with its lines, items and people. Raises NotFound."""
    options = (
        selectinload(Batch.lines).joinedload(BatchItem.item).joinedload(Item.consignment).joinedload(Consignment.person)
    )
    found = session.get(Batch, batch_id, options=[options, joinedload(Batch.office)])
    if found is None:
        raise NotFound(what=Message("lô bàn giao"))
    return found


def batch_head(session: Session, batch_id: int) -> Batch:
    """Return one batch with its office, without its lines. Raises NotFound."""
    found = session.get(Batch, batch_id, options=[joinedload(Batch.office)])
    if found is None:
        raise NotFound(what=Message("lô bàn giao"))
    return found


def items_in_batch(session: Session, batch: Batch, manifest: Manifest | None, *, first: int, most: int) -> list[Item]:
    """Return some items of a batch in its order, from one on, with their people: as it was closed, or as it is."""
    if manifest is not None:
        query = select(Item).join(ManifestLine, ManifestLine.item_id == Item.id)
        query = query.where(ManifestLine.manifest_id == manifest.id).order_by(ManifestLine.position)
    else:
        query = select(Item).join(BatchItem, BatchItem.item_id == Item.id).order_by(BatchItem.id)
        query = query.where(BatchItem.batch_id == batch.id, BatchItem.is_current, Item.state == State.BATCHED)
    query = query.options(joinedload(Item.consignment).joinedload(Consignment.person))
    return list(session.scalars(query.offset(first).limit(most)))


def manifest_of(session: Session, batch_id: int) -> Manifest | None:
    """Return the manifest a batch was closed into, if it was."""
    return session.scalar(select(Manifest).where(Manifest.batch_id == batch_id))


def handover_of(session: Session, manifest_id: int) -> Handover | None:
    """Return the handover of a manifest, if it has taken place."""
    return session.scalar(select(Handover).where(Handover.manifest_id == manifest_id))


def handover(session: Session, handover_id: int) -> Handover:
    """Return one handover with its lines. Raises NotFound."""
    options = selectinload(Handover.lines).joinedload(HandoverLine.item).joinedload(Item.consignment)
    found = session.get(Handover, handover_id, options=[options])
    if found is None:
        raise NotFound(what=Message("biên bản bàn giao"))
    return found


def handovers(session: Session, *, office_id: int | None = None, limit: int = 60) -> Sequence[Handover]:
    """Return the newest handovers first, those an office gave or received, or all."""
    query = select(Handover).order_by(Handover.id.desc()).limit(limit)
    if office_id is not None:
        query = query.where((Handover.giver_office_id == office_id) | (Handover.receiver_office_id == office_id))
    return session.scalars(query).all()


def published_rounds(
    session: Session, day: date, *, courier_id: int | None = None, office_id: int | None = None
) -> Sequence[DeliveryRound]:
    """Return the rounds of a day's published plan, of one courier or one office or all."""
    query = (
        select(DeliveryRound)
        .join(DayPlan)
        .where(DayPlan.day == day, DayPlan.status == PlanStatus.PUBLISHED)
        .options(joinedload(DeliveryRound.courier), joinedload(DeliveryRound.office))
        .options(selectinload(DeliveryRound.stops))
        .order_by(DeliveryRound.number)
    )
    if courier_id is not None:
        query = query.where(DeliveryRound.courier_id == courier_id)
    if office_id is not None:
        query = query.where(DeliveryRound.office_id == office_id)
    return session.scalars(query).all()


def places_on_rounds(session: Session, consignment_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return (round number, position) of consignments that a published plan's open round carries; newest day last."""
    found: dict[int, tuple[int, int]] = {}
    for some in blocks(consignment_ids):
        query = (
            select(RoundStop.consignment_id, DeliveryRound.number, RoundStop.position)
            .join(DeliveryRound, DeliveryRound.id == RoundStop.round_id)
            .join(DayPlan, DayPlan.id == DeliveryRound.plan_id)
            .where(RoundStop.consignment_id.in_(some))
            .where(DayPlan.status == PlanStatus.PUBLISHED, DeliveryRound.status != RoundStatus.CLOSED)
            .order_by(DayPlan.day)
        )
        found |= {row[0]: (row[1], row[2]) for row in session.execute(query)}
    return found


def events_between(
    session: Session,
    kinds: Sequence[EventKind],
    from_at: datetime,
    until_at: datetime,
    *,
    issuing_office_id: int | None = None,
    courier_office_id: int | None = None,
) -> Sequence[TrackingEvent]:
    """Return events that fit, of one agency's items or of one office's couriers, in the order they happened."""
    query = (
        select(TrackingEvent)
        .join(TrackingEvent.item)
        .join(Item.consignment)
        .where(TrackingEvent.kind.in_(kinds), TrackingEvent.is_applied)
        .where(TrackingEvent.happened_at >= from_at, TrackingEvent.happened_at < until_at)
        .options(joinedload(TrackingEvent.item), joinedload(TrackingEvent.proof))
        .order_by(TrackingEvent.happened_at, TrackingEvent.id)
    )
    if issuing_office_id is not None:
        query = query.where(Consignment.issuing_office_id == issuing_office_id)
    if courier_office_id is not None:
        query = query.join(Courier, Courier.id == TrackingEvent.courier_id).where(
            Courier.office_id == courier_office_id
        )
    return session.scalars(query).all()


def office(session: Session, office_id: int, kind: OfficeKind) -> Office:
    """Return one office of a kind. Raises NotFound."""
    found = session.get(Office, office_id)
    if found is None or found.kind is not kind:
        raise NotFound(what=Message("bưu cục") if kind is OfficeKind.DELIVERY else Message("cơ quan"))
    return found


def delivery_round(session: Session, round_id: int) -> DeliveryRound:
    """Return one round with stops, consignments, items and people. Raises NotFound."""
    return delivery_rounds(session, [round_id])[0]


def delivery_rounds(session: Session, round_ids: Sequence[int]) -> list[DeliveryRound]:
    """Return several rounds as `delivery_round` does, in the order asked for. Raises NotFound for any that is none."""
    stops = selectinload(DeliveryRound.stops).joinedload(RoundStop.consignment)
    query = select(DeliveryRound).where(DeliveryRound.id.in_(round_ids)).options(
        stops.selectinload(Consignment.items),
        stops.joinedload(Consignment.person),
        *_OF_A_ROUND,
    )  # fmt: skip
    found = {one.id: one for one in session.scalars(query)}
    if not found.keys() >= set(round_ids):
        raise NotFound(what=Message("chuyến phát"))
    return [found[one] for one in round_ids]


def round_outline(session: Session, round_id: int) -> DeliveryRound:
    """Return one round with its stops, without what lies behind them. Raises NotFound."""
    found = session.get(DeliveryRound, round_id, options=[selectinload(DeliveryRound.stops), *_OF_A_ROUND])
    if found is None:
        raise NotFound(what=Message("chuyến phát"))
    return found


_OF_A_ROUND = (
    joinedload(DeliveryRound.courier),
    joinedload(DeliveryRound.office),
    joinedload(DeliveryRound.plan),
)


def consignment(session: Session, consignment_id: int) -> Consignment:
    """Return one consignment with its items and person. Raises NotFound."""
    options = [
        joinedload(Consignment.items),
        joinedload(Consignment.person),
        joinedload(Consignment.issuing_office),
    ]
    found = session.get(Consignment, consignment_id, options=options)
    if found is None:
        raise NotFound(what=Message("bưu gửi"))
    return found


def with_people(session: Session, consignment_ids: Collection[int]) -> dict[int, Consignment]:
    """Return consignments by their ids, each with its person: many papers name as many people."""
    found: dict[int, Consignment] = {}
    for some in blocks(sorted(set(consignment_ids))):
        query = select(Consignment).where(Consignment.id.in_(some)).options(joinedload(Consignment.person))
        found |= {one.id: one for one in session.scalars(query)}
    return found


def stops_named(session: Session, consignment_ids: Collection[int]) -> dict[int, tuple[str, str | None]]:
    """Return by consignment the dossier code of its first item, and its commune."""
    found: dict[int, tuple[str, str | None]] = {}
    for some in blocks(sorted(consignment_ids)):
        query = select(Item.consignment_id, Item.dossier_code, Consignment.commune_code).join(Item.consignment)
        query = query.where(Item.consignment_id.in_(some)).order_by(Item.id.desc())
        found |= {row[0]: (row[1], row[2]) for row in session.execute(query)}
    return found


def dossier_codes(session: Session, consignment_ids: Collection[int]) -> dict[int, str]:
    """Return the dossier code of each consignment by its id: that of its first item."""
    return {one: code for one, (code, _commune) in stops_named(session, consignment_ids).items()}


def events_of(session: Session, items: Sequence[Item]) -> dict[int, list[TrackingEvent]]:
    """Return the events of each item: those that do not fit first, then its life from its end to its beginning."""
    return once(session, ("events", *(item.id for item in items)), lambda: _events_of(session, items))


def _events_of(session: Session, items: Sequence[Item]) -> dict[int, list[TrackingEvent]]:
    found: dict[int, list[TrackingEvent]] = {item.id: [] for item in items}
    query = select(TrackingEvent).where(TrackingEvent.item_id.in_(found)).order_by(TrackingEvent.id)
    for event in session.scalars(query):
        found[event.item_id].append(event)
    for item in items:
        misfits = [event for event in found[item.id] if not event.is_applied]
        misfits.sort(key=lambda event: (event.happened_at, event.id), reverse=True)
        found[item.id] = [*misfits, *reversed(life_in(session, item, found[item.id]))]
    return found


def settled_scans(session: Session, item_ids: Sequence[int]) -> dict[int, tuple[Discrepancy, str]]:
    """Return what people settled about scans of these items, by event id, each with who did; "" for nobody of ours."""
    query = (
        select(Discrepancy, User.username)
        .outerjoin(User, User.id == Discrepancy.settled_by_id)
        .where(Discrepancy.item_id.in_(item_ids), Discrepancy.event_id.is_not(None), Discrepancy.is_voided)
    )
    return {note.event_id: (note, username or "") for note, username in session.execute(query) if note.event_id}


def intakes(session: Session, *, limit: int = 30) -> Sequence[Intake]:
    """Return the newest intakes first."""
    return session.scalars(select(Intake).order_by(Intake.id.desc()).limit(limit)).all()


def intake_problems(session: Session, intake_id: int, *, limit: int = 500) -> Sequence[IntakeRow]:
    """Return an intake's rows that were not simply accepted, in the order of the file."""
    query = (
        select(IntakeRow)
        .where(IntakeRow.intake_id == intake_id, IntakeRow.outcome != RowOutcome.ACCEPTED)
        .order_by(IntakeRow.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def intake(session: Session, intake_id: int) -> Intake:
    """Return one intake. Raises NotFound."""
    found = session.get(Intake, intake_id)
    if found is None:
        raise NotFound(what=Message("lần nhập"))
    return found


def incidents(
    session: Session, *, item_ids: Sequence[int] | None = None, office_id: int | None = None, limit: int = 300
) -> Sequence[Incident]:
    """Return minutes of what went wrong, the open ones first, then the newest.

    ``item_ids`` keeps those of items, ``office_id`` those of items an office has or had last.
    """
    query = (
        select(Incident)
        .options(joinedload(Incident.item))
        .order_by(Incident.settled_at.is_not(None), Incident.id.desc())
    )
    if item_ids is not None:
        query = query.where(Incident.item_id.in_(item_ids))
    if office_id is not None:
        query = query.join(Item, Item.id == Incident.item_id).where(Item.office_id == office_id)
    return session.scalars(query.limit(limit)).all()


def issuing_offices_waiting(session: Session) -> list[tuple[Office, int]]:
    """Return the issuing offices with results ready for a batch, and how many a batch would take, fullest first."""
    n_ready = ready_by_office(session)
    known = all_offices(session)
    return [(known[office_id], n) for office_id, n in n_ready.most_common()]


def offices(session: Session, kind: OfficeKind) -> Sequence[Office]:
    """Return the offices of one kind by name."""
    return sorted(session.scalars(select(Office).where(Office.kind == kind)), key=lambda one: alphabetical(one.name))


def all_offices(session: Session) -> dict[int, Office]:
    """Return every office by its id."""
    return {office.id: office for office in session.scalars(select(Office))}


def s10_ranges(session: Session) -> Sequence[S10Range]:
    """Return the granted ranges, oldest first."""
    return session.scalars(select(S10Range).order_by(S10Range.id)).all()


def couriers(session: Session) -> Sequence[Courier]:
    """Return the couriers who walk rounds, by code."""
    return session.scalars(select(Courier).where(Courier.is_active).order_by(Courier.code)).all()


def reprints(session: Session, *, limit: int = 200) -> Sequence[tuple[LabelPrint, Item]]:
    """Return labels printed again and their items, newest first."""
    query = (
        select(LabelPrint, Item)
        .join(Item, Item.id == LabelPrint.item_id)
        .where(LabelPrint.number > 1)
        .order_by(LabelPrint.id.desc())
        .limit(limit)
    )
    return [(act, item) for act, item in session.execute(query)]


def spoilt_numbers(session: Session, *, limit: int = 200) -> Sequence[SpoiltS10]:
    """Return numbers that were burnt, newest first."""
    return session.scalars(select(SpoiltS10).order_by(SpoiltS10.spoilt_at.desc()).limit(limit)).all()
