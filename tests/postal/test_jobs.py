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

from postal import Message, jobs
from postal.access.idempotency import KeyedRequest, claim_key
from postal.db import Database, make_engine
from postal.errors import InvalidInput, NotFound
from postal.jobs import over_broker, run_job, table
from postal.jobs.silence import Silence
from postal.life.tracking import Scan, record
from postal.models import AuditEntry, Discrepancy, IdempotencyRecord, Job, JobState, WrongTries
from postal.operation.housekeeping import HOUSEKEEPING
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


def queued(database, kind="note", run_at=NOW, **new):
    with database.write() as session:
        return jobs.enqueue(session, jobs.NewJob(kind=kind, payload={"n": 1}, **new), now=NOW, run_at=run_at).id


def runner(database, clock, **by_kind):
    return jobs.Runner(database, works(**by_kind or {"note": note}), clock=clock)


def test_a_job_exists_exactly_if_its_transaction_does(database):
    with database.write() as session:
        jobs.enqueue(session, jobs.NewJob(kind="note"), now=NOW)
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
            jobs.enqueue(
                session, jobs.NewJob(kind="tell", payload={"n": n}), now=NOW, run_at=NOW + timedelta(minutes=minutes)
            )
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
    clock.move(seconds=19)
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
    assert run_job(jobs.Run(database, sleeper, clock), works(note=note)) == "lease_lost"
    assert n_ran(database) == 1
    assert state_of(database, job_id) is JobState.DONE


def test_unknown_kinds_wait_for_a_worker_that_knows_them(database):
    job_id = queued(database, "from_the_future")
    assert runner(database, Clock()).run_due() == {}
    assert state_of(database, job_id) is JobState.WAITING


def test_a_runner_that_stops_gives_back_what_it_runs_and_the_attempt_does_not_count(database):
    begun = threading.Event()

    def slow(run):
        begun.set()
        run.stop.wait(20)
        run.check()
        note(run)

    job_id = queued(database, "slow")
    running = jobs.Runner(database, works(slow=slow), clock=lambda: datetime.now(UTC), look_every_s=0.05)
    running.start()
    assert begun.wait(10)
    assert running.stop(5)
    assert running.ended == {"given_back": 1}
    with database.read() as session:
        job = session.get_one(Job, job_id)
        assert (job.state, job.n_attempts) == (JobState.WAITING, 0)
    assert runner(database, lambda: datetime.now(UTC), slow=note).run_due() == {"done": 1}
    assert n_ran(database) == 1


def test_long_work_tells_how_far_it_is_keeps_its_lease_and_stops_when_asked(database):
    job_id = queued(database, "slow")
    ended = []

    def slow(run):
        for step in itertools.count(1):
            run.report({"step": step})
            if run.stop.wait(0.1):
                run.check()  # stopped by somebody who wants what there is: no reason to give the job back
                ended.append(step)
                return {"steps": step}
        return None

    running = jobs.Runner(database, works(slow=slow), clock=lambda: datetime.now(UTC), look_every_s=0.05)
    running.start()
    leases = set()

    def has_progress():
        with database.read() as session:
            job = session.get_one(Job, job_id)
            leases.add(job.leased_until)
            return job.progress.get("step", 0) > 12

    assert wait_for(has_progress)
    with database.write() as session:
        jobs.ask_stop(session, job_id, kinds=["slow"], now=NOW)
    assert wait_for(lambda: state_of(database, job_id) is JobState.DONE)
    running.stop(5)
    with database.read() as session:
        assert session.get_one(Job, job_id).result == {"steps": ended[0]}
    assert len(leases) >= 2


def test_a_job_that_waits_is_struck_off_when_asked_to_stop(database):
    job_id = queued(database)
    with database.write() as session:
        jobs.ask_stop(session, job_id, kinds=["note"], now=NOW)
    assert runner(database, Clock()).run_due() == {}
    assert state_of(database, job_id) is JobState.FAILED
    with database.write() as session, pytest.raises(NotFound):
        jobs.ask_stop(session, job_id, kinds=["another"], now=NOW)


def test_a_refusal_is_final_and_says_why(database):
    def refuse(_run):
        raise jobs.Refused("nothing_to_plan", Message("Không có gì để lập."))

    job_id = queued(database, "refuse")
    assert runner(database, Clock(), refuse=refuse).run_due() == {"failed": 1}
    assert runner(database, Clock(NOW + timedelta(days=1)), refuse=refuse).run_due() == {}
    with database.read() as session:
        job = session.get_one(Job, job_id)
        assert job.result == {"refusal": {"code": "nothing_to_plan", "message": {"text": "Không có gì để lập."}}}


