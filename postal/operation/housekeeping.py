"""Recurring work of the service itself: late scans become discrepancies for staff, expired records are deleted."""

from __future__ import annotations

from datetime import timedelta

from postal.access import brakes, devices, sign_ins
from postal.access.idempotency import forget_old_keys
from postal.access.kept_forms import forget_old_forms
from postal.bulk import forget_old_orders
from postal.citizen.guessing import forget_tries
from postal.citizen.rounds_seen import days_to_learn, learn_day
from postal.citizen.sent_codes import forget_sent
from postal.intake.uploads import forget_old_uploads
from postal.jobs import Run, Works
from postal.jobs.watching import forget_ended
from postal.life.tracking import note_overdue
from postal.outside.due import disable_dark, forget_old
from postal.outside.notices import forget_notices
from postal.pictures import forget_unnamed
from postal.set_up.changes import put_due
from postal.under_way import forget_messages


def _note_overdue(run: Run) -> None:
    with run.write() as session:
        note_overdue(session, now=run.now())


def _forget_uploads(run: Run) -> None:
    with run.write() as session:
        forget_old_uploads(session, now=run.now())


def _forget_forms(run: Run) -> None:
    with run.write() as session:
        forget_old_forms(session, now=run.now())


def _forget_bulk_orders(run: Run) -> None:
    with run.write() as session:
        forget_old_orders(session, now=run.now())


def _forget_keys(run: Run) -> None:
    with run.write() as session:
        forget_old_keys(session, now=run.now())


def _forget_guesses(run: Run) -> None:
    with run.write() as session:
        for forget in (forget_tries, forget_sent, forget_notices):
            forget(session, now=run.now())


def _forget_sign_ins(run: Run) -> None:
    with run.write() as session:
        sign_ins.forget_old(session, now=run.now())
        devices.forget_old(session, now=run.now())
        brakes.forget_old(session, now=run.now())


def _forget_callbacks(run: Run) -> None:
    with run.write() as session:
        forget_old(session, now=run.now())


def _forget_pictures(run: Run) -> None:
    with run.write() as session:
        forget_unnamed(session, now=run.now())


def _disable_dark(run: Run) -> None:
    with run.write() as session:
        disable_dark(session, now=run.now())


def _forget_jobs(run: Run) -> None:
    with run.write() as session:
        forget_ended(session, now=run.now())


def _learn_arrivals(run: Run) -> None:
    with run.database.read() as session:
        days = days_to_learn(session, now=run.now())
    for day, office_id in days:
        run.check()
        with run.write() as session:
            learn_day(session, day, office_id)


def _forget_messages(run: Run) -> None:
    with run.write() as session:
        forget_messages(session, now=run.now())


def _put_changes_in_force(run: Run) -> None:
    with run.write() as session:
        put_due(session, now=run.now())


HOUSEKEEPING = Works(
    by_kind={
        "put_changes_in_force": _put_changes_in_force,
        "note_overdue": _note_overdue,
        "forget_uploads": _forget_uploads,
        "forget_forms": _forget_forms,
        "forget_bulk_orders": _forget_bulk_orders,
        "forget_keys": _forget_keys,
        "forget_guesses": _forget_guesses,
        "forget_sign_ins": _forget_sign_ins,
        "forget_callbacks": _forget_callbacks,
        "forget_jobs": _forget_jobs,
        "learn_arrivals": _learn_arrivals,
        "forget_pictures": _forget_pictures,
        "forget_messages": _forget_messages,
        "disable_dark_endpoints": _disable_dark,
    },
    every={
        "put_changes_in_force": timedelta(minutes=1),
        "note_overdue": timedelta(minutes=10),
        "forget_uploads": timedelta(hours=1),
        "forget_forms": timedelta(hours=1),
        "forget_bulk_orders": timedelta(hours=6),
        "forget_keys": timedelta(hours=6),
        "forget_guesses": timedelta(hours=6),
        "forget_sign_ins": timedelta(hours=6),
        "forget_callbacks": timedelta(hours=6),
        "forget_jobs": timedelta(hours=6),
        "learn_arrivals": timedelta(hours=1),
        "forget_pictures": timedelta(hours=6),
        "forget_messages": timedelta(hours=6),
        "disable_dark_endpoints": timedelta(hours=1),
    },
)
