"""The import of a file as a job: the file waits sealed, its rows are stored in one transaction, the report remains."""

from __future__ import annotations

from collections.abc import Callable

from api.wiring import Services
from postal import Act, Actor, PostalError, Session, intake, mending, models
from postal.intake import uploads
from postal.jobs import NewJob, Refused, Run, enqueue

KIND = "import_file"


def imported_as(act: Act, number: str) -> int | None:
    """Return the intake a file went into already, None where it waits still. Raises NotFound as `order_import`."""
    upload = act.session.get_one(
        models.Upload, uploads.find_id(act, number), with_for_update={"key_share": True}, populate_existing=True
    )
    return upload.intake_id


def order_import(act: Act, number: str) -> models.Job:
    """Queue the import of a file that was read for trial. Raises NotFound for a wrong, foreign or expired one.

    The same file pressed twice is one job; who mends it at this moment comes first.
    """
    upload_id = uploads.find_id(act, number)
    act.session.get_one(models.Upload, upload_id, with_for_update={"key_share": True})
    new = NewJob(
        kind=KIND,
        payload={"upload_id": upload_id},
        dedupe_key=mending.import_key(upload_id),
        asked_by_id=act.by.user_id,
    )
    return enqueue(act.session, new, now=act.now)


def import_work(
    services: Services, actor_of: Callable[[Session, Run], Actor]
) -> Callable[[Run], dict[str, int | None]]:
    """Return the work of an import job; its result names the intake."""

    def work(run: Run) -> dict[str, int | None]:
        def on_progress(n_done: int, n_all: int) -> None:
            run.check()  # a worker that stops stores nothing: another one reads the file again
            run.report({"n_done": n_done, "n_all": n_all})

        upload_id = int(run.payload["upload_id"])
        with services.database.read() as session:
            file, by = uploads.read(session, upload_id), actor_of(session, run)
        arrival = intake.Arrival(
            source_system=services.settings.source_system, guide=services.guide, by=by, now=run.now()
        )
        try:
            report = mending.import_draft(services.database, upload_id, arrival, on_progress=on_progress)
            if report is None:
                report = intake.import_results(
                    services.database, "results" + file.suffix, file.data, arrival, on_progress=on_progress
                )
        except PostalError as refusal:
            raise Refused(refusal.code, refusal.message) from refusal
        if report.intake_id is not None:
            with services.database.write() as session:
                mending.note_imported(session, upload_id, report.intake_id)
        # The file stays until housekeeping forgets it: a worker that dies before its end is noted reads it again, and
        # the same file gives its first report.
        return {"intake_id": report.intake_id}

    return work