def test_a_lane_full_of_long_work_keeps_no_other_lane_waiting(database):
    release = threading.Event()
    long = [queued(database, "long") for _ in range(3)]
    short = queued(database, "short")
    parted = jobs.Works(
        by_kind={"long": lambda _run: release.wait(20), "short": note},
        lanes=(jobs.Lane(name="long", kinds=frozenset({"long"}), n_threads=1),),
    )
    running = jobs.Runner(database, parted, clock=lambda: datetime.now(UTC), look_every_s=0.05)
    running.start()
    assert wait_for(lambda: state_of(database, short) is JobState.DONE)
    assert [state_of(database, job_id) for job_id in long].count(JobState.RUNNING) == 1
    release.set()
    running.stop(5)


def test_a_dead_workers_job_is_taken_over_though_the_clock_was_set_back_an_hour(database):
    clock, job_id = Clock(), queued(database)
    with database.write() as session:
        assert table.claim_one(session, job_id, now=clock()) is not None
    clock.move(hours=-1)
    watch = Silence()
    with database.read() as session:
        leases = table.running_leases(session)
    assert watch.silent_ids(leases, monotonic_s=0.0) == []
    assert watch.silent_ids(leases, monotonic_s=19.9) == []
    silent = watch.silent_ids(leases, monotonic_s=20.1)
    with database.write() as session:
        (ticket,) = table.claim_due(session, now=clock(), n=1, kinds={"note"}, silent_ids=silent)
    assert run_job(jobs.Run(database, ticket, clock), works(note=note)) == "done"


def test_a_worker_that_renews_its_lease_is_never_called_silent(database):
    clock, job_id = Clock(), queued(database)
    with database.write() as session:
        ticket = table.claim_one(session, job_id, now=clock())
    watch = Silence()
    for second in range(0, 100, 7):
        clock.move(seconds=7)
        with database.write() as session:
            table.hold(session, ticket, now=clock())
            assert watch.silent_ids(table.running_leases(session), monotonic_s=float(second)) == []


def test_a_job_queued_before_the_clock_was_set_back_runs_at_once(database):
    queued(database)
    assert runner(database, Clock(NOW - timedelta(hours=1))).run_due() == {"done": 1}
    assert n_ran(database) == 1


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
            jobs.enqueue(session, jobs.NewJob(kind="note", payload={"n": n}), now=NOW)
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
    broker.declare_queue(f"{queue}.house")
    broker.flush(f"{queue}.house")
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
            jobs.enqueue(session, jobs.NewJob(kind="note", payload={"n": n}), now=NOW)
    for _ in range(2):
        over().start()
    assert wait_for(lambda: n_ran(database) >= n_jobs)
    time.sleep(0.3)
    assert n_ran(database) == n_jobs


def test_a_message_carries_the_jobs_number_and_nothing_else(database, over, broker_url):
    with database.write() as session:
        job_id = jobs.enqueue(session, jobs.NewJob(kind="note", payload={"n": 7}), now=NOW).id
    sender = over()
    sent = []
    sender._broker.enqueue = lambda message, delay=None: sent.append(message)
    assert sender.sweep() == 1
    assert [(list(message.args), message.kwargs) for message in sent] == [([job_id], {})]


def test_a_lost_message_is_sent_again_and_a_doubled_one_does_nothing(database, over):
    clock = Clock()
    job_id = queued(database)
    with database.write() as session:
        assert table.offer_due(session, now=clock()) == [(job_id, "note")]
        assert table.offer_due(session, now=clock()) == []
        assert table.offer_due(session, now=clock() + timedelta(seconds=61)) == [(job_id, "note")]
    running = over()
    running.start()
    for _ in range(3):
        running._actors["note"].send(job_id)
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
        session.get_one(Job, job_id).leased_until = datetime.now(UTC) + timedelta(seconds=scaled(1, 20))
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
        session.add(WrongTries(key_hash="c", on_date=NOW.date(), n_wrong=3))
        HOUSEKEEPING.plant(session, now=NOW)
    housekeeper = jobs.Runner(database, HOUSEKEEPING, clock=clock)
    assert housekeeper.run_due() == {"done": len(HOUSEKEEPING.by_kind)}
    clock.move(days=40)
    assert housekeeper.run_due() == {"done": len(HOUSEKEEPING.by_kind)}
    with database.read() as session:
        assert session.scalar(select(Discrepancy.kind)) == "scan_does_not_fit"
        assert not session.scalar(select(func.count()).select_from(IdempotencyRecord))
        assert not session.scalar(select(func.count()).select_from(WrongTries))


def test_every_recurring_kind_has_work():
    assert set(HOUSEKEEPING.every) == set(HOUSEKEEPING.by_kind)
