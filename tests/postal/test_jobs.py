"""Durable jobs: queued with the transaction, run once at a time, taken over from the dead, fenced from sleepers."""

import itertools
import multiprocessing
import os
import signal
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from postal import jobs
from postal.access.idempotency import KeyedRequest, claim_key
from postal.db import Database, make_engine
from postal.errors import InvalidInput
from postal.jobs import over_broker, table
from postal.jobs.running import run_job
from postal.life.tracking import Scan, record
from postal.models import AuditEntry, Discrepancy, IdempotencyRecord, Job, JobState, TrackingGuess
from tests import builders as build
from tests.scale import record_figure, scaled

NOW = build.EVENING


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at=NOW):
        self.at = at

    def __call__(self):
        return self.at

    def move(self, **by):
        self.at += timedelta(**by)


def works(every=None, **by_kind):
    return jobs.Works(by_kind=by_kind, every=every or {})


def note(run):
    """Leave one trace for each time the work counted."""
    with run.write() as session:
        session.add(AuditEntry(at=run.now(), action="ran", subject=str(run.payload.get("n", ""))))


def n_ran(database):
    with database.read() as session:
        return session.scalar(select(func.count()).where(AuditEntry.action == "ran"))


def state_of(database, job_id):
    with database.read() as session:
        return session.get_one(Job, job_id).state


def queued(database, kind="note", **more):
    with database.write() as session:
        return jobs.enqueue(session, kind, {"n": 1}, **({"run_at": NOW} | more)).id


def runner(database, clock, **by_kind):
    return jobs.Runner(database, works(**by_kind or {"note": note}), clock=clock)


def test_a_job_exists_exactly_if_its_transaction_does(database):
    with database.write() as session:
        jobs.enqueue(session, "note", run_at=NOW)
        session.rollback()
    assert runner(database, Clock()).run_due() == {}
    queued(database)
    assert runner(database, Clock()).run_due() == {"done": 1}
    assert runner(database, Clock()).run_due() == {}
    assert n_ran(database) == 1


def test_a_job_waits_for_its_time_and_the_oldest_goes_first(database):
    clock, order = Clock(), []
    for n, minutes in ((1, 20), (2, 10), (3, 30)):
        with database.write() as session:
            jobs.enqueue(session, "tell", {"n": n}, run_at=NOW + timedelta(minutes=minutes))
    run = runner(database, clock, tell=lambda r: order.append(r.payload["n"])).run_due
    clock.move(minutes=25)
    run()
    assert order == [2, 1]
    clock.move(minutes=5)
    run()
    assert order == [2, 1, 3]


def test_the_same_work_is_queued_once_until_it_ended(database):
    first = queued(database, dedupe_key="plan:2026-11-23")
    assert queued(database, dedupe_key="plan:2026-11-23") == first
    runner(database, Clock()).run_due()
    assert queued(database, dedupe_key="plan:2026-11-23") != first


