"""Numbers for labels: never twice, never from outside a grant, a burnt one never again."""

import multiprocessing
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text

from postal.custody.serials import Grant, claim, grant_range, left, spoil
from postal.db import Database, make_engine
from postal.errors import BadS10, RangeExhausted, RangeOverlaps, UnknownS10
from postal.models import SpoiltS10
from postal.rules.s10 import S10, parse
from tests import builders as build
from tests.scale import record_figure, scaled


def test_numbers_come_in_order_and_only_from_the_grant(session):
    build.s10_range(session, first=100, n=5)
    assert [parse(code).serial for code in claim(session, 5)] == [100, 101, 102, 103, 104]
    assert left(session) == 0


def test_a_claim_runs_on_from_one_range_into_the_next(session):
    build.s10_range(session, first=100, n=2)
    build.s10_range(session, first=500, n=9)
    assert [parse(code).serial for code in claim(session, 4)] == [100, 101, 500, 501]


def test_a_claim_larger_than_the_grants_takes_nothing(session):
    build.s10_range(session, first=100, n=3)
    with pytest.raises(RangeExhausted):
        claim(session, 4)
    assert len(claim(session, 3)) == 3


def test_the_indicator_chooses_the_range(session):
    build.s10_range(session, first=1, n=3, indicator="EY")
    build.s10_range(session, first=1, n=3, indicator="RY")
    assert claim(session, 1, indicator="RY")[0].startswith("RY00000001")
    assert left(session, indicator="EY") == 3


@pytest.mark.parametrize(("first", "last"), [(100, 199), (199, 300), (50, 100), (0, 99_999_999), (150, 150)])
def test_a_grant_that_overlaps_another_is_refused(session, first, last):
    build.s10_range(session, first=100, n=100)
    with pytest.raises(RangeOverlaps) as refusal:
        grant_range(session, Grant(indicator="EY", first=first, last=last, granted_by="x"), now=build.EVENING)
    assert "EY" in str(refusal.value.message)


def test_a_burnt_number_stays_burnt(session):
    build.s10_range(session, n=10)
    (code,) = claim(session, 1)
    spoil(build.act(session, build.EVENING), code, reason="rách nhãn")
    spoil(build.act(session, build.EVENING), code.lower(), reason="rách nhãn")
    assert session.get(SpoiltS10, code).reason == "rách nhãn"
    assert code not in claim(session, 9)


def test_a_number_never_taken_cannot_be_burnt(session):
    build.s10_range(session, first=100, n=10)
    with pytest.raises(UnknownS10):
        spoil(build.act(session, build.EVENING), str(S10("EY", 105)), reason="x")
    with pytest.raises(BadS10):
        spoil(build.act(session, build.EVENING), "nhãn cũ", reason="x")


def test_a_range_given_back_while_a_claim_reads_it_gives_no_number(session):
    build.s10_range(session, n=10)
    connection = session.connection()
    of_others = [text("UPDATE s10_ranges SET last_serial = next_serial - 1")]

    @event.listens_for(connection, "before_cursor_execute")
    def between(_connection, _cursor, statement, *_):
        if statement.startswith("UPDATE s10_ranges SET next_serial") and of_others:
            connection.execute(of_others.pop())

    with pytest.raises(RangeExhausted):
        claim(session, 4)
    assert of_others == []


@settings(max_examples=scaled(15, 300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ranges=st.lists(st.tuples(st.integers(0, 999), st.integers(1, 40)), min_size=1, max_size=6),
    claims=st.lists(st.integers(0, 30), max_size=8),
)
def test_any_claims_from_any_ranges_give_no_number_twice_and_none_outside(database, ranges, claims):
    with database.write() as session:
        granted = set()
        for first, n in ranges:
            try:
                with session.begin_nested():
                    build.s10_range(session, first=first, n=n)
            except RangeOverlaps:
                continue
            granted |= set(range(first, first + n))
        taken = []
        for n in claims:
            try:
                taken += [parse(code).serial for code in claim(session, n)]
            except RangeExhausted:
                assert left(session) < n
        assert len(taken) == len(set(taken))
        assert set(taken) <= granted
        assert left(session) == len(granted) - len(taken)
        session.rollback()


def _claim_many(url, n, block, results):
    database = Database(make_engine(url), build.vault())
    mine = []
    while len(mine) < n:
        with database.write() as session:
            mine += claim(session, min(block, n - len(mine)))
    results.put(mine)


def test_several_processes_claim_at_once_and_no_number_is_given_twice(database, database_url):
    n_processes, per_process = scaled(4, 8), scaled(500, 12_500)
    with database.write() as session:
        # Two ranges, so that the change from one to the next happens under contention as well.
        build.s10_range(session, first=0, n=n_processes * per_process // 2)
        build.s10_range(session, first=50_000_000, n=n_processes * per_process // 2)
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    begun = time.perf_counter()
    workers = [
        context.Process(target=_claim_many, args=(database_url, per_process, 25, results)) for _ in range(n_processes)
    ]
    for worker in workers:
        worker.start()
    codes = [code for _ in workers for code in results.get(timeout=scaled(120, 600))]
    for worker in workers:
        worker.join()
    assert len(codes) == len(set(codes)) == n_processes * per_process
    with database.read() as session:
        assert left(session) == 0
    record_figure(f"số hiệu S10 cấp bởi {n_processes} tiến trình", len(codes), "số, 0 trùng")
    record_figure("thời gian cấp số hiệu", round(time.perf_counter() - begun, 1), "s")


def test_the_table_of_ranges_says_how_far_each_is_used(session):
    granted = build.s10_range(session, first=10, n=10)
    claim(session, 4)
    session.refresh(granted)
    assert granted.next_serial == 14
    assert session.scalar(select(type(granted).last_serial)) == 19
