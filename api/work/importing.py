"""The import of a file as a job: the file waits sealed, its rows are stored in one transaction, the report remains."""

from __future__ import annotations

from collections.abc import Callable

from api.wiring import Services
from postal import Act, Actor, PostalError, Session, intake, models
from postal.intake import uploads
from postal.jobs import NewJob, Refused, Run, enqueue

KIND = "import_file"


def order_import(act: Act, token: str) -> models.Job:
    """Queue the import of a file that was read for trial. Raises NotFound for a wrong, foreign or expired token.

    The same file pressed twice is one job.
    """
    upload_id = uploads.find_id(act, token)
    new = NewJob(
        kind=KIND, payload={"upload_id": upload_id}, dedupe_key=f"import:{upload_id}", asked_by_id=act.by.user_id
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
            report = intake.import_results(
                services.database, "results" + file.suffix, file.data, arrival, on_progress=on_progress
            )
        except PostalError as refusal:
            raise Refused(refusal.code, refusal.message) from refusal
        # The file stays until housekeeping forgets it: a worker that dies before its end is noted reads it again, and
        # the same file gives its first report.
        return {"intake_id": report.intake_id}

    return work