def test_two_processes_that_queue_the_same_work_at_once_queue_it_once(database):
    ids = []
    threads = [threading.Thread(target=lambda: ids.append(queued(database, dedupe_key="every:note"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 6
    assert len(set(ids)) == 1


@pytest.mark.parametrize("wrong", [{"kind": ""}, {"kind": "x" * 61}, {"dedupe_key": "k" * 121}, {"dedupe_key": ""}])
def test_a_job_without_a_proper_name_is_refused(database, wrong):
    with pytest.raises(InvalidInput):
        queued(database, **({"kind": "note"} | wrong))


def test_failing_work_is_tried_again_with_growing_waits_then_given_up(database):
    def broken(_run):
        raise ValueError("Nguyễn Thị Hằng")

    clock, job_id, waits = Clock(), queued(database, "broken"), []
    run = runner(database, clock, broken=broken).run_due
    for _ in range(table.MAX_ATTEMPTS):
        assert run() == {"failed": 1}
        with database.read() as session:
            job = session.get_one(Job, job_id)
            waits.append((job.run_at - clock.at).total_seconds())
            assert job.error_code == "ValueError"
            clock.at = max(job.run_at, clock.at)
    assert waits[:-1] == list(table.WAITS_S)
    assert state_of(database, job_id) is JobState.FAILED
    assert run() == {}


def test_what_fails_leaves_no_person_in_the_log(database, caplog):
    def broken(_run):
        raise ValueError("Nguyễn Thị Hằng")

    queued(database, "broken")
    runner(database, Clock(), broken=broken).run_due()
    assert "ValueError" in caplog.text
    assert "Hằng" not in caplog.text


def test_recurring_work_comes_round_even_after_failures(database):
    clock, tries = Clock(), []

    def sometimes(run):
        tries.append(run.now())
        if len(tries) <= table.MAX_ATTEMPTS:
            raise OSError

    recurring = jobs.Works(by_kind={"sometimes": sometimes}, every={"sometimes": timedelta(hours=6)})
    run = jobs.Runner(database, recurring, clock=clock).run_due
    for _ in range(3):
        with database.write() as session:
            recurring.plant(session, now=clock())
    for _ in range(60):
        run()
        clock.move(hours=1)
    assert len(tries) > table.MAX_ATTEMPTS + 3
    gaps = [b - a for a, b in itertools.pairwise(tries)][table.MAX_ATTEMPTS :]
    assert set(gaps) == {timedelta(hours=6)}
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1


def test_a_dead_workers_job_is_taken_over_within_half_a_minute(database):
    clock, job_id = Clock(), queued(database)
    with database.write() as session:
        assert table.claim_one(session, job_id, now=NOW) is not None
    clock.move(seconds=24)
    assert runner(database, clock).run_due() == {}
    clock.move(seconds=2)
    assert runner(database, clock).run_due() == {"done": 1}


def test_a_job_that_kills_every_worker_is_given_up(database):
    clock, job_id = Clock(), queued(database)
    for _ in range(table.MAX_ATTEMPTS):
        with database.write() as session:
            assert table.claim_one(session, job_id, now=clock())
        clock.move(minutes=1)
    assert runner(database, clock).run_due() == {}
    assert state_of(database, job_id) is JobState.FAILED


def test_a_worker_that_slept_past_its_lease_changes_nothing(database):
    clock, job_id = Clock(), queued(database)
    with database.write() as session:
        sleeper = table.claim_one(session, job_id, now=clock())
    clock.move(minutes=1)
    assert runner(database, clock).run_due() == {"done": 1}
    assert run_job(database, works(note=note), sleeper, clock) == "lease_lost"
    assert n_ran(database) == 1
    assert state_of(database, job_id) is JobState.DONE


def test_unknown_kinds_wait_for_a_worker_that_knows_them(database):
    job_id = queued(database, "from_the_future")
    assert runner(database, Clock()).run_due() == {}
    assert state_of(database, job_id) is JobState.WAITING


def test_the_runner_finishes_what_it_runs_when_it_is_stopped(database):
    begun = threading.Event()

    def slow(run):
        begun.set()
        time.sleep(0.4)
        note(run)

    queued(database, "slow")
    running = jobs.Runner(database, works(slow=slow), clock=lambda: datetime.now(UTC), look_every_s=0.05)
    running.start()
    assert begun.wait(10)
    running.stop()
    assert n_ran(database) == 1
    assert running.ended == {"done": 1}


def test_long_work_keeps_its_lease(database, monkeypatch):
    monkeypatch.setattr("postal.jobs.running.LEASE", timedelta(seconds=0.3))
    job_id = queued(database, "slow")
    seen = []

    def slow(_run):
        for _ in range(10):
            time.sleep(0.1)
            with database.read() as session:
                seen.append(session.get_one(Job, job_id).leased_until)

    running = jobs.Runner(database, works(slow=slow), clock=lambda: datetime.now(UTC), look_every_s=0.05)
    running.start()
    while len(seen) < 10:
        time.sleep(0.05)
    running.stop()
    assert len(set(seen)) > 3


def _work_until_killed(url, n_threads):
    database = Database(make_engine(url), build.vault())
    jobs.Runner(
        database, works(note=_slow_note), clock=lambda: datetime.now(UTC), n_threads=n_threads, look_every_s=0.02
    ).run()


def _slow_note(run):
    time.sleep(0.01)
    note(run)


def test_killed_workers_lose_no_job_and_every_job_ends_done(database, database_url):
    n_jobs, context = scaled(60, 1_500), multiprocessing.get_context("spawn")
    with database.write() as session:
        for n in range(n_jobs):
            jobs.enqueue(session, "note", {"n": n}, run_at=NOW)
    for _ in range(scaled(2, 15)):
        process, n_before = context.Process(target=_work_until_killed, args=(database_url, 2)), n_ran(database)
        process.start()
        until_s = time.monotonic() + 30
        while n_ran(database) < min(n_before + 7, n_jobs) and time.monotonic() < until_s:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    clock = Clock(datetime.now(UTC) + timedelta(seconds=26))
    runner(database, clock).run_due()
    with database.read() as session:
        subjects = list(session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "ran")))
        states = set(session.scalars(select(Job.state)))
    # A worker killed between its effect and its note runs again: at least once, and every job ended.
    assert set(subjects) == {str(n) for n in range(n_jobs)}
    assert len(subjects) <= n_jobs + 2 * scaled(2, 15)
    assert states == {JobState.DONE}


@pytest.fixture(params=["redis", "rabbitmq"])
def broker_url(request):
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def over(database, broker_url):
    """Return a function that makes runners on one queue of their own."""
    queue, made = f"test_{uuid.uuid4().hex[:10]}", []

    def make(**by_kind):
        broker = over_broker.connect(broker_url)
        made.append(
            over_broker.BrokerRunner(
                database, works(**by_kind or {"note": note}), broker, clock=lambda: datetime.now(UTC), queue=queue
            )
        )
        return made[-1]

    yield make
    for one in made:
        one.stop(5)
    broker = over_broker.connect(broker_url)
    broker.declare_queue(queue)
    broker.flush(queue)
    broker.close()


def wait_for(condition, seconds=20):
    until_s = time.monotonic() + seconds
    while not condition() and time.monotonic() < until_s:
        time.sleep(0.05)
    return condition()


def test_jobs_travel_over_the_broker_and_each_counts_once(database, over):
    n_jobs = scaled(20, 500)
    with database.write() as session:
        for n in range(n_jobs):
            jobs.enqueue(session, "note", {"n": n}, run_at=NOW)
    for _ in range(2):
        over().start()
    assert wait_for(lambda: n_ran(database) >= n_jobs)
    time.sleep(0.3)
    assert n_ran(database) == n_jobs


def test_a_message_carries_the_jobs_number_and_nothing_else(database, over, broker_url):
    with database.write() as session:
        job_id = jobs.enqueue(session, "note", {"n": 7}, run_at=NOW).id
    sender = over()
    sent = []
    sender._broker.enqueue = lambda message, delay=None: sent.append(message)
    assert sender.sweep() == 1
    assert [(list(message.args), message.kwargs) for message in sent] == [([job_id], {})]


def test_a_lost_message_is_sent_again_and_a_doubled_one_does_nothing(database, over):
    clock = Clock()
    job_id = queued(database)
    with database.write() as session:
        assert table.offer_due(session, now=clock()) == [job_id]
        assert table.offer_due(session, now=clock()) == []
        assert table.offer_due(session, now=clock() + timedelta(seconds=61)) == [job_id]
    running = over()
    running.start()
    for _ in range(3):
        running._actor.send(job_id)
    assert wait_for(lambda: n_ran(database) == 1)
    time.sleep(0.3)
    assert n_ran(database) == 1


def _serve_until_killed(url, broker_url, queue):
    database = Database(make_engine(url), build.vault())
    over_broker.BrokerRunner(
        database,
        works(stuck=_stuck),
        over_broker.connect(broker_url),
        clock=lambda: datetime.now(UTC),
        queue=queue,
    ).start()
    time.sleep(60)


def _stuck(run):
    with run.write() as session:
        session.add(AuditEntry(at=run.now(), action="began", subject=""))
    time.sleep(60)


def test_a_broker_workers_death_is_made_up_for(database, database_url, broker_url, over):
    """The lease is what is waited for, not the broker: its messages may be gone for good."""
    job_id = queued(database, "stuck")
    queue = f"test_{uuid.uuid4().hex[:10]}"
    process = multiprocessing.get_context("spawn").Process(
        target=_serve_until_killed, args=(database_url, broker_url, queue)
    )
    process.start()

    def has_begun():
        with database.read() as session:
            return session.scalar(select(func.count()).where(AuditEntry.action == "began")) == 1

    assert wait_for(has_begun, 30)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    killed_s = time.monotonic()
    rescuer = over(stuck=note)
    with database.write() as session:  # not to wait for the lease in a short test
        session.get_one(Job, job_id).leased_until = datetime.now(UTC) + timedelta(seconds=scaled(1, 25))
    rescuer.start()
    assert wait_for(lambda: n_ran(database) == 1, 40)
    record_figure("job of a killed broker worker run again after", round(time.monotonic() - killed_s, 1), "s")


def test_an_address_that_is_no_brokers_is_refused():
    with pytest.raises(InvalidInput):
        over_broker.connect("http://127.0.0.1/")


def test_the_house_keeps_itself_tidy(database):
    clock = Clock(NOW)
    with database.write() as session:
        item = build.accepted(session)[0]
        early = Scan(kind="delivered", scan_id="a", happened_at=NOW)
        record(build.act(session, NOW), item, early)
        claim_key(session, KeyedRequest(client="c", key="k", fingerprint="f"), now=NOW)
        session.add(TrackingGuess(code_hash="c", source_hash="s", on_date=NOW.date(), n_wrong=3))
        jobs.HOUSEKEEPING.plant(session, now=NOW)
    housekeeper = jobs.Runner(database, jobs.HOUSEKEEPING, clock=clock)
    assert housekeeper.run_due() == {"done": len(jobs.HOUSEKEEPING.by_kind)}
    clock.move(days=40)
    assert housekeeper.run_due() == {"done": len(jobs.HOUSEKEEPING.by_kind)}
    with database.read() as session:
        assert session.scalar(select(Discrepancy.kind)) == "scan_does_not_fit"
        assert not session.scalar(select(func.count()).select_from(IdempotencyRecord))
        assert not session.scalar(select(func.count()).select_from(TrackingGuess))


def test_every_recurring_kind_has_work():
    assert set(jobs.HOUSEKEEPING.every) == set(jobs.HOUSEKEEPING.by_kind)
