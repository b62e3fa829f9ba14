"""Every kind of job this installation runs, joined from the rooms that know what it does."""

from __future__ import annotations

from dataclasses import replace

from api.wiring import Services
from api.work import importing, notices, planning, printing
from postal import Actor, Session, command_actor, models, outside
from postal.access import accounts
from postal.jobs import Lane, Run, Works
from postal.operation import housekeeping

# One plan at a time in each worker process: a plan takes all the cores it is given.
_PLANS = Lane(name="plans", kinds=frozenset({planning.KIND}), n_threads=1)


def all_works(services: Services) -> Works:
    """Return planning, imports, papers, callbacks, notices and housekeeping as work for a runner."""
    callbacks, told = outside.callback_works(services.sender), outside.notice_works(notices.desk(services))
    return replace(
        housekeeping.HOUSEKEEPING,
        by_kind={
            **housekeeping.HOUSEKEEPING.by_kind,
            **callbacks.by_kind,
            **told.by_kind,
            planning.KIND: planning.plan_work(services, asker),
            importing.KIND: importing.import_work(services, asker),
            printing.KIND: printing.labels_work(services, asker),
        },
        finders=(*callbacks.finders, *told.finders),
        lanes=(_PLANS, *callbacks.lanes, *told.lanes),
    )


def asker(session: Session, run: Run) -> Actor:
    """Return whoever asked for a job: a person, or the command or worker that carries it."""
    user_id = run.ticket.asked_by_id
    user = session.get(models.User, user_id) if user_id is not None else None
    return accounts.actor_of(user) if user is not None else command_actor(f"job {run.ticket.kind}")
