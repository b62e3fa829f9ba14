"""The morning after a stock's newest evening: what a played day has closed by then, open again, by the acts themselves.

Two drafts and a published plan with rounds to load, under way and with pieces that change hands; batches on the table
and before their count; returns, dossiers, papers and fees that agencies are to get; signatures.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import insert, select

from api.wiring import Services
from labels.samples.made_up import signature
from postal import ANONYMOUS, Act, custody, models, queue, rounds, under_way
from postal.life.tracking import Scan, record_strictly
from postal.network.promises import load_calendar
from postal.rules.lifecycle import EventKind, State
from postal.rules.working_days import LOCAL, local_day
from postal.to_agency import returns
from routing import Plan, PlannedRound, Unserved, Visit

BEGINS = time(9, 30)
_N_ROUNDS, _N_STOPS, _N_BACK, _N_OWED, _N_DOSSIERS, _N_SIGNED = 20, 45, 150, 600, 60, 30


def next_morning(services: Services, evening: datetime) -> datetime:
    """Let the working day after an evening begin in a stock where it has not yet; return when pages are asked for."""
    with services.database.read() as session:
        day = load_calendar(session, is_saturday_working=True).next_working_day(local_day(evening))
        has_begun = session.scalar(select(models.DayPlan.id).where(models.DayPlan.day == day)) is not None
    now = datetime.combine(day, BEGINS, LOCAL)
    if not has_begun:
        for step in (_tables, _agencies, _owed, _rounds):
            with services.database.write() as session:
                step(Act(session, ANONYMOUS, now - timedelta(hours=2)), day)
    return now


def _rounds(act: Act, day: date) -> None:
    """Save two drafts of a day and publish one; some of its rounds leave, and one passes stops on."""
    plans = [_draft(act, day, shift) for shift in (0, 1, 2)]
    published = rounds.publish_plan(act, plans[1].id)
    walked = sorted(published.rounds, key=lambda one: (one.office_id, one.number))
    for one in walked[: _N_ROUNDS // 2]:
        codes = [item.s10 for stop in one.stops for item in stop.consignment.items if item.s10]
        rounds.start_round(act, one.id, scanned=codes)
    pairs = itertools.pairwise(walked[: _N_ROUNDS // 2])
    giver, taker = next((a, b) for a, b in pairs if a.office_id == b.office_id)
    under_way.move_stops(act, [stop.id for stop in giver.stops[:5]], taker.id, reason="xe hỏng")


def _draft(act: Act, day: date, shift: int) -> models.DayPlan:
    """Return a plan nobody optimised: each courier has so many stops in turn, the first ``shift`` of them none."""
    here = select(models.Item.consignment_id).where(models.Item.s10.is_not(None))
    here = here.where(models.Item.state == State.AT_OFFICE).order_by(models.Item.id.desc())
    able = act.session.scalars(here.limit(_N_ROUNDS * _N_STOPS)).all()
    problem = rounds.planning_problem(act.session, day, now=act.now, among=able)
    ids, made = [stop.stop_id for stop in problem.stops], []
    crew = sorted(problem.couriers, key=lambda one: (one.office_id, one.courier_id))[:_N_ROUNDS]
    for n, courier in enumerate(crew):
        visits = tuple(
            Visit(stop_id=one, arrive_s=28_800 + 600 * i, start_s=28_800 + 600 * i, leave_s=29_100 + 600 * i)
            for i, one in enumerate(ids[shift:][(n + shift) % len(crew) :: len(crew)])
        )
        made.append(PlannedRound(
            courier_id=courier.courier_id, office_id=courier.office_id, leave_at_s=27_000, back_at_s=60_000,
            travel_s=900, travel_m=5_000, visits=visits))  # fmt: skip
    left = tuple(Unserved(stop_id=one, reason="no_time") for one in ids[:shift])
    plan = Plan(rounds=tuple(made), unserved=left, travel_s=900, cost=0, travel_source="estimate", degraded=None,
                seconds=0.1)  # fmt: skip
    return rounds.save_plan(act, day, problem, plan)


def _tables(act: Act, _day: date) -> None:
    """Open two batches: one lies on the table, the other is packed and waits for both sides to count it."""
    fullest = [office_id for office_id, _n in queue.ready_by_office(act.session).most_common(2)]
    batches = [custody.open_batch(act, office_id) for office_id in fullest]
    if len(batches) > 1:
        lines = custody.lines_in(batches[1])
        n_of = {line.item_id: len(line.item.documents) or 1 for line in lines}
        packed = [custody.Packed(item_id=one, n_giver=n, n_receiver=n, weight_g=30 + 5 * n) for one, n in n_of.items()]
        custody.pack_items(act, batches[1].id, packed)
        custody.close_batch(act, batches[1].id)


def _agencies(act: Act, _day: date) -> None:
    """Let something be on its way back to an agency, and dossiers lie at the post for another."""
    due = returns.due_returns(act.session, now=act.now)
    for item_id, reason in itertools.islice(due.items(), _N_BACK):
        returns.start_return(act, item_id, reason)
    waiting = select(models.Item).where(models.Item.state == State.AWAITING_COLLECTION).order_by(models.Item.id)
    for item in act.session.scalars(waiting.limit(_N_DOSSIERS)).all():
        for kind in (EventKind.OUT_FOR_COLLECTION, EventKind.COLLECTED, EventKind.BACK_AT_OFFICE):
            record_strictly(act, item, Scan(kind=kind, scan_id=f"morning:{kind}:{item.id}", happened_at=act.now))


def _owed(act: Act, _day: date) -> None:
    """Owe agencies fees of deliveries once more, and let recipients have signed for some of the newest."""
    proof, event = models.ProofOfDelivery.__table__, models.TrackingEvent.__table__
    told = select(event).join(proof, proof.c.id == event.c.proof_id)
    told = told.where(proof.c.fee_vnd > 0, event.c.is_applied).order_by(event.c.id).limit(_N_OWED)
    for row in act.session.execute(told).mappings().all():
        same = dict(act.session.execute(select(proof).where(proof.c.id == row["proof_id"])).mappings().one())
        del same["id"]
        owed = act.session.execute(insert(proof).values(**same | {"is_owed": True}).returning(proof.c.id)).scalar_one()
        again = {"proof_id": owed, "scan_id": f"owed:{row['id']}", "sequence": None}
        act.session.execute(insert(event).values(**{k: v for k, v in row.items() if k != "id"} | again))
    newest = select(models.TrackingEvent.proof_id).where(models.TrackingEvent.proof_id.is_not(None))
    signed: Sequence[int | None] = act.session.scalars(newest.order_by(models.TrackingEvent.id).limit(_N_SIGNED)).all()
    for proof_id in signed:
        if proof_id is not None:
            custody.sign_delivery(act, proof_id, signature())
